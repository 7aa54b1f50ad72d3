"""The real web server, over a socket: slow bodies keep nobody waiting, odd ones change nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import in_production, settings

pytestmark = pytest.mark.slow
HOUSE = Path(__file__).parent.parent
SECONDS = 20.0
SLOW = 50


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """One web process over a copy of the people's database."""

    def __init__(self, file: Path, port: int) -> None:
        self.file, self.port = file, port
        env = {**os.environ, **settings(f"sqlite:///{file}"), "PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "webapp.serve"],
            cwd=HOUSE,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def wait(self) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                self.connect().close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.stop())

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=SECONDS)
        return said.decode()

    def ask(self, request: bytes) -> tuple[int, str, str]:
        """Send raw octets; status, headers in lower case, and body of the first answer."""
        with self.connect() as connection:
            connection.sendall(request)
            return answer_from(connection)

    def get(self, path: str, *headers: str) -> tuple[int, str, str]:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
        return self.ask("\r\n".join(lines).encode())

    def told(self) -> int:
        with sqlite3.connect(self.file) as database:
            return int(database.execute("SELECT count(*) FROM feedback").fetchone()[0])


def answer_from(connection: socket.socket) -> tuple[int, str, str]:
    octets = b""
    while not (head := re.match(rb"(.*?\r\n)\r\n", octets, re.DOTALL)):
        found = connection.recv(65536)
        if not found:
            raise ConnectionError(octets)
        octets += found
    headers = head[1].decode("latin-1")
    length = re.search(r"(?i)content-length: (\d+)", headers)
    body = octets[head.end() :]
    while length and len(body) < int(length[1]) and (found := connection.recv(65536)):
        body += found
    return int(headers.split(" ")[1]), headers.lower(), body.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def server(sqlite_with_people: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("served") / "naramig.sqlite"
    shutil.copy(sqlite_with_people, file)
    started = Server(file, free_port())
    try:
        started.wait()
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()


def signed(server: Server) -> tuple[str, str]:
    """The cookie as it was given (letter for letter), and a token that goes with it."""
    with server.connect() as connection:
        connection.sendall(b"GET /fel HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        octets = b""
        while found := connection.recv(65536):
            octets += found
    text = octets.decode()
    cookie = re.search(r"Set-Cookie: (__Host-naramig=[^;]+)", text)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert cookie
    assert token
    return cookie[1], token[1]


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def test_a_form_sent_as_browsers_do_is_taken(server: Server) -> None:
    cookie, token = signed(server)
    before = server.told()
    body = f"csrf_token={token}&words=Ordet+fattas".encode()
    status, headers, _page = server.ask(
        post("/fel", body, f"Cookie: {cookie}", f"Content-Length: {len(body)}")
    )
    assert status == 302
    assert "server:" not in headers
    assert server.told() == before + 1


def chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, chunked", "identity"])
def test_a_body_without_a_stated_length_gets_a_clear_page_and_changes_nothing(
    server: Server, coding: str
) -> None:
    cookie, token = signed(server)
    before = server.told()
    body = f"csrf_token={token}&words=I+bitar".encode()
    request = post(
        "/fel", chunked(body), f"Cookie: {cookie}", f"Transfer-Encoding: {coding}", "Accept-Language: se"
    )
    status, headers, page = server.ask(request)
    assert 400 <= status < 502
    assert server.told() == before
    assert 'href="tel:112"' in page
    assert "content-security-policy" in headers
    if coding.lower() == "chunked":
        assert status == 411
        assert '<html lang="se">' in page


def test_nothing_that_follows_a_refused_body_is_read_as_a_request(server: Server) -> None:
    """Two readers of one connection must never see two requests where there was one."""
    smuggled = b"GET /halsa/liv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    odd = b"POST /fel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(odd + b"0\r\n\r\n" + smuggled)
        octets = b""
        while found := connection.recv(65536):
            octets += found
    assert octets.count(b"HTTP/1.1 ") == 1
    assert octets.startswith(b"HTTP/1.1 411")


def test_chunks_without_end_are_cut_off_and_change_nothing(server: Server) -> None:
    cookie, token = signed(server)
    before = server.told()
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    start = f"csrf_token={token}&words=".encode()
    request = post(
        "/fel",
        f"{len(start):x}\r\n".encode() + start + b"\r\n",
        f"Cookie: {cookie}",
        "Transfer-Encoding: chunked",
    )
    with server.connect() as connection:
        try:
            connection.sendall(request)
            for _ in range(200):
                connection.sendall(piece)
            status = answer_from(connection)[0]
        except (BrokenPipeError, ConnectionResetError):
            status = 413
    assert 400 <= status < 500
    assert server.told() == before
    assert server.get("/ring")[0] == 200


def test_two_lengths_or_a_length_and_chunks_are_no_way_in(server: Server) -> None:
    """Such requests are how one reader's request is smuggled into another's."""
    cookie, token = signed(server)
    before = server.told()
    body = f"csrf_token={token}&words=Smuggel".encode()
    for headers in (
        (f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"),
        (f"Content-Length: {len(body)}", "Content-Length: 1"),
        ("Content-Length: -1",),
        ("Content-Length: +5",),
        ("Content-Length: x",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding : chunked",),
    ):
        status = server.ask(post("/fel", chunked(body), f"Cookie: {cookie}", *headers))[0]
        assert 400 <= status < 502, headers
        assert server.told() == before, headers


@pytest.mark.parametrize("octets", [70_000, 250_000, 300_000, 2_000_000])
def test_a_body_over_its_limit_is_said_so_in_the_readers_language(server: Server, octets: int) -> None:
    before = server.told()
    request = post("/fel", b"", f"Content-Length: {octets}", "Accept-Language: smj")
    with server.connect() as connection:
        connection.sendall(request)
        try:
            for _ in range(octets // 10_000):
                connection.sendall(b"x" * 10_000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        status, headers, page = answer_from(connection)
    assert status == 413
    assert '<html lang="smj">' in page
    assert 'href="tel:112"' in page
    assert "content-security-policy" in headers
    assert server.told() == before


def test_fifty_who_send_their_body_slowly_keep_nobody_waiting(server: Server) -> None:
    """Each holds a connection and a request half sent; there are six threads, and none waits for them."""
    body = b"x" * 1000
    with ExitStack() as held:
        for _ in range(SLOW):
            connection = held.enter_context(server.connect())
            connection.sendall(post("/fel", body[:10], f"Content-Length: {len(body)}"))
        began = time.monotonic()
        for _ in range(5):
            assert server.get("/ring")[0] == 200
        assert time.monotonic() - began < 5


def test_fifty_who_never_finish_their_headers_keep_nobody_waiting(server: Server) -> None:
    with ExitStack() as held:
        for _ in range(SLOW):
            connection = held.enter_context(server.connect())
            connection.sendall(b"GET /ring HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = time.monotonic()
        assert server.get("/ring")[0] == 200
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%00%ff%ed%a0%80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /ring HTTP/1.1\r\nHost: x\r\nCookie: __Host-naramig="
        + b"\xff" * 50
        + b"\r\nConnection: close\r\n\r\n",
        b"GET /ring HTTP/1.1\r\nHost: x\r\nAccept-Language: "
        + b"\xff,;q=x," * 200
        + b"\r\nConnection: close\r\n\r\n",
        b"GET /ring?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /ring HTTP/1.1\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"POST /fel HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\nxx",
    ],
)
def test_no_octets_from_outside_break_it(server: Server, request_: bytes) -> None:
    try:
        status, headers, page = server.ask(request_)
    except (ConnectionError, TimeoutError):
        pass
    else:
        assert status < 500 or status == 505
        assert "content-security-policy" in headers
        assert status < 400 or '"tel:112"' in page
    assert server.get("/halsa/liv")[0] == 200


def test_its_log_is_json_and_it_stops_when_asked(sqlite_with_people: Path, tmp_path: Path) -> None:
    file = tmp_path / "naramig.sqlite"
    shutil.copy(sqlite_with_people, file)
    one = Server(file, free_port())
    one.wait()
    one.get("/ring")
    one.get("/halsa/redo")
    lines = one.stop().splitlines()
    assert one.process.returncode == 0
    said = [json.loads(line) for line in lines]
    assert "directory.ring" in {line.get("route") for line in said}


def test_it_refuses_to_start_half_configured(tmp_path: Path) -> None:
    env = {**os.environ, **in_production(f"sqlite:///{tmp_path}/x.sqlite")}
    found = subprocess.run(
        [sys.executable, "-m", "webapp.serve"], cwd=HOUSE, env=env, capture_output=True, timeout=SECONDS
    )
    assert found.returncode != 0
    assert b"production needs PostgreSQL" in found.stderr
