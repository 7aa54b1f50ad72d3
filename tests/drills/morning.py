"""A morning to drill with: many notices due at once, a push service, workers in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from tests.conftest import settings_by_role
from tests.push_service import Behaviour, PushService
from tests.push_service import Subscription as Given
from tests.reminders.setting import person, remind
from tests.sending.running import KEY, connect, real_now
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.models import Channel, Delivery, Heartbeat, Occurrence, Purpose, State, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sending import worker

PHONES = 20
LEASE_SECONDS = 6.0  # in place of 45, so that what a dead worker held is free soon
PATIENCE = 240.0  # seconds that a drill may wait for something


def wait_until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for it; raises TimeoutError naming it."""
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            raise TimeoutError(what)
        time.sleep(0.02)


@dataclass
class Morning:
    """Notices that are due, spread over phones of one push service."""

    database: Database
    url: str
    service: PushService
    phones: list[Given] = field(default_factory=list)
    occurrences: list[UUID] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def prepare(self, number: int, behaviours: Sequence[Behaviour] = (Behaviour.CREATED,)) -> None:
        """`number` notices that are due now, on phones that behave as said, in turn."""
        now = real_now()
        with self.database.writing() as session:
            ends = []
            for each in range(PHONES):
                who, account = person(session, f"Prov {each}")
                given = self.service.subscribe(behaviours[each % len(behaviours)], KEY.public_key)
                connect(session, who.id, given, self.service.origin)
                self.phones.append(given)
                reminder = remind(session, account, "08:00", now=now + timedelta(days=2))
                phone = session.scalars(select(Subscription).where(Subscription.person_id == who.id)).one()
                ends.append((who.id, reminder.id, phone.id))
            session.flush()
            rows = [_due(*ends[each % PHONES], each, self.service.origin, now) for each in range(number)]
            session.execute(insert(Occurrence), [occurrence for occurrence, _ in rows])
            session.execute(insert(Delivery), [delivery for _, delivery in rows])
            self.occurrences += [delivery["occurrence_id"] for _, delivery in rows]

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker, with short leases."""
        env = {
            **os.environ,
            **settings_by_role(
                self.url,
                NARAMIG_EXTRA_PUSH_ORIGINS=self.service.origin,
                SSL_CERT_FILE=self.service.ca,
            ),
        }
        command = [sys.executable, "-m", "tests.drills.hasty", str(LEASE_SECONDS)]
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        self.workers.append(process)
        return process

    def stop(self) -> None:
        """Ask every worker to stop, and see that it did so in good order."""
        running = [each for each in self.workers if each.poll() is None]
        wait_until(lambda: self.has_gone_round(running), "every worker has gone round")
        for each in running:
            each.terminate()
        assert [each.wait(60) for each in running] == [0] * len(running)

    def has_gone_round(self, running: Sequence[subprocess.Popen[bytes]]) -> bool:
        """One that has only just been started cannot stop in good order yet."""
        with self.database.read() as session:
            names = session.scalars(select(Heartbeat.worker)).all()
        return all(any(f"-{each.pid}-" in name for name in names) for each in running)

    def taken(self) -> int:
        return len(self.service.received())

    def states(self) -> Counter[State]:
        with self.database.read() as session:
            found = session.execute(
                select(Delivery.state, func.count())
                .where(Delivery.occurrence_id.in_(self.occurrences))
                .group_by(Delivery.state)
            )
            return Counter({row[0]: row[1] for row in found})

    def all_sent(self) -> bool:
        try:
            return self.states() == {State.SENT: len(self.occurrences)}
        except OperationalError:  # the database is away just now
            return False

    def everything_came(self, most_in_flight: int) -> None:
        """Each notice reached its phone under its own topic, and at most so many came more than once."""
        topics = Counter(each.headers["topic"] for each in self.service.received())
        assert len(topics) == len(self.occurrences), "a notice was lost, or came under two topics"
        again = sum(number - 1 for number in topics.values())
        assert again <= most_in_flight
        assert self.service.faults == []
        assert self.service.touched_inside == 0

    def each_has_one_outcome(self, outcome: Outcome = Outcome.UNANSWERED) -> None:
        """When the window is over: nobody answered, and each due time says so, once."""
        with self.database.writing() as session:
            while planning.close_due(session, real_now() + timedelta(days=2)):
                session.flush()
            found = session.execute(
                select(Occurrence.outcome, func.count())
                .where(Occurrence.id.in_(self.occurrences))
                .group_by(Occurrence.outcome)
            ).all()
        assert [tuple(each) for each in found] == [(outcome, len(self.occurrences))]


MOST_IN_FLIGHT = worker.MOST_IN_HAND  # in one worker's hands


def _due(
    person_id: UUID, reminder_id: UUID, phone_id: UUID, number: int, origin: str, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One due time and its notice, as the planner leaves them."""
    occurrence_id, closes_at = uuid4(), now + timedelta(hours=4)
    occurrence: dict[str, Any] = {
        "id": occurrence_id,
        "person_id": person_id,
        "reminder_id": reminder_id,
        "local_on": now.date() - timedelta(days=1 + number // PHONES),
        "local_at": now.time().replace(microsecond=0),
        "due_at": now,
        "closes_at": closes_at,
        "outcome": Outcome.OPEN,
    }
    delivery: dict[str, Any] = {
        "id": uuid4(),
        "person_id": person_id,
        "purpose": Purpose.REMINDER,
        "channel": Channel.PUSH,
        "lane": origin,
        "occurrence_id": occurrence_id,
        "subscription_id": phone_id,
        "number": 1,
        "state": State.DUE,
        "due_at": now,
        "useless_at": closes_at,
        "attempts": 0,
        "worker": "",
        "lease_until": now,
        "cause": "",
    }
    return occurrence, delivery
