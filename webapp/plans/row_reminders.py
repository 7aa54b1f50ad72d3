"""Reminders that go with a row: they begin when the person says yes to the row, and end with it.

Why: docs/decisions, "A starter's reminder waits for the person's yes".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.plans.models import PlanRow
from webapp.plans.reminder_models import RowReminder
from webapp.reminders import setting as reminders
from webapp.reminders.models import Reminder, SetBy
from webapp.reminders.schedule import Rule, bits_to_days, days_to_bits, text_to_times, times_to_text
from webapp.reminders.setting import By, Wish


@dataclass(frozen=True, slots=True)
class Proposed:
    """A reminder as staff and the person talked about it; it lasts `weeks` from the day the person says yes."""

    text: str
    why: str
    how: str
    if_not: str
    assessed_by: str
    times: tuple[time, ...]
    weekdays: frozenset[int]  # 0 is Monday
    weeks: int
    own_language_text: str = ""
    own_language: str = "sv"
    says: str = ""  # the row's next step, as the person reads it before they answer


def propose(session: Session, row: PlanRow, proposed: Proposed, by: By, now: datetime) -> RowReminder:
    """Keep it with the row; one row has at most one."""
    kept = RowReminder(
        person_id=row.person_id,
        row_id=row.id,
        text=proposed.text,
        own_language_text=proposed.own_language_text,
        own_language=proposed.own_language,
        why=proposed.why,
        how=proposed.how,
        if_not=proposed.if_not,
        assessed_by=proposed.assessed_by,
        times=times_to_text(proposed.times),
        days=days_to_bits(proposed.weekdays),
        weeks=proposed.weeks,
        set_by_account=by.account_id,
        set_as=by.named,
        unit_id=by.unit_id,
        says=proposed.says,
        proposed_at=now,
    )
    session.add(kept)
    row.next_step = proposed.says
    session.flush()
    return kept


def begin(session: Session, row: PlanRow, now: datetime) -> Reminder | None:
    """The person has said yes to the row: its reminder begins today. Twice is once.

    None where there is nothing to begin, or where the person has as many reminders as the app keeps.
    """
    kept = _of(session, row)
    if kept is None:
        return None
    running = _running(session, kept)
    if running is not None:
        return running
    by = By(kept.set_by_account, SetBy.STAFF, kept.set_as, kept.unit_id)
    try:
        reminder = reminders.set_reminder(session, kept.person_id, _wish(kept, now), by, now)
    except reminders.TooMany:
        return None
    kept.reminder_id = reminder.id
    if row.next_step == kept.says:
        row.next_step = ""  # it has been done
    session.flush()
    return reminder


def end(session: Session, row: PlanRow, now: datetime) -> None:
    """The row has ended, or the person has changed a yes to a no: nothing more comes. What was answered stays."""
    kept = _of(session, row)
    running = _running(session, kept) if kept else None
    if running is not None:
        reminders.end(session, running, now)


def _of(session: Session, row: PlanRow) -> RowReminder | None:
    return session.scalars(select(RowReminder).where(RowReminder.row_id == row.id)).first()


def _running(session: Session, kept: RowReminder) -> Reminder | None:
    found = session.get(Reminder, kept.reminder_id) if kept.reminder_id else None
    return found if found is not None and found.ended_at is None else None


def _wish(kept: RowReminder, now: datetime) -> Wish:
    today = clock.local(now).date()
    until_on = today + timedelta(weeks=kept.weeks)
    return Wish(
        text=kept.text,
        rule=Rule(text_to_times(kept.times), bits_to_days(kept.days), today, until_on),
        why=kept.why,
        how=kept.how,
        if_not=kept.if_not,
        assessed_by=kept.assessed_by,
        own_language_text=kept.own_language_text,
        own_language=kept.own_language,
    )
