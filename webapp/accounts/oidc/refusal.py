"""Why a sign-in did not go through: what the person reads, and the word that is logged."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """What the page says. All that a forger could learn from is one and the same: NOT_TRUSTED."""

    CANCELLED = "cancelled"  # the person changed their mind at the provider
    DOWN = "down"  # the provider does not answer as it should
    LATE = "late"  # begun in another browser, too long ago, or already used
    NOT_TRUSTED = "not_trusted"  # the answer is not what was asked for
    NO_NUMBER = "no_number"  # the e-ID told no personal number, or one that cannot be
    NO_NAME = "no_name"  # a person we have never met, and the e-ID told no name
    TOO_YOUNG = "too_young"
    CLOSED = "closed"  # the person is registered as deceased
    UNKNOWN_STAFF = "unknown_staff"  # nobody with this HSA-id has been taken in, or they are switched off
    NOT_YOURS = "not_yours"  # the card names an assignment that they do not hold here


class Refused(Exception):
    """No sign-in. `reason` is a fixed word of our own for the log, never anything that somebody sent."""

    def __init__(self, why: Why, reason: str = "") -> None:
        super().__init__(why, reason)
        self.why, self.reason = why, reason or str(why)


def not_trusted(reason: str) -> Refused:
    return Refused(Why.NOT_TRUSTED, reason)
