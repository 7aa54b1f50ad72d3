"""When a notice could not go by one way: the person's next, so that it is never silent, and never by two at once.

A delivery that was given up (its phone is gone, it was refused, or its time ran out) is looked at once: `followed`
says so. One that waits too long for a service that does not answer is called off first. Whoever has no way left is
not told; the due time then closes as undelivered, and stands on the work list.

What was given up stands in the database, so a worker that dies between the two leaves it to the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, insert, select, text, update
from sqlalchemy.orm import Session

from webapp.channels import domain as channels
from webapp.reminders.deliveries import PATIENCE, Way, first_notice, first_open, phones_of
from webapp.reminders.models import GIVEN_UP, WAITS, Channel, Delivery, Occurrence, Purpose, State
from webapp.reminders.outcome import Outcome

MOST = 200  # due times looked at in one round
GAP = timedelta(minutes=1)  # a worker that was away so long begins to count its patience anew
ABOUT = (Purpose.REMINDER, Purpose.RELATIVE)  # what somebody waits for; a trial or a closing is let go
FAILED = (State.GONE, State.REFUSED, State.TOO_LATE)

_LOOKED_AT = (Delivery.id, Delivery.occurrence_id, Delivery.purpose)


class Told(NamedTuple):
    """Who is to be told of which due time, and as what."""

    occurrence_id: UUID
    person_id: UUID
    purpose: Purpose


@dataclass
class Follower:
    """One worker's share. After an outage everything first gets its time by the first way."""

    looked_at: datetime | None = None
    steady_since: datetime | None = None

    def go(self, session: Session, now: datetime) -> int:
        """How many due times were looked at."""
        if self.looked_at is None or self.steady_since is None or now - self.looked_at > GAP:
            self.steady_since = now
        self.looked_at = now
        return follow(session, now, impatient=now - self.steady_since >= PATIENCE)


def follow(session: Session, now: datetime, *, impatient: bool, most: int = MOST) -> int:
    """Send by the next way what could not go; `impatient`: also what has waited too long. How many were looked at.

    The due times are locked as an answer locks them, so that of two workers one decides; what somebody else holds
    is left for the next round.
    """
    found = [
        *session.execute(select(*_LOOKED_AT).where(text(GIVEN_UP)).order_by(Delivery.due_at).limit(most))
    ]
    if impatient:
        waits = select(*_LOOKED_AT).where(text(WAITS), Delivery.patience_until <= now)
        found += session.execute(waits.order_by(Delivery.patience_until).limit(most)).all()
    if not found:
        return 0
    _see_to(session, [row.id for row in found if row.purpose not in ABOUT])
    held = _hold(session, {row.occurrence_id for row in found if row.purpose in ABOUT})
    groups = _groups(session, held)
    people = {told.person_id for told in groups}
    phones, chosen = phones_of(session, people), channels.orders(session, people)
    for told, rows in groups.items():
        order = chosen.get(told.person_id, (Channel.PUSH,))
        _one(session, held[told.occurrence_id], told, rows, order, phones.get(told.person_id, ()), now)
    return len(held)


def _hold(session: Session, occurrence_ids: Iterable[UUID | None]) -> Mapping[UUID, Any]:
    rows = session.execute(
        select(Occurrence.id, Occurrence.person_id, Occurrence.closes_at, Occurrence.outcome)
        .where(Occurrence.id.in_(list(occurrence_ids)))
        .order_by(Occurrence.id)
        .with_for_update(skip_locked=True)
    )
    return {row.id: row for row in rows}


def _groups(session: Session, held: Mapping[UUID, Any]) -> Mapping[Told, list[Any]]:
    rows = session.execute(
        select(
            Delivery.id,
            Delivery.occurrence_id,
            Delivery.person_id,
            Delivery.purpose,
            Delivery.channel,
            Delivery.number,
            Delivery.state,
            Delivery.patience_until,
        ).where(Delivery.occurrence_id.in_(list(held)), Delivery.purpose.in_(ABOUT))
    )
    groups: defaultdict[Told, list[Any]] = defaultdict(list)
    for row in rows:
        groups[Told(row.occurrence_id, row.person_id, row.purpose)].append(row)
    return groups


def _one(
    session: Session,
    occurrence: Any,
    told: Told,
    rows: Sequence[Any],
    order: Sequence[Channel],
    phones: Sequence[Way],
    now: datetime,
) -> None:
    """See to one person and one due time. Of several notices the last counts: the others have been replaced."""
    last = max(row.number for row in rows)
    ours = [row for row in rows if row.number == last]
    failed = [row.id for row in rows if row.state in FAILED]
    if occurrence.outcome is not Outcome.OPEN or occurrence.closes_at <= now or _has_gone(ours):
        _see_to(session, [*failed, *(row.id for row in ours if row.state is State.DUE)])
        return
    waiting = [row for row in ours if row.state is State.DUE]
    if any(row.patience_until is None or row.patience_until > now for row in waiting):
        return  # another phone of theirs may still get it
    tried = {row.channel for row in ours}
    following = first_open([channel for channel in order if channel not in tried], phones)
    if waiting and following and not _call_off(session, [row.id for row in waiting], now):
        return  # it is on its way at this moment
    if following:
        fresh = (first_notice(occurrence._asdict(), way, now) for way in following)
        again = {"person_id": told.person_id, "purpose": told.purpose, "number": last}
        session.execute(insert(Delivery), [{**row, **again} for row in fresh])
    _see_to(session, [*failed, *(row.id for row in waiting)])


def _has_gone(rows: Sequence[Any]) -> bool:
    return any(row.state is State.SENT for row in rows)


def _call_off(session: Session, ids: Sequence[UUID], now: datetime) -> bool:
    """Take back what waits; False if a worker has any of it in hand."""
    in_hand = and_(Delivery.lease_until > now, Delivery.due_at <= now)
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state == State.DUE, ~in_hand)
        .values(state=State.TOO_LATE, cause="next way", followed=True)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(taken) == len(ids)


def _see_to(session: Session, ids: Sequence[UUID]) -> None:
    if ids:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(followed=True)
            .execution_options(synchronize_session=False)
        )
