"""What one unit is told of another that the person has not let it into: nothing, in any form."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.plans.domain import propose_row
from webapp.plans.models import Doer, Plan
from webapp.sharing.models import Consent, ConsentKind, Notice


def sip_of(database: Database, person: Any) -> Consent:
    with database.read() as session:
        return session.scalars(
            select(Consent).where(Consent.person_id == person, Consent.kind == ConsentKind.SIP)
        ).one()


def test_no_page_and_no_file_tells_the_school_of_psychiatry(visit: Visitor) -> None:
    eva, jon = visit("eva"), visit("jon")
    for path in (
        f"{jon.p}/plan",
        f"{jon.p}/plan/plan.json",
        f"{jon.p}/tider",
        f"/personal/person/{jon.id}",
        f"/personal/person/{jon.id}/sip/nytt",
    ):
        page = eva.get(path).text
        assert "Mats" not in page, path
        said = page.partition("<form")[0] if path.endswith("nytt") else page
        assert "BUP" not in said, path


def test_only_a_unit_that_is_in_a_consent_takes_it_back(visit: Visitor, database: Database) -> None:
    jon = visit("jon")
    path = f"/personal/person/{jon.id}/sip/{sip_of(database, jon.id).id}/tillbaka"
    assert visit("eva").post(path).status_code == 404
    assert sip_of(database, jon.id).withdrawn_at is None
    assert visit("ulla").post(path).status_code == 302
    assert sip_of(database, jon.id).withdrawn_at == NOON


def test_what_somebody_outside_does_is_shared_by_consent_alone(
    app: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        row = propose_row(session, plan, "Sitta med kyrkans kör", Doer.OTHER, NOON)
        row.unit_id = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
    assert "kyrkans kör" in visit("anna").page(f"{aino.p}/plan")
    aino.post(f"{aino.p}/delning/{sip_of(database, aino.id).id}/sluta")
    for path in ("plan", "plan/plan.json"):
        assert "kyrkans kör" not in visit("anna").get(f"{aino.p}/{path}").text
        assert "kyrkans kör" in visit("nils").page(f"{aino.p}/{path}")


def test_the_person_is_told_when_another_writes_or_ends_their_goal(
    visit: Visitor, database: Database
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    address = next(part for part in lisa.page(f"{aino.p}/plan").split('"') if "/plan/mal/" in part)
    revision = lisa.page(address).partition('name="revision"')[2].partition('value="')[2].partition('"')[0]
    for path, form in (
        (address, {"words": "Lisas ord om målet", "revision": revision}),
        (f"{address.removesuffix('/andra')}/avsluta", {"revision": str(int(revision) + 1)}),
    ):
        with database.writing() as session:
            session.execute(delete(Notice))
        assert lisa.post(path, form).status_code == 302, path
        with database.read() as session:
            told = session.scalars(select(Notice.kind).where(Notice.person_id == aino.id)).all()
        assert told == ["plan_asks"], path
        if form:
            goals = aino.page(f"{aino.p}/plan").partition("Det här gör vi")[0]
            assert "Skrivet av Lisa" in goals
