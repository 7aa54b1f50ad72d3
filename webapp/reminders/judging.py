"""Judging anew that something can be self-care (egenvård): docs/legal.md, "Egenvård"."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from webapp.reminders.models import Reminder
from webapp.reminders.setting import replan


def judge_anew(
    session: Session, reminder: Reminder, assessed_by: str, reassess_on: date, now: datetime
) -> None:
    """Staff have judged anew, and do so again on `reassess_on`: what lasted until the judgement goes on until then.

    A reminder that was to end before the judgement still does, and none outlives the new day, which is not before
    the reminder's first.
    """
    lasted = reminder.until_on == reminder.reassess_on
    last = reassess_on if lasted or reminder.until_on is None else min(reminder.until_on, reassess_on)
    reminder.assessed_by, reminder.reassess_on = assessed_by, reassess_on
    reminder.until_on = last
    replan(session, reminder, now)
