"""Reminders in words: when they come, and what an answer led to."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date, datetime, time
from typing import Any

from webapp.core import clock
from webapp.core.i18n import _, format_day, format_moment, format_ordinal, format_time, plain, weekday_name
from webapp.reminders import setting
from webapp.reminders.forms import Often
from webapp.reminders.models import Reminder
from webapp.reminders.outcome import DONE, Outcome, Press, Result
from webapp.reminders.schedule import EVERY_DAY, Break, Rule, text_to_breaks
from webapp.reminders.setting import Timed, rule_of


def when(reminder: Timed) -> str:
    """ "Varje dag 08.00, 20.00", "Varannan vecka: måndag 08.00", or the days by name."""
    return rule_in_words(rule_of(reminder))


def rule_in_words(rule: Rule) -> str:
    """The same for a rule that is no reminder yet; without its first and last day and its breaks."""
    times = _times(rule.times)
    if rule.from_on == rule.until_on:
        return _("En gång, %(day)s %(times)s", day=format_day(rule.from_on), times=times)
    if rule.every_days == 2:
        return _("Varannan dag %(times)s", times=times)
    if rule.every_days > 2:
        return _("Var %(nth)s dag %(times)s", nth=format_ordinal(rule.every_days), times=times)
    if rule.every_weeks == 1:
        return _weekly(rule, times)
    said = {"days": _days(rule.weekdays), "times": times}
    if rule.every_weeks == 2:
        return _("Varannan vecka: %(days)s %(times)s", **said)
    nth = format_ordinal(rule.every_weeks)
    return _("Var %(nth)s vecka: %(days)s %(times)s", nth=nth, **said)


def _weekly(rule: Rule, times: str) -> str:
    if rule.weekdays == EVERY_DAY:
        return _("Varje dag %(times)s", times=times)
    return days_and_times(rule.weekdays, rule.times)


def days_and_times(days: Set[int], clocks: Sequence[time]) -> str:
    """For days of each week (0 is Monday) and times."""
    if days == EVERY_DAY:
        return plain("Varje dag %(times)s", times=_times(clocks))
    names = _days(days)
    return f"{names[:1].upper()}{names[1:]} {_times(clocks)}"


def _times(clocks: Sequence[time]) -> str:
    return ", ".join(format_time(at) for at in clocks)


def _days(days: Set[int]) -> str:
    return plain("alla dagar") if days == EVERY_DAY else ", ".join(weekday_name(day) for day in sorted(days))


def coming(rule: Rule, now: datetime, most: int = 10) -> list[str]:
    """The next times in words, "Idag 13.00", "Tisdag 10 mars 13.00"; fewer where there are no more."""
    return [format_moment(due.at) for due in rule.upcoming(now, most)]


def upcoming(reminder: Reminder, now: datetime, most: int = 10) -> list[tuple[date, str]]:
    """The next times of a reminder, each with its local day; none where it is paused or comes no more."""
    due = [] if setting.is_stopped(reminder) else rule_of(reminder).upcoming(now, most)
    return [(each.on, format_moment(each.at)) for each in due]


def away(span: Break, today: date) -> str:
    """ "24 december", or "24 december till 6 januari", with weekdays: the days of a break."""
    first = format_day(span.from_on, today=today)
    if span.from_on == span.until_on:
        return first
    return plain("%(first)s till %(last)s", first=first, last=format_day(span.until_on, today=today))


def breaks_of(reminder: Timed, today: date) -> list[tuple[Break, str]]:
    """The breaks that are or will be, each in words."""
    kept = (span for span in text_to_breaks(reminder.breaks) if span.until_on >= today)
    return [(span, away(span, today)) for span in kept]


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
    rule = rule_of(reminder)
    fields = ("at", "at_2", "at_3", "at_4", "at_5", "at_6", "at_7", "at_8")
    shown = {
        "text": reminder.text,
        "exact": reminder.exact,
        "often": Often.DAYS if rule.every_days > 1 else Often.WEEKLY,
        "days": sorted(rule.weekdays),
        "every_weeks": rule.every_weeks,
        "every_days": max(rule.every_days, 2),
        **dict(zip(fields, rule.times, strict=False)),
    }
    if rule.from_on == rule.until_on:
        return shown | {"often": Often.ONCE, "once_on": rule.from_on}
    return shown | {"from_on": rule.from_on, "until_on": rule.until_on}


def until(reminder: Reminder) -> str:
    """ "Till 31 mars"; empty where there is no last day."""
    if reminder.until_on is None:
        return ""
    return plain("Till och med %(day)s", day=format_day(reminder.until_on, today=clock.today()))
