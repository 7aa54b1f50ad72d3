"""Vem får se vad: what the person reads about it, and ending it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.permissions import Area, Level
from webapp.sharing import domain
from webapp.sharing.guardians import AS_ADULT, OWN_LOGIN, age, areas_for_guardian
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(DAYS, st.integers(0, 365 * 18))
def test_a_guardian_sees_less_and_less_as_the_child_grows(born: date, days: int) -> None:
    today = born + timedelta(days=days)
    now, tomorrow = areas_for_guardian(born, today), areas_for_guardian(born, today + timedelta(days=1))
    assert all(level <= now.get(area, Level.NONE) for area, level in tomorrow.items())
    years = age(born, today)
    assert bool(now) is (years < AS_ADULT)
    assert (Area.WHAT_MATTERS in now) is (years < OWN_LOGIN)


@given(DAYS, st.integers(0, 100))
def test_one_is_a_year_older_on_the_birthday_and_not_the_day_before(born: date, years: int) -> None:
    try:
        birthday = born.replace(year=born.year + years)
    except ValueError:  # 29 February: on 1 March in other years
        birthday = date(born.year + years, 3, 1)
    assert age(born, birthday) == years
    assert age(born, birthday - timedelta(days=1)) == years - 1


def test_the_person_reads_whom_they_have_let_in_to_what_and_until_when(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    page = aino.page(f"{aino.p}/delning")
    for said in ("Lisa", "dotter", "Arjeplogs hälsocentral", "Hemtjänsten Arjeplog", "1 mars 2027"):
        assert said in page, said
    jon = visit("jon")
    young = jon.page(f"{jon.p}/delning")
    assert "Sara" in young
    assert "Kontakter" in young


def test_ending_it_holds_from_the_very_next_request(app: Flask, database: Database, visit: Visitor) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    with database.read() as session:
        consent = session.scalars(
            select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.RELATIVE)
        ).one()
    assert lisa.get(f"{aino.p}/plan").status_code == 200
    assert visit("eino").post(f"{visit.p('eino')}/delning/{consent}/sluta").status_code == 404
    assert lisa.post(f"{aino.p}/delning/{consent}/sluta").status_code == 404
    assert lisa.get(f"{aino.p}/plan").status_code == 200
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").location == f"{aino.p}/delning"
    assert lisa.get(f"{aino.p}/plan").status_code == 404
    now, _, before = aino.page(f"{aino.p}/delning").partition("Det här har du delat tidigare")
    assert "dotter" not in now
    assert "Lisa, dotter" in before
    assert "ändrats vad du får se" in lisa.page("/mina")
    assert aino.post(f"{aino.p}/delning/{uuid4()}/sluta").status_code == 404


@ON_SQLITE
def test_a_relative_finds_those_they_help_and_who_helps_the_helper(app: Flask, visit: Visitor) -> None:
    page = visit("marit").page("/mina")
    assert "Eino" in page
    assert "Anhöriglinjen" in page
    assert visit("nils").get("/mina").status_code == 404
    alone = visit("rolf").page("/mina")
    assert "Eino" not in alone


@ON_SQLITE
def test_two_consents_to_one_relative_give_the_most_of_each_area(
    app: Flask, database: Database, visit: Visitor
) -> None:
    lisa, aino = visit("lisa"), visit.p("aino")
    assert lisa.get(f"{aino}/viktigt/strength").status_code == 404
    with database.writing() as session:
        person = session.scalars(select(Person).where(Person.called == "Aino")).one()
        relative = session.scalars(select(Person).where(Person.called == "Lisa")).one()
        grant = domain.Grant(what_matters=Level.HELP, until_on=NOON.date())
        domain.let_in(session, person, relative, "dotter", grant, NOON)
    assert lisa.get(f"{aino}/viktigt/know").status_code == 200
    assert lisa.get(f"{aino}/plan").status_code == 200


def test_nobody_is_their_own_relative(app: Flask, database: Database) -> None:
    with database.write() as session:
        aino = session.scalars(select(Person).where(Person.called == "Aino")).one()
        with pytest.raises(IntegrityError, match="nobody_is_own_relative"):
            domain.let_in(session, aino, aino, "jag", domain.Grant(plan=Level.SEE), NOON)


@ON_SQLITE
def test_a_guardians_right_is_written_down_to_the_sixteenth_birthday(app: Flask, database: Database) -> None:
    with database.read() as session:
        jon = session.scalars(select(Person).where(Person.called == "Jon")).one()
        consent = session.scalars(select(Consent).where(Consent.kind == ConsentKind.GUARDIAN)).one()
        sixteen = jon.born_on.replace(year=jon.born_on.year + 16)
        assert consent.until_on == sixteen - timedelta(days=1)  # the last day it holds


def test_staff_outside_the_sip_consent_see_nothing_of_the_other_organisation(visit: Visitor) -> None:
    """Eva at school is not in Jon's consent; Mats at BUP is with the region."""
    eva, jon = visit("eva"), visit.p("jon")
    for page in ("idag", "plan", "kontakter", "paminnelser"):
        assert "Mats" not in eva.page(f"{jon}/{page}"), page
    assert "Mats" in visit("ulla").page(f"{jon}/kontakter")
