"""A unit with more people than one, and a text on its way to them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest
from webapp.accounts import domain as accounts
from webapp.accounts.models import Person
from webapp.broadcasts import handing_out
from webapp.broadcasts.models import Broadcast, Recipient
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.reminders.models import Reminder
from webapp.sharing import care

UNIT = "Arjeplogs hälsocentral"
GOOD: dict[str, Any] = {
    "text_sv": "Dags för vaccin mot influensa.",
    "text_smj": "Vaksijnna",
    "whom": "enheten",
    "on_day": "2026-03-09",
    "at": "09.00",
}


def neighbours(
    database: Database, many: int, *, language: str = "sv", born: date = date(1950, 1, 1), **more: Any
) -> list[UUID]:
    """So many people more whom the health centre cares for."""
    with database.writing() as session:
        unit, made = session.scalars(select(Unit).where(Unit.name == UNIT)).one(), []
        for number in range(many):
            person = accounts.add_person(
                session, name=f"Granne {number:03}", called=f"G{number}", born_on=born, language=language
            )
            person.municipality = "Arjeplog"
            for name, value in more.items():
                setattr(person, name, value)
            care.begin_care(session, person, unit, "Listad", NOON - timedelta(days=8))
            made.append(person.id)
        return made


def write(guest: Guest, **more: Any) -> str:
    """Write it; the address where it is looked through."""
    answer = guest.post("/personal/utskick/nytt", {**GOOD, **more})
    assert answer.status_code == 302, re.findall(r'class="wrong".*?</p>', answer.text)
    return str(answer.location)


def press_send(guest: Guest, address: str, **more: Any) -> Any:
    """Look it through, and press send with what stands there."""
    page = guest.page(address)
    fields = dict(re.findall(r'name="(revision|count)" value="(\d+)"', page))
    return guest.post(f"{address}/skicka", {**fields, **more})


def send(guest: Guest, **more: Any) -> str:
    address = write(guest, **more)
    answer = press_send(guest, address)
    assert answer.status_code == 302
    return address


def hand_out(database: Database, now: datetime, most: int = 100) -> int:
    """What the worker does until there is nothing left; in how many batches."""
    batches = 0
    while True:
        with database.writing() as session:
            if not handing_out.step(session, now, most):
                return batches
        batches += 1
        assert batches < 1000


def reminders(session: Session, text: str = "Dags för vaccin mot influensa.") -> dict[UUID, Reminder]:
    """Who has been reminded of it; twice for one person fails the test."""
    found = [each for each in session.scalars(select(Reminder)) if each.text == text]
    by_person = {each.person_id: each for each in found}
    assert len(found) == len(by_person)
    return by_person


def recipients(session: Session) -> set[UUID]:
    return set(session.scalars(select(Recipient.person_id)))


def the_broadcast(session: Session) -> Broadcast:
    return session.scalars(select(Broadcast)).one()


def the_person(session: Session, called: str) -> Person:
    return session.scalars(select(Person).where(Person.called == called)).one()
