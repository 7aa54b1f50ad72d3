"""Answered on one phone: the notice on the person's other phones gives way to a quiet one that says so.

It has the same Topic and tag, so that it replaces the notice, also one that has not reached its phone yet.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from webapp.core.db import rows
from webapp.core.many import insert_many
from webapp.reminders.deliveries import Way, first_notice
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, State, Subscription

_REACHED = (
    select(Subscription.id, Subscription.endpoint, Subscription.origin)
    .join(Delivery, Delivery.subscription_id == Subscription.id)
    .where(
        Delivery.occurrence_id == bindparam("occurrence_id", type_=Uuid()),
        Delivery.purpose == Purpose.REMINDER,
        Delivery.state == State.SENT,
        Subscription.retired_at.is_(None),
    )
    .distinct()
)


def close_elsewhere(session: Session, occurrence: Occurrence, now: datetime, endpoint: str = "") -> None:
    """`endpoint`: of the phone it was answered on, where that is known. Where one phone was reached, nothing goes."""
    reached = rows(session, _REACHED, {"occurrence_id": occurrence.id})
    if len(reached) < 2 or now >= occurrence.closes_at:
        return
    number = _last(session, occurrence.id) + 1
    facts = {"id": occurrence.id, "person_id": occurrence.person_id, "closes_at": occurrence.closes_at}
    closings = [
        {
            **first_notice(facts, Way(Channel.PUSH, phone.id, phone.origin), now),
            "purpose": Purpose.CLOSING,
            "number": number,
        }
        for phone in reached
        if phone.endpoint != endpoint
    ]
    insert_many(session, Delivery, closings)


def _last(session: Session, occurrence_id: UUID) -> int:
    """The number of the last closing: one that was answered, opened again by Ångra and answered anew has several."""
    return (
        session.scalar(
            select(func.max(Delivery.number)).where(
                Delivery.occurrence_id == occurrence_id, Delivery.purpose == Purpose.CLOSING
            )
        )
        or 0
    )
