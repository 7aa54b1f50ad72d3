from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import databases
from tests.conftest import KEYS
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.core.keyring import Keys
from webapp.migrations import steps
from webapp.reminders import planning
from webapp.reminders.models import Delivery, Occurrence, Reminder, Subscription
from webapp.reminders.schedule import instant
from webapp.sending import crowd, simulate
from webapp.sending.crowd import Crowd
from webapp.sending.simulate import Notice, part, reckon

SMALL = Crowd(people=150, reminders_each=4)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
SECOND = timedelta(seconds=1)
AT = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def scratch() -> Iterator[Database]:
    with simulate.scratch(Keys.read(KEYS)) as database:
        yield database


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2027, 6, 1), 24)])
def test_on_each_kind_of_day_every_due_time_of_the_rules_is_planned_once(
    scratch: Database, day: date, hours: int
) -> None:
    told = simulate.simulate(scratch, SMALL, day, rate=100)
    assert told.length == timedelta(hours=hours)
    assert told.planned == told.expected > 0
    assert bool(told.moved) is (day == SPRING)
    assert (2 in told.hours) is (day != SPRING)
    assert sum(len(hour.late) for hour in told.hours.values()) == told.notices < told.planned


def test_a_queue_is_as_late_as_what_stands_before_it() -> None:
    at_once = [Notice(AT, AT, time(8)) for _ in range(10)]
    (hour,) = reckon(at_once, rate=2).values()
    assert list(hour.late) == pytest.approx([0.5 * (1 + place) for place in range(10)], abs=1e-5)


def test_a_queue_with_room_makes_nobody_wait() -> None:
    spaced = [Notice(AT + each * SECOND, AT, time(8)) for each in range(10)]
    (hour,) = reckon(spaced, rate=1000).values()
    assert list(hour.late) == pytest.approx([each + 0.001 for each in range(10)], abs=1e-5)


def test_half_and_ninety_nine_of_a_hundred() -> None:
    assert [part(range(100), of) for of in (0, 50, 99, 100)] == [0, 50, 99, 99]


def test_the_command_touches_no_database_but_its_own(app: Flask, database: Database) -> None:
    before = counts(database)
    said = app.test_cli_runner().invoke(
        args=["reminders", "simulate", "--people", "30", "--day", "2027-03-28"]
    )
    assert said.exit_code == 0, said.output
    assert "a day of 23 hours: 30 people with 120 reminders" in said.output
    assert counts(database) == before


def counts(database: Database) -> list[int | None]:
    with database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(each)) for each in (Person, Reminder, Occurrence)
        ]


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31", "2027-02-30", "i morgon"])
def test_a_day_that_no_rule_can_mean_is_refused(app: Flask, day: str) -> None:
    said = app.test_cli_runner().invoke(args=["reminders", "simulate", "--people", "1", "--day", day])
    assert said.exit_code == 2
    assert "--day" in said.output


def test_a_crowd_is_planned_and_told_as_people_are(database: Database) -> None:
    day = date(2027, 6, 1)
    with database.writing() as session:
        before = session.scalar(select(func.count()).select_from(Reminder)) or 0
        crowd.fill(session.connection(), SMALL, ["https://push.invalid"], "key", day)
        assert (session.scalar(select(func.count()).select_from(Reminder)) or 0) - before == 150 * 4
    with database.writing() as session:
        while planning.plan_due(session, instant(day, time(8))):
            pass
        of_the_crowd = (
            select(func.count())
            .select_from(Delivery)
            .join(Subscription, Subscription.id == Delivery.subscription_id)
            .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
            .where(Subscription.vapid_key == "key", Occurrence.local_on == day)
        )
        assert session.scalar(of_the_crowd)


def test_the_same_seed_wishes_the_same() -> None:
    assert list(crowd.wishes(SMALL, SPRING)) == list(crowd.wishes(SMALL, SPRING))
    assert list(crowd.wishes(SMALL, SPRING)) != list(crowd.wishes(Crowd(150, 4, seed=1), SPRING))


def test_the_scratch_database_is_gone_afterwards() -> None:
    with simulate.scratch(Keys.read(KEYS)) as database:
        file = database.engine.url.database
        assert file
        assert not databases.FOUND.endswith(file)
        steps.upgrade(f"sqlite:///{file}")
    with pytest.raises(FileNotFoundError), open(file):
        pass
