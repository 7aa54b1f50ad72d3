"""Answered on one phone, or recalled: the notice on the phones gives way to a quiet one that says so.

It has the same Topic and tag, so that it replaces the notice, also one that has not reached its phone yet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
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


_CAME = (
    select(
        Occurrence.id,
        Occurrence.person_id,
        Occurrence.closes_at,
        Subscription.id.label("phone_id"),
        Subscription.origin,
    )
    .join(Delivery, Delivery.occurrence_id == Occurrence.id)
    .join(Subscription, Subscription.id == Delivery.subscription_id)
    .where(
        Occurrence.id.in_(bindparam("ids", type_=Uuid(), expanding=True)),
        Occurrence.closes_at > bindparam("now"),
        Delivery.purpose == Purpose.REMINDER,
        or_(
            Delivery.state == State.SENT,
            and_(  # in a worker's hands; what waits for another try is not
                Delivery.state == State.DUE,
                Delivery.due_at <= bindparam("now"),
                Delivery.lease_until > bindparam("now"),
            ),
        ),
        Subscription.retired_at.is_(None),
        Subscription.person_id == Occurrence.person_id,
    )
    .distinct()
)
_LASTS = (
    select(Delivery.occurrence_id, func.max(Delivery.number).label("number"))
    .where(
        Delivery.occurrence_id.in_(bindparam("ids", type_=Uuid(), expanding=True)),
        Delivery.purpose == Purpose.CLOSING,
    )
    .group_by(Delivery.occurrence_id)
)


def take_away(session: Session, occurrence_ids: Collection[UUID], now: datetime) -> None:
    """Have the notice of these due times, still open, go from every phone it has reached. Two queries.

    What a worker is sending at this moment counts as there; the quiet one goes after it, under the same Topic.
    """
    if not occurrence_ids:
        return
    ids = list(occurrence_ids)
    last = {row.occurrence_id: row.number for row in rows(session, _LASTS, {"ids": ids})}
    closings = [
        {
            **first_notice(row._asdict(), Way(Channel.PUSH, row.phone_id, row.origin), now),
            "purpose": Purpose.CLOSING,
            "number": last.get(row.id, 0) + 1,
        }
        for row in rows(session, _CAME, {"ids": ids, "now": now})
    ]
    insert_many(session, Delivery, closings)


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
