"""After a backup has been put back: a text to several that was recalled since, or that somebody has said no to since,
must not come again. What had gone out has gone out; what is still wanted, staff send anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.broadcasts.models import Broadcast, Handed, Recipient, Stage
from webapp.reminders.models import Reminder
from webapp.reminders.stopping import stop_all


def hold_back(session: Session, now: datetime) -> int:
    """Hand out nothing that waits, and end what still comes; how many broadcasts waited. Twice is once."""
    waiting = session.scalars(select(Broadcast).where(Broadcast.stage == Stage.CONFIRMED)).all()
    for broadcast in waiting:
        broadcast.stage, broadcast.hand_out_at, broadcast.ended_at = Stage.UNDONE, None, now
    session.flush()
    of_these = Recipient.broadcast_id.in_([each.id for each in waiting])
    session.execute(
        update(Recipient)
        .where(of_these, Recipient.handed == Handed.WAITING)
        .values(handed=Handed.CALLED_OFF)
        .execution_options(synchronize_session=False)
    )
    going = select(Reminder.id).where(Reminder.to_several, Reminder.ended_at.is_(None))
    stop_all(session, session.scalars(going).all(), now)
    return len(waiting)
