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
from webapp.sharing import notices, ties
from webapp.sharing.domain import DEFAULT_LENGTH
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit, HowGiven

AREAS = (Area.PLAN, Area.CONTACTS, Area.REMINDERS)
_SAID = (*(area.value for area in AREAS), "how", "given_by_id", "recorded_by", "from_on", "until_on")


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
    given_by: UUID | None = None  # a guardian, god man or förvaltare who said yes; None: the person


def consent_to_sip(
    session: Session, person_id: UUID, agreed: Agreed, recorded_by: str, now: datetime
) -> Consent:
    """The person consents that these units share what the plan needs, across organisations.

    It stands instead of what the person consented to before between the same units, or some of them, or these
    and others, in the same kind of plan: narrower or wider. Said twice, as by a double press, it is one.
    Whoever records it for the person also tells the person (`tell_recorded`). Raises WrongFlow.
    """
    if not all(flows.takes_part(unit.flow, agreed.flow) for unit in agreed.units):
        raise WrongFlow
    ties.one_by_one(session, person_id)
    today = clock.local(now).date()
    consent = Consent(
        id=uuid4(),
        person_id=person_id,
        kind=ConsentKind.SIP,
        flow=agreed.flow,
        **{area.value: Level.SEE if area in agreed.areas else Level.NONE for area in AREAS},
        how=agreed.how,
        given_by_id=agreed.given_by,
        recorded_by=recorded_by,
        from_on=today,
        until_on=agreed.until_on or today + DEFAULT_LENGTH,
        given_at=now,
    )
    units = {unit.id for unit in agreed.units}
    for before, theirs in standing(session, person_id, agreed.flow, today):
        if theirs == units and _says(before) == _says(consent):
            return before
        if theirs <= units or units <= theirs:
            before.withdrawn_at, before.withdrawn_by = now, recorded_by
    session.add(consent)
    session.flush()
    session.add_all(ConsentUnit(consent_id=consent.id, unit_id=unit_id) for unit_id in units)
    session.flush()
    return consent


def standing(
    session: Session, person_id: UUID, flow: Flow, today: date
) -> Sequence[tuple[Consent, Set[UUID]]]:
    """The person's consents of this kind of plan that hold, each with its units; the newest first."""
    found = session.scalars(
        select(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.kind == ConsentKind.SIP,
            Consent.flow == flow,
            ties.holds(today),
        )
        .order_by(Consent.given_at.desc(), Consent.id)
        .execution_options(populate_existing=True)
    ).all()
    named = session.execute(
        select(ConsentUnit.consent_id, ConsentUnit.unit_id).where(
            ConsentUnit.consent_id.in_([each.id for each in found])
        )
    ).all()
    return [(each, {row.unit_id for row in named if row.consent_id == each.id}) for each in found]


def _says(consent: Consent) -> tuple[object, ...]:
    """What was consented to, how, until when, and who wrote it down on which day."""
    return tuple(getattr(consent, said) for said in _SAID)


def tell_recorded(session: Session, person_id: UUID, now: datetime) -> None:
    """Tell the person in the app that staff have written down a consent, so that a mistake is found."""
    notices.tell(session, person_id, notices.Kind.SIP_RECORDED, now)


def names_unit(session: Session, consent_id: UUID, unit_id: UUID | None) -> bool:
    """Whether this consent is one between this unit and others."""
    asked = select(ConsentUnit.unit_id).where(
        ConsentUnit.consent_id == consent_id, ConsentUnit.unit_id == unit_id
    )
    return session.scalar(asked) is not None


def withdraw_sip(
    session: Session, person_id: UUID, consent_id: UUID, plans: Sequence[Flow], by: str, now: datetime
) -> Flow | None:
    """End every consent to this kind of plan: whoever takes back one has taken back the sharing.

    `by` is the staff member who writes it down, and the person is told; empty where the person does it.
    The consent may have been replaced since the page was opened. The kind of plan; None if nothing was left to
    end, or there never was such a consent in these plans.
    """
    theirs = (Consent.person_id == person_id, Consent.kind == ConsentKind.SIP, Consent.flow.in_(plans))
    flow = session.scalar(select(Consent.flow).where(Consent.id == consent_id, *theirs))
    if flow is None:
        return None
    if not end_all(session, person_id, [flow], by, now):
        return None
    if by:
        notices.tell(session, person_id, notices.Kind.SIP_ENDED, now)
    return flow


def end_all(session: Session, person_id: UUID, plans: Sequence[Flow], by: str, now: datetime) -> bool:
    """End every consent to these kinds of plan; False where none held. Whoever ends them tells the person."""
    ended = session.execute(
        update(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.kind == ConsentKind.SIP,
            Consent.flow.in_(plans),
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(Consent.id)
    )
    return bool(ended.all())


def units_for(session: Session, unit: Unit, municipality: str) -> Sequence[Unit]:
    """Units, with somebody who cares there, that can be in a consent with this one: the nearest first, by name."""
    works = select(Assignment.unit_id).where(Assignment.duty == Duty.CARE)
    kinds = {kind for plan in flows.plans_of(unit.flow) for kind in flows.of_plan(plan)}
    return session.scalars(
        select(Unit)
        .where(Unit.flow.in_(kinds), Unit.id != unit.id, Unit.id.in_(works))
        .order_by(Unit.municipality != municipality, Unit.name)
    ).all()
