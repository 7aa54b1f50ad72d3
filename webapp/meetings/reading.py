"""Agreed times as one reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from webapp.core.access import UNKNOWN, Sight
from webapp.core.db import rows
from webapp.meetings.models import AgreedTime
from webapp.permissions import Area


@dataclass(frozen=True, slots=True)
class NextTime:
    """The next time that has been agreed; with a plan, it is a meeting about it."""

    id: UUID
    starts_at: datetime
    place: str
    with_whom: str
    question: str
    plan_id: UUID | None


# Made once: putting a query together costs twice what running it does.
MOST_TIMES = 20  # looked through for one that this reader may see
_NEXT_TIME = (
    select(
        AgreedTime.id,
        AgreedTime.starts_at,
        AgreedTime.place,
        AgreedTime.with_whom,
        AgreedTime.question,
        AgreedTime.plan_id,
        AgreedTime.organisation_id,
        AgreedTime.flow,
    )
    .where(
        AgreedTime.person_id == bindparam("person_id", type_=Uuid()), AgreedTime.starts_at >= bindparam("now")
    )
    .order_by(AgreedTime.starts_at)
    .limit(MOST_TIMES)
)
_NEXT_MEETING = _NEXT_TIME.where(AgreedTime.plan_id.is_not(None))


def next_time(session: Session, sight: Sight, now: datetime, meeting: bool = False) -> NextTime | None:
    """The next agreed time that this reader may see; with `meeting`, the next one about the plan."""
    wanted = _NEXT_MEETING if meeting else _NEXT_TIME
    for row in rows(session, wanted, {"person_id": sight.person_id, "now": now}):
        *facts, organisation_id, flow = row
        if sight.sees(Area.PLAN, organisation_id or UNKNOWN, flow):
            return NextTime(*facts)
    return None
