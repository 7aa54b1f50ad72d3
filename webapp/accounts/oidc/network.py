"""Speaking with a provider: within a time, within a size, and never led on to another place.

requests alone has no limit in total, follows redirects and reads answers of any size.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from webapp.accounts.oidc.refusal import Refused, Why

DEADLINE_SECONDS = 10.0  # for a whole question and its answer
CONNECT_SECONDS, READ_SECONDS = 4.0, 8.0
MOST_OCTETS = 256 * 1024
_AT_A_TIME = 16 * 1024


def down(reason: str) -> Refused:
    return Refused(Why.DOWN, reason)


class _Watch(threading.local):
    """The connections that this thread has open within a deadline."""

    sockets: list[socket.socket] | None = None


_watch = _Watch()


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Cut every connection made within when the time is up: a read then fails, however slowly octets drip."""
    held: list[socket.socket] = []
    _watch.sockets = held
    over = threading.Event()
    timer = threading.Timer(seconds, _cut, (held, over))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _watch.sockets = None
    if over.is_set():  # what was read looks whole, but was cut off
        raise down("too slow")


def _cut(held: list[socket.socket], over: threading.Event) -> None:
    over.set()
    for each in list(held):
        try:
            socket.socket.shutdown(
                each, socket.SHUT_RDWR
            )  # also under TLS, whose own state is another thread's
        except OSError:
            continue  # already closed


class _Plain(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _note(self.sock)


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        super().connect()  # the handshake has a limit in total of its own
        _note(self.sock)


def _note(made: socket.socket | None) -> None:
    if made is not None and _watch.sockets is not None:
        _watch.sockets.append(made)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Bounded(HTTPAdapter):
    """Answers are read whole here, within the bounds; raises Refused(DOWN) for all that is not a plain answer."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *_given: Any, **named: Any) -> requests.Response:
        named.update(stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS))
        try:
            with _deadline(DEADLINE_SECONDS):
                response = super().send(request, **named)
                response._content = _body(response)
        except (requests.RequestException, OSError, ValueError) as fault:
            raise down("network: " + type(fault).__name__) from None
        except Refused:
            raise
        except Exception as fault:  # urllib3 has faults of its own that requests lets through
            raise down("network: " + type(fault).__name__) from None
        if 300 <= response.status_code < 400:
            raise down("redirects")
        if response.status_code >= 500 or response.status_code == 429:
            raise down("status")
        return response


def _body(response: requests.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise down("compressed")  # was not asked for, and may unfold to anything
    body = bytearray()
    while part := response.raw.read1(_AT_A_TIME):
        body += part
        if len(body) > MOST_OCTETS:
            raise down("too large")
    response.close()
    return bytes(body)


def bind(session: requests.Session) -> None:
    """Keep everything that goes through this session within the bounds, with no help of the surroundings."""
    session.trust_env = False  # no .netrc and no proxy: what is configured is what is asked
    session.verify = ssl.get_default_verify_paths().cafile or True  # heeds SSL_CERT_FILE
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", _Bounded())
    session.mount("http://", _Bounded())


def json_object(response: requests.Response) -> dict[str, Any]:
    """The answer's JSON object; raises Refused(DOWN) for anything else."""
    if response.status_code != 200:
        raise down("status")
    try:
        found = response.json()
    except (ValueError, RecursionError):
        raise down("no JSON") from None
    if not isinstance(found, dict):
        raise down("no JSON")
    return found
