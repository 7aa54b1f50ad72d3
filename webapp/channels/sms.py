"""Handing SMS over to a gateway: in time, encrypted, and unharmed by whatever the gateway does."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from webapp.channels.gateway import Gateway
from webapp.channels.letters import Letter
from webapp.core.push import Outcome, Patience, Result
from webapp.core.push import answer as reading
from webapp.core.push.breaker import Lane, Sign

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0
ANSWER_OCTETS = 4096
NO_SUCH_PLACE = frozenset({404, 405, 410})  # of the gateway, not of the number: our own fault


class Sms:
    """Carries letters as SMS; use with `async with`. A channels.carrier.Carrier."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway = gateway
        self._deadline = deadline_seconds
        self._monotonic = monotonic
        self._lane = Lane(patience or Patience(), monotonic)

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(ssl=ssl.create_default_context(), limit=0),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None, sock_connect=None),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=ANSWER_OCTETS,
            max_line_size=2048,
            max_field_size=4096,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def rests(self) -> bool:
        return self._lane.rests()

    async def send(self, letter: Letter, reference: UUID, now: datetime) -> Result:
        """As channels.carrier says. The reference goes along as Idempotency-Key, for gateways that heed it."""
        async with self._lane.slots:
            if rest := self._lane.must_wait():
                return Result(Outcome.LATER, retry_at=now + timedelta(seconds=rest), cause="gateway resting")
            result, sign = Result(Outcome.LATER, cause="cancelled"), Sign.NEUTRAL
            try:
                result, sign = await self._post(letter, reference, now)
            finally:
                if self._lane.note(sign):
                    log.error("sms gateway left alone: cause=%s", result.cause)
        if sign is Sign.NOT_US:
            log.error("sms gateway does not accept us: status=%s", result.status)
        return result

    async def _post(self, letter: Letter, reference: UUID, now: datetime) -> tuple[Result, Sign]:
        form = {"from": self._gateway.sender, "to": letter.address, "message": letter.text}
        headers = {"Authorization": self._gateway.authorization, "Idempotency-Key": str(reference)}
        started = self._monotonic()
        status: int | None = None
        retry_after: str | None = None
        try:
            async with asyncio.timeout(self._deadline):
                got = await self._session.post(
                    self._gateway.address, data=form, headers=headers, allow_redirects=False
                )
                status, retry_after = got.status, got.headers.get("Retry-After")
                await _read_out(got)
        except TimeoutError:
            if status is None:
                return Result(Outcome.LATER, cause="deadline"), Sign.FAILED
        except Exception as error:  # whatever a gateway can do to a connection; its text may hold the number
            if status is None:
                log.info("sms gateway not answered: error=%s", type(error).__name__)
                return Result(Outcome.LATER, cause="network"), Sign.FAILED
        return _read(status or 0, retry_after, now + timedelta(seconds=self._monotonic() - started))


def _read(status: int, retry_after: str | None, now: datetime) -> tuple[Result, Sign]:
    if status in NO_SUCH_PLACE:
        return Result(Outcome.REFUSED, status, cause="no gateway there"), Sign.NOT_US
    return reading.read(status, retry_after, now)


async def _read_out(got: ClientResponse) -> None:
    """Read the answer to its end, so that the connection can serve again; a long one ends it."""
    left = ANSWER_OCTETS
    try:
        while left >= 0 and not got.content.at_eof():
            left -= len(await got.content.readany())
    finally:
        if not got.closed:
            got.close()
