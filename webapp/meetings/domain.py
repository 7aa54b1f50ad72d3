"""Times that are agreed with a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.directory.flows import Flow
from webapp.directory.models import Organisation
from webapp.meetings.models import AgreedTime
from webapp.plans.models import Plan


def agree_on_time(
    session: Session,
    person_id: UUID,
    starts_at: datetime,
    place: str,
    with_whom: str,
    plan: Plan | None = None,
    organisation: Organisation | None = None,
    flow: Flow | None = None,
) -> AgreedTime:
    """Write down a time that has been agreed with the person; with a plan, it is a meeting about it.

    `organisation` is whom it is with: staff of another one see it only by the person's SIP consent.
    """
    agreed = AgreedTime(
        person_id=person_id,
        starts_at=starts_at,
        place=place,
        with_whom=with_whom,
        plan_id=plan.id if plan else None,
        organisation_id=organisation.id if organisation else None,
        flow=flow or (plan.flow if plan else Flow.ALL),
    )
    session.add(agreed)
    session.flush()
    return agreed


def time_of(session: Session, person_id: UUID, time_id: UUID) -> AgreedTime | None:
    """One agreed time of this person's."""
    return session.scalars(
        select(AgreedTime).where(AgreedTime.id == time_id, AgreedTime.person_id == person_id)
    ).first()
