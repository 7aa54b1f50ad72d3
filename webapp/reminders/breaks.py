"""Breaks: days when a reminder does not come, for a journey, a hospital stay, or one single day.

They stand in the reminder's own row, end by themselves, and do not move the days after them. To stop until further
notice is to pause it: see setting.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.db import is_writing
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import MOST_BREAKS, Break, breaks_to_text, text_to_breaks, tidy
from webapp.reminders.setting import replan


class TooManyBreaks(Exception):
    """The reminder has as many breaks as it can keep."""


def take_break(session: Session, reminder: Reminder, span: Break, now: datetime) -> None:
    """Nothing comes on these days; what was planned and is not yet due is forgotten. Twice is once.

    Breaks that touch become one, and those behind are forgotten. Raises TooManyBreaks.
    """
    reminder.breaks = _with(reminder, span, now)
    replan(session, reminder, now)


def _with(reminder: Reminder, span: Break, now: datetime) -> str:
    kept = tidy([*text_to_breaks(reminder.breaks), span], clock.local(now).date())
    if len(kept) > MOST_BREAKS:
        raise TooManyBreaks
    return breaks_to_text(kept)


def come_again(session: Session, reminder: Reminder, day: date, now: datetime) -> None:
    """Take the whole break that this day lies in back. Twice is once."""
    kept = text_to_breaks(reminder.breaks)
    reminder.breaks = breaks_to_text(each for each in kept if not each.from_on <= day <= each.until_on)
    replan(session, reminder, now)


def take_break_from_all(
    session: Session, person_id: UUID, span: Break, may: Callable[[Reminder], bool], now: datetime
) -> int:
    """The same break for each of the person's reminders that the reader `may` stop: on a journey, in hospital.

    Returns how many. Raises TooManyBreaks, and then none has it.
    """
    found = select(Reminder).where(Reminder.person_id == person_id, Reminder.ended_at.is_(None))
    if is_writing(session):
        found = found.order_by(Reminder.id).with_for_update(key_share=True)
    stopped = [reminder for reminder in session.scalars(found).all() if may(reminder)]
    breaks = [_with(reminder, span, now) for reminder in stopped]
    for reminder, text in zip(stopped, breaks, strict=True):
        reminder.breaks = text
        replan(session, reminder, now)
    return len(stopped)
