"""When a reminder is due: a wall-clock time in Sweden, whatever summer time does.

08:00 stays 08:00 on both sides of the change. 02:30 that does not exist (last Sunday of March) comes
at 03:30; 02:30 that comes twice (last Sunday of October) comes once, the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
IN_TIME = timedelta(minutes=60)
EVERY_DAY = frozenset(range(7))
WEEK = 7
DAY = timedelta(days=1)
MOST_TIMES = 8  # a day
MOST_DAYS_BETWEEN, MOST_WEEKS_BETWEEN = 99, 52
MOST_BREAKS = 10
BREAKS_LENGTH = MOST_BREAKS * 22  # as text
FIRST_YEAR, LAST_YEAR = 2000, 2100
LAST_DAY = date(LAST_YEAR, 12, 31)


class BadRule(ValueError):
    """No rule that a person could live with: no time, too often, too seldom, or beyond the years we keep."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One due time: the instant (UTC), and the local date and time it stands for."""

    at: datetime
    on: date
    clock: time


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """Days when nothing comes, the first and the last of them too: a journey, a hospital stay, or one single day."""

    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Rule:
    """At these times, on these weekdays (0 is Monday), from a first day to a last one (None: no last day).

    `every_weeks`: only each so-manieth week, the first day's week being the first. `every_days`: only each
    so-manieth day, counted from the first day; weekdays then play no part. Days within a break are left out,
    and do not move the days after them. Raises BadRule.
    """

    times: tuple[time, ...]
    weekdays: frozenset[int]
    from_on: date
    until_on: date | None = None
    every_days: int = 1
    every_weeks: int = 1
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.times) <= MOST_TIMES:
            raise BadRule("times")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise BadRule("weekdays")
        if not (1 <= self.every_days <= MOST_DAYS_BETWEEN and 1 <= self.every_weeks <= MOST_WEEKS_BETWEEN):
            raise BadRule("step")
        if self.every_days > 1 and (self.every_weeks > 1 or self.weekdays != EVERY_DAY):
            raise BadRule("two steps")
        if len(self.breaks) > MOST_BREAKS:
            raise BadRule("breaks")
        days = [self.from_on, self.until_on or LAST_DAY, *(each.until_on for each in self.breaks)]
        if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
            raise BadRule("years")

    def on(self, day: date) -> list[Due]:
        """What is due on one local date, in the order it comes."""
        if self._next_day(day) != day:
            return []
        return sorted(Due(instant(day, at), day, at) for at in set(self.times))

    def next_after(self, moment: datetime) -> Due | None:
        """The first due time strictly after `moment`; None when there is none left."""
        day = self._next_day(moment.astimezone(STOCKHOLM).date())
        while day is not None:
            for due in self.on(day):
                if due.at > moment:
                    return due
            day = self._next_day(day + DAY)
        return None

    def _next_day(self, day: date) -> date | None:
        """The first local date from `day` on when something is due. Its cost does not grow with the distance."""
        day = max(day, self.from_on)
        last = min(self.until_on or LAST_DAY, LAST_DAY)
        while day <= last:
            day = self._in_step(day)
            covering = [each.until_on for each in self.breaks if each.from_on <= day <= each.until_on]
            if not covering:
                return day if day <= last else None
            day = max(covering) + DAY
        return None

    def _in_step(self, day: date) -> date:
        """The first day from `day` on that the step and the weekdays allow, breaks and the last day aside."""
        if self.every_days > 1:
            return day + DAY * (-(day - self.from_on).days % self.every_days)
        first_monday = self.from_on - DAY * self.from_on.weekday()
        week, weekday = divmod((day - first_monday).days, WEEK)
        left = [each for each in self.weekdays if each >= weekday]
        if left and week % self.every_weeks == 0:
            return day + DAY * (min(left) - weekday)
        week += self.every_weeks - week % self.every_weeks
        return first_monday + DAY * (week * WEEK + min(self.weekdays))

    def upcoming(self, after: datetime, most: int) -> list[Due]:
        """The next `most` due times after `after`; fewer where there are no more."""
        found: list[Due] = []
        due = self.next_after(after)
        while due is not None and len(found) < most:
            found.append(due)
            due = self._following(due)
        return found

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


def tidy(breaks: Iterable[Break], today: date = date.min) -> tuple[Break, ...]:
    """In order, those that touch made one, and those that ended before `today` left out."""
    tidied: list[Break] = []
    for each in sorted(breaks):
        if each.until_on < today:
            continue
        if tidied and each.from_on <= tidied[-1].until_on + DAY:
            tidied[-1] = Break(tidied[-1].from_on, max(tidied[-1].until_on, each.until_on))
        else:
            tidied.append(each)
    return tuple(tidied)


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


def breaks_to_text(breaks: Iterable[Break]) -> str:
    """ "2026-12-24 2027-01-07/2027-01-20": a single day, and a longer break."""
    return " ".join(
        f"{each.from_on}" if each.from_on == each.until_on else f"{each.from_on}/{each.until_on}"
        for each in breaks
    )


def text_to_breaks(text: str) -> tuple[Break, ...]:
    """The other way. Raises ValueError for what breaks_to_text never wrote."""
    found = []
    for each in text.split():
        first, _, last = each.partition("/")
        found.append(Break(date.fromisoformat(first), date.fromisoformat(last or first)))
    return tuple(found)
