"""Who takes part in a plan: whom the person chose, and who may be chosen at all.

A relative takes part by the person's own consent, or as a guardian or god man; it is that tie, and nothing here,
that decides what they see. A unit sees what it does itself, and more by the SIP consent alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area, Level
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant
from webapp.sharing.models import Consent
from webapp.sharing.ties import Relative, areas_together, binds, mandate_of


class NoParticipant(ValueError):
    """Somebody who may not take part: without a consent that holds, or with one that opens nothing of the plan."""


@dataclass(frozen=True, slots=True)
class Possible:
    """Somebody the person can choose; `mandate` says as what staff verified them, such as "guardian"."""

    relative_id: UUID
    name: str
    relation: str
    mandate: str


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who has no sign-in here, by name: a teacher, a neighbour, an association."""

    name: str
    role: str


def possible(session: Session, person_id: UUID, today: date) -> list[Possible]:
    """The relatives who see the plan, or their own rows of it, today."""
    found = session.execute(
        select(
            Consent.relative_id,
            Relative.called,
            Consent.relation,
            Consent.kind,
            Consent.what_matters,
            Consent.plan,
            Consent.contacts,
            Consent.reminders,
            Person.born_on,
        )
        .join(Person, Person.id == Consent.person_id)
        .join(Relative, Relative.id == Consent.relative_id)
        .where(Consent.person_id == person_id, binds(today))
        .order_by(Relative.called, Consent.relative_id)
    ).all()
    people = [[*of_one] for _, of_one in groupby(found, key=lambda row: row.relative_id)]
    return [
        Possible(who[0].relative_id, who[0].called, who[0].relation, mandate_of(who, today))
        for who in people
        if _sees_rows(areas_together(who, today))
    ]


def _sees_rows(areas: Mapping[Area, Level]) -> bool:
    return bool(areas.get(Area.PLAN) or areas.get(Area.OWN_TASKS))


def choose(
    session: Session,
    plan: Plan,
    relatives: Sequence[UUID],
    units: Sequence[Unit],
    others: Sequence[Other],
    now: datetime,
    today: date,
) -> None:
    """The person chooses who takes part from now on; who does already goes on. Raises NoParticipant."""
    names = {each.relative_id: each for each in possible(session, plan.person_id, today)}
    if not set(relatives) <= set(names):
        raise NoParticipant
    there = {
        part.relative_id or part.unit_id
        for part in of_plan(session, plan.id)
        if part.relative_id or part.unit_id
    }
    whose = {"person_id": plan.person_id, "plan_id": plan.id, "chosen_at": now}
    session.add_all(
        PlanParticipant(
            **whose,
            kind=ParticipantKind.RELATIVE,
            relative_id=each,
            name=names[each].name,
            role=names[each].relation,
        )
        for each in dict.fromkeys(relatives)
        if each not in there
    )
    session.add_all(
        PlanParticipant(**whose, kind=kind_of(unit), unit_id=unit.id, name=unit.name)
        for unit in dict.fromkeys(units)
        if unit.id not in there
    )
    session.add_all(
        PlanParticipant(**whose, kind=ParticipantKind.OTHER, name=each.name, role=each.role)
        for each in others
    )
    session.flush()


def kind_of(unit: Unit) -> ParticipantKind:
    return ParticipantKind.SCHOOL if unit.flow is Flow.SCHOOL else ParticipantKind.UNIT


def of_plan(session: Session, plan_id: UUID) -> Sequence[PlanParticipant]:
    """Who takes part now, in the order they were chosen."""
    return session.scalars(
        select(PlanParticipant)
        .where(PlanParticipant.plan_id == plan_id, PlanParticipant.ended_at.is_(None))
        .order_by(PlanParticipant.chosen_at, PlanParticipant.kind, PlanParticipant.id)
    ).all()


def end_units(session: Session, plan: Plan, kept: Sequence[UUID], now: datetime) -> None:
    """Units that the person has not chosen again take part no more. Twice is once."""
    session.execute(
        update(PlanParticipant)
        .where(
            PlanParticipant.plan_id == plan.id,
            PlanParticipant.unit_id.is_not(None),
            PlanParticipant.unit_id.not_in(kept),
            PlanParticipant.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
