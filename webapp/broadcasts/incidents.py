"""Recalling a broadcast, and the record of it (avvikelse): what happened, how far it came, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.broadcasts.domain import PAGE, By, may_undo
from webapp.broadcasts.models import Broadcast, Handed, Incident, Recipient, Stage
from webapp.reminders.models import Delivery, Occurrence, State
from webapp.reminders.outcome import Outcome

RECALLABLE = frozenset({Stage.CONFIRMED, Stage.HANDED_OUT})


def may_recall(broadcast: Broadcast, now: datetime) -> bool:
    """Once somebody can have it; before that it is undone, and nothing has happened."""
    return broadcast.stage in RECALLABLE and not may_undo(broadcast, now)


def recall(session: Session, broadcast: Broadcast, by: By, happened: str, now: datetime) -> Incident | None:
    """Stop it for everybody, and write down why. Twice gives the first record; None where it cannot be recalled."""
    session.refresh(broadcast, with_for_update=True)
    if broadcast.stage is Stage.RECALLED:
        return of_broadcast(session, broadcast.id)
    if not may_recall(broadcast, now):
        return None
    incident = Incident(
        unit_id=broadcast.unit_id,
        broadcast_id=broadcast.id,
        at=now,
        account_id=by.account_id,
        written_as=by.named,
        happened=happened,
        had_it=counts(session, broadcast).get(Handed.HANDED, 0),
        notified=notified(session, broadcast),
    )
    broadcast.stage, broadcast.hand_out_at, broadcast.ended_at = Stage.RECALLED, now, None
    session.add(incident)
    session.flush()
    return incident


def write_done(session: Session, incident: Incident, by: By, done: str, now: datetime) -> None:
    """What the unit did about it; the last one who wrote is named."""
    incident.done, incident.done_at, incident.done_as = done, now, by.named
    session.flush()


def of_broadcast(session: Session, broadcast_id: UUID) -> Incident | None:
    return session.scalars(select(Incident).where(Incident.broadcast_id == broadcast_id)).first()


def of_unit(session: Session, unit_id: UUID, incident_id: UUID) -> Incident | None:
    found = select(Incident).where(Incident.id == incident_id, Incident.unit_id == unit_id)
    return session.scalars(found).first()


def listed(session: Session, unit_id: UUID, page: int) -> tuple[Sequence[Incident], bool]:
    """One page of the unit's, the newest first; and whether there is more."""
    found = select(Incident).where(Incident.unit_id == unit_id).order_by(Incident.at.desc(), Incident.id)
    rows = session.scalars(found.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return rows[:PAGE], len(rows) > PAGE


# What became of it


def counts(session: Session, broadcast: Broadcast) -> dict[Handed, int]:
    """How many recipients stand where."""
    found = select(Recipient.handed, func.count()).where(Recipient.broadcast_id == broadcast.id)
    return {row[0]: row[1] for row in session.execute(found.group_by(Recipient.handed))}


def outcomes(session: Session, broadcast: Broadcast) -> dict[Outcome, int]:
    """What its due times have come to, all together."""
    found = select(Occurrence.outcome, func.count()).join(
        Recipient, Recipient.reminder_id == Occurrence.reminder_id
    )
    rows = session.execute(found.where(Recipient.broadcast_id == broadcast.id).group_by(Occurrence.outcome))
    return {row[0]: row[1] for row in rows}


def notified(session: Session, broadcast: Broadcast) -> int:
    """To how many a notice has gone out."""
    found = (
        select(func.count(Recipient.id.distinct()))
        .join(Occurrence, Occurrence.reminder_id == Recipient.reminder_id)
        .join(Delivery, Delivery.occurrence_id == Occurrence.id)
        .where(Recipient.broadcast_id == broadcast.id, Delivery.state == State.SENT)
    )
    return session.scalar(found) or 0
