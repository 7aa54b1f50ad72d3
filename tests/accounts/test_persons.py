"""A person and their number: found by it, kept through a change of it, and never two with the same."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.accounts.test_numbers import ABROAD, AINO, YOUNG
from webapp.accounts import domain
from webapp.accounts.domain import NumberTaken
from webapp.accounts.models import Person
from webapp.accounts.numbers import IdentityNumber, parse
from webapp.core.db import Database


def number(digits: str) -> IdentityNumber:
    found = parse(digits)
    assert found
    return found


def new(session: Session, digits: str | None = AINO, born_on: date | None = None) -> Person:
    given = number(digits) if digits else None
    return domain.add_person(session, name="Ny", called="Ny", number=given, born_on=born_on)


def test_somebody_taken_in_by_number_is_found_by_it_in_every_form(session: Session) -> None:
    person = new(session)
    assert person.born_on == date(1944, 1, 3)
    assert domain.person_by_number(session, number(f"{AINO[2:8]}-{AINO[8:]}")) is person
    assert domain.person_by_number(session, number(ABROAD)) is None


def test_the_day_of_birth_follows_the_number(session: Session) -> None:
    assert new(session, born_on=date(1950, 5, 5)).born_on == date(1944, 1, 3)


def test_somebody_without_a_number_needs_a_day_of_birth(session: Session) -> None:
    person = new(session, None, date(1950, 5, 5))
    assert (person.number, person.number_mac, person.born_on) == (None, None, date(1950, 5, 5))
    new(session, None, date(1950, 5, 5))  # any number of people may have none
    with pytest.raises(ValueError, match="day of birth"):
        new(session, None)


def test_a_samordningsnummer_becomes_a_personnummer_and_the_person_stays(session: Session) -> None:
    person = new(session, ABROAD)
    domain.change_number(session, person, number(YOUNG))
    session.expire_all()
    assert domain.person_by_number(session, number(YOUNG)) is person
    assert domain.person_by_number(session, number(ABROAD)) is None
    assert person.born_on == date(2012, 2, 28)
    domain.change_number(session, person, number(YOUNG))  # twice is once


def test_no_two_people_have_the_same_number(session: Session) -> None:
    person, other = new(session), new(session, ABROAD)
    with pytest.raises(NumberTaken) as refused:
        new(session)
    assert AINO not in str(refused.value)
    with pytest.raises(NumberTaken):
        domain.change_number(session, other, number(AINO))
    session.flush()
    stolen = update(Person).where(Person.id == other.id).values(number_mac=person.number_mac)
    with pytest.raises(IntegrityError) as broken:  # and the database holds it too
        session.execute(stolen)
    assert AINO not in str(broken.value)


def test_the_number_itself_is_nowhere_in_the_database(app: Flask, database: Database) -> None:
    with database.writing() as session:
        new(session)
    with database.read() as session:
        kept = session.execute(text("SELECT * FROM person")).all()
        assert AINO not in str(kept)
        assert session.scalars(select(Person.number).where(Person.name == "Ny")).one() == AINO
