"""The quick question gives the same list as the slow one it came instead of: the same lines, in the same order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.finding import one_saying
from tests.work_list import slow
from tests.work_list.large import make_large
from tests.work_list.listing import where
from webapp.accounts.models import Person
from webapp.contacts.models import CareContact
from webapp.core import clock
from webapp.core.db import Base, Database
from webapp.directory.models import Unit
from webapp.plans.models import Plan, PlanRow, RowStatus
from webapp.reminders.models import Occurrence, Reminder, SetBy, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sharing.models import Consent
from webapp.what_matters.models import Answer
from webapp.work_list import domain, reasons
from webapp.work_list.domain import Order, Show, Wish

TODAY = clock.local(NOON).date()
PEOPLE = 120


def shaken(database: Database, seed: int) -> None:
    """Two units' people, with what is wrong strewn about at random."""
    chance = random.Random(seed)

    def some(session, table: type[Base], share: float, **values) -> None:  # type: ignore[no-untyped-def]
        for id_ in session.scalars(select(table.__table__.c.id).order_by(table.__table__.c.id)).all():
            if chance.random() < share:
                given = {name: value() for name, value in values.items()}
                session.execute(update(table).where(table.__table__.c.id == id_).values(**given))

    def near() -> object:
        return TODAY + timedelta(days=chance.randint(-20, 20))

    with database.writing() as session:
        units = [
            one_saying(session, Unit.name, name) for name in ("Kalix hälsocentral", "Pajala hälsocentral")
        ]
        for unit in units:
            make_large(session, unit, where(session, unit).staff_id, PEOPLE // 2, NOON)
        some(session, Occurrence, 0.3, outcome=lambda: chance.choice(list(Outcome)))
        some(session, Occurrence, 0.1, due_at=lambda: NOON - timedelta(hours=chance.randint(1, 500)))
        some(session, Reminder, 0.1, ended_at=lambda: chance.choice([None, NOON]))
        some(session, Reminder, 0.1, unit_id=lambda: chance.choice([None, *(unit.id for unit in units)]))
        some(session, Reminder, 0.1, to_several=lambda: True)
        some(session, Reminder, 0.2, next_due_at=lambda: None)
        some(session, Reminder, 0.1, set_by=lambda: SetBy.SELF)
        some(session, Person, 0.05, protected=lambda: True)
        some(session, Person, 0.05, deceased_at=lambda: NOON)
        some(session, Plan, 0.2, frozen_at=lambda: NOON - timedelta(days=chance.randint(0, 9)))
        some(session, PlanRow, 0.1, status=lambda: RowStatus.OBJECTED)
        some(session, CareContact, 0.2, until_on=lambda: TODAY + timedelta(days=chance.randint(0, 20)))
        some(session, CareContact, 0.1, ended_at=lambda: NOON)
        some(session, Consent, 0.5, until_on=near)
        some(session, Consent, 0.1, withdrawn_at=lambda: NOON)
        some(session, Answer, 0.3, for_team=lambda: chance.choice([True, False]))
        some(session, Subscription, 0.3, retired_at=lambda: NOON)


def pages(database: Database) -> list[object]:
    """Every line of every way to look at the list, with its counts."""
    seen: list[object] = []
    with database.read() as session:
        for name in ("Kalix hälsocentral", "Pajala hälsocentral"):
            whose = where(session, one_saying(session, Unit.name, name))
            for wish in (*(Wish(order=order) for order in Order), Wish(Show.CALLED), Wish(Show.MINE)):
                number, last = 1, 1
                while number <= last:
                    found = domain.work_list(
                        session, whose, Wish(wish.show, wish.task, wish.order, number), NOON
                    )
                    number, last = number + 1, found.pages
                    seen.append(found)
    return seen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_quick_list_is_the_slow_list(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    shaken(database, seed)
    quick = pages(database)
    monkeypatch.setattr(reasons, "lines", slow.lines)
    domain._list.cache_clear()
    try:
        assert pages(database) == quick
    finally:
        domain._list.cache_clear()
    tasks = {item.task for found in quick for item in found.items}  # type: ignore[attr-defined]
    assert len(tasks) >= 9
