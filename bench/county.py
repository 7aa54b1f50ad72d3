"""A county's morning on PostgreSQL: what planning costs, how late all the notices are, and the pages meanwhile.

Everything is as in real life: worker processes in their own role, the web server in its own, push services over
TLS. Only the crowd is invented, and its eight o'clock is the next whole minute there is time for.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice
from statistics import median
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.morning import Morning
from bench.peers import sink
from tests import databases
from tests.conftest import KEYS, VAPID, settings_by_role
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Database
from webapp.core.keyring import Keys
from webapp.core.push import Vapid
from webapp.demo.load import load
from webapp.migrations import steps
from webapp.reminders import planning
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import EVERY_DAY, Rule
from webapp.sending import crowd
from webapp.sending.crowd import Crowd

CHUNK = 500
TIMES = 15
MINUTES_A_DAY = 24 * 60
BARS = "bars: a round costs the same among any number; all gone within 60 s of their time, on two cores"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a county to measure."""

    people: int = 250_000
    reminders: int = 1_000_000
    due: int = 60_000

    @property
    def steps(self) -> Sequence[int]:
        """The numbers of reminders among which a round of planning is measured."""
        fewer = (self.reminders // 100, self.reminders // 10)
        return [*(each for each in fewer if each >= 2 * CHUNK), self.reminders]


def measure(size: Size) -> None:
    print(
        f"A county: {size.people:,} people, {size.reminders:,} reminders, {size.due:,} due at once, PostgreSQL"
    )
    with (
        tempfile.TemporaryDirectory(prefix="naramig-bench-") as folder,
        sink(folder) as origins,
        settled() as (url, database),
    ):
        today = clock.today()
        key = Vapid(VAPID, "mailto:bench@naramig.invalid").public_key
        with database.writing() as session:
            everybody = Crowd(size.people, with_phone=1)
            people = crowd.add_people(session.connection(), everybody, origins, key, today)
        planning_cost(database, size, people, today)
        morning = Morning(url, database, origins)
        morning.live_through(people[: size.due], today)
        for line in morning.report():
            print(line)
    print(f"  {BARS}")


@contextmanager
def settled() -> Iterator[tuple[str, Database]]:
    """A database of its own with the invented people in it; the owner's address."""
    name = databases.create()
    url = databases.address(name)
    try:
        steps.upgrade(url, roles=databases.roles())
        with clock.frozen(datetime.now(UTC)):
            app = create_app(settings_by_role(url))
            with app.app_context():
                owner = Database(url, Keys.read(KEYS))
                with owner.writing() as session:
                    load(session, clock.now())
            app.extensions[EXTENSION].dispose()
        yield url, owner
        owner.dispose()
    finally:
        databases.drop(name)


def planning_cost(database: Database, size: Size, people: Sequence[UUID], today: date) -> None:
    """One round of planning among more and more reminders, with nothing due and with as many due as ever."""
    now, there = datetime.now(UTC), 0
    wished = spread_over_the_day(people, size.reminders, today)
    print(f"  a round of planning, median of {TIMES}:")
    for among in size.steps:
        with database.writing() as session:
            crowd.add_reminders(session.connection(), islice(wished, among - there), now)
        there = among
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        idle, busy = a_round(database, 0), a_round(database, CHUNK)
        each = busy / CHUNK * 1e6
        print(
            f"    among {among:9,}   nothing due {idle * 1000:6.1f} ms   {busy * 1000:7.1f} ms, {each:5.0f} µs each"
        )


def spread_over_the_day(people: Sequence[UUID], reminders: int, today: date) -> Iterator[tuple[UUID, Rule]]:
    for number in range(reminders):
        minute = number * 7 % MINUTES_A_DAY
        rule = Rule((clock_time(minute // 60, minute % 60),), EVERY_DAY, today)
        yield people[number % len(people)], rule


def a_round(database: Database, due: int) -> float:
    """Seconds by the clock that a round takes with so many due, the median of some; nothing of it is kept."""
    took = []
    for _ in range(1 + TIMES):  # the first warms up
        with database.write() as session:
            at = due_by(session, due)
            begun = time.perf_counter()
            found = planning.plan_due(session, at, most=CHUNK)
            took.append(time.perf_counter() - begun)
            session.rollback()
        if found != due:
            raise RuntimeError(f"{found} were due, not {due}: nothing to compare")
    return median(took[1:])


def due_by(session: Session, due: int) -> datetime:
    """The instant at which so many are to be planned."""
    in_order = (
        select(Reminder.next_due_at).where(Reminder.next_due_at.is_not(None)).order_by(Reminder.next_due_at)
    )
    at = session.scalars(in_order.offset(max(due - 1, 0)).limit(1)).one()
    assert at is not None
    return at - planning.AHEAD - (timedelta() if due else timedelta(seconds=1))
