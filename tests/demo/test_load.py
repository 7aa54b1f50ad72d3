"""The invented people: loaded once, however often it is asked, and each of them can go about their day."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts import domain as accounts
from webapp.accounts import numbers
from webapp.accounts.models import Account, Login, Person
from webapp.core import audit, clock
from webapp.core.audit import AccessLog
from webapp.core.db import Base, Database
from webapp.demo import routes
from webapp.demo.load import load, read
from webapp.sharing.guardians import age
from webapp.what_matters.models import ReadReceipt

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERYBODY = [each["sub"] for kind in ("person", "staff") for each in read()[kind]]


def _rows(database: Database) -> dict[str, int | None]:
    with database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


def test_loading_twice_makes_nothing_twice(app: Flask, database: Database) -> None:
    before = _rows(database)
    with app.app_context(), clock.frozen(NOON), database.writing() as session:
        assert load(session, NOON) == []
    assert _rows(database) == before
    assert all(
        before[name] for name in ("person", "plan_row", "answer_version", "care_contact", "occurrence")
    )


@ON_SQLITE
def test_who_is_missing_is_loaded_and_nobody_else(app: Flask, database: Database) -> None:
    with database.writing() as session:
        vera = session.scalars(select(Account).where(Account.sub == "vera")).one()
        vera.sub = "vera-1"
        session.execute(
            update(Person).where(Person.id == vera.person_id).values(number=None, number_mac=None)
        )
    with app.app_context(), database.writing() as session:
        # The number of the account is what finds somebody: under another, Vera is somebody new.
        assert load(session, NOON) == ["vera"]


@ON_SQLITE
def test_the_command_says_what_it_did(app: Flask) -> None:
    said = app.test_cli_runner().invoke(args=["demo", "load"])
    assert said.exit_code == 0
    assert "Everybody is here already." in said.output


@ON_SQLITE
def test_the_door_lists_everybody_of_the_design(app: Flask, visit: Visitor) -> None:
    page = visit.stranger().page("/logga-in")
    assert re.findall(r'name="person" value="([a-z]+)"', page) == [
        *("aino", "eino", "elle", "jon", "gun", "rolf", "vera"),
        *("lisa", "marit", "sara"),
        *("nils", "britta", "mats", "anna", "tor", "johan", "ulla", "eva", "lena", "karin"),
    ]
    assert set(routes.RELATIVES) <= set(EVERYBODY)


@ON_SQLITE
def test_everybody_signs_in_by_one_press_and_their_own_start_opens(app: Flask, visit: Visitor) -> None:
    for sub in EVERYBODY:
        guest = Guest(app, sub)
        pressed = guest.post("/logga-in/demo", {"person": sub})
        assert pressed.status_code == 302, sub
        assert guest.get(pressed.location).status_code == 200, sub
        assert (pressed.location == "/mina") is (sub in routes.RELATIVES), sub
        assert guest.get(guest.get("/logga-in").location).status_code == 200, sub


@ON_SQLITE
def test_each_of_them_is_as_old_as_the_design_says(app: Flask, database: Database) -> None:
    ages = {each["called"]: each["age"] for each in read()["person"]}
    with database.read() as session:
        for person in session.scalars(select(Person)):
            assert age(person.born_on, NOON.date()) == ages[person.called], person.called


@ON_SQLITE
def test_each_of_them_has_an_invented_number_that_says_when_they_were_born(
    app: Flask, database: Database
) -> None:
    with database.read() as session:
        for person in session.scalars(select(Person)):
            number = numbers.parse(person.number or "", NOON.date())
            assert number is not None, person.called
            assert number.born_on == person.born_on
            assert 980 <= int(number.digits[8:11]) <= 999
            assert accounts.person_by_number(session, number) is person


@ON_SQLITE
def test_a_demo_from_before_there_were_numbers_gets_them(app: Flask, database: Database) -> None:
    with database.read() as session:
        before = {person.id: person.number for person in session.scalars(select(Person))}
    with database.writing() as session:
        session.execute(update(Person).values(number=None, number_mac=None))
    with app.app_context(), database.writing() as session:
        assert load(session, NOON) == []
    with database.read() as session:
        assert {person.id: person.number for person in session.scalars(select(Person))} == before


@ON_SQLITE
def test_loading_leaves_nobody_signed_in(app: Flask, database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Login).where(Login.ended_at.is_(None))) == 0


@ON_SQLITE
def test_whoever_has_read_her_words_stands_in_her_log_and_nobody_else(app: Flask, database: Database) -> None:
    with database.read() as session:
        lines = session.scalars(select(AccessLog).order_by(AccessLog.person_id, AccessLog.number)).all()
        receipts = session.scalars(select(ReadReceipt)).all()
        assert receipts
        assert {(line.person_id, line.unit_id, line.at, line.page) for line in lines} == {
            (receipt.person_id, receipt.unit_id, receipt.read_at, "what_matters") for receipt in receipts
        }
        assert len(lines) == len(receipts)
        for person_id in {line.person_id for line in lines}:
            assert audit.first_broken([line for line in lines if line.person_id == person_id]) is None


@ON_SQLITE
@pytest.mark.parametrize("day", ["2024-02-29", "2026-03-29", "2026-10-25", "2027-01-01", "2028-12-31"])
def test_they_can_be_loaded_on_any_day(app: Flask, database: Database, tmp_path: object, day: str) -> None:
    from datetime import UTC, datetime

    from tests.conftest import settings
    from webapp import create_app
    from webapp.core.db import EXTENSION
    from webapp.migrations import steps

    url = f"sqlite:///{tmp_path}/another.sqlite"
    steps.upgrade(url)
    made = create_app(settings(url))
    at = datetime.fromisoformat(f"{day}T02:30:00").replace(tzinfo=UTC)
    with made.app_context(), clock.frozen(at), made.extensions[EXTENSION].writing() as session:
        assert len(load(session, at)) == len(EVERYBODY)
    with clock.frozen(at):
        aino = Visitor(made)("aino")
        assert aino.page(f"{aino.p}/idag")
    made.extensions[EXTENSION].dispose()
