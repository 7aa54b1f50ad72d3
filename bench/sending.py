"""Sending: our worker with its database, beside senders that keep no database at all (peers.py).

All send as much over TLS to the same three origins, in turns. Ours plans nothing here: its
deliveries stand in the database as the planner leaves them; it leases, sends and settles.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

import uvloop
from sqlalchemy import delete, func, insert, select

from bench.peers import SUBJECT, Took, bare, node_web_push, sink, webpush_loop
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

PEOPLE = 300
BARS = "bars: at least 40 times the loop, at most 450 µs CPU a message; aim: half of the machine's limit"
LOOP, NODE, LIMIT = "webpush() loop", "Node's web-push", "the machine's limit"


def measure(rounds: int, messages: int) -> None:
    with tempfile.TemporaryDirectory(prefix="naramig-bench-") as folder, sink(folder) as origins:
        key = new_private_key()
        webpush_loop(origins, key)  # a warm-up, not counted
        name = databases.create()
        took: dict[str, list[Took]] = {}
        try:
            places = {
                "SQLite": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
                "PostgreSQL": databases.address(name),
            }
            prepared = {f"ours with {kind}": prepare(url, origins, key) for kind, url in places.items()}
            for _ in range(rounds):
                took.setdefault(LOOP, []).append(webpush_loop(origins, key))
                took.setdefault(NODE, []).append(node_web_push(origins, key))
                took.setdefault(LIMIT, []).append(bare(origins))
                for kind, database in prepared.items():
                    took.setdefault(kind, []).append(our_worker(database, origins, key, messages))
            for database in prepared.values():
                database.dispose()
        finally:
            databases.drop(name)
    report(took)


def report(took: Mapping[str, list[Took]]) -> None:
    """Each sender, and how it stands to the loop and to the machine, round by round."""
    print(f"Sending over TLS, three origins, median of {len(took[LOOP])} rounds")
    for name, rounds in took.items():
        rate, cpu = median(each.rate for each in rounds), median(each.cpu for each in rounds)
        times = median(each.rate / loop.rate for each, loop in zip(rounds, took[LOOP], strict=True))
        share = median(each.rate / limit.rate for each, limit in zip(rounds, took[LIMIT], strict=True))
        print(
            f"  {name:<21} {rate:8.1f} a second   {cpu:7.0f} µs CPU a message"
            f"   {times:5.1f} times the loop   {share:4.0%} of the limit"
        )
    print(f"  {BARS} (to encrypt and write, in one process)")


def prepare(url: str, origins: Sequence[str], key: str) -> Database:
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


def our_worker(database: Database, origins: Sequence[str], key: str, messages: int) -> Took:
    """Send `messages` that are due now, with the database's part in it."""
    make_due(database, messages)
    vapid, tokens = Vapid(key, SUBJECT), Tokens("a secret for the benchmark alone: 0123456789")
    took: list[Took] = []

    async def work() -> None:
        async with Sender(vapid, extra_origins=origins) as sender:
            worker = Worker(database, sender, tokens)
            wall, cpu = time.perf_counter(), time.process_time()
            await worker.run(once=True)
            took.append(Took.since(wall, cpu, messages))

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
