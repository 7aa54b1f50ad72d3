"""A month of a person's reminders on paper: a row a day, a box to tick for each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.reminders.history import Month
from webapp.reminders.listing import Listed
from webapp.reminders.schedule import Due, Rule
from webapp.reminders.setting import rule_of

MONTHS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Box:
    """One time to tick, and which reminder it is."""

    due: Due
    reminder: Listed


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    boxes: Sequence[Box]


def months(today: date) -> list[Month]:
    """The months that can be printed: this one, and a year on."""
    found = [Month.of(today)]
    for _ in range(MONTHS_AHEAD):
        found.append(found[-1].next)
    return found


def named(written: str, today: date) -> Month:
    """The month of "2026-12"; this month for what is none that can be printed."""
    return next((each for each in months(today) if str(each) == written), Month.of(today))


def days_of(reminders: Sequence[Listed], month: Month, today: date) -> list[Day]:
    """Every day of the month from today on and what is due on it, in order. Paused reminders are left out."""
    going = [(each, rule_of(each)) for each in reminders if each.paused_at is None]
    first = max(month.first, today)
    days = [first + timedelta(days=each) for each in range((month.last - first).days + 1)]
    return [Day(on, _boxes(going, on)) for on in days]


def _boxes(going: Sequence[tuple[Listed, Rule]], on: date) -> list[Box]:
    boxes = [Box(due, reminder) for reminder, rule in going for due in rule.on(on)]
    return sorted(boxes, key=lambda box: box.due)
