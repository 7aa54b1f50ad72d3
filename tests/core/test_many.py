from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.reminders.setting import person, remind
from webapp.core import clock
from webapp.core.db import Database
from webapp.core.many import defaults, insert_many, update_many
from webapp.reminders.models import Occurrence, Reminder
from webapp.reminders.outcome import Outcome

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def made(session: Session, number: int) -> list[dict[str, Any]]:
    who, account = person(session)
    reminder = remind(session, account, "09:00", now=clock.now())
    return [
        {
            "id": uuid4(),
            "person_id": who.id,
            "reminder_id": reminder.id,
            "local_on": date(2026, 3, 9) + timedelta(days=each),
            "local_at": time(9),
            "due_at": AT + timedelta(days=each),
            "closes_at": AT + timedelta(days=each, hours=1),
            "outcome": Outcome.OPEN,
            "later_until": None if each % 2 else AT,
        }
        for each in range(number)
    ]


@pytest.mark.parametrize("number", [0, 1, 2, 40])
def test_many_rows_stand_as_they_were_given(database: Database, number: int) -> None:
    with database.writing() as session:
        given = made(session, number)
        insert_many(session, Occurrence, given)
    columns = Occurrence.__table__.columns
    with database.read() as session:
        found = session.execute(select(*columns).where(columns["id"].in_([each["id"] for each in given])))
        kept = {row.id: row._asdict() for row in found}
    empty = {**dict.fromkeys(columns.keys()), **defaults(Occurrence.__table__)}
    assert kept == {each["id"]: {**empty, **each} for each in given}


def test_rows_with_all_in_common_but_their_id_are_as_many_as_were_given(database: Database) -> None:
    with database.writing() as session:
        (one,) = made(session, 1)
        row = {"id": one["id"], **{name: one[name] for name in one if name != "id"}}
        insert_many(session, Occurrence, [row])
        assert session.get(Occurrence, one["id"]) is not None


def test_each_row_gets_its_own_value_and_the_others_keep_theirs(database: Database) -> None:
    with database.writing() as session:
        _, account = person(session)
        first, second, third = (remind(session, account, "09:00", now=clock.now()) for _ in range(3))
        before = third.next_due_at
        update_many(session, Reminder, "next_due_at", {first.id: AT, second.id: None})
        assert (first.next_due_at, second.next_due_at, third.next_due_at) == (AT, None, before)
        update_many(session, Reminder, "next_due_at", {})
    with database.read() as session:
        kept = [session.get(Reminder, each.id) for each in (first, second, third)]
        assert [each.next_due_at for each in kept if each] == [AT, None, before]
