"""Sends messages to push services: encrypted, signed, in time, and unharmed by whatever a service does."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from aiohttp import (
    ClientConnectorError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
)
from pywebpush import WebPusher
from yarl import URL

from webapp.core.push import answer
from webapp.core.push.answer import Outcome, Result
from webapp.core.push.breaker import Lane, Patience, Sign
from webapp.core.push.message import Message
from webapp.core.push.network import Connector, NotPublic
from webapp.core.push.subscription import BadSubscription, Place, extra, place
from webapp.core.push.vapid import Vapid

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0  # for one message: finding the service, connecting, sending and the answer together
TURN_SECONDS = 25.0  # for waiting behind others to the same service; then it is let go, to be leased anew
ANSWER_OCTETS = 4096  # what is read of an answer's body; a longer one costs the connection
_HEADERS = {"Content-Encoding": "aes128gcm", "Accept-Encoding": "identity"}
_OWN_HEADERS_ONLY = ("User-Agent", "Accept")
_NO_TIMEOUTS = ClientTimeout(
    total=None, connect=None, sock_connect=None, sock_read=None
)  # one deadline, ours


class Sender:
    """Sends over one pool of connections; use with `async with`, one per worker process.

    `extra_origins` (demo and test) may be reached although they are no known push service or lie in our own
    network. `monotonic` gives seconds, for the breaker and for the time a message waits here. The system's
    certificates are trusted as OpenSSL finds them at entering, so SSL_CERT_FILE works. `older` are the keys
    that subscriptions from before a change of key were made with. Raises ValueError for a bad extra origin.
    """

    def __init__(
        self,
        vapid: Vapid,
        *,
        older: Collection[Vapid] = (),
        extra_origins: Collection[str] = (),
        deadline_seconds: float = DEADLINE_SECONDS,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names = {"": vapid, **{each.public_key: each for each in (*older, vapid)}}
        self._extra = extra(extra_origins)
        self._deadline = deadline_seconds
        self._patience = patience or Patience()
        self._monotonic = monotonic
        self._lanes: dict[str, Lane] = {}
        self._lets_go = False
        # One for all messages: it holds nothing but the keys of the message in hand, and encrypting never
        # awaits.
        self._pusher = WebPusher({"endpoint": ""})

    async def __aenter__(self) -> Self:
        tls = ssl.create_default_context()
        tls.set_alpn_protocols(["http/1.1"])
        exempt = frozenset((url.raw_host or "", url.port or 0) for url in map(URL, self._extra))
        self._session = ClientSession(
            connector=Connector(tls, exempt),
            cookie_jar=DummyCookieJar(),
            timeout=_NO_TIMEOUTS,
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=_OWN_HEADERS_ONLY,
            read_bufsize=ANSWER_OCTETS,
            max_line_size=2048,
            max_field_size=4096,
            max_headers=64,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def resting(self) -> set[str]:
        """The origins of the services that are left alone just now: messages to them would only come back."""
        return {origin for origin, lane in self._lanes.items() if lane.rests()}

    def let_go(self) -> None:
        """Send nothing more but what has its turn: the rest comes back at once, to be sent by somebody else."""
        self._lets_go = True

    async def send(self, message: Message, now: datetime) -> Result:
        """Send one message and say what became of it; raises for nothing that a service or subscription does.

        Waits for its turn where many go to one service, and takes that wait off the message's time to live;
        after TURN_SECONDS it comes back unsent, before another worker takes it for lost.
        """
        asked = self._monotonic()
        if message.ttl <= 0:
            return Result(Outcome.TOO_LATE)
        try:
            origin, address = place(message.endpoint, self._extra)
        except BadSubscription as bad:
            return Result(Outcome.REFUSED, cause=bad.reason_code)
        name = self._names.get(message.vapid_key)
        if name is None:
            return Result(Outcome.REFUSED, cause="key not kept")
        lane = self._lanes.get(origin)
        if lane is None:
            lane = self._lanes[origin] = Lane(self._patience, self._monotonic)
        async with lane.slots:
            waited = self._monotonic() - asked
            ttl = message.ttl - int(waited)
            if ttl <= 0:
                return Result(Outcome.TOO_LATE)
            if self._lets_go or waited > TURN_SECONDS:
                return Result(Outcome.LATER, cause="not its turn yet")
            now += timedelta(seconds=waited)
            if rest := lane.must_wait():
                return Result(Outcome.LATER, retry_at=now + timedelta(seconds=rest), cause="service resting")
            result, sign = Result(Outcome.LATER, cause="cancelled"), Sign.NEUTRAL
            try:
                result, sign = await self._post(name, Place(origin, address), message, ttl, now)
            finally:
                if lane.note(sign):
                    log.error("push service left alone: host=%s cause=%s", URL(origin).host, result.cause)
        if sign is Sign.NOT_US:
            name.forget(origin)
            log.error("push service does not accept us: host=%s status=%s", URL(origin).host, result.status)
        return result

    async def _post(
        self, name: Vapid, there: Place, message: Message, ttl: int, now: datetime
    ) -> tuple[Result, Sign]:
        origin, address = there
        try:
            body = self._encrypt(message)
            headers = {
                **_HEADERS,
                "Authorization": name.authorization(origin, now),
                "TTL": str(ttl),
                "Topic": message.topic,
                "Urgency": message.urgency.value,
            }
        except Exception as error:  # keys that no encryption takes, an origin that cannot be signed for
            log.warning("push not prepared: host=%s error=%s", URL(origin).host, type(error).__name__)
            return Result(Outcome.REFUSED, cause="not encryptable"), Sign.NEUTRAL
        # Let the others that are ready encrypt first, then all write: the processor keeps each kind of work
        # in its cache, and a message costs a tenth less.
        await asyncio.sleep(0)
        started = self._monotonic()
        status: int | None = None
        retry_after: str | None = None
        try:
            async with asyncio.timeout(self._deadline):
                url = URL(address, encoded=True)
                got = await self._session.post(url, data=body, headers=headers, allow_redirects=False)
                status, retry_after = got.status, got.headers.get("Retry-After")
                await _read_out(got)
        except TimeoutError:
            if status is None:
                return Result(Outcome.LATER, cause="deadline"), Sign.FAILED
        except Exception as error:  # whatever a service can do to a connection; its text may hold the address
            if status is None:
                if isinstance(error, ClientConnectorError) and isinstance(error.os_error, NotPublic):
                    return Result(Outcome.REFUSED, cause="address not public"), Sign.NEUTRAL
                log.info("push not answered: host=%s error=%s", URL(origin).host, type(error).__name__)
                return Result(Outcome.LATER, cause="network"), Sign.FAILED
        return answer.read(status, retry_after, now + timedelta(seconds=self._monotonic() - started))

    def _encrypt(self, message: Message) -> bytes:
        self._pusher.receiver_key, self._pusher.auth_key = message.p256dh, message.auth
        body: bytes = self._pusher.encode(message.body, content_encoding="aes128gcm")["body"]
        return body


async def _read_out(got: ClientResponse) -> None:
    """Read the answer's body to its end, so that the connection can serve again; a long one ends it."""
    left = ANSWER_OCTETS
    try:
        while left >= 0 and not got.content.at_eof():
            left -= len(await got.content.readany())
    finally:
        if not got.closed:  # it closes by itself at the end, and its connection goes back to the pool
            got.close()
