"""Whether somebody can be reached now, and if not, when next. Wall-clock times; holidays are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

AHEAD = 28  # days looked ahead for the next opening: on one weekday, two weeks in a row can be holidays


class Hours(NamedTuple):
    """Reached on this weekday (0 is Monday) from `opens` until `closes`, local time."""

    weekday: int
    opens: time
    closes: time
    holidays_too: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Open until a time today; or closed, and opening next on a day at a time (None: not known)."""

    is_open: bool
    closes: time | None = None
    opens_on: date | None = None
    opens: time | None = None


def reach(hours: Iterable[Hours], at: datetime, is_holiday: Callable[[date], bool]) -> Reach | None:
    """How it stands at the local time `at`; None when no hours are known at all."""
    known = sorted(hours)
    if not known:
        return None
    for each in _on(known, at.date(), is_holiday):
        if each.opens <= at.time() < each.closes:
            return Reach(is_open=True, closes=each.closes)
    for ahead in range(AHEAD + 1):
        day = at.date() + timedelta(days=ahead)
        for each in _on(known, day, is_holiday):
            if ahead > 0 or each.opens > at.time():
                return Reach(is_open=False, opens_on=day, opens=each.opens)
    return Reach(is_open=False)


def _on(known: list[Hours], day: date, is_holiday: Callable[[date], bool]) -> list[Hours]:
    closed = is_holiday(day)
    return [each for each in known if each.weekday == day.weekday() and (each.holidays_too or not closed)]
