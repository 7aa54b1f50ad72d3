"""A push service of the tests' own, over TLS: checks and decrypts what it gets, misbehaves on request."""

import asyncio
import gzip
import json
import secrets
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict
from urllib.parse import parse_qs, urlsplit

import http_ece

from tests.push_service.certificates import Authority
from tests.push_service.phone import Phone
from tests.push_service.rules import Fault, check_request, check_vapid

RETRY_SECONDS = 120  # what the 429 answers ask for, in both forms
BOMB_OCTETS = 64 * 1024 * 1024  # what the gzip bomb becomes if anybody inflates it


class Behaviour(StrEnum):
    """How the service answers one subscription's messages."""

    CREATED = "201"
    NOT_FOUND = "404"
    GONE = "410"
    BAD_REQUEST = "400"
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    TOO_LARGE = "413"
    BUSY_SECONDS = "429-seconds"
    BUSY_DATE = "429-date"
    BROKEN = "500"
    RESTING = "503"
    HANG = "hang"  # takes the request and never answers
    REDIRECT = "redirect"  # to an inner address that nobody may touch
    RESET_MIDWAY = "reset-midway"  # breaks the connection within the answer's first line
    RESET_BODY = "reset-body"  # answers 201 and breaks the connection within the body
    RESET_ACCEPTED = "reset-accepted"  # takes the message in and breaks the connection without a word
    ENDLESS_BODY = "endless-body"
    ENDLESS_HEADERS = "endless-headers"
    GZIP_BOMB = "gzip-bomb"
    GARBAGE = "garbage"  # something that is not HTTP


class Keys(TypedDict):
    p256dh: str
    auth: str


class Subscription(TypedDict):
    """As PushSubscription.toJSON() gives it."""

    endpoint: str
    expirationTime: None
    keys: Keys


@dataclass(frozen=True)
class Received:
    """One message that was taken in, or refused by the subscription's behaviour after it proved right."""

    subscription_id: str
    headers: dict[str, str]  # names in lower case
    text: str  # decrypted
    body_octets: int
    connection: int  # counts from 1; the same number means the same TLS connection


@dataclass
class _Subscriber:
    phone: Phone
    behaviour: Behaviour
    server_key: str | None


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_OCTETS), compresslevel=6)


def _simple(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


class PushService:
    """Listens on 127.0.0.1 in a thread of its own; use with `with`.

    Give `ca` as SSL_CERT_FILE to whoever shall trust it, and `origin` as an extra push origin. Several
    services trusted by one file share an `authority`. The thread's loop is its own, so tests may block.
    """

    def __init__(self, port: int = 0, authority: Authority | None = None) -> None:
        self._port = port
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if authority is None:
            self._folder = tempfile.TemporaryDirectory(prefix="push-service-")
            authority = Authority(Path(self._folder.name))
        self.authority = authority
        self._subscribers: dict[str, _Subscriber] = {}
        self._received: list[Received] = []
        self._change = threading.Condition()
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="push-service", daemon=True
        )
        self.faults: list[str] = []  # what was wrong with the requests; a right sender leaves it empty
        self.requests = 0  # all requests to subscriptions, right or wrong
        self.connections = 0
        self.touched_inside = 0  # connections to the redirect's target: must stay 0
        self.origin = ""

    @property
    def ca(self) -> str:
        """The file of the authority to trust."""
        return str(self.authority.ca)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("the push service did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        if self._folder is not None:
            self._folder.cleanup()

    def subscribe(
        self, behaviour: Behaviour | str = Behaviour.CREATED, server_key: str | None = None
    ) -> Subscription:
        """A new subscription as a browser gives it; with `server_key` it takes messages of that key alone."""
        name = secrets.token_urlsafe(24)
        phone = Phone()
        self._subscribers[name] = _Subscriber(phone, Behaviour(behaviour), server_key)
        keys: Keys = {"p256dh": phone.keys["p256dh"], "auth": phone.keys["auth"]}
        return {"endpoint": f"{self.origin}/push/{name}", "expirationTime": None, "keys": keys}

    def behave(self, subscription: Subscription, behaviour: Behaviour | str) -> None:
        """Answer this subscription's next messages otherwise."""
        self._subscribers[subscription_id(subscription)].behaviour = Behaviour(behaviour)

    def received(
        self, subscription: Subscription | None = None, *, at_least: int = 0, within_seconds: float = 5.0
    ) -> list[Received]:
        """The messages so far, oldest first, of one subscription or all.

        Waits up to `within_seconds` for `at_least` that many, then returns what there is.
        """

        def found() -> list[Received]:
            wanted = None if subscription is None else subscription_id(subscription)
            return [one for one in self._received if wanted in (None, one.subscription_id)]

        with self._change:
            self._change.wait_for(lambda: len(found()) >= at_least, within_seconds)
            return found()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        context = self.authority.server_context()
        server = await asyncio.start_server(
            self._connection, "127.0.0.1", self._port, ssl=context, backlog=512
        )
        inside = await asyncio.start_server(self._inside, "127.0.0.1", 0)
        self.origin = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._inner_address = f"http://127.0.0.1:{inside.sockets[0].getsockname()[1]}/"
        self._started.set()
        await self._stop.wait()
        server.close()
        inside.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _inside(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.touched_inside += 1
        writer.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        number = self.connections
        try:
            while True:
                await self._request(reader, writer, number)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the other side has gone, or we stop
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        path = urlsplit(target)
        if path.path.startswith("/control/"):
            writer.write(self._control(path.path, parse_qs(path.query)))
            return
        self.requests += 1
        name = path.path.removeprefix("/push/")
        subscriber = self._subscribers.get(name)
        try:
            if subscriber is None:
                raise Fault(404, "no such subscription")
            check_request(method, headers, body)
            check_vapid(headers.get("authorization", ""), self.origin, subscriber.server_key)
            text = subscriber.phone.read(body)
        except (Fault, http_ece.ECEException, ValueError) as error:
            self.faults.append(f"{type(error).__name__}: {error}")
            status = error.status if isinstance(error, Fault) else 400
            writer.write(_simple(f"{status} Refused"))
            return
        with self._change:
            self._received.append(Received(name, headers, text, len(body), number))
            self._change.notify_all()
        await self._answer(subscriber.behaviour, writer)

    def _control(self, path: str, query: dict[str, list[str]]) -> bytes:
        """For another process: /control/subscribe?behaviour=… and /control/received answer in JSON."""
        answer: object
        if path == "/control/subscribe":
            answer = self.subscribe(query.get("behaviour", ["201"])[0], query.get("server_key", [None])[0])
        elif path == "/control/received":
            answer = [vars(one) for one in self._received]
        else:
            return _simple("404 Not Found")
        return _simple("200 OK", "Content-Type: application/json", body=json.dumps(answer).encode())

    async def _answer(self, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
        match behaviour:
            case Behaviour.CREATED:
                location = f"Location: {self.origin}/message/{secrets.token_urlsafe(9)}"
                writer.write(_simple("201 Created", location))
            case Behaviour.BUSY_SECONDS:
                writer.write(_simple("429 Too Many Requests", f"Retry-After: {RETRY_SECONDS}"))
            case Behaviour.BUSY_DATE:
                date = formatdate(time.time() + RETRY_SECONDS, usegmt=True)
                writer.write(_simple("429 Too Many Requests", f"Retry-After: {date}"))
            case Behaviour.HANG:
                await asyncio.sleep(3600)
            case Behaviour.REDIRECT:
                writer.write(_simple("307 Temporary Redirect", f"Location: {self._inner_address}"))
            case Behaviour.RESET_MIDWAY:
                await _reset(writer, b"HTTP/1.1 20")
            case Behaviour.RESET_BODY:
                await _reset(writer, b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\nhalf of it")
            case Behaviour.RESET_ACCEPTED:
                await _reset(writer, b"")
            case Behaviour.ENDLESS_BODY:
                await _endless(writer, b"HTTP/1.1 201 Created\r\n\r\n", b"x" * 65536)
            case Behaviour.ENDLESS_HEADERS:
                await _endless(writer, b"HTTP/1.1 201 Created\r\n", b"X-Padding: " + b"x" * 1000 + b"\r\n")
            case Behaviour.GZIP_BOMB:
                writer.write(_simple("201 Created", "Content-Encoding: gzip", body=_bomb()))
            case Behaviour.GARBAGE:
                await _reset(writer, b"\x00\x01\x02 this is no answer\r\n\r\n")
            case _:
                writer.write(_simple(f"{behaviour.value} Refused", body=b'{"reason":"asked for"}'))


async def _reset(writer: asyncio.StreamWriter, first: bytes) -> None:
    """Send this much, let it arrive, then break the connection so that the other side sees a reset."""
    if first:
        writer.write(first)
        await writer.drain()
        await asyncio.sleep(0.02)
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None:  # else the other side was quicker
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise ConnectionResetError


async def _endless(writer: asyncio.StreamWriter, first: bytes, again: bytes) -> None:
    writer.write(first)
    while not writer.transport.is_closing():
        writer.write(again)
        await writer.drain()
        await asyncio.sleep(0)


def subscription_id(subscription: Subscription) -> str:
    """The last part of the endpoint, as `Received` names it."""
    return subscription["endpoint"].rsplit("/", 1)[-1]
