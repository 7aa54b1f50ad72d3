"""What goes out otherwise than by push: the worker hands it over here, and is told what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.channels.carrier import Carrier
from webapp.channels.letters import Letter, Writer
from webapp.channels.mail import Mail
from webapp.channels.sms import Sms
from webapp.core.push import Outcome, Result
from webapp.reminders.models import Channel
from webapp.settings import Settings


class InHand(Protocol):
    """The part of a leased delivery that matters here."""

    @property
    def id(self) -> UUID: ...
    @property
    def channel(self) -> Channel: ...


@dataclass
class PostOffice:
    """The carriers there are, and the letters that are ready to go; use with `async with`."""

    writer: Writer | None = None
    carriers: Mapping[Channel, Carrier] = field(default_factory=dict)
    ready: dict[UUID, Letter] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, writer: Writer) -> Self:
        carriers: dict[Channel, Carrier] = {}
        if settings.sms is not None:
            carriers[Channel.SMS] = Sms(settings.sms)
        if settings.smtp is not None:
            carriers[Channel.EMAIL] = Mail(settings.smtp)
        return cls(writer, carriers)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        for carrier in self.carriers.values():
            await self._stack.enter_async_context(carrier)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def make_ready(self, session: Session, leased: Sequence[InHand], now: datetime) -> None:
        """Write what has just been leased, in the transaction that leased it."""
        ids = [each.id for each in leased if each.channel is not Channel.PUSH]
        if ids and self.writer is not None:
            self.ready.update(self.writer.write(session, ids, now))

    def resting(self) -> set[str]:
        """The ways that are left alone just now, as deliveries' `lane` names them."""
        return {channel.value for channel, carrier in self.carriers.items() if carrier.rests()}

    async def send(self, delivery: InHand, now: datetime) -> Result:
        letter, carrier = self.ready.pop(delivery.id, None), self.carriers.get(delivery.channel)
        if carrier is None:
            return Result(Outcome.REFUSED, cause="no such channel")
        if letter is None:
            return Result(Outcome.REFUSED, cause="no address")
        return await carrier.send(letter, delivery.id, now)
