"""The days before the demo begins: reminders that came, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.contacts.hours import Hours
from webapp.core import clock
from webapp.core.access import Sight
from webapp.reminders import answering, planning, setting
from webapp.reminders.models import Occurrence, Reminder
from webapp.reminders.outcome import Press
from webapp.reminders.schedule import EVERY_DAY, Rule, instant, text_to_times
from webapp.reminders.setting import Wish

STILL_OPEN = timedelta(hours=3)  # what was due this recently waits for whoever tries the demo


def on_the_clock(day: date, at: str) -> datetime:
    return instant(day, time.fromisoformat(at))


def hours(text: str, holidays_too: bool) -> list[Hours]:
    """ "1-5 08:00-16:00": Monday to Friday; "2,4 …": Tuesdays and Thursdays."""
    days, _, times = text.partition(" ")
    opens, _, closes = times.partition("-")
    return [
        Hours(day, time.fromisoformat(opens), time.fromisoformat(closes), holidays_too)
        for day in sorted(weekdays(days))
    ]


def weekdays(text: str) -> frozenset[int]:
    first, dash, last = text.partition("-")
    if dash:
        return frozenset(range(int(first) - 1, int(last)))
    return frozenset(int(day) - 1 for day in text.split(","))


def remind(session: Session, sight: Sight, facts: Mapping[str, Any], began: datetime, now: datetime) -> None:
    """Set the reminder when the story began, and let its days pass."""
    today = clock.local(now).date()
    left = facts.get("days_left")
    rule = Rule(
        text_to_times(facts["times"]),
        weekdays(facts["days"]) if "days" in facts else EVERY_DAY,
        clock.local(began).date(),
        today + timedelta(days=left) if left is not None else None,
    )
    words = ("why", "how", "if_not", "assessed_by")
    wish = Wish(text=facts["text"], rule=rule, **{key: facts.get(key, "") for key in words})
    reminder = setting.set_reminder(session, sight.person_id, wish, setting.by_reader(sight), began)
    _live_through(session, reminder, facts.get("answers", ()), now)


def _live_through(session: Session, reminder: Reminder, answers: list[str], now: datetime) -> None:
    passed = 0
    while reminder.next_due_at is not None and reminder.next_due_at <= now:
        due_at = reminder.next_due_at
        planning.plan_due(session, due_at)
        occurrence = session.scalars(
            select(Occurrence).where(Occurrence.reminder_id == reminder.id, Occurrence.due_at == due_at)
        ).one()
        said = answers[passed % len(answers)] if answers else ""
        passed += 1
        press, _, minutes = said.partition("+")
        at = due_at + timedelta(minutes=int(minutes or 0))
        if press and at <= now and due_at < now - STILL_OPEN:
            answering.answer(session, occurrence, Press(press), at)
    planning.close_due(session, now)
    session.flush()
