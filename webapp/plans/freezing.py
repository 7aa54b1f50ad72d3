"""The consent to share is taken back: the plan freezes, and each organisation keeps to its own rows.

Withdrawal wins over everything: a frozen plan shows staff what their own organisation does, whatever else has been
agreed, until the person consents anew. Law: docs/legal.md, "Samtycke". Why so: docs/decisions, "A withdrawn
consent freezes the plan".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.directory.flows import PLANS, Flow
from webapp.directory.models import Unit
from webapp.meetings import domain as meetings
from webapp.plans import participants
from webapp.plans.models import Plan
from webapp.sharing import notices, sip
from webapp.sharing.models import Consent, ConsentUnit


def withdraw(
    session: Session,
    person_id: UUID,
    consent_id: UUID,
    now: datetime,
    *,
    plans: Sequence[Flow] = PLANS,
    by: str = "",
) -> bool:
    """Sharing ends from the next request, in every consent to this kind of plan, and the plan freezes.

    `by` is the staff member who writes it down; empty where the person does it. The next meeting is called off,
    and relatives who take part get a neutral word. False if there is no such consent in these kinds of plan.
    """
    flow = sip.withdraw_sip(session, person_id, consent_id, plans, by, now)
    if flow is None:
        return False
    plan = _plan(session, person_id, flow)
    if plan is not None and plan.frozen_at is None:
        plan.frozen_at = now
        meetings.cancel_next(session, person_id, now)
        tell_relatives(session, plan, notices.Kind.PLAN_PAUSED, now)
    session.flush()
    return True


def go_on(session: Session, consent: Consent, now: datetime) -> bool:
    """A new consent: the frozen plan of its kind goes on, with the units that it names. False if none was frozen."""
    plan = _plan(session, consent.person_id, consent.flow) if consent.flow else None
    if plan is None or plan.frozen_at is None:
        return False
    plan.frozen_at = None
    units = session.scalars(
        select(Unit)
        .join(ConsentUnit, ConsentUnit.unit_id == Unit.id)
        .where(ConsentUnit.consent_id == consent.id)
    ).all()
    participants.end_units(session, plan, [unit.id for unit in units], now)
    participants.choose(session, plan, [], units, [], now, consent.from_on)
    tell_relatives(session, plan, notices.Kind.PLAN_GOES_ON, now)
    return True


def _plan(session: Session, person_id: UUID, flow: Flow) -> Plan | None:
    """The person's plan, if it is of this kind. One of no kind belongs to them all."""
    return session.scalars(
        select(Plan).where(
            Plan.person_id == person_id, Plan.ended_on.is_(None), Plan.flow.in_((flow, Flow.ALL))
        )
    ).first()


def tell_relatives(session: Session, plan: Plan, kind: notices.Kind, now: datetime) -> None:
    """A neutral word to the relatives who take part and may still see something of the plan."""
    may = {
        each.relative_id for each in participants.possible(session, plan.person_id, clock.local(now).date())
    }
    for part in participants.of_plan(session, plan.id):
        if part.relative_id in may and part.relative_id is not None:
            notices.tell(session, part.relative_id, kind, now)
