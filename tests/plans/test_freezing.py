"""A withdrawn consent wins over everything: the plan freezes, and nobody reads another organisation's rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.plans.beginning_with import address, filled, unit_id
from webapp.accounts.models import Account
from webapp.core import clock
from webapp.core.access import Reader, Sight
from webapp.core.db import Database
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation, Unit
from webapp.meetings.models import AgreedTime
from webapp.permissions import TABLE, Area
from webapp.plans import answering, domain, freezing, participants, reading
from webapp.plans.models import Doer, Plan, PlanParticipant, PlanRow, RowStatus
from webapp.sharing import sip, ties
from webapp.sharing.models import Consent, ConsentKind, HowGiven

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CLINIC, HOME = "Arjeplogs hälsocentral", "Hemtjänsten Arjeplog"


def open_plan(session: Session, person: UUID) -> Plan:
    return session.scalars(select(Plan).where(Plan.person_id == person, Plan.ended_on.is_(None))).one()


def sips(session: Session, person: UUID) -> list[Consent]:
    return list(
        session.scalars(
            select(Consent).where(
                Consent.person_id == person,
                Consent.kind == ConsentKind.SIP,
                Consent.withdrawn_at.is_(None),
            )
        )
    )


@pytest.fixture
def shared(app: Flask, database: Database, visit: Visitor) -> Guest:
    """Aino's plan, begun by Nils with home care, with Lisa as a participant."""
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        open_plan(session, aino.id).ended_on = date(2026, 3, 8)
    path = address(aino.id)
    sent = filled(nils, path, units=[unit_id(database, HOME)], relatives=[str(person_id(app, "lisa"))])
    assert nils.post(path, sent).status_code == 302
    with database.writing() as session:
        meeting = session.scalars(select(AgreedTime).where(AgreedTime.person_id == aino.id)).one()
        meeting.plan_id = open_plan(session, aino.id).id
    return aino


def test_withdrawn_in_two_presses_the_plan_freezes_and_each_keeps_its_own(
    database: Database, visit: Visitor, shared: Guest
) -> None:
    nils, anna, lisa = visit("nils"), visit("anna"), visit("lisa")
    assert "Vi hörs i telefon" in anna.page(f"{shared.p}/plan")
    delning = shared.page(f"{shared.p}/delning")
    with database.read() as session:
        consent = sips(session, shared.id)[0].id
    assert f"/delning/{consent}/sluta" in delning
    assert shared.post(f"{shared.p}/delning/{consent}/sluta").status_code == 302
    theirs, ours = anna.page(f"{shared.p}/plan"), nils.page(f"{shared.p}/plan")
    assert "Hjälp i hemmet" in theirs
    assert "Vi hörs i telefon" not in theirs
    assert "Vi hörs i telefon" in ours
    assert "Hjälp i hemmet" not in ours
    for page in (theirs, ours):
        assert "Planen är pausad" in page
    mine = shared.page(f"{shared.p}/plan")
    assert "Hjälp i hemmet" in mine
    assert "Vi hörs i telefon" in mine
    assert "Planen är pausad" in mine
    with database.read() as session:
        plan = open_plan(session, shared.id)
        assert plan.frozen_at == NOON
        assert sips(session, shared.id) == []  # what stood from before, too
        meeting = session.scalars(select(AgreedTime).where(AgreedTime.plan_id == plan.id)).one()
        assert meeting.cancelled_at == NOON
    assert "En plan som du är med i har pausats." in lisa.page("/mina")
    assert "Aino" not in lisa.page("/mina").partition("har pausats")[0].rpartition("<li")[2]


def test_it_goes_on_with_a_new_consent_and_with_the_units_that_it_names(
    database: Database, visit: Visitor, shared: Guest
) -> None:
    nils, anna = visit("nils"), visit("anna")
    with database.read() as session:
        consent = sips(session, shared.id)[0].id
    path = f"/personal/person/{shared.id}/sip"
    assert anna.post(f"{path}/{consent}/tillbaka").status_code == 302
    assert "Skriv in ett samtycke" in anna.page(f"{shared.p}/plan")
    assert "Vi hörs i telefon" not in anna.page(f"{shared.p}/plan")
    again = {
        "how": "oral",
        "flow": "elder",
        "units": [unit_id(database, HOME)],
        "areas": ["plan"],
        "until_on": "2026-12-31",
        "informed": "y",
    }
    assert nils.post(f"{path}/nytt", again).status_code == 302
    assert "Vi hörs i telefon" in anna.page(f"{shared.p}/plan")
    assert "Planen är pausad" not in shared.page(f"{shared.p}/plan")
    with database.read() as session:
        plan = open_plan(session, shared.id)
        units = {part.name for part in participants.of_plan(session, plan.id) if part.unit_id}
    assert units == {CLINIC, HOME}
    assert "är igång igen" in visit("lisa").page("/mina")


def test_a_consent_to_another_kind_of_plan_opens_nothing_of_a_frozen_one(
    database: Database, visit: Visitor, shared: Guest
) -> None:
    """A row of the health centre's own kind (all) is in reach of every kind of consent, but for the freeze."""
    with database.writing() as session:
        child = session.scalars(select(Unit).where(Unit.name == "Socialtjänsten Gällivare")).one()
        clinic = session.scalars(select(Unit).where(Unit.name == CLINIC)).one()
        plan = open_plan(session, shared.id)
        region = session.get_one(Organisation, clinic.organisation_id)
        domain.propose_row(
            session, plan, "Provtagning", Doer.REGION, NOON, organisation=region, flow=Flow.ALL
        )
        from webapp.accounts.models import Person
        from webapp.sharing import care

        care.begin_care(session, session.get_one(Person, shared.id), child, "Stöd", NOON)
        freezing.withdraw(session, shared.id, sips(session, shared.id)[0].id, NOON)
        sip.consent_to_sip(
            session, shared.id, sip.Agreed(Flow.CHILD, [child, clinic], HowGiven.ORAL), "Ulla", NOON
        )
    assert "Provtagning" not in visit("ulla").page(f"{shared.p}/plan")
    assert "Provtagning" in visit("nils").page(f"{shared.p}/plan")


def test_one_that_is_withdrawn_already_or_is_somebody_elses_is_not_there(
    database: Database, visit: Visitor, shared: Guest
) -> None:
    with database.read() as session:
        consent = sips(session, shared.id)[0].id
    for sub in ("lisa", "eino", "anna"):
        assert visit(sub).post(f"{shared.p}/delning/{consent}/sluta").status_code == 404, sub
    eino = visit("eino")
    assert eino.post(f"{eino.p}/delning/{consent}/sluta").status_code == 404
    for _ in range(2):  # twice is once
        assert shared.post(f"{shared.p}/delning/{consent}/sluta").status_code == 302
    assert visit("anna").post(f"/personal/person/{shared.id}/sip/{consent}/tillbaka").status_code == 404


ACTS = st.sampled_from(
    ("consent", "consent of another kind", "propose", "yes", "no", "relative", "unit", "withdraw", "next day")
)


@ON_SQLITE
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=14))
def test_after_a_withdrawal_nobody_reads_another_organisations_row_in_any_order(
    app: Flask, database: Database, acts: list[str]
) -> None:
    """Until the person consents anew to that kind of plan. Each example is rolled back."""
    with database.write() as session:
        aino, lisa = person_id(app, "aino"), person_id(app, "lisa")
        units = {
            name: session.scalars(select(Unit).where(Unit.name == name)).one() for name in (CLINIC, HOME)
        }
        shared, now = True, NOON
        for act in acts:
            now += timedelta(days=1) if act == "next day" else timedelta(minutes=1)
            with clock.frozen(now):
                _do(session, act, aino, lisa, units, now)
                shared = act == "consent" or (shared and act != "withdraw")
                plan = open_plan(session, aino)
                assert (plan.frozen_at is None) == shared
                for name, unit in units.items():
                    seen = _rows_seen(session, aino, unit)
                    others = {row.organisation_id for row in seen} - {unit.organisation_id, None}
                    assert shared == bool(others), (act, name)
        session.rollback()


def _do(session: Session, act: str, aino: UUID, lisa: UUID, units: dict[str, Unit], now: object) -> None:
    at, plan = clock.now(), open_plan(session, aino)
    today = clock.today()
    if act.startswith("consent"):
        flow = Flow.ELDER if act == "consent" else Flow.ADULT
        kept = [units[CLINIC], *([units[HOME]] if flow is Flow.ELDER else [])]
        made = sip.consent_to_sip(session, aino, sip.Agreed(flow, kept, HowGiven.ORAL), "Nils", at)
        freezing.go_on(session, made, at)
    elif act == "propose":
        owner = session.get_one(Organisation, units[HOME].organisation_id)
        domain.propose_row(session, plan, "Något nytt", Doer.KOMMUN, at, organisation=owner)
    elif act in ("yes", "no"):
        row = session.scalars(
            select(PlanRow).where(PlanRow.plan_id == plan.id, PlanRow.status != RowStatus.ENDED)
        ).first()
        assert row
        if act == "yes":
            answering.say_yes(session, row, row.revision, at)
        else:
            answering.say_no(session, row, "Nej", row.revision, at)
    elif act == "relative":
        participants.choose(session, plan, [lisa], [], [], at, today)
    elif act == "unit":
        participants.choose(session, plan, [], list(units.values()), [], at, today)
    elif act == "withdraw":
        standing = [each for each in sips(session, aino) if each.flow is Flow.ELDER]
        assert freezing.withdraw(session, aino, standing[0].id, at) if standing else True
    session.flush()


def _rows_seen(session: Session, aino: UUID, unit: Unit) -> list[reading.Row]:
    """What staff of this unit read of the plan, by the question every page asks first."""
    account = session.scalars(select(Account.id)).first()
    assert account
    reader = Reader(
        uuid4(),
        account,
        "staff",
        "Någon",
        "sv",
        staff_id=uuid4(),
        unit_id=unit.id,
        organisation_id=unit.organisation_id,
        duty="care",
        flow=str(unit.flow),
    )
    found = ties.find(session, reader, aino)
    assert found
    sight = Sight(
        reader=reader,
        person_id=aino,
        called=found.called,
        language=found.language,
        municipality=found.municipality,
        ties=found.ties,
        crosses=found.crosses,
        own_flows=found.own_flows,
        table=cast(Any, TABLE),
    )
    assert sight.sees(Area.PLAN, unit.organisation_id, str(unit.flow))
    view = reading.current_plan(session, sight)
    assert view
    return list(view.rows)


@ON_SQLITE
def test_choosing_somebody_twice_is_once(app: Flask, database: Database) -> None:
    with database.write() as session, clock.frozen(NOON):
        aino, lisa = person_id(app, "aino"), person_id(app, "lisa")
        plan = open_plan(session, aino)
        home = session.scalars(select(Unit).where(Unit.name == HOME)).one()
        for _ in range(2):
            participants.choose(session, plan, [lisa, lisa], [home, home], [], NOON, date(2026, 3, 9))
        count = session.scalars(select(PlanParticipant).where(PlanParticipant.plan_id == plan.id)).all()
        session.rollback()
    assert len(count) == 3  # Lisa, the clinic and home care, as when the plan began
