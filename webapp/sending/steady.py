"""What time it is, for the worker: the database's clock, and no other, so that all workers have the same.

Between two looks at it time goes on by this machine's monotonic clock, which nobody can set. Where the two
disagree, somebody has set a clock, or the machine slept; which of the times was right nobody here can know.
Then nothing is planned or sent until the database has stood by its word for HOLD: a clock that jumps and
jumps back moves no reminder, and one that was set right is believed after a minute.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.core.db import Instant

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks at the database's clock
JUMP = timedelta(seconds=5)  # more than this apart is no drift
HOLD = 60.0  # seconds


def of_database(session: Session) -> datetime:
    """The database's clock: on SQLite that of this machine."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    return session.scalars(select(func.clock_timestamp(type_=Instant()))).one()


@dataclass
class SteadyClock:
    """The database's clock as one worker follows it."""

    read: Callable[[Session], datetime] = of_database
    monotonic: Callable[[], float] = time.monotonic
    hold: float = HOLD
    _known: tuple[datetime, float] | None = None  # the last time believed, and when that was
    _claimed: tuple[datetime, float] | None = None  # another time that the database has come to tell

    def is_sure(self) -> bool:
        """Whether the clock has been looked at, and has not jumped since."""
        return self._known is not None and self._claimed is None

    def now(self) -> datetime:
        """The instant, as the database would tell it. Raises RuntimeError before the first look."""
        if self._known is None:
            raise RuntimeError("nobody has looked at the clock yet")
        at, since = self._known
        return at + timedelta(seconds=self.monotonic() - since)

    def look(self, session: Session) -> None:
        """Look at the database's clock, if it is time for that."""
        if self.is_sure() and self._known is not None and self.monotonic() - self._known[1] < LOOK:
            return
        before = self.monotonic()
        told = self.read(session)
        if self._known is None or abs(told - self.now()) <= JUMP:
            if self._claimed is not None:
                log.error("clock jumped back to where it was")
            self._known, self._claimed = (told, before), None
        elif self._claimed is None or abs(told - _later(self._claimed, before)) > JUMP:
            log.error("clock jumped: seconds=%d", (told - self.now()).total_seconds())
            self._claimed = (told, before)
        elif before - self._claimed[1] >= self.hold:
            log.error("clock believed again")
            self._known, self._claimed = (told, before), None


def _later(known: tuple[datetime, float], monotonic: float) -> datetime:
    at, since = known
    return at + timedelta(seconds=monotonic - since)
