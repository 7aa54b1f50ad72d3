"""When reminders come, for a calendar: the moments alone, never what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.permissions import Permission
from webapp.reminders import listing
from webapp.reminders.setting import rule_of

AHEAD = timedelta(days=30)
MOST = 1000


@dataclass(frozen=True, slots=True)
class DueTime:
    """One due time. The same one has the same id at each fetch; who has the id learns nothing from it."""

    id: UUID
    at: datetime


def due_times(session: Session, sight: Sight, now: datetime) -> Sequence[DueTime]:
    """What comes within a month, of what this reader may see just now; paused reminders come not."""
    if not sight.may(Permission.REMINDERS_SEE):
        return ()
    found = [
        DueTime(uuid5(reminder.id, f"{due.on} {due.clock}"), due.at)
        for reminder, _ in listing.reminders_of(session, sight.person_id, now, sight.sees)
        if reminder.paused_at is None
        for due in rule_of(reminder).between(now - timedelta(days=1), now + AHEAD)
    ]
    return sorted(found, key=lambda each: (each.at, each.id))[:MOST]
