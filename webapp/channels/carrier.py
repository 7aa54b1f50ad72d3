"""The one interface of all ways: a delivery in, what became of it out."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from webapp.channels.letters import Letter
from webapp.core.push import Result


class Carrier(AbstractAsyncContextManager[object], Protocol):
    """Carries letters by one way, while entered (`async with`).

    `send` never raises for what the other side does, ends within some ten seconds, and tells by `Result`: sent,
    later (with when, if that was said), refused, or too late. `reference` is the delivery's id: the same at each try,
    so that whoever is able to can see that a second try is the same message.
    """

    async def send(self, letter: Letter, reference: UUID, now: datetime) -> Result: ...

    def rests(self) -> bool:
        """Whether whoever is at the other end is left alone just now."""
        ...
