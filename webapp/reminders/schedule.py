"""When a reminder is due: a wall-clock time in Sweden, whatever summer time does.

08:00 stays 08:00 on both sides of the change. 02:30 that does not exist (last Sunday of March) comes
at 03:30; 02:30 that comes twice (last Sunday of October) comes once, the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
IN_TIME = timedelta(minutes=60)
EVERY_DAY = frozenset(range(7))
WEEK = 7


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One due time: the instant (UTC), and the local date and time it stands for."""

    at: datetime
    on: date
    clock: time


@dataclass(frozen=True, slots=True)
class Rule:
    """At these times, on these weekdays (0 is Monday), from a first day to a last one (None: no last day)."""

    times: tuple[time, ...]
    weekdays: frozenset[int]
    from_on: date
    until_on: date | None = None

    def on(self, day: date) -> list[Due]:
        """What is due on one local date, in the order it comes."""
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return []
        if day.weekday() not in self.weekdays:
            return []
        return sorted(Due(instant(day, at), day, at) for at in set(self.times))

    def next_after(self, moment: datetime) -> Due | None:
        """The first due time strictly after `moment`; None when there is none left."""
        first = max(moment.astimezone(STOCKHOLM).date(), self.from_on)
        for ahead in range(WEEK + 1):
            for due in self.on(first + timedelta(days=ahead)):
                if due.at > moment:
                    return due
        return None

    def between(self, after: datetime, until: datetime) -> Iterator[Due]:
        """Every due time with after < at <= until, in order."""
        due = self.next_after(after)
        while due is not None and due.at <= until:
            yield due
            due = self._following(due)

    def _following(self, due: Due) -> Due | None:
        """The next one, also where two local times meet in one instant (02:30 and 03:30 in March)."""
        same_instant = [later for later in self.on(due.on) if later > due and later.at == due.at]
        return same_instant[0] if same_instant else self.next_after(due.at)

    def closes(self, due: Due) -> datetime:
        """When `due` can no more be answered late: the next due time, or midnight, whichever comes first.

        A reminder late in the evening keeps its hour in time past midnight.
        """
        midnight = instant(due.on + timedelta(days=1), time())
        end = max(midnight, due.at + IN_TIME)
        following = self.next_after(due.at)
        return min(end, following.at) if following else end


def instant(day: date, clock: time) -> datetime:
    """The instant when a clock on a Swedish wall shows this, by the rule at the top of this file."""
    return datetime.combine(day, clock.replace(fold=0), STOCKHOLM).astimezone(UTC)


def days_to_bits(weekdays: frozenset[int]) -> int:
    """Monday is the lowest bit."""
    return sum(1 << day for day in weekdays)


def bits_to_days(bits: int) -> frozenset[int]:
    return frozenset(day for day in range(WEEK) if bits & (1 << day))


def times_to_text(times: tuple[time, ...]) -> str:
    """Sorted, each once: "08:00 20:00"."""
    return " ".join(f"{at:%H:%M}" for at in sorted(set(times)))


def text_to_times(text: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(at) for at in text.split())
