"""Reminders in words: when they come, and what an answer led to."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, time
from typing import Any

from webapp.core import clock
from webapp.core.i18n import format_day, format_moment, format_time, plain, weekday_name
from webapp.reminders.models import Reminder
from webapp.reminders.outcome import DONE, Outcome, Press, Result
from webapp.reminders.schedule import EVERY_DAY, bits_to_days, text_to_times
from webapp.reminders.setting import Shown, rule_of


def when(reminder: Shown) -> str:
    """ "Varje dag 08.00, 20.00", or the days by name."""
    return days_and_times(bits_to_days(reminder.days), text_to_times(reminder.times))


def days_and_times(days: Set[int], clocks: Sequence[time]) -> str:
    """The same for days (0 is Monday) and times that are no reminder yet."""
    times = ", ".join(format_time(at) for at in clocks)
    if days == EVERY_DAY:
        return plain("Varje dag %(times)s", times=times)
    names = ", ".join(weekday_name(day) for day in sorted(days))
    return f"{names[:1].upper()}{names[1:]} {times}"


def next_due(reminder: Reminder, now: datetime) -> str:
    """When it comes next: "idag 13.00", to stand after a colon; empty when it comes no more, or is paused."""
    due = None if reminder.paused_at else rule_of(reminder).next_after(now)
    return comes(due.at if due else None)


def comes(at: datetime | None) -> str:
    """The same for a time that is known: empty for None."""
    return format_moment(at, start=False) if at else ""


def saved(reminder: Reminder, now: datetime) -> str:
    """What is said when a reminder has been saved: the person sees when it comes."""
    due = next_due(reminder, now)
    return plain("Sparad. Nästa gång: %(when)s.", when=due) if due else plain("Sparad.")


def answered(press: Press, result: Result, *, has_phone: bool = True) -> str:
    """What is said after a press. Where no phone is connected nothing will remind, and nothing says so."""
    if result.outcome in DONE and result.pressed_at is not None:
        return plain("Klar %(time)s.", time=format_time(result.pressed_at))
    if result.outcome is Outcome.SKIPPED:
        return plain("Inte idag. Det står så nu.")
    if press is Press.LATER and result.later_until is not None:
        at = format_time(result.later_until)
        if has_phone:
            return plain("Senare. Vi påminner igen %(time)s.", time=at)
        return plain("Senare. Den står här igen %(time)s.", time=at)
    if press is Press.LATER:
        return plain("Det kommer ingen ny påminnelse den här gången. Du kan svara ändå.")
    return plain("Ångrat. Du kan svara på nytt.")


def as_typed(reminder: Reminder) -> dict[str, Any]:
    """A reminder as the form shows it."""
    times = dict(zip(("at", "at_2", "at_3", "at_4"), text_to_times(reminder.times), strict=False))
    return {
        "text": reminder.text,
        "days": sorted(bits_to_days(reminder.days)),
        "from_on": reminder.from_on,
        "until_on": reminder.until_on,
        **times,
    }


def until(reminder: Reminder) -> str:
    """ "Till 31 mars"; empty where there is no last day."""
    if reminder.until_on is None:
        return ""
    return plain("Till och med %(day)s", day=format_day(reminder.until_on, today=clock.today()))
