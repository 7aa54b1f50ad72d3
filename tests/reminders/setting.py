"""What the reminder tests set up: a person with phones, and reminders of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts import domain as accounts
from webapp.accounts.models import Account, Person
from webapp.core import clock
from webapp.core.push import CheckedSubscription
from webapp.reminders import phones, setting
from webapp.reminders.models import Delivery, Occurrence, Reminder, SetBy, Subscription
from webapp.reminders.schedule import EVERY_DAY, Rule
from webapp.reminders.setting import By, Wish

KEYS = {"p256dh": b"\x04" + bytes(64), "auth": bytes(16)}


def person(session: Session, called: str = "Prov") -> tuple[Person, Account]:
    """A person of the test's own, who can sign in."""
    made = accounts.add_person(session, name=called, called=called, born_on=date(1944, 1, 1))
    return made, accounts.add_account(session, "test", uuid4().hex, made)


def wish(*times: str, text: str = "Ta tabletterna", until: date | None = None, **more: Any) -> Wish:
    first = more.pop("first", clock.today())
    days = more.pop("days", EVERY_DAY)
    return Wish(text, Rule(tuple(time.fromisoformat(at) for at in times), days, first, until), **more)


def remind(session: Session, account: Account, *times: str, now: datetime, **more: Any) -> Reminder:
    assert account.person_id is not None
    by = By(account.id, SetBy.SELF)
    return setting.set_reminder(session, account.person_id, wish(*times, **more), by, now)


def phone(session: Session, person_id: UUID, now: datetime, endpoint: str = "") -> Subscription:
    address = endpoint or f"https://fcm.googleapis.com/{uuid4().hex}"
    checked = CheckedSubscription(endpoint=address, origin="https://fcm.googleapis.com", **KEYS)
    return phones.subscribe(session, person_id, checked, "key", now)[0]


def occurrences(session: Session, reminder: Reminder) -> Sequence[Occurrence]:
    session.expire_all()
    return session.scalars(
        select(Occurrence).where(Occurrence.reminder_id == reminder.id).order_by(Occurrence.due_at)
    ).all()


def deliveries(session: Session, reminder: Reminder) -> Sequence[Delivery]:
    session.expire_all()
    return session.scalars(
        select(Delivery)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Occurrence.reminder_id == reminder.id)
        .order_by(Delivery.due_at, Delivery.number)
    ).all()


MINUTE = timedelta(minutes=1)
