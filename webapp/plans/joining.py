"""Somebody more takes part in a plan that goes on: chosen by the person, or written down by staff for them.

It is the person's choice each time; what staff write down is told to the person, who can end it. Nobody sees more
of the plan by it: a relative's consent and the consent to share decide that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory import flows
from webapp.directory.models import Unit
from webapp.plans import domain, participants
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant
from webapp.plans.participants import NoParticipant, Other, Possible
from webapp.sharing import marks, notices, sip
from webapp.sharing.models import Block


@dataclass(frozen=True, slots=True)
class Joining:
    """Who is to take part: one or more of a relative, a unit or school, and somebody without a sign-in here."""

    relative_id: UUID | None = None
    unit: Unit | None = None
    other: Other | None = None


def relatives(session: Session, sight: Sight, plan: Plan, now: datetime) -> list[Possible]:
    """Whom the person has let in to the plan and who does not take part yet, as this reader may know them."""
    there = {part.relative_id for part in participants.of_plan(session, plan.id)}
    return [
        each
        for each in participants.possible(session, plan.person_id, clock.local(now).date())
        if each.relative_id not in there and not marks.is_protected(sight, each.relative_id)
    ]


def units(session: Session, sight: Sight, plan: Plan, own: Unit) -> list[Unit]:
    """Units and schools that this kind of plan is for, not in it yet and not blocked by the person."""
    there = {part.unit_id for part in participants.of_plan(session, plan.id)}
    blocked = select(Block.unit_id).where(Block.person_id == plan.person_id, Block.ended_at.is_(None))
    out = there | set(session.scalars(blocked))
    return [
        unit
        for unit in sip.units_for(session, own, sight.municipality)
        if unit.id not in out and flows.takes_part(unit.flow, plan.flow)
    ]


def join(session: Session, sight: Sight, plan: Plan, wish: Joining, now: datetime, once: UUID) -> bool:
    """These take part from now on, by the person's choice. The person is told of what staff write down.

    False where nobody is new: twice is once. Raises NoParticipant.
    """
    session.execute(
        select(Plan.id).where(Plan.id == plan.id).with_for_update()
    )  # two at once: one after another
    if is_made(session, plan, once):
        return False
    there = participants.of_plan(session, plan.id)
    taken = {part.relative_id for part in there} | {part.unit_id for part in there}
    new = [part for part in _parts(session, sight, plan, wish, now) if _key(part) not in taken]
    for part in new:
        part.id = _id_of(plan, once, part.kind)
        part.recorded_as = marks.written_as(sight)
    session.add_all(new)
    session.flush()
    if new and not sight.is_self:
        notices.tell(session, plan.person_id, notices.Kind.PLAN_PART_ADDED, now)
    return bool(new)


def is_made(session: Session, plan: Plan, once: UUID) -> bool:
    """Whether this sending of the form has been here before."""
    ids = [_id_of(plan, once, kind) for kind in ParticipantKind]
    return session.scalars(select(PlanParticipant.id).where(PlanParticipant.id.in_(ids))).first() is not None


def _id_of(plan: Plan, once: UUID, kind: ParticipantKind) -> UUID:
    return uuid5(domain.once_only(plan, once), kind)


def _key(part: PlanParticipant) -> UUID | str:
    return part.relative_id or part.unit_id or ""


def _parts(
    session: Session, sight: Sight, plan: Plan, wish: Joining, now: datetime
) -> Iterator[PlanParticipant]:
    whose = {"person_id": plan.person_id, "plan_id": plan.id, "chosen_at": now}
    if wish.relative_id is not None:
        today = clock.local(now).date()
        named = {each.relative_id: each for each in participants.possible(session, plan.person_id, today)}
        one = named.get(wish.relative_id)
        if one is None or marks.is_protected(sight, one.relative_id):
            raise NoParticipant
        relative = {"relative_id": one.relative_id, "name": one.name, "role": one.relation}
        yield PlanParticipant(**whose, kind=ParticipantKind.RELATIVE, **relative)
    if wish.unit is not None:
        kind = participants.kind_of(wish.unit)
        yield PlanParticipant(**whose, kind=kind, unit_id=wish.unit.id, name=wish.unit.name)
    if wish.other is not None:
        yield PlanParticipant(**whose, kind=ParticipantKind.OTHER, name=wish.other.name, role=wish.other.role)
