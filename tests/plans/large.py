"""A plan as large as they come: 12 goals, 60 rows, 20 versions. For tests and measurements."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.plans.planning import plan_of
from webapp.directory.models import Organisation
from webapp.plans import answering, domain, versions
from webapp.plans.models import Doer, Goal, Plan, PlanRow, PlanVersion, RowStatus

GOALS, ROWS, VERSIONS = 12, 60, 20
DOERS = (Doer.REGION, Doer.KOMMUN, Doer.ME)
WHAT = (
    "Genomgång av medicinerna med apotekaren",
    "Hjälp att handla och laga mat",
    "Går ut en stund med hunden",
    "Samtal om hur det känns",
    "Provtagning på hälsocentralen",
    "Sjukgymnastik hemma vid köksbänken",
    "Städning av hallen och köket",
)
WHO = ("Nils, distriktssköterska", "Anna, hemtjänsten", "Per, fysioterapeut", "Kaisa, arbetsterapeut")
OFTEN = ("Varje dag", "På måndagar", "Var fjärde vecka", "Två gånger i veckan", "När det behövs")


def make_large(session: Session, person_id: UUID, now: datetime) -> Plan:
    """Let a person's plan grow; each row is somebody's, and most are agreed to."""
    plan = plan_of(session, person_id)
    region, kommun = (
        session.scalars(select(Organisation).where(Organisation.name == name)).one()
        for name in ("Region Norrbotten", "Arjeplogs kommun")
    )
    owners = {Doer.REGION: region, Doer.KOMMUN: kommun}
    here = len(session.scalars(select(Goal).where(Goal.plan_id == plan.id)).all())
    for number in range(here, GOALS):
        domain.set_goal(session, plan, f"Jag vill orka {WHAT[number % 7].lower()}", OFTEN[number % 5])
    there = len(session.scalars(select(PlanRow).where(PlanRow.plan_id == plan.id)).all())
    for number in range(there, ROWS):
        doer = DOERS[number % 3]
        row = domain.propose_row(
            session,
            plan,
            f"{WHAT[number % 7]}, {OFTEN[number % 5].lower()}",
            doer,
            now,
            organisation=owners.get(doer),
            who="" if doer is Doer.ME else WHO[number % 4],
            phone=None if doer is Doer.ME else f"0980-319 {200 + number}",
            how_often=OFTEN[number % 5],
        )
        if number % 10:
            answering.say_yes(session, row, row.revision, now)
    document = versions.draft_of(session, plan).document.to_json()
    for number in range(1, VERSIONS + 1):
        at = now - timedelta(days=30 * (VERSIONS - number))
        session.add(
            PlanVersion(
                person_id=person_id,
                plan_id=plan.id,
                number=number,
                agreed_at=at,
                agreed_by_id=person_id,
                document=document,
            )
        )
    session.flush()
    return plan


def answered(session: Session, person_id: UUID) -> None:
    """Every row has its answer."""
    for row in session.scalars(select(PlanRow).where(PlanRow.person_id == person_id)):
        if row.status is RowStatus.PROPOSED:
            row.status = RowStatus.AGREED
