"""Whether something has held without a gap from one moment to another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from webapp.reminders.schedule import instant


class Span(NamedTuple):
    """From its first moment, up to its end and not with it."""

    begins: datetime
    ends: datetime


def end_of(last_day: date, withdrawn_at: datetime | None) -> datetime:
    """When a consent ends: at local midnight after its last day, or when it is withdrawn, if that is sooner."""
    midnight = instant(last_day + timedelta(days=1), time())
    return min(midnight, withdrawn_at) if withdrawn_at is not None else midnight


def covers(spans: Iterable[Span], since: datetime, now: datetime) -> bool:
    """Whether these spans together hold at every moment from `since` up to and with `now`."""
    held = since
    for span in sorted(spans):
        if span.begins > held:
            break
        held = max(held, span.ends)
    return held > now
