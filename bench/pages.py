"""A person's pages: CPU in this process and number of queries, against a bare Flask page."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import run_wsgi_app

from tests.conftest import NOON, populated, settings
from tests.people import Guest, Visitor
from tests.plans.large import make_large
from webapp import create_app
from webapp.core import asking, clock
from webapp.core.db import EXTENSION

CALLS = 100
BARS = (
    "bars: at most 2 ms CPU, for a large plan twice a usual one's; "
    "at most 6 queries for permission and content, 9 in all"
)
NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="naramig-bench-") as folder, clock.frozen(NOON):
        url = f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        populated(url)
        app = create_app(settings(url))
        visit = Visitor(app)
        aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
        for guest in (aino, nils, lisa):
            guest.page("/ring")  # from here on the browser has the cookie with its form token
        pages = {
            "today, the person": (aino, f"{aino.p}/idag"),
            "plan, the person": (aino, f"{aino.p}/plan"),
            "what matters, the person": (aino, f"{aino.p}/viktigt"),
            "contacts, the person": (aino, f"{aino.p}/kontakter"),
            "reminders, the person": (aino, f"{aino.p}/paminnelser"),
            "today, her nurse (audited)": (nils, f"{aino.p}/idag"),
            "plan, her nurse (audited)": (nils, f"{aino.p}/plan"),
            "plan, her daughter (audited)": (lisa, f"{aino.p}/plan"),
        }
        bare = bare_page()
        print(f"Pages, in-process CPU before compression, median of {rounds} rounds of {CALLS}")
        took: dict[str, list[float]] = {name: [] for name in pages}
        peer: list[float] = []
        for _ in range(rounds):
            peer.append(cpu_of(bare))
            for name, (guest, path) in pages.items():
                took[name].append(cpu_of(call(app, guest, path)))
        with app.extensions[EXTENSION].writing() as session:
            make_large(session, aino.id, NOON)
        large = {f"a large {name}": page for name, page in pages.items() if name.startswith("plan")}
        took |= {name: [cpu_of(call(app, *page)) for _ in range(rounds)] for name, page in large.items()}
        pages |= large
        base = median(peer)
        print(f"  {'a bare Flask page':<38} {base:6.2f} ms")
        for name, (guest, path) in pages.items():
            with counted(app) as queries:
                call(app, guest, path)()
            milliseconds = median(took[name])
            print(
                f"  {name:<38} {milliseconds:6.2f} ms   {milliseconds / base:5.1f} times   {len(queries)} queries"
            )
        print(f"  {BARS}")
        app.extensions[EXTENSION].dispose()


def bare_page() -> Callable[[], None]:
    app = Flask("bare")
    app.add_url_rule("/", "page", lambda: "<!doctype html><p>hej</p>")
    return call(app, Guest(app), "/")


def call(app: Flask, guest: Guest, path: str) -> Callable[[], None]:
    """One GET as the server hands it to the app, with the browser's cookies."""
    cookies = "; ".join(f"{name}={value}" for name, value in cookies_of(guest).items())
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookies,
    }

    def once() -> None:
        answer, status, _headers = run_wsgi_app(app, {**environ, "wsgi.input": io.BytesIO()}, buffered=True)
        b"".join(answer)
        if not status.startswith("200"):
            raise RuntimeError(f"{path}: {status}")

    return once


def cookies_of(guest: Guest) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in guest.client._cookies.values()}


def cpu_of(once: Callable[[], None]) -> float:
    """Milliseconds of CPU a call."""
    once()
    begun = time.process_time()
    for _ in range(CALLS):
        once()
    return (time.process_time() - begun) / CALLS * 1000


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that go to the database, transactions and settings apart."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(NOT_QUERIES):
            seen.append(statement)

    engines = app.extensions[EXTENSION].engines
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        with asking.overheard(seen.append):
            yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
