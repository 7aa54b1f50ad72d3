"""When to leave a push service alone for a while, so that one that is down does not hold up everyone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Sign(Enum):
    """What one answer, or the lack of one, says about the service's health."""

    WELL = auto()
    NEUTRAL = auto()  # says nothing: a cancelled send, an answer that asks us to wait
    FAILED = auto()  # no answer, a broken one, or 5xx
    NOT_US = auto()  # 401 or 403: the service does not accept our name


@dataclass(frozen=True, slots=True)
class Patience:
    """How much a service may fail before it is left alone, and for how long (seconds).

    More than one refusal of our name is waited for: a single one can come from a single subscription that was
    made with another key, and must not stop everyone else's reminders.
    """

    failures: int = 8
    refusals: int = 25  # more than one person's phones, tried twice, can bring about
    rest_seconds: float = 60.0
    at_once: int = 40  # sends to one origin at a time; more connections cost more than they bring


class Lane:
    """The way to one origin: a limited number of sends at a time, and a breaker.

    Closed: all pass. Open, after too many bad signs in a row: none pass until the rest is over. Then half
    open: one passes as a trial, and its sign closes the breaker or opens it anew.
    """

    def __init__(self, patience: Patience, monotonic: Callable[[], float]) -> None:
        self.slots = asyncio.Semaphore(patience.at_once)
        self._patience = patience
        self._monotonic = monotonic
        self._failures = self._refusals = 0
        self._open_until: float | None = None
        self._on_trial = False

    def must_wait(self) -> float:
        """Seconds to wait, or 0 if a send may go now; then `note` must be called with its sign."""
        if self._open_until is None:
            return 0.0
        left = self._open_until - self._monotonic()
        if left > 0:
            return left
        if self._on_trial:
            return min(5.0, self._patience.rest_seconds)
        self._on_trial = True
        return 0.0

    def rests(self) -> bool:
        """Whether none may go just now. Asking changes nothing."""
        return self._open_until is not None and (self._on_trial or self._open_until > self._monotonic())

    def note(self, sign: Sign) -> bool:
        """Take in the sign of a send that was let through; True if the service is left alone from now on."""
        if sign is Sign.WELL:
            self._failures = self._refusals = 0
            self._open_until, self._on_trial = None, False
            return False
        if self._open_until is not None and self._monotonic() < self._open_until:
            return False  # sent before the breaker opened: nothing new
        was_on_trial, self._on_trial = self._on_trial, False
        if sign is Sign.NEUTRAL:
            return False
        self._failures += sign is Sign.FAILED
        self._refusals += sign is Sign.NOT_US
        if (
            was_on_trial
            or self._failures >= self._patience.failures
            or self._refusals >= self._patience.refusals
        ):
            self._open_until = self._monotonic() + self._patience.rest_seconds
            return True
        return False
