"""An SMS gateway of the tests' own, on this machine: takes messages as real ones do, and misbehaves on request."""

from __future__ import annotations

import asyncio
import base64
import socket
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from webapp.channels.gateway import Gateway

USER, SECRET, SENDER = "nara", "hemligt@1", "NaraMig"
BODY_PAUSE = 0.001


class Behaviour(StrEnum):
    TAKES = "200"
    BAD_NUMBER = "400"
    NOT_US = "401"
    NO_MONEY = "403"
    NOT_THERE = "404"
    BUSY = "429"
    BROKEN = "500"
    HANGS = "hangs"
    RESETS_AFTER_TAKING = "resets after taking"
    REDIRECTS = "redirects"  # to an inner address that nobody may touch
    TALKS_WITHOUT_END = "talks without end"
    GARBAGE = "garbage"


@dataclass(frozen=True)
class Taken:
    """One message, and the key by which the same one is known again."""

    to: str
    sender: str
    message: str
    key: str


class GatewayService:
    """Listens on 127.0.0.1 in a thread of its own; use with `with`."""

    def __init__(self) -> None:
        self.behaviour = Behaviour.TAKES
        self.taken: list[Taken] = []
        self.faults: list[str] = []
        self.requests = self.touched_inside = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def gateway(self) -> Gateway:
        return Gateway.read(self.address, SENDER)

    @property
    def address(self) -> str:
        return f"http://{USER}:hemligt%401@127.0.0.1:{self._port}/a1/sms"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        inner = await asyncio.start_server(self._inside, "127.0.0.1", 0)
        self._inner_port = inner.sockets[0].getsockname()[1]
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        inner.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _inside(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.touched_inside += 1
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
        body = parse_qs((await reader.readexactly(int(headers.get("content-length", "0")))).decode())
        self.requests += 1
        self._check(line, headers, body)
        taken = Taken(body["to"][0], body["from"][0], body["message"][0], headers.get("idempotency-key", ""))
        return await self._behave(writer, taken)

    def _check(self, line: str, headers: dict[str, str], body: dict[str, list[str]]) -> None:
        proof = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        if line != "POST /a1/sms HTTP/1.1":
            self.faults.append("not posted to the gateway's address")
        if headers.get("authorization") != f"Basic {proof}":
            self.faults.append("not signed in")
        if set(body) != {"from", "to", "message"} or any(len(each) != 1 for each in body.values()):
            self.faults.append("another form")

    async def _behave(self, writer: asyncio.StreamWriter, taken: Taken) -> bool:
        match self.behaviour:
            case Behaviour.TAKES:
                self.taken.append(taken)
                return await self._say(writer, "200 OK", body=b'{"id": "s1"}')
            case Behaviour.HANGS:
                await self._stop.wait()
            case Behaviour.RESETS_AFTER_TAKING:
                self.taken.append(taken)
                held: socket.socket = writer.get_extra_info("socket")
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case Behaviour.REDIRECTS:
                inner = f"Location: http://127.0.0.1:{self._inner_port}/"
                return await self._say(writer, "307 Elsewhere", inner)
            case Behaviour.TALKS_WITHOUT_END:
                self.taken.append(taken)
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while not self._stop.is_set():
                    writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                    await writer.drain()
                    await asyncio.sleep(BODY_PAUSE)
            case Behaviour.GARBAGE:
                writer.write(b"\x00\x01 hello\r\n\r\n")
                await writer.drain()
            case Behaviour.BUSY:
                return await self._say(writer, "429 Wait", "Retry-After: 120")
            case other:
                return await self._say(writer, f"{other.value} No")
        return False

    async def _say(self, writer: asyncio.StreamWriter, status: str, *headers: str, body: bytes = b"") -> bool:
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        return True
