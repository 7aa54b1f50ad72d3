"""Stopping many reminders at once, as when a text that should not have gone out is recalled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from webapp.reminders import closing
from webapp.reminders.models import Delivery, Occurrence, Purpose, Reminder, State
from webapp.reminders.outcome import Outcome


def stop_all(session: Session, ids: Collection[UUID], now: datetime, *, takes_away: bool = False) -> None:
    """End these reminders, whoever's they are: nothing more is planned or sent. Twice is once.

    What is due already closes now, and history stays. `takes_away`: the notice goes from the
    phones that it has reached. The caller holds no page of anybody's: it is the worker's.
    """
    session.execute(
        update(Reminder)
        .where(Reminder.id.in_(ids), Reminder.ended_at.is_(None))
        .values(ended_at=now, next_due_at=None)
        .execution_options(synchronize_session=False)
    )
    still_open = select(Occurrence.id).where(
        Occurrence.reminder_id.in_(ids), Occurrence.outcome == Outcome.OPEN, Occurrence.closes_at > now
    )
    open_ids = session.scalars(still_open).all()
    waits = and_(Delivery.occurrence_id.in_(open_ids), Delivery.state == State.DUE)
    if takes_away:
        closing.take_away(session, open_ids, now)
        waits = and_(waits, Delivery.purpose != Purpose.CLOSING)
    session.execute(
        update(Delivery)
        .where(waits)
        .values(state=State.CALLED_OFF)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Occurrence)
        .where(Occurrence.id.in_(open_ids))
        .values(closes_at=now, later_until=None)
        .execution_options(synchronize_session=False)
    )
