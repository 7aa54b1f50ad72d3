"""What tells a reminder that went to several from one that was agreed with the person."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from webapp.broadcasts.models import Recipient
from webapp.reminders.models import Reminder


def went_to_several() -> ColumnElement[bool]:
    """Of a Reminder: it came by a broadcast. The broadcast's own page counts its answers; nobody is called for it."""
    mine = select(Recipient.id).where(Recipient.reminder_id == Reminder.id)
    return mine.correlate(Reminder).exists()
