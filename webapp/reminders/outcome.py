"""What became of one due time. Five outcomes, never mixed up: done in time, done late, skipped,
unanswered, undelivered. "Unanswered" means that somebody may need a call; "undelivered" that the
phone needs looking after.

Of two answers the one pressed first counts; "Ångra" opens it again; every press is kept. The order in
which presses reach us does not matter, only when each was pressed: a phone without coverage tells later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from webapp.reminders.schedule import IN_TIME

LATER = timedelta(minutes=15)
EARLIEST = timedelta(minutes=30)  # a press can come this long before the due time, not earlier


class Press(StrEnum):
    DONE = "klar"
    LATER = "senare"
    NOT_TODAY = "intedag"
    UNDO = "angra"


class Outcome(StrEnum):
    OPEN = "open"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    SKIPPED = "skipped"
    UNANSWERED = "unanswered"
    UNDELIVERED = "undelivered"


DONE = frozenset({Outcome.DONE_IN_TIME, Outcome.DONE_LATE})
PROVISIONAL = frozenset({Outcome.OPEN, Outcome.UNANSWERED, Outcome.UNDELIVERED})


@dataclass(frozen=True, slots=True, order=True)
class Pressed:
    """One press: when, what, and its own id (which decides between two in the same instant).

    `said_at`: when it was done, where that is told afterwards, as from a paper calendar. What somebody pressed
    at the time comes before what is told later, as it was pressed before.
    """

    at: datetime
    id: UUID
    press: Press
    said_at: datetime | None = field(default=None, compare=False)

    @property
    def done_at(self) -> datetime:
        return self.said_at or self.at


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, when the press that counts was pressed, and until when it was put off.

    `later_until` is None also where it would be over by then: no new notice comes. `told_later`: it was told
    afterwards, and `pressed_at` is when it was done.
    """

    outcome: Outcome
    pressed_at: datetime | None = None
    later_until: datetime | None = None
    told_later: bool = False


def settle(
    due_at: datetime, closes_at: datetime, presses: Iterable[Pressed], *, delivered: bool, now: datetime
) -> Result:
    """What one occurrence has come to at `now`. `delivered`: a notice reached at least one phone."""
    counts: Pressed | None = None
    later_until: datetime | None = None
    for pressed in sorted(set(presses)):
        match pressed.press:
            case Press.UNDO:
                counts, later_until = None, None
            case Press.LATER if counts is None:
                later_until = pressed.at + LATER
            case Press.DONE | Press.NOT_TODAY if counts is None:
                counts = pressed
    if counts is not None:
        told_later = counts.said_at is not None
        return Result(_answered(due_at, closes_at, counts), counts.done_at, told_later=told_later)
    if now < closes_at:
        return Result(Outcome.OPEN, None, later_until if later_until and later_until < closes_at else None)
    return Result(Outcome.UNANSWERED if delivered else Outcome.UNDELIVERED)


def _answered(due_at: datetime, closes_at: datetime, counts: Pressed) -> Outcome:
    if counts.press is Press.NOT_TODAY:
        return Outcome.SKIPPED
    in_time = counts.done_at <= min(due_at + IN_TIME, closes_at)
    return Outcome.DONE_IN_TIME if in_time else Outcome.DONE_LATE


def believable(pressed_at: datetime | None, due_at: datetime, received_at: datetime) -> datetime:
    """The time a phone says it was pressed, where that can be: a phone's clock may be wrong.

    One earlier than a press can come counts as not said, so that it does not come before what was truly pressed.
    """
    if pressed_at is None or pressed_at < due_at - EARLIEST:
        return received_at
    return min(pressed_at, received_at)
