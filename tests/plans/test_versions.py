"""What the person has agreed to stays as it was: the database itself refuses to change it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.plans.planning import answered, hidden, opened, plan_of, row_saying
from webapp.core import fence
from webapp.core.db import Database
from webapp.permissions import TABLE, Area, Level, Permission, Ties
from webapp.plans import versions
from webapp.plans.models import Doer, Plan, PlanRow, PlanVersion, RowStatus
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def version_of(session: Session, visit: Visitor) -> PlanVersion:
    """A version of Aino's plan, agreed to by her."""
    aino = visit("aino").id
    plan = session.scalars(select(Plan).where(Plan.person_id == aino)).one()
    made = PlanVersion(
        person_id=aino, plan_id=plan.id, number=1, agreed_at=NOON, agreed_by_id=aino, document="{}"
    )
    session.add(made)
    session.flush()
    return made


def test_the_database_refuses_to_change_or_take_away_a_version(
    app: Flask, database: Database, as_web: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        made = version_of(session, visit)
    mine = PlanVersion.id == made.id
    for statement in (
        update(PlanVersion).where(mine).values(number=2),
        update(PlanVersion).where(mine).values(document=""),
        delete(PlanVersion).where(mine),
    ):
        with app.app_context(), as_web.write() as session:
            fence.about(session, made.person_id)
            with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
                session.execute(statement)
    with database.read() as session:
        assert session.get_one(PlanVersion, made.id).number == 1


def agreeing(guest: Guest) -> str:
    """The page on which somebody agrees to Aino's plan."""
    return guest.page(f"{visit_p(guest)}/plan/ja")


def visit_p(guest: Guest) -> str:
    return f"/p/{person_id(guest.app, 'aino')}"


def yes(guest: Guest, page: str) -> Any:
    return guest.post(f"{visit_p(guest)}/plan/ja", {"planen": hidden(page)["planen"]}, follow_redirects=True)


def numbers(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(PlanVersion.number).order_by(PlanVersion.number)))


def test_the_person_agrees_to_the_plan_once_and_it_is_kept_as_it_was(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    answered(database, aino.id)
    page = agreeing(aino)
    for _ in range(2):  # the first answer never came back
        assert "Plan nummer 1" in yes(aino, page).text
    assert numbers(database) == [1]
    assert "Planen är överenskommen." in agreeing(aino)
    row = row_saying(database, "Jag väger mig varje morgon")
    change = f"{aino.p}/plan/rad/{row.id}/andra"
    aino.post(change, {**opened(aino, change), "what": "Jag väger mig på söndagar"})
    assert "Jag väger mig varje morgon" in aino.page(f"{aino.p}/plan/versioner/1")
    again = agreeing(aino)
    assert "Det här är nytt sedan senast" in again
    yes(aino, again)
    assert numbers(database) == [1, 2]
    beside = aino.page(f"{aino.p}/plan/versioner/1/2")
    assert "Ändrade rader" in beside
    assert "Jag väger mig varje morgon" in beside
    assert "Jag väger mig på söndagar" in beside
    assert aino.get(f"{aino.p}/plan/versioner/3").status_code == 404
    assert aino.get(f"{aino.p}/plan/versioner/1/9").status_code == 404


@ON_SQLITE
def test_the_plan_asks_for_a_yes_when_every_row_has_its_answer(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, ask = visit("aino"), "Stämmer hela planen?"
    assert ask not in aino.page(f"{aino.p}/plan")  # a row waits
    lacks = agreeing(aino)
    assert "Läs och svara" in lacks
    assert "Be dem som håller ihop planen" not in lacks  # it is hers to answer
    answered(database, aino.id)
    assert ask in aino.page(f"{aino.p}/plan")
    assert ask not in visit("nils").page(f"{aino.p}/plan")
    yes(aino, agreeing(aino))
    assert ask not in aino.page(f"{aino.p}/plan")


def test_a_yes_to_a_plan_that_has_changed_meanwhile_changes_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    answered(database, aino.id)
    page = agreeing(aino)
    row = row_saying(database, "Jag väger mig varje morgon")
    change = f"{aino.p}/plan/rad/{row.id}/andra"
    aino.post(change, {**opened(aino, change), "what": "Jag väger mig på söndagar"})
    assert "Planen har ändrats sedan du öppnade sidan." in yes(aino, page).text
    assert numbers(database) == []


def test_what_is_missing_is_said_and_nothing_is_agreed_to(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    page = agreeing(aino)
    assert "Det finns förslag som du inte har svarat på." in page
    assert "Ja, planen stämmer" not in page
    with database.read() as session:
        fingerprint = versions.draft_of(session, plan_of(session, aino.id)).document.fingerprint
    said = aino.post(f"{aino.p}/plan/ja", {"planen": fingerprint}, follow_redirects=True).text
    assert "Något saknas än." in said
    answered(database, aino.id)
    with database.writing() as session:
        others = (PlanRow.person_id == aino.id, PlanRow.doer.in_((Doer.ME, Doer.RELATIVE)))
        session.execute(update(PlanRow).where(*others).values(status=RowStatus.ENDED))
    assert "eller att ingen annan gör något" in agreeing(aino)
    assert numbers(database) == []


@ON_SQLITE
def test_only_the_person_agrees_and_each_reads_what_they_may(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    answered(database, aino.id)
    yes(aino, agreeing(aino))
    for sub in ("lisa", "nils", "anna", "britta"):
        guest = visit(sub)
        assert guest.get(f"{aino.p}/plan/ja").status_code == 404, sub
        assert guest.post(f"{aino.p}/plan/ja", {"planen": "x"}).status_code == 404, sub
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == ConsentKind.SIP).values(withdrawn_at=NOON))
    nils, anna = (visit(sub).page(f"{aino.p}/plan/versioner/1") for sub in ("nils", "anna"))
    assert ("Vi hörs i telefon" in nils, "Hjälp i hemmet" in nils) == (True, False)
    assert ("Vi hörs i telefon" in anna, "Hjälp i hemmet" in anna) == (False, True)


def test_a_guardian_agrees_for_a_child_who_is_too_young_to_sign_in() -> None:
    rule = TABLE[Permission.PLAN_AGREE]
    child, young = ({Area.PLAN: Level.HELP}, {Area.OWN_TASKS: Level.SEE})
    assert rule.allows(Ties(areas=child, mandate="guardian"))
    assert not rule.allows(Ties(areas=young, mandate="guardian"))
    assert not rule.allows(Ties(areas=child))  # a relative who helps
    assert not rule.allows(Ties(areas=child, mandate="god_man"))
    assert not rule.allows(Ties(cares=True))
    assert not rule.allows(Ties(is_self=True, limited=True))


@ON_SQLITE
def test_keys_change_and_versions_still_read(app: Flask, database: Database, visit: Visitor) -> None:
    """The one change that the database lets through: the same text under another key."""
    with database.writing() as session:
        made = version_of(session, visit)
    kept = "SELECT document FROM plan_version"
    with database.engine.connect() as connection:
        stands = connection.exec_driver_sql(kept).scalar_one()
        anew = stands.replace("s1.1.", "s1.2.", 1)
        assert anew != stands
        connection.exec_driver_sql("UPDATE plan_version SET document = ?", (anew,))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("UPDATE plan_version SET document = ?", (anew + "A",))
    assert made.number == 1
