"""Plans that have ended, as one reader may see them: what was agreed to when they ended, and each version.

The consents to share ended with the plan, so staff read what their own organisation did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.plans import versions
from webapp.plans.document import PlanDocument
from webapp.plans.models import Plan

MOST = 20  # the last ones; a person who has had more asks for them


@dataclass(frozen=True, slots=True)
class Ended:
    """`reason`: empty where nothing was said, and for readers who do not see the whole plan."""

    plan: Plan
    ended_on: date
    reason: str
    document: PlanDocument


def all_ended(session: Session, sight: Sight) -> Sequence[Ended]:
    """The last to end first; those that this reader had a part in."""
    plans = session.scalars(
        select(Plan)
        .where(Plan.person_id == sight.person_id, Plan.ended_on.is_not(None))
        .order_by(Plan.ended_on.desc(), Plan.begun_on.desc(), Plan.id)
        .limit(MOST)
    ).all()
    return [each for plan in plans if (each := _as_seen(session, sight, plan)) is not None]


def one(session: Session, sight: Sight, plan_id: UUID) -> Ended | None:
    plan = session.scalars(
        select(Plan).where(Plan.id == plan_id, Plan.person_id == sight.person_id, Plan.ended_on.is_not(None))
    ).first()
    return _as_seen(session, sight, plan) if plan is not None else None


def _as_seen(session: Session, sight: Sight, plan: Plan) -> Ended | None:
    document = versions.draft_of(session, plan).document
    whole = not sight.cares and versions.sees_whole(document, sight)
    seen = versions.as_seen(document, sight, rows_alone=not whole)
    if plan.ended_on is None or not (whole or seen.rows):
        return None
    return Ended(plan, plan.ended_on, plan.end_reason if whole else "", seen)
