"""The minute itself: workers and a web server as processes of their own, and somebody who reads pages all along."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from bench.pages import cookies_of
from tests.conftest import settings_by_role
from tests.people import Guest, Visitor
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Database
from webapp.reminders.models import Delivery, Occurrence, State
from webapp.reminders.schedule import EVERY_DAY, Rule
from webapp.sending import crowd
from webapp.sending.simulate import part

WORKERS = 2
PLANNED_A_SECOND = 300  # what we reckon with for the time to plan in: a slow machine's
AT_LEAST = timedelta(seconds=40)  # for the processes to start
PATIENCE = timedelta(minutes=6)  # after the time; then what has not gone has not gone
BETWEEN_PAGES = 0.1  # seconds
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Morning:
    """One due time for many, and what came of it."""

    url: str
    database: Database
    origins: Sequence[str]
    due_at: datetime = LONG_AGO
    planned_at: datetime | None = None
    late: list[float] = field(
        default_factory=list
    )  # seconds from the due time until it was written down as sent
    missing: int = 0
    cpu: float = 0.0  # seconds, of the workers, from the due time on
    pages: list[tuple[datetime, float]] = field(default_factory=list)

    def live_through(self, people: Sequence[UUID], today: date) -> None:
        now = datetime.now(UTC)
        ready = now + AT_LEAST + timedelta(seconds=len(people) / PLANNED_A_SECOND)
        self.due_at = ready.replace(second=0, microsecond=0) + timedelta(minutes=1)
        rule = Rule((clock.local(self.due_at).time().replace(tzinfo=None),), EVERY_DAY, today)
        with self.database.writing() as session:
            crowd.add_reminders(session.connection(), ((each, rule) for each in people), now)
        with ExitStack() as stack:
            port = stack.enter_context(web_server(self.url))
            workers = [stack.enter_context(worker(self.url, self.origins)) for _ in range(WORKERS)]
            stack.enter_context(self._reader(port))
            self._until_planned(len(people))
            time.sleep(max(0.0, (self.due_at - datetime.now(UTC)).total_seconds()))
            before = sum(map(cpu_of, workers))
            self._until_gone()
            self.cpu = sum(map(cpu_of, workers)) - before
        self._look()

    def _until_planned(self, number: int) -> None:
        planned = select(func.count()).select_from(Occurrence).where(Occurrence.due_at == self.due_at)
        while datetime.now(UTC) < self.due_at:
            with self.database.read() as session:
                if (session.scalar(planned) or 0) >= number:
                    self.planned_at = datetime.now(UTC)
                    return
            time.sleep(1)

    def _until_gone(self) -> None:
        waits = (
            select(Delivery.id)
            .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
            .where(Delivery.state == State.DUE, Occurrence.due_at == self.due_at)
            .limit(1)
        )
        while datetime.now(UTC) < self.due_at + PATIENCE:
            time.sleep(1)
            with self.database.read() as session:
                if session.scalar(waits) is None:
                    return

    def _look(self) -> None:
        became = (
            select(Delivery.state, Delivery.sent_at)
            .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
            .where(Occurrence.due_at == self.due_at)
        )
        with self.database.read() as session:
            found = session.execute(became).all()
        self.late = sorted(
            (at - self.due_at).total_seconds() for state, at in found if state is State.SENT and at
        )
        self.missing = len(found) - len(self.late)

    @contextmanager
    def _reader(self, port: int) -> Iterator[None]:
        """Somebody who reads their pages, one after the other."""
        ended = threading.Event()
        reading = threading.Thread(target=self._read, args=(port, ended))
        reading.start()
        try:
            yield
        finally:
            ended.set()
            reading.join()

    def _read(self, port: int, ended: threading.Event) -> None:
        app = create_app(settings_by_role(self.url))
        aino: Guest = Visitor(app)("aino")
        cookies = "; ".join(f"{name}={value}" for name, value in cookies_of(aino).items())
        paths = [f"{aino.p}/{page}" for page in ("idag", "plan", "kontakter", "paminnelser")]
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as browser:
            number = 0
            while not ended.wait(BETWEEN_PAGES):
                at, begun = datetime.now(UTC), time.perf_counter()
                browser.request("GET", paths[number % len(paths)], headers={"Cookie": cookies})
                answer = browser.getresponse()
                answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"a page answered {answer.status}")
                self.pages.append((at, (time.perf_counter() - begun) * 1000))
                number += 1
        app.extensions[EXTENSION].dispose()

    def report(self) -> Iterator[str]:
        local = f"{clock.local(self.due_at):%H:%M}"
        if self.planned_at is None:
            yield f"  NOT planned before {local}"
        else:
            yield f"  planned {(self.due_at - self.planned_at).total_seconds():.0f} s before {local}"
        if self.late:
            within = sum(late <= 60 for late in self.late)
            yield (
                f"  sent {len(self.late):,} by {WORKERS} workers, the last {self.late[-1]:.1f} s after {local}; "
                f"{within:,} within 60 s, {self.missing:,} not at all"
            )
            yield (
                f"  late: half {part(self.late, 50):.1f} s, 99 of 100 {part(self.late, 99):.1f} s;"
                f" {self.cpu / len(self.late) * 1e6:.0f} µs CPU a notice"
            )
        ended = self.due_at + timedelta(seconds=self.late[-1] if self.late else 60)
        quiet = sorted(
            took for at, took in self.pages if self.planned_at and self.planned_at < at < self.due_at
        )
        meanwhile = sorted(took for at, took in self.pages if self.due_at <= at <= ended)
        for when, took in (("before", quiet), ("meanwhile", meanwhile)):
            if took:
                yield (
                    f"  pages {when:<10} half {part(took, 50):6.1f} ms   99 of 100 {part(took, 99):6.1f} ms"
                    f"   ({len(took)} read)"
                )


@contextmanager
def running(command: Sequence[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def worker(url: str, origins: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    env = settings_by_role(url, NARAMIG_EXTRA_PUSH_ORIGINS=",".join(origins))
    with running(["-m", "bench.one_worker"], env) as process:
        yield process


@contextmanager
def web_server(url: str) -> Iterator[int]:
    """The port of a web server that answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    with running(["-m", "webapp.serve"], settings_by_role(url, PORT=str(port))):
        for _ in range(300):
            with (
                suppress(OSError),
                closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked,
            ):
                asked.request("GET", "/halsa/liv")
                if asked.getresponse().status == 200:
                    break
            time.sleep(0.1)
        yield port


def cpu_of(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that a process has used."""
    facts = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / TICKS
