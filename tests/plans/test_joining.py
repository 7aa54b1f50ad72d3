"""Somebody more takes part in a plan that goes on: the person's choice, and told to them when staff write it down."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.plans.planning import opened, plan_of
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.permissions import Level
from webapp.plans.models import ParticipantKind, PlanParticipant
from webapp.sharing.domain import Grant, let_in
from webapp.sharing.models import Block, Consent, ConsentKind, Notice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHOSEN = {"chosen": "y"}


def staffs_path(whose: Guest) -> str:
    return f"/personal/person/{whose.id}/plan/fler"


def save(guest: Guest, path: str, **typed: str) -> int:
    return guest.post(path, {**opened(guest, path), **CHOSEN, **typed}).status_code


def parts(database: Database, person: UUID) -> dict[str, PlanParticipant]:
    with database.read() as session:
        found = select(PlanParticipant).where(
            PlanParticipant.person_id == person, PlanParticipant.ended_at.is_(None)
        )
        return {each.name: each for each in session.scalars(found)}


def unit_id(database: Database, name: str) -> str:
    with database.read() as session:
        return str(session.scalars(select(Unit.id).where(Unit.name == name)).one())


def marit_is_let_in(database: Database, app: Flask, plan: Level = Level.SEE) -> str:
    with database.writing() as session:
        aino = session.get_one(Person, person_id(app, "aino"))
        marit = session.get_one(Person, person_id(app, "marit"))
        let_in(session, aino, marit, "granne", Grant(plan=plan, contacts=Level.SEE), NOON)
        return str(marit.id)


def told(database: Database, person: UUID) -> int:
    with database.read() as session:
        found = select(func.count()).where(Notice.person_id == person, Notice.kind == "plan_part_added")
        return session.scalar(found) or 0


def test_staff_write_down_whom_the_person_has_chosen_and_the_person_is_told(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    marit = marit_is_let_in(database, app)
    path = staffs_path(aino)
    assert path in nils.page(f"{aino.p}/plan/vilka-ar-med")
    pajala = unit_id(database, "Pajala hälsocentral")
    form = {**opened(nils, path), **CHOSEN, "relative": marit, "unit": pajala}
    form |= {"other": "Berit", "other_role": "granne"}
    for _ in range(2):  # the first answer never came back
        assert nils.post(path, form).location == f"{aino.p}/plan/vilka-ar-med"
    there = parts(database, aino.id)
    new = [there[name] for name in ("Marit", "Pajala hälsocentral", "Berit")]
    assert [each.kind for each in new] == [
        ParticipantKind.RELATIVE,
        ParticipantKind.UNIT,
        ParticipantKind.OTHER,
    ]
    assert {(each.recorded_as, each.chosen_at) for each in new} == {("Nils, Arjeplogs hälsocentral", NOON)}
    assert told(database, aino.id) == 1
    assert "någon mer är med i din plan" in aino.page(f"{aino.p}/idag")
    shown = aino.page(f"{aino.p}/plan/vilka-ar-med")
    assert shown.count("Skrevs in av Nils, Arjeplogs hälsocentral") == 3
    assert aino.post(f"{aino.p}/plan/vilka-ar-med/{there['Berit'].id}/sluta").status_code == 302
    assert "Berit" not in parts(database, aino.id)
    to_invite = nils.page(f"{aino.p}/tider/nytt-mote")
    assert "Marit" in to_invite
    assert "Berit" not in to_invite


def test_a_unit_that_holds_a_consented_part_writes_too_and_reads_no_more_by_it(
    database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    school = unit_id(database, "Pajala hälsocentral")
    assert save(visit("anna"), staffs_path(aino), unit=school) == 302
    assert visit("britta").get(f"{aino.p}/plan").status_code == 404


@ON_SQLITE
def test_who_sees_their_own_rows_alone_or_nothing_writes_nobody_in(visit: Visitor) -> None:
    for whose in ("aino", "jon"):
        path = staffs_path(visit(whose))
        for sub in ("eva", "tor", "karin", "lena", "lisa", "aino", "sara", "marit"):
            assert visit(sub).get(path).status_code == 404, (whose, sub)
            assert visit(sub).post(path, {**CHOSEN, "other": "Berit"}).status_code == 404, (whose, sub)


def test_nobody_is_written_in_who_may_not_take_part(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    path, before = staffs_path(aino), set(parts(database, aino.id))
    marit = marit_is_let_in(database, app, Level.NONE)  # and not to the plan
    home = unit_id(database, "Hemtjänsten Arjeplog")  # in it already
    assert save(nils, path, relative=marit) == 200
    assert save(nils, path, unit=home) == 200
    with database.writing() as session:
        pajala = session.scalars(select(Unit).where(Unit.name == "Pajala hälsocentral")).one()
        session.add(Block(person_id=aino.id, unit_id=pajala.id, begun_at=NOON))
        pajala_id = str(pajala.id)
    assert save(nils, path, unit=pajala_id) == 200
    assert set(parts(database, aino.id)) == before
    assert told(database, aino.id) == 0


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"other": "Berit", "chosen": ""}, "Fråga först"),
        ({}, "Välj eller skriv vem som ska vara med"),
        ({"other_role": "granne"}, "Skriv vem det är"),
        ({"other": "x" * 81}, "80"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(
    database: Database, visit: Visitor, typed: dict[str, str], said: str
) -> None:
    aino, nils = visit("aino"), visit("nils")
    path, before = staffs_path(aino), set(parts(database, aino.id))
    form = {**opened(nils, path), **CHOSEN, **typed}
    answer = nils.post(path, {key: words for key, words in form.items() if words})
    assert answer.status_code == 200
    assert said in answer.text
    assert set(parts(database, aino.id)) == before


@ON_SQLITE
def test_a_relative_with_protected_identity_is_offered_to_nobody(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    marit = marit_is_let_in(database, app)
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == UUID(marit)).values(protected=True))
    assert "Marit" not in nils.page(staffs_path(aino))
    assert save(nils, staffs_path(aino), relative=marit) == 200


@ON_SQLITE
def test_in_a_paused_plan_staff_write_nobody_in(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        plan_of(session, aino.id).frozen_at = NOON
    assert nils.get(staffs_path(aino)).status_code == 404
    assert staffs_path(aino) not in nils.page(f"{aino.p}/plan/vilka-ar-med")


@ON_SQLITE
def test_of_a_young_person_staff_say_that_they_chose_themselves(visit: Visitor) -> None:
    jon = visit("jon")
    assert "Jon har själv valt" in visit("mats").page(staffs_path(jon))


def test_the_person_adds_a_relative_who_is_bound_to_them_and_nobody_else_does(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    marit = marit_is_let_in(database, app)
    path = f"{aino.p}/plan/vilka-ar-med/fler"
    assert path in aino.page(f"{aino.p}/plan/vilka-ar-med")
    for sub in ("lisa", "nils", "anna", "marit", "eino"):
        assert visit(sub).get(path).status_code == 404, sub
    form = {**opened(aino, path), "relative": marit}
    for _ in range(2):  # the first answer never came back
        assert aino.post(path, form).status_code == 302
    there = parts(database, aino.id)
    assert there["Marit"].recorded_as == ""
    assert told(database, aino.id) == 0
    assert aino.post(path, {"relative": marit}).status_code == 200  # she is in it already
    with database.writing() as session:
        session.execute(
            update(Consent)
            .where(Consent.relative_id == UUID(marit), Consent.kind == ConsentKind.RELATIVE)
            .values(withdrawn_at=NOON)
        )
        session.get_one(PlanParticipant, there["Marit"].id).ended_at = NOON
    assert aino.post(path, {"relative": marit}).status_code == 200
    assert "Marit" not in parts(database, aino.id)
