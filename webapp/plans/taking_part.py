"""Who takes part in a plan, as one reader may know them, by which consent it is shared, and ending somebody's part.

Whoever takes part no more is invited to nothing. A unit is left out of the consent to share too: narrowing holds at
once, and where nobody would be left to share with the plan freezes as for any withdrawal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory.flows import PLANS, Flow
from webapp.directory.models import Unit
from webapp.meetings import domain as meetings
from webapp.permissions import Area, Level, Permission
from webapp.plans import freezing, participants, reading
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant
from webapp.sharing import sip
from webapp.sharing.marks import another, is_protected
from webapp.sharing.models import Consent, HowGiven
from webapp.sharing.ties import Relative

FEWEST = 2  # units that share; one alone has nobody to share with


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody who takes part; `hidden`: a relative whom this reader is not told of.

    `pauses`: a unit without which nobody is left to share with, so that the plan freezes.
    """

    id: UUID
    kind: ParticipantKind
    name: str
    role: str
    since: datetime
    hidden: bool
    recorded_as: str = ""  # who of staff wrote it down afterwards
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """One consent to share. `given_by`: who said yes for the person; empty where the person did."""

    given_by: str
    how: HowGiven
    recorded_by: str
    given_at: datetime
    units: Sequence[str]
    areas: Sequence[Area]
    until_on: date


def sees(plan: Plan, sight: Sight) -> bool:
    """Only who sees the whole plan: where else somebody is cared for is in the names of the units."""
    return not reading.only_own_tasks(sight) and sight.sees(Area.PLAN, plan.overall_id, plan.flow)


def everybody(session: Session, sight: Sight, plan: Plan, now: datetime) -> list[Part]:
    """Who takes part now, in the order they were chosen."""
    found = participants.of_plan(session, plan.id)
    named = {unit.id: unit.name for unit in _units(session, [each.unit_id for each in found if each.unit_id])}
    needed = {unit for _, ids in _standing(session, plan, now) if len(ids) <= FEWEST for unit in ids}
    parts = [_as_known(each, named, sight) for each in found]
    return [replace(part, pauses=each.unit_id in needed) for part, each in zip(parts, found, strict=True)]


def _as_known(part: PlanParticipant, units: dict[UUID, str], sight: Sight) -> Part:
    hidden = reading.is_another_relatives(part, sight)
    name = another() if hidden else (units.get(part.unit_id) if part.unit_id else None) or part.name
    return Part(
        part.id, part.kind, name, "" if hidden else part.role, part.chosen_at, hidden, part.recorded_as
    )


def consents(session: Session, sight: Sight, plan: Plan, now: datetime) -> list[Shares]:
    """By what the plan is shared, for the person, who may speak for a small child, and staff. The newest first."""
    if not (sight.cares or sight.may(Permission.PLAN_AGREE)):
        return []
    standing = _standing(session, plan, now)
    units = _units(session, [each for _, ids in standing for each in ids])
    return [
        Shares(
            given_by=_giver(session, sight, consent),
            how=consent.how,
            recorded_by=consent.recorded_by,
            given_at=consent.given_at,
            units=[unit.name for unit in units if unit.id in ids],
            areas=[area for area in sip.AREAS if getattr(consent, area.value) >= Level.SEE],
            until_on=consent.until_on,
        )
        for consent, ids in standing
    ]


def _giver(session: Session, sight: Sight, consent: Consent) -> str:
    if consent.given_by_id is None:
        return ""
    if is_protected(sight, consent.given_by_id):
        return another()
    return session.scalar(select(Relative.called).where(Relative.id == consent.given_by_id)) or another()


def _standing(session: Session, plan: Plan, now: datetime) -> list[tuple[Consent, set[UUID]]]:
    today = clock.local(now).date()
    return [
        (consent, set(units))
        for kind in (PLANS if plan.flow is Flow.ALL else (plan.flow,))
        for consent, units in sip.standing(session, plan.person_id, kind, today)
    ]


def _units(session: Session, ids: Sequence[UUID]) -> Sequence[Unit]:
    return session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.name)).all() if ids else ()


def part_of(session: Session, sight: Sight, plan: Plan, part_id: UUID) -> PlanParticipant | None:
    """One who takes part in the plan, or did; None for a relative whom this reader is not told of."""
    part = session.scalars(
        select(PlanParticipant).where(PlanParticipant.id == part_id, PlanParticipant.plan_id == plan.id)
    ).first()
    return part if part is not None and not reading.is_another_relatives(part, sight) else None


def end(session: Session, sight: Sight, plan: Plan, part: PlanParticipant, now: datetime) -> bool:
    """The person wants this one to take part no more. True where the sharing ended with it. Twice is once."""
    if part.ended_at is not None:
        return False
    part.ended_at = now
    meetings.take_off(session, part.id, now)
    session.flush()
    return part.unit_id is not None and _leave_out(session, sight, plan, part.unit_id, now)


def _leave_out(session: Session, sight: Sight, plan: Plan, unit_id: UUID, now: datetime) -> bool:
    for consent, ids in _standing(session, plan, now):
        left = ids - {unit_id}
        if unit_id not in ids or consent.withdrawn_at is not None:
            continue
        if len(left) < FEWEST:
            return freezing.withdraw(session, plan.person_id, consent.id, now)
        narrower = sip.Agreed(
            consent.flow or plan.flow,
            _units(session, list(left)),
            HowGiven.IN_APP,
            frozenset(area for area in sip.AREAS if getattr(consent, area.value) >= Level.SEE),
            consent.until_on,
            None if sight.is_self else sight.reader.person_id,
        )
        sip.consent_to_sip(session, plan.person_id, narrower, sight.reader.name, now)
        if consent.withdrawn_at is None:  # never wider than the person has just said
            consent.withdrawn_at, consent.withdrawn_by = now, ""
        session.flush()
    return False
