"""The one clock: every instant the app uses comes from here, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """This instant, in UTC."""
    return _held.get() or datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The instant as the clock on the kitchen wall shows it."""
    return instant.astimezone(STOCKHOLM)


def today() -> date:
    """The date on the kitchen wall."""
    return local(now()).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at an aware instant; for tests and for telling the demo's story in order."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _held.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
