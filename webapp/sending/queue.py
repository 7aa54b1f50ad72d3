"""The queue of deliveries: leased in batches, sent outside any transaction, settled under a fence.

PostgreSQL skips rows that another worker is locking (FOR UPDATE SKIP LOCKED). SQLite has no such lock:
there the transaction began IMMEDIATE (core.db), so workers take turns. A worker that dies leaves its
lease to run out; what it had sent and not yet settled is sent again under the same topic, nothing else.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, case, delete, not_, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import rows
from webapp.core.push import Outcome as Sent
from webapp.core.push import Result
from webapp.reminders.models import (
    Channel,
    Delivery,
    Heartbeat,
    Occurrence,
    Purpose,
    Reminder,
    State,
    Subscription,
)
from webapp.reminders.outcome import PROVISIONAL
from webapp.sending import wanted
from webapp.sending.wanted import WANTED

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)  # well over the sender's wait for a turn and its deadline together
FIRST_WAIT = 2.0  # seconds; doubles with each attempt, with full jitter
LONGEST_WAIT = 120.0
SILENT_FOR_GOOD = timedelta(days=1)  # each start of a worker has a name of its own
TRIES_OF_OUR_NAME = (
    2  # then the one delivery is given up: a phone connected under another key is refused for ever
)
NOT_US = frozenset({401, 403})  # the push service does not accept us: our own fault, mended by us


@dataclass(slots=True)  # not frozen: a thousand are made a second, and that takes three times as long
class Leased:
    """One delivery in this worker's hands. `lease_until` is the fence: with another, it is no longer ours."""

    id: UUID
    person_id: UUID
    purpose: Purpose
    channel: Channel
    lane: str
    occurrence_id: UUID | None
    subscription_id: UUID | None  # None: not by push, and there are no keys
    endpoint: str
    p256dh: bytes
    auth: bytes
    vapid_key: str
    language: str
    shows_text: bool
    due_at: datetime  # when it was to go; a wait before another try does not change it
    useless_at: datetime
    attempts: int
    lease_until: datetime
    recalled: bool = False  # a closing: nobody has answered, and it was not to have come


def lease_due(
    session: Session, worker: str, now: datetime, most: int = 200, full: Collection[str] = ()
) -> list[Leased]:
    """Lease up to `most` due deliveries; of two workers, only one gets each.

    Nothing is taken that would go to a service in `full`: this worker has its hands full with it, or leaves it
    alone for a while. So a service that hangs keeps what goes to it, and nothing of anybody else's.

    Whoever has died, answered, ended, paused or switched off since planning gets nothing: it is asked here
    again, and such a delivery is called off; where only the phone is gone, it is settled as such, for the person's
    next way (sending.following). One past its use is settled as too late. An empty list says that
    nothing more is due: thousands that an outage made useless hold nobody up.
    """
    lease_until = now + LEASE
    while taken := _take(session, worker, now, lease_until, most, full):
        facts = rows(session, _FACTS, {"taken": taken, **wanted.given(clock.local(now).date())})
        _set_state(session, [row.id for row in facts if row.phone_gone], State.GONE)
        _set_state(session, [row.id for row in facts if not (row.wanted or row.phone_gone)], State.CALLED_OFF)
        going = [row for row in facts if row.wanted]
        _set_state(session, [row.id for row in going if row.useless_at <= now], State.TOO_LATE)
        if leased := [_leased(row, lease_until) for row in going if row.useless_at > now]:
            return leased
    return []


def _take(
    session: Session, worker: str, now: datetime, lease_until: datetime, most: int, full: Collection[str]
) -> Sequence[UUID]:
    """Put this worker's name on the oldest that are due and free."""
    open_ways = (Delivery.lane.not_in(sorted(full)),) if full else ()
    free = (
        select(Delivery.id)
        .where(Delivery.state == State.DUE, Delivery.due_at <= now, Delivery.lease_until <= now, *open_ways)
        .order_by(Delivery.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    chosen = free.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
    return session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(select(chosen.c.id)))
        .values(worker=worker, lease_until=lease_until, attempts=Delivery.attempts + 1)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()


_FACTS = (
    select(
        Delivery.id,
        Delivery.person_id,
        Delivery.purpose,
        Delivery.channel,
        Delivery.lane,
        Delivery.occurrence_id,
        Delivery.subscription_id,
        Subscription.endpoint,
        Subscription.p256dh,
        Subscription.auth,
        Subscription.vapid_key,
        Person.language,
        and_(Person.lock_screen_text, not_(Person.protected)).label("shows_text"),
        case(
            (
                and_(Delivery.attempts > 1, Delivery.number == 1, Occurrence.id.is_not(None)),
                Occurrence.due_at,
            ),
            else_=Delivery.due_at,
        ).label("due_at"),
        Delivery.useless_at,
        Delivery.attempts,
        WANTED.label("wanted"),
        and_(Delivery.purpose == Purpose.CLOSING, Occurrence.outcome.in_(PROVISIONAL)).label("recalled"),
        and_(
            Delivery.purpose.in_((Purpose.REMINDER, Purpose.RELATIVE)),
            Delivery.channel == Channel.PUSH,
            or_(Subscription.retired_at.is_not(None), Subscription.person_id != Delivery.person_id),
        ).label("phone_gone"),
    )
    .join(Person, Person.id == Delivery.person_id)
    .outerjoin(Subscription, Subscription.id == Delivery.subscription_id)
    .outerjoin(Occurrence, Occurrence.id == Delivery.occurrence_id)
    .outerjoin(Reminder, Reminder.id == Occurrence.reminder_id)
    .where(Delivery.id.in_(bindparam("taken", type_=Uuid(), expanding=True)))
)


def _leased(row: Any, lease_until: datetime) -> Leased:
    return Leased(
        id=row.id,
        person_id=row.person_id,
        purpose=row.purpose,
        channel=row.channel,
        lane=row.lane,
        occurrence_id=row.occurrence_id,
        subscription_id=row.subscription_id,
        endpoint=row.endpoint or "",
        p256dh=row.p256dh or b"",
        auth=row.auth or b"",
        vapid_key=row.vapid_key or "",
        language=row.language,
        shows_text=bool(row.shows_text),
        due_at=row.due_at,
        useless_at=row.useless_at,
        attempts=row.attempts,
        lease_until=lease_until,
        recalled=bool(row.recalled),
    )


def _set_state(session: Session, ids: Sequence[UUID], state: State) -> None:
    if ids:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(state=state)
            .execution_options(synchronize_session=False)
        )


def settle_sent(
    session: Session, worker: str, results: Iterable[tuple[Leased, Result]], now: datetime
) -> None:
    """Write down what became of each delivery, only where the lease is still ours."""
    alike: dict[tuple[datetime, State, int | None, str], list[UUID]] = {}
    gone: list[UUID] = []
    for leased, result in results:
        if result.outcome is Sent.LATER or (result.status in NOT_US and leased.attempts < TRIES_OF_OUR_NAME):
            _wait(session, worker, leased, result, now)
            continue
        state = State(result.outcome.value)
        alike.setdefault((leased.lease_until, state, result.status, result.cause), []).append(leased.id)
        if state not in (State.SENT, State.TOO_LATE):
            log.warning(
                "given up: id=%s state=%s status=%s cause=%s", leased.id, state, result.status, result.cause
            )
        if state is State.GONE and leased.subscription_id is not None:
            gone.append(leased.subscription_id)
    for (lease_until, state, status, cause), ids in alike.items():
        sent_at = now if state is State.SENT else None
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.worker == worker, Delivery.lease_until == lease_until)
            .values(state=state, status=status, cause=cause, sent_at=sent_at)
            .execution_options(synchronize_session=False)
        )
    if gone:
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(gone), Subscription.retired_at.is_(None))
            .values(retired_at=now)
            .execution_options(synchronize_session=False)
        )


def _wait(session: Session, worker: str, leased: Leased, result: Result, now: datetime) -> None:
    """Try again when the service asked us to, else after a growing, jittered wait; while it is of use."""
    at = result.retry_at or now + timedelta(seconds=random.uniform(0.5, _most_wait(leased.attempts)))
    too_late = at >= leased.useless_at
    session.execute(
        update(Delivery)
        .where(
            Delivery.id == leased.id, Delivery.worker == worker, Delivery.lease_until == leased.lease_until
        )
        .values(
            state=State.TOO_LATE if too_late else State.DUE,
            status=result.status,
            cause=result.cause,
            due_at=at,
            lease_until=at,
        )
        .execution_options(synchronize_session=False)
    )


def _most_wait(attempts: int) -> float:
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts, 10))


def beat(session: Session, worker: str, now: datetime) -> None:
    """Say that this worker went round; those that have long been silent are forgotten."""
    session.execute(delete(Heartbeat).where(Heartbeat.at < now - SILENT_FOR_GOOD))
    session.merge(Heartbeat(worker=worker, at=now))


def last_beat(session: Session) -> datetime | None:
    """When any worker last went round."""
    return session.scalar(select(Heartbeat.at).order_by(Heartbeat.at.desc()).limit(1))
