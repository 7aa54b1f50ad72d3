"""The consent by which organisations share what the plan needs (SIP), as staff record it.

It names the units, the areas, the kind of plan and the last day. Law: docs/legal.md, "Samtycke".
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Assignment, Duty
from webapp.core import clock
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area, Level
from webapp.sharing import notices
from webapp.sharing.domain import DEFAULT_LENGTH
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit, HowGiven

AREAS = (Area.PLAN, Area.CONTACTS, Area.REMINDERS)


class WrongFlow(ValueError):
    """A unit has no part in this kind of plan: children's care and elder care are kept apart."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the person has consented to: which units, in which kind of plan, to share what, until when."""

    flow: Flow
    units: Sequence[Unit]
    how: HowGiven
    areas: Set[Area] = frozenset(AREAS)
    until_on: date | None = None  # None: twelve months


def consent_to_sip(
    session: Session, person_id: UUID, agreed: Agreed, recorded_by: str, now: datetime
) -> Consent:
    """The person consents that these units share what the plan needs, across organisations.

    Whoever records it for the person also tells the person (`tell_recorded`). Raises WrongFlow.
    """
    if not all(flows.takes_part(unit.flow, agreed.flow) for unit in agreed.units):
        raise WrongFlow
    today = clock.local(now).date()
    consent = Consent(
        id=uuid4(),
        person_id=person_id,
        kind=ConsentKind.SIP,
        flow=agreed.flow,
        **{area.value: Level.SEE if area in agreed.areas else Level.NONE for area in AREAS},
        how=agreed.how,
        recorded_by=recorded_by,
        from_on=today,
        until_on=agreed.until_on or today + DEFAULT_LENGTH,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    session.add_all(ConsentUnit(consent_id=consent.id, unit_id=unit.id) for unit in agreed.units)
    session.flush()
    return consent


def tell_recorded(session: Session, person_id: UUID, now: datetime) -> None:
    """Tell the person in the app that staff have written down a consent, so that a mistake is found."""
    notices.tell(session, person_id, notices.Kind.SIP_RECORDED, now)


def withdraw_sip(
    session: Session, person_id: UUID, consent_id: UUID, plans: Sequence[Flow], by: str, now: datetime
) -> bool:
    """Staff record that the person has withdrawn it; the person is told. False if there is none in these plans."""
    done = session.execute(
        update(Consent)
        .where(
            Consent.id == consent_id,
            Consent.person_id == person_id,
            Consent.kind == ConsentKind.SIP,
            Consent.flow.in_(plans),
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(Consent.id)
    ).first()
    if done is None:
        return False
    notices.tell(session, person_id, notices.Kind.SIP_ENDED, now)
    return True


def units_for(session: Session, unit: Unit, municipality: str) -> Sequence[Unit]:
    """Units, with somebody who cares there, that can be in a consent with this one: the nearest first, by name."""
    works = select(Assignment.unit_id).where(Assignment.duty == Duty.CARE)
    kinds = {kind for plan in flows.plans_of(unit.flow) for kind in flows.of_plan(plan)}
    return session.scalars(
        select(Unit)
        .where(Unit.flow.in_(kinds), Unit.id != unit.id, Unit.id.in_(works))
        .order_by(Unit.municipality != municipality, Unit.name)
    ).all()
