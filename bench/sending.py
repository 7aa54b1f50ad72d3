"""Sending: our worker with its database, and a loop over webpush() that keeps no database at all.

Both send the same text over TLS to the same three origins, in turns. Ours plans nothing here: its
deliveries stand in the database as the planner leaves them; it leases, sends and settles.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

import certifi
import uvloop
from pywebpush import webpush
from sqlalchemy import delete, func, insert, select

from tests import databases
from tests.conftest import KEYS
from tests.push_service.phone import Phone
from webapp.accounts import domain as accounts
from webapp.core.db import Database
from webapp.core.keyring import Keys
from webapp.core.push import Vapid, check_subscription, new_private_key
from webapp.core.push.sender import Sender
from webapp.migrations import steps
from webapp.reminders import phones, setting
from webapp.reminders.models import (
    Channel,
    Delivery,
    Occurrence,
    Purpose,
    Reminder,
    SetBy,
    State,
    Subscription,
)
from webapp.reminders.outcome import Outcome
from webapp.reminders.schedule import EVERY_DAY, Rule
from webapp.reminders.setting import By, Wish
from webapp.reminders.tokens import Tokens
from webapp.sending.worker import Worker

LOOP_MESSAGES = 60
PEOPLE = 300
SUBJECT = "mailto:bench@naramig.invalid"
BARS = "bars: at least 40 times the loop, at most 450 µs CPU a message"


@dataclass(frozen=True)
class Took:
    """One round: messages a second by the clock, and microseconds of this process's CPU a message."""

    rate: float
    cpu: float


@contextmanager
def sink(folder: str) -> Iterator[list[str]]:
    """Three push services in a process of their own, that take everything."""
    command = [
        sys.executable,
        "-m",
        "tests.push_service",
        "--fast",
        "--port",
        "0",
        "--port",
        "0",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        trusted = Path(folder) / "trusted.pem"  # what a sender trusts in real life, and our own
        trusted.write_text(Path(certifi.where()).read_text("utf-8") + Path(said["ca"]).read_text("utf-8"))
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
        try:
            yield said["origins"]
        finally:
            process.terminate()
            process.communicate()  # it says how many it took


def measure(rounds: int, messages: int) -> None:
    with tempfile.TemporaryDirectory(prefix="naramig-bench-") as folder, sink(folder) as origins:
        key = new_private_key()
        loop = [webpush_loop(origins, key)]  # a warm-up, not counted
        name = databases.create()
        try:
            ours: dict[str, list[Took]] = {}
            places = {
                "SQLite": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
                "PostgreSQL": databases.address(name),
            }
            prepared = {kind: prepare(url, origins, key) for kind, url in places.items()}
            for _ in range(rounds):
                loop.append(webpush_loop(origins, key))
                for kind, database in prepared.items():
                    ours.setdefault(kind, []).append(our_worker(database, origins, key, messages))
            for database in prepared.values():
                database.dispose()
        finally:
            databases.drop(name)
    report(loop[1:], ours)


def report(loop: list[Took], ours: dict[str, list[Took]]) -> None:
    print(f"Sending over TLS, three origins, median of {len(loop)} rounds")
    slow = median(took.rate for took in loop)
    print(
        f"  webpush() loop        {slow:8.1f} a second   {median(t.cpu for t in loop):8.0f} µs CPU a message"
    )
    for kind, rounds in ours.items():
        rate, cpu = median(took.rate for took in rounds), median(took.cpu for took in rounds)
        ratio = median(ours_.rate / loop_.rate for ours_, loop_ in zip(rounds, loop, strict=True))
        print(
            f"  ours with {kind:<11} {rate:8.1f} a second   {cpu:8.0f} µs CPU a message   {ratio:5.1f} times the loop"
        )
    print(f"  {BARS}")


def webpush_loop(origins: list[str], key: str) -> Took:
    subscriptions = [
        {"endpoint": f"{origins[number % 3]}/push/{uuid4().hex}", "keys": Phone().keys}
        for number in range(LOOP_MESSAGES)
    ]
    wall, cpu = time.perf_counter(), time.process_time()
    for subscription in subscriptions:
        webpush(
            subscription,
            data='{"web_push": 8030}',
            vapid_private_key=key,
            vapid_claims={"sub": SUBJECT},
            ttl=3600,
        )
    return _took(wall, cpu, LOOP_MESSAGES)


def prepare(url: str, origins: list[str], key: str) -> Database:
    """A database with people, their phones and a reminder each."""
    steps.upgrade(url)
    database = Database(url, Keys.read(KEYS))
    now = datetime.now(UTC)
    vapid = Vapid(key, SUBJECT)
    with database.writing() as session:
        for number in range(PEOPLE):
            person = accounts.add_person(session, name="Prov", called="Prov", born_on=date(1944, 1, 1))
            account = accounts.add_account(session, "bench", str(number), person)
            given = Phone().keys
            checked = check_subscription(
                f"{origins[number % 3]}/push/{uuid4().hex}", given["p256dh"], given["auth"], origins
            )
            phones.subscribe(session, person.id, checked, vapid.public_key, now)
            rule = Rule((now.time().replace(second=0, microsecond=0),), EVERY_DAY, now.date())
            setting.set_reminder(session, person.id, Wish("Prov", rule), By(account.id, SetBy.SELF), now)
    return database


def our_worker(database: Database, origins: list[str], key: str, messages: int) -> Took:
    """Send `messages` that are due now, with the database's part in it."""
    make_due(database, messages)
    vapid, tokens = Vapid(key, SUBJECT), Tokens("a secret for the benchmark alone: 0123456789")
    took: list[Took] = []

    async def work() -> None:
        async with Sender(vapid, extra_origins=origins) as sender:
            worker = Worker(database, sender, tokens)
            wall, cpu = time.perf_counter(), time.process_time()
            await worker.run(once=True)
            took.append(_took(wall, cpu, messages))

    uvloop.run(work())
    with database.read() as session:
        sent = session.scalar(select(func.count()).where(Delivery.state == State.SENT))
    if sent != messages:
        raise RuntimeError(f"{sent} of {messages} were sent: nothing to compare")
    return took[0]


def make_due(database: Database, messages: int) -> None:
    """Deliveries as the planner leaves them, due now, several for each phone."""
    now = datetime.now(UTC)
    with database.writing() as session:
        session.execute(delete(Delivery))
        session.execute(delete(Occurrence))
        phones_ = session.execute(select(Subscription.id, Subscription.person_id, Subscription.origin)).all()
        reminders = dict(session.execute(select(Reminder.person_id, Reminder.id)).all())
        occurrences, deliveries = [], []
        for number in range(messages):
            phone = phones_[number % len(phones_)]
            occurrence = uuid4()
            occurrences.append(
                {
                    "id": occurrence,
                    "person_id": phone.person_id,
                    "reminder_id": reminders[phone.person_id],
                    "local_on": now.date() - timedelta(days=number // len(phones_)),
                    "local_at": now.time(),
                    "due_at": now,
                    "closes_at": now + timedelta(hours=4),
                    "outcome": Outcome.OPEN,
                }
            )
            deliveries.append(
                {
                    "id": uuid4(),
                    "person_id": phone.person_id,
                    "occurrence_id": occurrence,
                    "purpose": Purpose.REMINDER,
                    "channel": Channel.PUSH,
                    "subscription_id": phone.id,
                    "lane": phone.origin,
                    "number": 1,
                    "state": State.DUE,
                    "due_at": now,
                    "useless_at": now + timedelta(hours=4),
                    "attempts": 0,
                    "worker": "",
                    "lease_until": now,
                    "cause": "",
                }
            )
        session.execute(insert(Occurrence), occurrences)
        session.execute(insert(Delivery), deliveries)


def _took(wall: float, cpu: float, messages: int) -> Took:
    seconds, busy = time.perf_counter() - wall, time.process_time() - cpu
    return Took(messages / seconds, busy / messages * 1e6)
