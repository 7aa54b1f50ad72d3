"""Mina kontakter: the three that the law names, who comes first, and what relatives are shown."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.contacts import domain, naming
from webapp.contacts.hours import Hours
from webapp.contacts.models import CareContact, Role
from webapp.core import clock
from webapp.core.access import Sight
from webapp.core.db import Database
from webapp.directory.numbers import ClosedNumber

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)


def headings(page: str) -> list[str]:
    main = page.partition("<main")[2].partition("</main>")[0]
    return [re.sub(r"<[^>]*>", "", found) for found in re.findall(r"<h2[^>]*>(.*?)</h2>", main, re.DOTALL)]


def test_the_three_that_the_law_names_come_first_and_are_shown_even_when_nobody_is_named(
    app: Flask, visit: Visitor
) -> None:
    for sub, names in (
        ("aino", ["Nils", "Maria", "Anna", "Per"]),
        ("eino", ["Britta", "Kaisa"]),
        ("vera", []),
    ):
        guest = visit(sub)
        guest.post("/sprak", {"sprak": "sv", "next": "/"})
        page = guest.page(f"{guest.p}/kontakter")
        places = [
            page.index(role) for role in ("Fast vårdkontakt", "Fast läkarkontakt", "Fast omsorgskontakt")
        ]
        assert places == sorted(places)
        for name in names:
            assert name in page
    assert "Personalen har det på sin lista" in visit("vera").page(f"{visit.p('vera')}/kontakter")


@ON_SQLITE
def test_open_now_and_closed_now_are_said_by_the_clock_on_the_wall(app: Flask, visit: Visitor) -> None:
    for at, said in (
        (NOON, "Öppet nu, till 16.00"),  # Monday 08.00
        (NOON + timedelta(hours=8), "Öppnar tisdag 08.00"),
        (datetime(2026, 3, 28, 11, tzinfo=UTC), "Öppnar måndag 08.00"),  # Saturday, before summer time
        (datetime(2026, 4, 2, 15, tzinfo=UTC), "Öppnar tisdag 08.00"),  # before Easter
        (datetime(2026, 4, 7, 5, 59, tzinfo=UTC), "Öppnar 08.00 idag"),
        (datetime(2026, 4, 7, 6, 0, tzinfo=UTC), "Öppet nu, till 16.00"),
    ):
        with clock.frozen(at):
            aino = visit("aino")
            nils = aino.page(f"{aino.p}/kontakter").partition("Nils")[2].partition("Maria")[0]
            assert said in re.sub(r"<[^>]*>", "", nils), at


def test_a_contact_that_is_not_for_relatives_is_not_shown_to_them_in_any_way(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        naming.name_contact(
            session,
            aino.id,
            Role.OTHER,
            "Hemliga Helga",
            "Kvinnojouren",
            TODAY,
            phone="0980-319 299",
            for_relatives=False,
        )
    assert "Hemliga Helga" in aino.page(f"{aino.p}/kontakter")
    assert "Hemliga Helga" in visit("nils").page(f"{aino.p}/kontakter")
    relatives = visit("lisa").page(f"{aino.p}/kontakter")
    for hidden in ("Helga", "Kvinnojouren", "319 299", "319299"):
        assert hidden not in relatives


def test_a_new_contact_in_a_legal_role_takes_over_from_its_first_day(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    tomorrow = TODAY + timedelta(days=1)
    with database.writing() as session:
        naming.name_contact(
            session, aino.id, Role.FAST_VARDKONTAKT, "Sanna", "Arjeplogs hälsocentral", tomorrow
        )
    with database.read() as session:
        kept = session.execute(
            select(CareContact.name, CareContact.until_on).where(
                CareContact.person_id == aino.id, CareContact.role == Role.FAST_VARDKONTAKT
            )
        ).all()
    assert sorted((name, until) for name, until in kept if name == "Nils") == [("Nils", TODAY)]
    assert "Sanna" not in aino.page(f"{aino.p}/kontakter")
    with clock.frozen(NOON + timedelta(days=1)):
        page = visit("aino").page(f"{aino.p}/kontakter")
        assert "Sanna" in page
        assert "distriktssköterska" not in page.partition("Sanna")[0].partition("<main")[2]


@ON_SQLITE
def test_another_contact_does_not_take_over_from_the_others(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        naming.name_contact(session, aino.id, Role.OTHER, "Karin", "Dietist", TODAY)
    page = aino.page(f"{aino.p}/kontakter")
    assert "Karin" in page
    assert "Per" in page


@pytest.mark.parametrize(
    "phone", ["020-22 00 60", "0771-22 00 60", "+46 20 22 00 60", "0046 771 220060", "020220060"]
)
@ON_SQLITE
def test_a_number_that_leads_nowhere_is_refused(
    app: Flask, database: Database, visit: Visitor, phone: str
) -> None:
    aino = visit("aino")
    with database.write() as session:
        with pytest.raises(ClosedNumber):
            naming.name_contact(session, aino.id, Role.OTHER, "x", "y", TODAY, phone=phone)
        with pytest.raises(ClosedNumber):
            naming.name_contact(session, aino.id, Role.OTHER, "x", "y", TODAY, stand_in_phone=phone)


def test_a_contact_ends_no_earlier_than_it_begins(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.write() as session, pytest.raises(IntegrityError, match="ends_after_it_begins"):
        naming.name_contact(session, aino.id, Role.OTHER, "x", "y", TODAY, until_on=TODAY - timedelta(days=1))
    hours = [Hours(0, time(16), time(8))]
    with database.write() as session, pytest.raises(IntegrityError, match="closes_after_it_opens"):
        naming.name_contact(session, aino.id, Role.OTHER, "x", "y", TODAY, hours=hours)


@ON_SQLITE
def test_the_one_to_call_first_is_open_and_has_a_number(app: Flask) -> None:
    from webapp.contacts.hours import Reach

    closed, opened = Reach(False), Reach(True, closes=time(16))
    nobody = domain.Contact(Role.FAST_VARDKONTAKT, missing=True)
    no_phone = domain.Contact(Role.FAST_VARDKONTAKT, name="A", reach=opened)
    shut = domain.Contact(Role.FAST_LAKARKONTAKT, name="B", phone="1", reach=closed)
    there = domain.Contact(Role.OTHER, name="C", phone="2", reach=opened)
    assert domain.first_to_call([nobody, no_phone, shut, there]) is there
    assert domain.first_to_call([nobody, no_phone, shut]) is shut
    assert domain.first_to_call([nobody, no_phone]) is None


def test_the_plan_names_the_same_to_call_first_as_the_contacts_do(
    app: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, found = domain.call_first, []

    def both(session: Session, sight: Sight, now: datetime) -> domain.Contact | None:
        found.append(
            (quick(session, sight, now), domain.first_to_call(domain.contacts_of(session, sight, now)))
        )
        return found[-1][0]

    monkeypatch.setattr(domain, "call_first", both)
    for at in (NOON, NOON.replace(hour=19), NOON.replace(hour=1), NOON + timedelta(days=5)):
        with clock.frozen(at):
            for sub in ("aino", "lisa", "nils", "anna"):
                visit(sub).page(f"{visit.p('aino')}/plan")
    assert len(found) == 16
    for named, first in found:
        assert named is not None
        assert first is not None
        assert (named.role, named.name, named.phone, named.reach) == (
            first.role,
            first.name,
            first.phone,
            first.reach,
        )


@ON_SQLITE
def test_a_person_without_a_contact_to_call_is_a_task_for_staff(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, jon = visit("aino").id, visit("jon").id
    elle = visit("elle").id
    named = domain.has_contact(Person.id, Role.FAST_VARDKONTAKT)
    with database.read() as session:
        for person_id, has_one in ((aino, True), (jon, True), (elle, False)):
            asked = select(named).where(Person.id == person_id)
            assert session.scalar(asked, {"today": TODAY}) is has_one
    assert "Fast vårdkontakt saknas" in visit("tor").page("/personal/")
    assert "Fast vårdkontakt saknas" not in visit("nils").page("/personal/")


@ON_SQLITE
def test_initials_are_those_of_the_name(app: Flask) -> None:
    for name, initials in (("Anna", "A"), ("anna-lena öberg svensson", "AÖ"), ("", ""), ("  ", "")):
        assert domain.Contact(Role.OTHER, name=name).initials == initials
