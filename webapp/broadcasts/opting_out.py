"""A person who wants no broadcasts: those they have end, and no new ones come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.reminders import setting
from webapp.reminders.models import Reminder


def end_those_that_come(session: Session, person_id: UUID, now: datetime) -> None:
    """End what the person still has of texts that went to several. History stays."""
    going = select(Reminder).where(
        Reminder.person_id == person_id, Reminder.to_several, Reminder.ended_at.is_(None)
    )
    for reminder in session.scalars(going).all():
        setting.end(session, reminder, now)
