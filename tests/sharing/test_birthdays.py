"""Thirty days ahead, the child and each guardian are told of the change, each once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Visitor
from tests.sharing.deciding import at, by, custody_of_jon, give_custody, person
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.settings import Settings
from webapp.sharing import deaths, freezing, mandates, protection
from webapp.sharing.coming_of_age import tell_of_birthdays
from webapp.sharing.guardians import last_day_of_custody
from webapp.sharing.models import Notice
from webapp.sharing.notices import Kind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SIXTEEN = date(2026, 5, 12)  # the birthday
BORN = date(2010, 5, 12)


def born(session: Session, born_on: date) -> None:
    session.execute(update(Person).where(Person.called == "Jon").values(born_on=born_on))
    custody_of_jon(session).until_on = last_day_of_custody(born_on)
    session.flush()


def told(session: Session) -> set[tuple[str, str]]:
    found = session.execute(
        select(Person.called, Notice.kind)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.kind.in_([Kind.I_TURN_13, Kind.I_TURN_16, Kind.CHILD_TURNS_13, Kind.CHILD_TURNS_16]))
    )
    return {(row.called, row.kind) for row in found}


BOTH = {("Jon", "i_turn_16"), ("Sara", "child_turns_16")}


def test_both_are_told_from_midnight_thirty_days_ahead_and_only_once(app: Flask, database: Database) -> None:
    with database.write() as session:
        born(session, BORN)
        day = SIXTEEN - timedelta(days=30)
        assert tell_of_birthdays(session, at(day - timedelta(days=1), "23:59")) == 0
        assert tell_of_birthdays(session, at(day, "00:01")) == 2
        assert told(session) == BOTH
        for later in range(60):
            assert tell_of_birthdays(session, at(day + timedelta(days=later), "00:01")) == 0


def test_a_guardian_no_more_reads_nothing_of_the_birthday(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        born(session, BORN)
        tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "00:01"))
    assert "När Jon fyller 16" in visit("sara").page("/mina")
    with database.writing() as session:
        jon, mats = person(session, "jon"), by(session, "mats")
        mandates.end_mandate(session, jon.id, custody_of_jon(session).id, "Ny vårdnad", mats, NOON)
    assert "Jon" not in visit("sara").page("/mina")


@pytest.mark.parametrize("late", [-29, -1, 0, 1, 30])
@ON_SQLITE
def test_a_worker_that_was_down_on_the_day_tells_when_it_is_back(
    app: Flask, database: Database, late: int
) -> None:
    with database.write() as session:
        born(session, BORN)
        assert tell_of_birthdays(session, at(SIXTEEN + timedelta(days=late), "12:00")) == 2
        assert told(session) == BOTH


@ON_SQLITE
def test_the_thirteenth_birthday_is_told_of_in_its_own_words(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        born(session, date(2013, 5, 12))
        assert tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "08:00")) == 2
        assert told(session) == {("Jon", "i_turn_13"), ("Sara", "child_turns_13")}
    assert "När Jon fyller 13 år" in visit("sara").page("/mina")
    with clock.frozen(at(SIXTEEN, "00:01")):  # the first sign-in of one's own
        jon = visit("jon")
        assert "Från den dag du fyller 13 loggar du in själv" in jon.page(f"{jon.p}/idag")


@ON_SQLITE
def test_born_on_leap_day_they_are_told_thirty_days_before_the_first_of_march(
    app: Flask, database: Database
) -> None:
    with database.write() as session:
        born(session, date(2016, 2, 29))
        first = date(2029, 3, 1) - timedelta(days=30)
        assert tell_of_birthdays(session, at(first - timedelta(days=1), "23:59")) == 0
        assert tell_of_birthdays(session, at(first, "00:01")) == 2


@ON_SQLITE
def test_a_guardian_verified_inside_the_thirty_days_is_told_the_next_morning(
    app: Flask, database: Database
) -> None:
    with database.write() as session:
        born(session, BORN)
        tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "08:00"))
        late = at(SIXTEEN - timedelta(days=10), "08:00")
        give_custody(session, "jon", "rolf", "mats", late)
        assert tell_of_birthdays(session, late) == 1
        assert told(session) == {*BOTH, ("Rolf", "child_turns_16")}


@ON_SQLITE
@pytest.mark.parametrize("why", ["frozen", "child protected", "guardian protected"])
def test_a_guardian_who_sees_nothing_is_told_nothing(app: Flask, database: Database, why: str) -> None:
    with database.write() as session:
        born(session, BORN)
        mats, jon = by(session, "mats"), person(session, "jon")
        if why == "frozen":
            consent = custody_of_jon(session)
            freezing.freeze(session, jon.id, consent.id, "Oro", NOON.date(), mats, NOON)
        else:
            whom = "jon" if why == "child protected" else "sara"
            protection.protect(session, person(session, whom).id, mats, NOON)
        assert tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "08:00")) == 1
        assert told(session) == {("Jon", "i_turn_16")}


@ON_SQLITE
def test_nobody_is_told_about_a_child_who_has_died(app: Flask, database: Database) -> None:
    with database.write() as session:
        born(session, BORN)
        jon, mats = person(session, "jon"), by(session, "mats")
        deaths.mark_deceased(session, jon.id, NOON.date(), mats, NOON)
        assert tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "08:00")) == 0


def test_the_workers_own_role_may_do_it(app: Flask, database: Database) -> None:
    with database.writing() as session:
        born(session, BORN)
    settings = cast(Settings, app.config["SETTINGS"])
    worker = Database(settings.worker_url, settings.keys)
    with worker.writing() as session:
        assert tell_of_birthdays(session, at(SIXTEEN - timedelta(days=30), "08:00")) == 2
    worker.dispose()
    with database.read() as session:
        assert told(session) == BOTH
