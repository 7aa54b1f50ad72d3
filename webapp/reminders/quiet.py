"""When a relative is told that nobody has answered: after how long, in what order, and not at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from webapp.reminders.schedule import STOCKHOLM, instant

REPEATS = (15, 30, 60)  # minutes until the one repeat, that a person chooses among
DELAYS = (30, 60, 120, 240)  # minutes until a relative is told
TURN = timedelta(minutes=30)  # then it is the next one's turn, if nobody has taken it
TOO_OLD = timedelta(hours=12)  # a word that comes later than this after its time helps nobody


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours when no relative is told, by the clock on a Swedish wall: from ten at night until seven.

    The same hour twice means that there are none.
    """

    begins: time
    ends: time

    def holds(self, clock: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def over(self, moment: datetime) -> datetime:
        """`moment` itself, or the end of the quiet hours that it falls in."""
        local = moment.astimezone(STOCKHOLM)
        if not self.holds(local.time()):
            return moment
        day = local.date()
        if self.begins > self.ends and local.time() >= self.begins:
            day += timedelta(days=1)
        return max(moment, instant(day, self.ends))

    @classmethod
    def read(cls, text: str) -> Quiet:
        """Of "22:00-07:00", as `str` writes it; raises ValueError. Empty: there are none."""
        if not text:
            return NONE
        begins, _, ends = text.partition("-")
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}" if self.begins != self.ends else ""


NONE = Quiet(time(), time())
NIGHT = Quiet(time(22), time(7))


def first_told(due_at: datetime, after_minutes: int | None, quiet: str) -> datetime | None:
    """When the first relative is told of a due time that nobody has answered; None where nobody is."""
    if after_minutes is None:
        return None
    return Quiet.read(quiet).over(due_at + timedelta(minutes=after_minutes))


def repeated(due_at: datetime, after_minutes: int | None, closes_at: datetime) -> datetime | None:
    """When the one repeat comes; None where none is chosen, or it would come when the due time is over."""
    if after_minutes is None:
        return None
    at = due_at + timedelta(minutes=after_minutes)
    return at if at < closes_at else None
