"""How the sending stands: what waits, what was given up and why, and having it tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from webapp.reminders.models import Delivery, Heartbeat, State, Subscription

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due and has not gone: how much, and since when the oldest of it; None where nothing is."""

    due: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Notices of the last day that did not reach their phone, with the service's answer and our reason."""

    state: State
    status: int | None
    cause: str
    number: int
    can_go: int  # of use still: `replay` has them tried again


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands at one instant."""

    waiting: Waiting
    planned: int  # not due yet, or waiting before they are tried again
    phones: int
    given_up: Sequence[GivenUp]
    beats: Sequence[datetime]  # of the workers, the latest first


def waiting(session: Session, now: datetime) -> Waiting:
    due = select(func.count(), func.min(Delivery.due_at)).where(
        Delivery.state == State.DUE, Delivery.due_at <= now
    )
    count, oldest = session.execute(due).one()
    return Waiting(count, oldest)


def standing(session: Session, now: datetime) -> Standing:
    planned = select(func.count()).where(Delivery.state == State.DUE, Delivery.due_at > now)
    phones = select(func.count()).where(Subscription.retired_at.is_(None))
    return Standing(
        waiting=waiting(session, now),
        planned=session.scalars(planned).one(),
        phones=session.scalars(phones).one(),
        given_up=_given_up(session, now),
        beats=session.scalars(select(Heartbeat.at).order_by(Heartbeat.at.desc())).all(),
    )


def _given_up(session: Session, now: datetime) -> Sequence[GivenUp]:
    can_go = func.count().filter(Delivery.state == State.REFUSED, Delivery.useless_at > now)
    by_cause = (Delivery.state, Delivery.status, Delivery.cause)
    found = session.execute(
        select(*by_cause, func.count(), can_go)
        .where(
            Delivery.state.in_([State.REFUSED, State.GONE, State.TOO_LATE]),
            Delivery.useless_at > now - RECENT,
        )
        .group_by(*by_cause)
        .order_by(*by_cause)
    )
    return [GivenUp(*row) for row in found]


def replay(session: Session, now: datetime, cause: str | None = None) -> int:
    """Have what was refused tried again, while it is of use; how many. `cause`: only what was given up so.

    Whether it is still wanted is asked at the sending, as always: what was answered meanwhile is not sent.
    """
    refused = update(Delivery).where(Delivery.state == State.REFUSED, Delivery.useless_at > now)
    if cause is not None:
        refused = refused.where(Delivery.cause == cause)
    again = refused.values(state=State.DUE, due_at=now, lease_until=now, attempts=0, worker="", cause="")
    done = session.execute(again.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], done).rowcount
