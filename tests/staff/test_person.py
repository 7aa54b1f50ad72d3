"""One person as the unit sees them: who they are, why the unit is here, and ending it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.sharing import care
from webapp.sharing.models import CareRelation

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERYBODY_ELSE = ("tor", "britta", "mats", "lena", "karin", "lisa", "marit", "aino")


def page_of(visit: Visitor, sub: str) -> str:
    """The staff's page of one person."""
    return f"/personal/person/{visit.p(sub)[3:]}"


def relation(database: Database, called: str, unit: str) -> UUID:
    with database.read() as session:
        return session.scalars(
            select(CareRelation.id)
            .join(Person, Person.id == CareRelation.person_id)
            .join(Unit, Unit.id == CareRelation.unit_id)
            .where(Person.called == called, Unit.name == unit)
        ).one()


def test_the_unit_reads_who_the_person_is_why_they_are_here_and_what_crosses(visit: Visitor) -> None:
    page = visit("nils").page(page_of(visit, "aino"))
    for said in ("Aino Lundmark", "82 år", "070-174 06 31", "Listad, hjärtsvikt", "Hemtjänsten Arjeplog"):
        assert said in page, said
    school = visit("eva").page(page_of(visit, "jon"))
    assert "Inget samtycke finns" in school
    assert "BUP" not in school, "a unit that is in no consent is not told where else he is cared for"


def test_nobody_else_comes_to_that_page(visit: Visitor) -> None:
    never = visit("nils").get(f"/personal/person/{uuid4()}")
    for sub in EVERYBODY_ELSE:
        answer = visit(sub).get(page_of(visit, "aino"))
        assert answer.status_code == 404, sub
    other = visit("nils").get(page_of(visit, "gun"))
    assert (other.status_code, len(other.text)) == (never.status_code, len(never.text))


def test_opening_it_is_written_in_the_persons_log(app: Flask, database: Database, visit: Visitor) -> None:
    visit("nils").page(page_of(visit, "aino"))
    with database.read() as session:
        last = session.scalars(
            select(AccessLog).where(AccessLog.person_id == visit("aino").id).order_by(AccessLog.number.desc())
        ).first()
    assert last
    assert (last.page, last.role) == ("care", "distriktssköterska")


def test_the_unit_says_anew_why_and_until_when(database: Database, visit: Visitor) -> None:
    nils, base = visit("nils"), page_of(visit, "aino")
    path = f"{base}/vard/{relation(database, 'Aino', 'Arjeplogs hälsocentral')}"
    assert "Skriv varför" in nils.post(path, {"reason": " "}).text
    past = nils.post(path, {"reason": "Sår", "until_on": "2026-03-08"}).text
    assert "Den dagen har redan varit" in past
    assert 'value="Sår"' in past
    assert nils.post(path, {"reason": "Sår på benet", "until_on": "2026-03-09"}).location == base
    page = nils.page(base)
    assert "Sår på benet" in page
    with clock.frozen(NOON + timedelta(hours=15, minutes=59)):  # 23.59 that evening
        assert visit("nils").get(base).status_code == 200
    with clock.frozen(NOON + timedelta(hours=16, minutes=1)):  # 00.01
        nils = visit("nils")
        assert nils.get(base).status_code == 404
        assert "Aino" not in nils.page("/personal/sok")


def test_ending_it_holds_from_the_next_request_also_for_an_open_form(
    database: Database, visit: Visitor
) -> None:
    nils, base, aino = visit("nils"), page_of(visit, "aino"), visit.p("aino")
    form = nils.page(f"/personal/skicka/{aino[3:]}")
    assert "Vad och varför" in form
    ends = f"{base}/vard/{relation(database, 'Aino', 'Arjeplogs hälsocentral')}/avsluta"
    assert visit("anna").post(ends).status_code == 404  # another unit's
    assert nils.post(ends).location == "/personal/sok"
    sent = nils.post(f"/personal/skicka/{aino[3:]}", {"text": "x", "steg": "granska"})
    assert sent.status_code == 404
    for path in (base, f"{aino}/idag", f"{aino}/viktigt", f"{aino}/plan", ends):
        assert nils.get(path).status_code in (404, 405), path
    assert nils.post(ends).status_code == 404
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        assert "Aino" not in nils.page(path), path
    assert visit("anna").get(f"{aino}/plan").status_code == 200
    with database.read() as session:
        ended = session.scalars(select(CareRelation).where(CareRelation.ended_at.is_not(None))).one()
    assert (ended.ended_at, ended.ended_by) == (NOON, "Nils, distriktssköterska, Arjeplogs hälsocentral")


@ON_SQLITE
def test_with_two_reasons_the_other_one_remains(database: Database, visit: Visitor) -> None:
    nils, base = visit("nils"), page_of(visit, "aino")
    with database.writing() as session:
        aino = session.scalars(select(Person).where(Person.called == "Aino")).one()
        unit = session.scalars(select(Unit).where(Unit.name == "Arjeplogs hälsocentral")).one()
        wound = care.begin_care(session, aino, unit, "Sår", NOON).id
    assert nils.post(f"{base}/vard/{wound}/avsluta").location == base
    assert "Listad, hjärtsvikt" in nils.page(base)


@ON_SQLITE
def test_the_list_leads_to_the_page(visit: Visitor) -> None:
    assert page_of(visit, "aino") in visit("nils").page("/personal/sok")
    assert page_of(visit, "aino") in visit("nils").page(f"{visit.p('aino')}/mer")
    assert "/personal/person" not in visit("aino").page(f"{visit.p('aino')}/mer")
