"""What our sending is compared with: a webpush() loop, Node's web-push, and the machine itself.

All send messages of the same size over TLS to the same three origins, which take everything.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import certifi
import uvloop
from pywebpush import WebPusher, webpush

from tests.push_service.phone import Phone
from webapp.core.push import Vapid
from webapp.core.push.message import PAYLOAD_OCTETS

LOOP_MESSAGES = 60
NODE_MESSAGES, NODE_WARM_UP = 1200, 200
BARE_MESSAGES = 3000
AT_ONCE = 90  # connections, a third of them to each origin
SUBJECT = "mailto:bench@naramig.invalid"
NODE = Path(__file__).parent / "node"
BODY = b"{" + b" " * (PAYLOAD_OCTETS - 2) + b"}"


@dataclass(frozen=True)
class Took:
    """One round: messages a second by the clock, and microseconds of the sending process's CPU a message."""

    rate: float
    cpu: float

    @classmethod
    def since(cls, wall: float, cpu: float, messages: int) -> Took:
        """From what `perf_counter` and `process_time` said at the beginning."""
        seconds, busy = time.perf_counter() - wall, time.process_time() - cpu
        return cls(messages / seconds, busy / messages * 1e6)


@contextmanager
def sink(folder: str) -> Iterator[list[str]]:
    """Three push services in a process of their own, that take everything."""
    command = [sys.executable, "-m", "tests.push_service", "--fast", *("--port", "0") * 3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        trusted = Path(folder) / "trusted.pem"  # what a sender trusts in real life, and our own
        trusted.write_text(Path(certifi.where()).read_text("utf-8") + Path(said["ca"]).read_text("utf-8"))
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
        os.environ["NODE_EXTRA_CA_CERTS"] = said["ca"]
        try:
            yield said["origins"]
        finally:
            process.terminate()
            process.communicate()  # it says how many it took


def subscriptions(origins: Sequence[str], number: int) -> list[dict[str, Any]]:
    """As a browser gives them, by turns at each origin."""
    given = [Phone().keys for _ in range(min(number, 100))]
    return [
        {"endpoint": f"{origins[each % 3]}/push/{uuid4().hex}", "keys": given[each % len(given)]}
        for each in range(number)
    ]


def webpush_loop(origins: Sequence[str], key: str) -> Took:
    """pywebpush's own function, one message after the other."""
    to = subscriptions(origins, LOOP_MESSAGES)
    wall, cpu = time.perf_counter(), time.process_time()
    for each in to:
        webpush(each, data=BODY, vapid_private_key=key, vapid_claims={"sub": SUBJECT}, ttl=3600)
    return Took.since(wall, cpu, LOOP_MESSAGES)


def node_web_push(origins: Sequence[str], key: str) -> Took:
    """Node's web-push at its best: connections kept, many messages under way. Its warm-up is not counted."""
    subprocess.run(["bash", str(NODE / "install.sh")], check=True)
    public = Vapid(key, SUBJECT).public_key
    asked = {
        "subscriptions": subscriptions(origins, NODE_WARM_UP + NODE_MESSAGES),
        "vapid": {"subject": SUBJECT, "publicKey": public, "privateKey": key},
        "body": BODY.decode(),
        "atOnce": AT_ONCE,
        "warmUp": NODE_WARM_UP,
    }
    ran = subprocess.run(
        ["node", str(NODE / "send.mjs")],
        input=json.dumps(asked),
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    said = json.loads(ran.stdout)
    return Took(said["messages"] / said["seconds"], said["cpu"] / said["messages"])


def bare(origins: Sequence[str]) -> Took:
    """The machine's limit: each message encrypted, and written to an open connection. Nothing else is done."""
    return uvloop.run(_bare(origins))


async def _bare(origins: Sequence[str]) -> Took:
    tls = ssl.create_default_context()
    left = iter(subscriptions(origins, BARE_MESSAGES))
    places = [urlsplit(origins[number % 3]) for number in range(AT_ONCE)]
    lines = [await asyncio.open_connection(each.hostname, each.port, ssl=tls) for each in places]
    pushers = [WebPusher(each) for each in subscriptions(origins, 30)]
    head = b"POST /push/0123456789abcdef HTTP/1.1\r\nHost: bare\r\nTTL: 3600\r\nContent-Length: %d\r\n\r\n"

    async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, _ in enumerate(left):
            body = pushers[number % len(pushers)].encode(BODY, content_encoding="aes128gcm")["body"]
            writer.write(head % len(body) + body)
            await reader.readuntil(b"\r\n\r\n")

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(line(*each) for each in lines))
    took = Took.since(wall, cpu, BARE_MESSAGES)
    for _, writer in lines:
        writer.close()
    return took
