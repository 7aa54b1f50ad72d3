"""Who an e-ID opens the pages for: the person with the number, staff with the HSA-id, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.accounts.oidc.conftest import SigningIn, number
from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from webapp.accounts import domain, numbers
from webapp.accounts.models import Account, Assignment, Kind, Login, Person, StaffMember
from webapp.accounts.oidc.providers import STAFF, ClaimMap
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.sharing.guardians import OWN_LOGIN

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PNR = number("19450312")
NEW = {"pnr": PNR, "name": "Maj  Lind\u200bgren", "given_name": "Maj Kristina"}
HSA = "SE2321000230-1001"


def people(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def account(database: Database, sub: str) -> Account | None:
    with database.read() as session:
        return session.scalars(select(Account).where(Account.sub == sub)).first()


def give_number(database: Database, person: UUID, digits: str) -> None:
    with database.writing() as session:
        found = numbers.parse(digits)
        assert found
        domain.change_number(session, session.get_one(Person, person), found)


def holder(session: Session, digits: str) -> UUID | None:
    found = numbers.parse(digits)
    assert found
    person = domain.person_by_number(session, found)
    return person.id if person else None


def hire(database: Database, sub: str, hsa_id: str = HSA) -> None:
    with database.writing() as session:
        member = select(Account.staff_id).where(Account.sub == sub).scalar_subquery()
        session.execute(update(StaffMember).where(StaffMember.id == member).values(hsa_id=hsa_id))


def test_the_first_sign_in_takes_a_person_in_and_the_next_finds_them(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    before = people(database)
    guest = visit.stranger()
    response = signing_in.whole(guest, "bankid", sub="maj", **NEW)
    with database.read() as session:
        maj = session.get_one(Person, person_id(app, "maj"))
        assert (maj.name, maj.called, maj.municipality) == ("Maj Lindgren", "Maj", "")
        assert maj.born_on.isoformat() == "1945-03-12"
        assert holder(session, PNR) == maj.id
    assert response.location == f"/p/{maj.id}/idag"
    assert guest.page(f"/p/{maj.id}/idag")
    again = visit.stranger()
    assert signing_in.whole(again, "bankid", sub="maj", **NEW).location == f"/p/{maj.id}/idag"
    assert people(database) == before + 1


@ON_SQLITE
def test_who_is_new_reads_the_language_they_chose_before_signing_in(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    guest = visit.stranger()
    guest.post("/sprak", {"sprak": "smj"})
    arrived = signing_in.whole(guest, "bankid", sub="maj", **NEW)
    assert '<html lang="smj">' in guest.page(arrived.location)


def test_an_e_id_opens_the_pages_that_staff_began_for_the_person(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    give_number(database, person_id(app, "gun"), PNR)
    before = people(database)
    response = signing_in.whole(visit.stranger(), "bankid", sub="gun-1", pnr=PNR)  # no name is needed
    assert response.location == f"{visit.p('gun')}/idag"
    assert people(database) == before


def test_who_only_helps_others_begins_with_those(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    give_number(database, person_id(app, "marit"), PNR)
    assert signing_in.whole(visit.stranger(), "bankid", sub="m", pnr=PNR).location == "/mina"


def test_one_person_may_come_by_several_brokers_and_each_has_its_own_account(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    first, second = visit.stranger(), visit.stranger()
    one = signing_in.whole(first, "bankid", sub="same", **NEW)
    two = signing_in.whole(second, "freja", sub="same", **NEW)
    assert one.location == two.location
    with database.read() as session:
        accounts = session.scalars(select(Account).where(Account.sub == "same")).all()
    assert len({each.issuer for each in accounts}) == len(accounts) == 2
    assert len({each.person_id for each in accounts}) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "digits",
    [None, "", "19450312", PNR[:-1] + str((int(PNR[-1]) + 1) % 10), "٤" * 12, "A" * 12, "19450230" + "9806"],
)
def test_without_a_number_that_can_be_nobody_is_taken_in(
    signing_in: SigningIn, visit: Visitor, database: Database, digits: str | None
) -> None:
    before = people(database)
    response = signing_in.whole(visit.stranger(), "bankid", **{**NEW, "pnr": digits})
    assert response.status_code == 403
    assert "Din e-legitimation visar inget personnummer" in response.text
    assert people(database) == before


@ON_SQLITE
def test_a_coordination_number_is_as_good_as_a_personal_number(signing_in: SigningIn, visit: Visitor) -> None:
    signing_in.agree("bankid", claims=ClaimMap(coordination="samordningsnummer"))
    digits = number("19450372")
    response = signing_in.whole(visit.stranger(), "bankid", samordningsnummer=digits, name="Ali Reza")
    assert response.status_code == 302


@ON_SQLITE
def test_without_a_name_a_new_person_is_asked_to_be_taken_in_by_staff(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    before = people(database)
    response = signing_in.whole(visit.stranger(), "bankid", pnr=PNR)
    assert response.status_code == 403
    assert "visar inget namn" in response.text
    assert people(database) == before


@ON_SQLITE
@pytest.mark.parametrize(
    ("at", "fine"),
    [
        (datetime.fromisoformat("2026-03-08T23:59:00+01:00"), False),
        (datetime.fromisoformat("2026-03-09T00:01:00+01:00"), True),
    ],
)
def test_own_sign_in_comes_at_local_midnight_of_the_thirteenth_birthday(
    signing_in: SigningIn, visit: Visitor, database: Database, at: datetime, fine: bool
) -> None:
    assert OWN_LOGIN == 13
    before, young = people(database), {"pnr": number("20130309"), "name": "Kim Ek"}
    with clock.frozen(at):
        signing_in["bankid"].now = clock.now()
        response = signing_in.whole(visit.stranger(), "bankid", **young)
    assert response.status_code == (302 if fine else 403)
    assert ("när du har fyllt 13 år" in response.text) is not fine
    assert people(database) == before + fine


@ON_SQLITE
def test_somebody_who_is_registered_as_deceased_is_told_calmly(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    give_number(database, person_id(app, "gun"), PNR)
    with database.writing() as session:
        session.get_one(Person, person_id(app, "gun")).deceased_at = NOON
    response = signing_in.whole(visit.stranger(), "bankid", **NEW)
    assert response.status_code == 403
    assert "De här sidorna är stängda" in response.text
    assert account(database, "sub-1") is None


@ON_SQLITE
def test_protected_identity_is_no_hinder(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    give_number(database, person_id(app, "vera"), PNR)
    response = signing_in.whole(visit.stranger(), "bankid", sub="v", pnr=PNR)
    assert response.location == f"{visit.p('vera')}/idag"


# A changed number


def test_a_former_number_links_where_the_provider_is_believed_about_it(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    former = number("19450372")
    give_number(database, person_id(app, "gun"), former)
    before = people(database)
    claims = {**NEW, "sub": "gun-1", "previousCoordinationNumber": former}
    assert signing_in.whole(visit.stranger(), "bankid", **claims).location == f"{visit.p('gun')}/idag"
    with database.read() as session:
        assert holder(session, PNR) == person_id(app, "gun")
        assert holder(session, former) is None
    assert people(database) == before


def test_a_former_number_from_a_provider_that_is_not_believed_links_nothing(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    signing_in.agree("bankid", claims=ClaimMap(number="pnr"))
    former = number("19450372")
    give_number(database, person_id(app, "gun"), former)
    before = people(database)
    claims = {**NEW, "sub": "gun-1", "previousCoordinationNumber": former}
    assert signing_in.whole(visit.stranger(), "bankid", **claims).location != f"{visit.p('gun')}/idag"
    assert people(database) == before + 1
    with database.read() as session:
        assert holder(session, former) == person_id(app, "gun")


@ON_SQLITE
def test_an_account_follows_its_person_to_a_new_number_only_when_the_old_one_is_named(
    app: Flask, signing_in: SigningIn, visit: Visitor
) -> None:
    former = number("19450372")
    there = signing_in.whole(visit.stranger(), "bankid", sub="maj", **{**NEW, "pnr": former}).location
    stranger = {**NEW, "previousCoordinationNumber": number("19500101")}
    for claims in (NEW, stranger):
        assert signing_in.whole(visit.stranger(), "bankid", sub="maj", **claims).status_code == 403
    named = {**NEW, "previousCoordinationNumber": former}
    assert signing_in.whole(visit.stranger(), "bankid", sub="maj", **named).location == there
    assert signing_in.whole(visit.stranger(), "bankid", sub="maj", **NEW).location == there


@ON_SQLITE
def test_an_account_never_becomes_another_persons(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    give_number(database, person_id(app, "gun"), number("19470101"))
    assert signing_in.whole(visit.stranger(), "bankid", sub="maj", **NEW).status_code == 302
    other = {**NEW, "pnr": number("19470101"), "previousCoordinationNumber": PNR}
    assert signing_in.whole(visit.stranger(), "bankid", sub="maj", **other).status_code == 403


# Citizen and staff


def test_a_citizen_never_becomes_staff_whatever_the_claims_say(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "nils")
    claims = {**NEW, "sub": "x", "employeeHsaId": HSA, "kind": "staff", "commissionHsaId": "any"}
    guest = visit.stranger()
    assert signing_in.whole(guest, "bankid", **claims).status_code == 302
    found = account(database, "x")
    assert found is not None
    assert (found.kind, found.staff_id) == (Kind.CITIZEN, None)
    assert guest.get("/personal/").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("first", ["bankid", "siths"])
def test_the_same_sub_of_the_same_issuer_is_not_let_over_from_one_kind_to_the_other(
    signing_in: SigningIn, visit: Visitor, database: Database, first: str
) -> None:
    hire(database, "nils")
    kind_first = signing_in.app.extensions["naramig.oidc"][first].provider.kind
    claims = {**NEW, "sub": "x", "employeeHsaId": HSA}
    assert signing_in.whole(visit.stranger(), first, **claims).status_code == 302
    turned = "citizen" if kind_first == STAFF else STAFF
    signing_in.agree(first, turned)
    response = signing_in.whole(visit.stranger(), first, **claims)
    assert response.status_code == 403
    found = account(database, "x")
    assert found is not None
    assert found.kind == kind_first


# Staff


def test_staff_come_in_by_the_hsa_id_that_an_administrator_entered(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "nils")
    guest = visit.stranger()
    response = signing_in.whole(guest, "siths", sub="n", employeeHsaId=HSA.lower())
    assert response.location == "/personal/"
    assert "Arjeplogs hälsocentral" in guest.page("/personal/")


@ON_SQLITE
@pytest.mark.parametrize("said", [{}, {"employeeHsaId": ""}, {"employeeHsaId": "SE2321000230-9999"}])
def test_nobody_becomes_staff_by_signing_in(
    signing_in: SigningIn, visit: Visitor, database: Database, said: dict[str, Any]
) -> None:
    hire(database, "nils")
    response = signing_in.whole(visit.stranger(), "siths", sub="n", **said, **NEW)
    assert response.status_code == 403
    assert "Be administratören på din enhet" in response.text
    assert account(database, "n") is None


@ON_SQLITE
def test_staff_who_are_switched_off_are_out(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "nils")
    guest = visit.stranger()
    assert signing_in.whole(guest, "siths", sub="n", employeeHsaId=HSA).status_code == 302
    with database.writing() as session:
        session.execute(update(StaffMember).where(StaffMember.hsa_id == HSA).values(active=False))
    assert guest.get("/personal/").status_code == 302
    assert signing_in.whole(guest, "siths", sub="n", employeeHsaId=HSA).status_code == 403


@ON_SQLITE
def test_a_card_of_somebody_else_does_not_take_over_an_account(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "nils")
    hire(database, "britta", "SE2321000230-1002")
    assert signing_in.whole(visit.stranger(), "siths", sub="n", employeeHsaId=HSA).status_code == 302
    other = signing_in.whole(visit.stranger(), "siths", sub="n", employeeHsaId="SE2321000230-1002")
    assert other.status_code == 403


def assignment(session: Session, sub: str, unit: str) -> Assignment:
    return session.scalars(
        select(Assignment)
        .join(Account, Account.staff_id == Assignment.staff_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Account.sub == sub, Unit.name.contains(unit))
    ).first() or pytest.fail("no such assignment")


def test_the_assignment_that_the_card_names_is_the_one_in_use(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "britta")
    with database.writing() as session:
        pajala = assignment(session, "britta", "Pajala")
        pajala.hsa_id = "SE2321000230-A1"
        session.get_one(Unit, assignment(session, "britta", "Kalix").unit_id).hsa_id = "SE2321000230-U1"
    for named, unit in (("se2321000230-a1", "Pajala"), ("SE2321000230-U1", "Kalix")):
        guest = visit.stranger()
        response = signing_in.whole(guest, "siths", sub="b", employeeHsaId=HSA, commissionHsaId=named)
        assert response.location == "/personal/"
        assert f"{unit}" in guest.page("/personal/").split("Byt uppdrag")[0]


@ON_SQLITE
def test_an_assignment_that_is_not_theirs_is_refused_also_when_it_has_ended(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "britta")
    with database.writing() as session:
        assignment(session, "nils", "Arjeplog").hsa_id = "SE2321000230-A9"
        pajala = assignment(session, "britta", "Pajala")
        pajala.hsa_id, pajala.ends_on = "SE2321000230-A1", NOON.date() - timedelta(days=1)
    for named in ("SE2321000230-A9", "SE2321000230-A1", "unheard of"):
        guest = visit.stranger()
        response = signing_in.whole(guest, "siths", sub="b", employeeHsaId=HSA, commissionHsaId=named)
        assert response.status_code == 403
        assert "Du har inte det uppdraget här" in response.text
        assert guest.get("/personal/").status_code == 302


@ON_SQLITE
def test_staff_with_several_assignments_choose_when_the_card_names_none(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "britta")
    guest = visit.stranger()
    assert signing_in.whole(guest, "siths", sub="b", employeeHsaId=HSA).location == "/personal/uppdrag"
    page = guest.page("/personal/uppdrag")
    assert "Pajala" in page
    assert "Kalix" in page
    with database.read() as session:
        chosen = assignment(session, "britta", "Pajala").id
    assert guest.post("/personal/uppdrag", {"uppdrag": str(chosen)}).location == "/personal/"
    with database.read() as session:
        begun = session.scalars(select(Login).where(Login.ended_at.is_(None))).one()
        assert begun.assignment_id == chosen


# The sign-in itself


def cookie(guest: Guest) -> str:
    found = guest.client.get_cookie("__Host-naramig")
    assert found
    return str(found.value)


@ON_SQLITE
def test_signing_in_ends_what_was_open_in_this_browser_and_begins_anew(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    before = aino.token()
    response = signing_in.whole(aino, "bankid", sub="maj", **NEW)
    assert response.status_code == 302
    assert aino.get(f"{visit.p('aino')}/idag").status_code == 404
    stale = aino.client.post("/sprak", data={"csrf_token": before, "sprak": "se"})
    assert stale.status_code == 400
    with database.read() as session:
        assert len(session.scalars(select(Login).where(Login.ended_at.is_(None))).all()) == 1
