"""The plan ends: when the person wants it, at any time, or with staff when they have said so together.

Law: docs/legal.md, "SIP".
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory.flows import PLANS, Flow
from webapp.meetings import domain as meetings
from webapp.permissions import Area
from webapp.plans import freezing, row_reminders
from webapp.plans.models import Plan, PlanRow
from webapp.sharing import notices, sip
from webapp.sharing.marks import written_as


def may_end(plan: Plan, sight: Sight) -> bool:
    """Of staff, those who see the whole plan, and the unit that began it, which has a frozen one on its list.

    Whoever else sees their own rows alone does not end everybody's.
    """
    began = plan.unit_id is not None and plan.unit_id == sight.reader.unit_id
    return not sight.cares or began or sight.sees(Area.PLAN, plan.overall_id, plan.flow)


def end(session: Session, sight: Sight, plan: Plan, reason: str, now: datetime) -> None:
    """End the plan today, and with it what was for it alone: consents, coming meetings and the rows' reminders.

    What was agreed to is kept. Relatives who take part get a neutral word, and the person where staff write it
    down. Twice is once.
    """
    if plan.ended_on is not None:
        return
    freezing.tell_relatives(session, plan, notices.Kind.PLAN_ENDED, now)
    meetings.cancel_next(session, plan.person_id, now)
    for row in session.scalars(select(PlanRow).where(PlanRow.plan_id == plan.id)).all():
        row_reminders.end(session, row, now)
    by = written_as(sight)[:200]
    sip.end_all(session, plan.person_id, PLANS if plan.flow is Flow.ALL else [plan.flow], by, now)
    plan.ended_on, plan.end_reason = clock.local(now).date(), reason
    if sight.cares:
        notices.tell(session, plan.person_id, notices.Kind.MY_PLAN_ENDED, now)
    session.flush()
