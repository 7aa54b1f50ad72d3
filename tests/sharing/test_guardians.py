"""A guardian's sight of a child, which changes at local midnight of the 13th and the 16th birthday."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.sharing.deciding import at, by, custody_of_jon, give_custody, person
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.permissions import Area, Level
from webapp.sharing import domain, mandates
from webapp.sharing.guardians import (
    AS_ADULT,
    CHANGES,
    CHILD,
    NOTICE,
    OWN_LOGIN,
    YOUNG,
    age,
    areas_for_guardian,
    birthday,
    change_ahead,
    last_day_of_custody,
    may_sign_in,
)

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
YOUNG_PAGES = frozenset(["idag", "plan", "kontakter", "mer"])  # times, contacts and own tasks
CHILD_PAGES = YOUNG_PAGES | {"viktigt", "paminnelser"}
BIRTHDAYS = [
    pytest.param(date(2026, 5, 12), id="an ordinary day"),
    pytest.param(date(2026, 3, 29), id="when summer time begins"),
    pytest.param(date(2026, 10, 25), id="when summer time ends"),
    pytest.param(date(2027, 1, 1), id="new year's day"),
]


@given(DAYS, st.integers(0, 120))
def test_the_birthday_is_the_first_day_of_the_new_age(born: date, years: int) -> None:
    day = birthday(born, years)
    assert age(born, day) == years
    if years:
        assert age(born, day - timedelta(days=1)) == years - 1


@given(DAYS, st.integers(0, 365 * 20))
def test_what_a_guardian_sees_and_who_signs_in_follows_from_the_age_alone(born: date, days: int) -> None:
    today = born + timedelta(days=days)
    years = age(born, today)
    sees = areas_for_guardian(born, today)
    assert sees == (CHILD if years < OWN_LOGIN else YOUNG if years < AS_ADULT else {})
    assert may_sign_in(born, today) is (years >= OWN_LOGIN)
    assert bool(sees) is (today <= last_day_of_custody(born))
    assert (Area.WHAT_MATTERS in sees) is not may_sign_in(born, today)  # never both, never neither, to 16


@given(DAYS, st.integers(0, 365 * 20))
def test_a_change_is_told_of_in_the_thirty_days_around_it(born: date, days: int) -> None:
    today = born + timedelta(days=days)
    near = [years for years in CHANGES if abs((birthday(born, years) - today).days) <= NOTICE.days]
    assert change_ahead(born, today) == (near[0] if near else None)


def test_born_on_the_29th_of_february_the_birthday_is_the_1st_of_march_in_other_years() -> None:
    born = date(2008, 2, 29)
    assert birthday(born, 13) == date(2021, 3, 1)
    assert areas_for_guardian(born, date(2021, 2, 28)) == CHILD
    assert areas_for_guardian(born, date(2021, 3, 1)) == YOUNG
    assert birthday(born, 16) == date(2024, 2, 29)
    assert last_day_of_custody(born) == date(2024, 2, 28)


# On the pages, at 23.59 and 00.01 on a Swedish wall


def set_born(database: Database, sub: str, born_on: date) -> None:
    with database.writing() as session:
        who = person(session, sub)
        session.execute(update(Person).where(Person.id == who.id).values(born_on=born_on))
        custody_of_jon(session).until_on = last_day_of_custody(born_on)


def sees(guest: Guest, p: str) -> frozenset[str]:
    found = {page: guest.get(f"{p}/{page}").status_code for page in CHILD_PAGES | {"delning", "logg"}}
    assert set(found.values()) <= {200, 404}, found
    return frozenset(page for page, status in found.items() if status == 200)


@contextmanager
def on_the_wall(day: date, time: str) -> Iterator[None]:
    with clock.frozen(at(day, time)):
        yield


@pytest.mark.parametrize("day", BIRTHDAYS)
def test_the_words_close_to_the_guardian_at_midnight_of_the_thirteenth_birthday(
    app: Flask, database: Database, visit: Visitor, day: date
) -> None:
    set_born(database, "jon", day.replace(year=day.year - 13))
    jon = visit.p("jon")
    with on_the_wall(day - timedelta(days=1), "23:59"):
        assert sees(visit("sara"), jon) == CHILD_PAGES
    with on_the_wall(day, "00:01"):
        sara = visit("sara")
        assert sees(sara, jon) == YOUNG_PAGES
        assert "skoter" not in sara.page(f"{jon}/idag")


@pytest.mark.parametrize("day", BIRTHDAYS)
def test_all_closes_to_the_guardian_at_midnight_of_the_sixteenth_birthday(
    app: Flask, database: Database, visit: Visitor, day: date
) -> None:
    set_born(database, "jon", day.replace(year=day.year - 16))
    jon = visit.p("jon")
    with on_the_wall(day - timedelta(days=1), "23:59"):
        sara = visit("sara")
        assert sees(sara, jon) == YOUNG_PAGES
        assert "Jon" in sara.page("/mina")
    with on_the_wall(day, "00:01"):
        sara = visit("sara")
        assert sees(sara, jon) == frozenset()
        assert "Jon" not in sara.page("/mina")
        assert sees(visit("jon"), jon) >= CHILD_PAGES
        young = visit("jon")
        now, _, before = young.page(f"{young.p}/delning").partition("Det här har du delat tidigare")
        assert "Sara" not in now
        assert "Sara, mamma" in before


def test_born_on_leap_day_the_words_close_on_the_first_of_march(
    app: Flask, database: Database, visit: Visitor
) -> None:
    set_born(database, "jon", date(2016, 2, 29))
    jon = visit.p("jon")
    with on_the_wall(date(2029, 2, 28), "23:59"):
        assert sees(visit("sara"), jon) == CHILD_PAGES
    with on_the_wall(date(2029, 3, 1), "00:01"):
        assert sees(visit("sara"), jon) == YOUNG_PAGES


def test_a_sign_in_of_ones_own_begins_at_midnight_of_the_thirteenth_birthday(
    app: Flask, database: Database, visit: Visitor
) -> None:
    day = date(2026, 7, 1)
    set_born(database, "jon", date(2013, 7, 1))
    with on_the_wall(day - timedelta(days=1), "23:59"):
        assert visit.stranger().post("/logga-in/demo", {"person": "jon"}).status_code == 404
    with on_the_wall(day, "00:01"):
        assert visit("jon").get(f"{visit.p('jon')}/idag").status_code == 200


def test_from_sixteen_a_parent_whom_the_young_person_lets_in_sees_that_and_no_more(
    app: Flask, database: Database, visit: Visitor
) -> None:
    day = date(2026, 5, 12)
    set_born(database, "jon", date(2010, 5, 12))
    with database.writing() as session:
        grant = domain.Grant(contacts=Level.SEE)
        domain.let_in(session, person(session, "jon"), person(session, "sara"), "mamma", grant, NOON)
    jon = visit.p("jon")
    with on_the_wall(day - timedelta(days=1), "23:59"):
        assert sees(visit("sara"), jon) == YOUNG_PAGES
    with on_the_wall(day, "00:01"):
        sara = visit("sara")
        assert sees(sara, jon) == {"kontakter", "mer"}
        assert "vårdnadshavare" not in sara.page(f"{jon}/kontakter")


# Verified by staff


def test_two_guardians_are_equal_and_do_not_read_about_each_other(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        give_custody(session, "jon", "rolf", "mats", NOON)
    jon = visit.p("jon")
    assert sees(visit("rolf"), jon) == sees(visit("sara"), jon) == YOUNG_PAGES
    for sub, other in (("rolf", "Såg utdraget"), ("sara", "Såg utdraget"), ("sara", "Rolf")):
        for page in YOUNG_PAGES:
            assert other not in visit(sub).page(f"{jon}/{page}"), (sub, page)
    young = visit("jon")
    assert "Rolf" in young.page(f"{young.p}/delning")
    assert "Såg utdraget" not in young.page(f"{young.p}/delning")


def test_custody_is_recorded_once_for_a_child_under_sixteen_and_never_for_oneself(
    app: Flask, database: Database
) -> None:
    with database.write() as session:
        for child, guardian in (("jon", "sara"), ("jon", "jon"), ("rolf", "sara")):
            with pytest.raises(mandates.NotNow):
                give_custody(session, child, guardian, "mats", NOON)


def test_staff_end_custody_from_the_next_request_and_a_guardian_or_child_cannot(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sara, young = visit("sara"), visit("jon")
    with database.read() as session:
        consent_id = custody_of_jon(session).id
    assert young.post(f"{young.p}/delning/{consent_id}/sluta").status_code == 404
    assert sees(sara, young.p) == YOUNG_PAGES
    with database.writing() as session:
        mats, jon = by(session, "mats"), person(session, "jon")
        assert (
            mandates.end_mandate(session, person(session, "rolf").id, consent_id, "fel", mats, NOON) is None
        )
        assert mandates.end_mandate(session, jon.id, consent_id, "Ny dom", mats, NOON)
        assert mandates.end_mandate(session, jon.id, consent_id, "Ny dom", mats, NOON) is None
    assert sees(sara, young.p) == frozenset()
    assert "Jon" not in sara.page("/mina")
    assert "Sara ser inte dina sidor längre" in young.page(f"{young.p}/idag")
    with database.writing() as session:
        give_custody(session, "jon", "sara", "mats", NOON)  # and it can be verified anew
    assert sees(sara, young.p) == YOUNG_PAGES
