"""A day of a whole county, without a county: how much is due when, and how late it would be.

Everything is planned by the worker's own planning, minute by minute of an invented day; nothing is sent. What the
sending would take is reckoned from a rate: one queue, the oldest first.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.db import Database
from webapp.core.keyring import Keys
from webapp.migrations import steps
from webapp.reminders import planning
from webapp.reminders.models import Delivery, Occurrence
from webapp.reminders.schedule import instant
from webapp.sending import crowd
from webapp.sending.crowd import Crowd

NOWHERE = "https://push.invalid"
CHUNK = 2000  # reminders planned at once
DAY = timedelta(days=1)


@dataclass
class Hour:
    """One hour on the wall: how many notices for each due time, and how many seconds after it each would go."""

    minutes: Counter[datetime] = field(default_factory=Counter)
    late: array[float] = field(default_factory=lambda: array("d"))


@dataclass(frozen=True)
class Told:
    """What the day came to. `expected` is what the rules themselves say, apart from all planning."""

    day: date
    county: Crowd
    length: timedelta  # of the day: 23 hours when summer time begins
    expected: int
    planned: int
    notices: int
    moved: int  # of them, at another hour than the rule says, since that hour does not exist
    hours: Mapping[int, Hour]
    cpu: float  # seconds, for planning and closing


@contextmanager
def scratch(keys: Keys) -> Iterator[Database]:
    """A database of its own, in a folder of its own that is taken away after: never the one in use."""
    with TemporaryDirectory(prefix="naramig-simulate-") as folder:
        url = f"sqlite:///{Path(folder) / 'simulate.sqlite'}"
        steps.upgrade(url, keys=keys)
        database = Database(url, keys)
        try:
            yield database
        finally:
            database.dispose()


def simulate(database: Database, county: Crowd, day: date, rate: float) -> Told:
    """Let the county live through one local day. `rate` is how many notices go out a second."""
    with database.writing() as session:
        crowd.fill(session.connection(), county, [NOWHERE], "", day)
    begun, ends = instant(day, time()), instant(day + DAY, time())
    cpu = process_time()
    _live_through(database, begun, ends)
    cpu = process_time() - cpu
    with database.read() as session:
        notices = list(_notices(session, day))
        of_the_day = select(func.count()).select_from(Occurrence).where(Occurrence.local_on == day)
        return Told(
            day=day,
            county=county,
            length=ends - begun,
            expected=sum(len(rule.on(day)) for _, rule in crowd.wishes(county, day)),
            planned=session.scalar(of_the_day) or 0,
            notices=len(notices),
            moved=sum(clock.local(notice.due_at).hour != notice.at.hour for notice in notices),
            hours=reckon(notices, rate),
            cpu=cpu,
        )


def _live_through(database: Database, begun: datetime, ends: datetime) -> None:
    """Plan and close as the worker does, five minutes at a time."""
    now = begun - planning.AHEAD
    while now < ends:
        busy = True
        while busy:
            with database.writing() as session:
                busy = bool(planning.plan_due(session, now, CHUNK) + planning.close_due(session, now, CHUNK))
        now += planning.AHEAD


class Notice(NamedTuple):
    """When one notice goes, when its reminder was due, and which time on the wall that stands for."""

    goes_at: datetime
    due_at: datetime
    at: time


def _notices(session: Session, day: date) -> Iterator[Notice]:
    found = session.execute(
        select(Delivery.due_at, Occurrence.due_at, Occurrence.local_at)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Occurrence.local_on == day)
        .order_by(Delivery.due_at)
        .execution_options(yield_per=10_000)
    )
    return (Notice(*row) for row in found)


def reckon(notices: Iterable[Notice], rate: float) -> Mapping[int, Hour]:
    """Each hour on the wall, as it would go through one queue at `rate` a second. `notices` in order of going."""
    hours: dict[int, Hour] = {}
    free = 0.0  # when the sender is done with what came before
    for notice in notices:
        free = max(free, notice.goes_at.timestamp()) + 1 / rate
        hour = hours.setdefault(clock.local(notice.due_at).hour, Hour())
        hour.minutes[notice.due_at] += 1
        hour.late.append(free - notice.due_at.timestamp())
    return hours


def report(told: Told, rate: float) -> Iterator[str]:
    """What to say of it, line by line."""
    county, hours = told.county, int(told.length / timedelta(hours=1))
    of_it = f"{county.people:,} people with {county.people * county.reminders_each:,} reminders"
    yield f"{told.day}, a day of {hours} hours: {of_it}, in a scratch database"
    yield f"due by the rules: {told.expected:,}   planned: {told.planned:,}   notices: {told.notices:,}"
    if told.moved:
        yield f"at an hour that does not exist: {told.moved:,}, which came an hour later on the wall"
    each = told.cpu / max(told.planned, 1) * 1e6
    yield f"planned and closed in {told.cpu:.1f} s of CPU, {each:.0f} µs each, on SQLite"
    yield f"hour      notices   busiest minute   late at {rate:g} a second: half   99 of 100   all"
    for number, hour in sorted(told.hours.items()):
        at, most = hour.minutes.most_common(1)[0]
        late = sorted(hour.late)
        yield (
            f"{number:02}     {len(late):10,}   {clock.local(at):%H:%M}{most:9,}"
            f"   {part(late, 50):24.1f} s   {part(late, 99):7.1f} s   {late[-1]:.1f} s"
        )


def part(in_order: Sequence[float], of_hundred: float) -> float:
    """The value that so many of a hundred are at or under."""
    return in_order[min(len(in_order) - 1, int(len(in_order) * of_hundred / 100))]
