"""What a push service's answer means for one delivery (RFC 8030 sections 5 and 8.4)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from webapp.core.push.breaker import Sign

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(hours=1)  # a service may ask for days; a reminder is worth nothing by then


class Outcome(StrEnum):
    """What became of one message."""

    SENT = "sent"  # the service has it
    GONE = "gone"  # the subscription is no more: retire it
    LATER = "later"  # try again, at `retry_at` or after the queue's own growing wait
    REFUSED = "refused"  # trying again would change nothing
    TOO_LATE = "too_late"  # its time was over before it could go; nothing was sent


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one send.

    `status` is the service's HTTP status, None if there was none. `retry_at` is set only for LATER, and only
    if somebody said when. `cause` is a word for the log and for staff: never the address.
    """

    outcome: Outcome
    status: int | None = None
    retry_at: datetime | None = None
    cause: str = ""


def retry_at(header: str | None, now: datetime) -> datetime | None:
    """When a Retry-After header (RFC 9110 section 10.2.3: seconds or a date) asks us back, or None.

    Never sooner than SHORTEST_WAIT from now, nor later than LONGEST_WAIT.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        seconds = int(text[:9]) if len(text) > 9 else int(text)
        wait = timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    else:
        try:
            at = parsedate_to_datetime(text)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return now + max(SHORTEST_WAIT, min(wait, LONGEST_WAIT))


def read(status: int, retry_after: str | None, now: datetime) -> tuple[Result, Sign]:
    """What this status means for the delivery, and what it says about the service."""
    if 200 <= status < 300:
        return Result(Outcome.SENT, status), Sign.WELL
    if status in (404, 410):
        return Result(Outcome.GONE, status), Sign.WELL
    if status in (401, 403):
        return Result(Outcome.REFUSED, status, cause="not us"), Sign.NOT_US
    if status in (408, 425, 429):
        return Result(Outcome.LATER, status, retry_at(retry_after, now), "asked to wait"), Sign.NEUTRAL
    if status >= 500:
        return Result(Outcome.LATER, status, retry_at(retry_after, now), "service error"), Sign.FAILED
    if status >= 400:
        return Result(Outcome.REFUSED, status, cause="refused"), Sign.WELL
    return Result(Outcome.REFUSED, status, cause="redirect"), Sign.NEUTRAL
