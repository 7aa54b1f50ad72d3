"""A plan ends when the person wants it, and what was for it alone ends with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.meetings.models import AgreedTime
from webapp.plans.models import Plan
from webapp.plans.reminder_models import RowReminder
from webapp.reminders.models import Reminder
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = {"reason": "Målen är nådda", "wanted": "y"}


def test_aino_ends_her_plan_without_saying_why_and_everything_for_it_ends(
    database: Database, visit: Visitor
) -> None:
    aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
    assert "Avsluta planen" in aino.page(f"{aino.p}/plan")
    assert aino.post(f"{aino.p}/plan/avsluta").status_code == 302
    assert "Du har ingen plan än" in aino.page(f"{aino.p}/plan")
    with database.read() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        assert (plan.ended_on, plan.end_reason) == (NOON.date(), "")
        consents = select(Consent).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.SIP)
        assert all(each.withdrawn_at == NOON for each in session.scalars(consents))
        times = session.scalars(select(AgreedTime).where(AgreedTime.plan_id == plan.id)).all()
        assert [each.cancelled_at for each in times if each.starts_at > NOON] == [NOON]
        running = select(Reminder).join(RowReminder, RowReminder.reminder_id == Reminder.id)
        assert all(each.ended_at == NOON for each in session.scalars(running))
    assert "En plan som du var med i är avslutad." in lisa.page("/mina")
    assert "Aino" not in lisa.page("/mina").partition("är avslutad")[0].rpartition("<p")[2]
    assert "Börja en plan" in nils.page(f"{aino.p}/plan")
    assert "Avsluta planen" not in nils.page(f"{aino.p}/plan")


@ON_SQLITE
def test_staff_say_why_and_that_the_person_wants_it_and_the_person_is_told(
    database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"{aino.p}/plan/avsluta"
    for said, fault in (
        ({**SAID, "reason": ""}, "Skriv varför planen avslutas"),
        ({"reason": "Målen är nådda"}, "Fråga personen först"),
    ):
        refused = nils.post(path, said)
        assert refused.status_code == 200
        assert fault in refused.text
    assert "Vi hörs i telefon" in aino.page(f"{aino.p}/plan")
    assert nils.post(path, SAID).status_code == 302
    assert "Personalen har skrivit att du vill avsluta din plan" in aino.page(f"{aino.p}/idag")
    with database.read() as session:
        assert session.scalars(select(Plan.end_reason).where(Plan.person_id == aino.id)).one()
    assert nils.get(path).status_code == 404


@ON_SQLITE
def test_who_sees_a_part_of_the_plan_cannot_end_it(visit: Visitor) -> None:
    """School has its own rows, a guardian of a fourteen-year-old hers, and a daughter helps."""
    aino, jon = visit.p("aino"), visit.p("jon")
    for sub, whose in (("eva", jon), ("sara", jon), ("lisa", aino), ("anna", jon), ("marit", aino)):
        assert visit(sub).get(f"{whose}/plan/avsluta").status_code == 404, sub
        assert visit(sub).post(f"{whose}/plan/avsluta", SAID).status_code == 404, sub
    assert visit("jon").get(f"{jon}/plan/avsluta").status_code == 200


@ON_SQLITE
def test_a_new_plan_is_begun_with_a_new_consent(visit: Visitor) -> None:
    jon, eva = visit("jon"), visit("eva")
    assert jon.post(f"{jon.p}/plan/avsluta").status_code == 302
    assert "Eget rum" not in eva.page(f"{jon.p}/plan")
    choose = visit("ulla").page(f"/personal/person/{jon.id}/plan/ny")
    assert "Det finns redan en plan" not in choose
    assert "Barn och ungas psykiska hälsa" in choose


def test_an_ended_plan_is_read_by_those_who_had_a_part_in_it_each_their_own(
    database: Database, visit: Visitor
) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    assert nils.post(f"{aino.p}/plan/avsluta", SAID).status_code == 302
    with database.read() as session:
        plan = session.scalars(select(Plan.id).where(Plan.person_id == aino.id)).one()
    path = f"{aino.p}/plan/avslutade/{plan}"
    assert path in aino.page(f"{aino.p}/plan/avslutade")
    mine = aino.page(path)
    for words in ("Målen är nådda", "Jag väger mig varje morgon", "Hjälp i hemmet"):
        assert words in mine, words
    ours, theirs = nils.page(path), anna.page(path)
    assert "Vi hörs i telefon" in ours
    assert "Hjälp i hemmet" not in ours
    assert "Hjälp i hemmet" in theirs
    assert "Vi hörs i telefon" not in theirs
    assert "Målen är nådda" not in theirs
    for sub in ("mats", "eino", "marit", "karin"):
        assert visit(sub).get(path).status_code == 404, sub
    jon = visit("jon")
    assert jon.get(f"{jon.p}/plan/avslutade/{plan}").status_code == 404
    assert aino.get(f"{path}/9").status_code == 404


@ON_SQLITE
def test_a_plan_that_goes_on_is_no_ended_one(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.read() as session:
        plan = session.scalars(select(Plan.id).where(Plan.person_id == aino.id)).one()
    assert "Ingen plan har avslutats" in aino.page(f"{aino.p}/plan/avslutade")
    assert aino.get(f"{aino.p}/plan/avslutade/{plan}").status_code == 404


@ON_SQLITE
def test_the_unit_that_began_a_frozen_plan_ends_it_though_it_sees_its_own_rows_alone(
    database: Database, visit: Visitor
) -> None:
    aino, anna = visit("aino"), visit("anna")
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        plan.frozen_at = NOON
    path = f"{aino.p}/plan/avsluta"
    assert anna.get(path).status_code == 404
    assert path not in anna.page(f"{aino.p}/plan")
    with database.writing() as session:
        began = session.scalars(select(Unit.id).where(Unit.name == "Hemtjänsten Arjeplog")).one()
        session.get_one(Plan, plan.id).unit_id = began
    assert path in anna.page(f"{aino.p}/plan")
    assert anna.post(path, SAID).status_code == 302
    with database.read() as session:
        assert session.get_one(Plan, plan.id).ended_on == NOON.date()
