"""Marks by a line of the work list: somebody has called, or a colleague takes care of it.

A call that reached the person lets the line rest, until something new happens or REST has passed: what is still
so then comes back, and is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from webapp.core.db import Instant
from webapp.work_list.models import Call, WorkMark

REST = timedelta(days=7)
HANDED_FOR = timedelta(days=30)  # after that it is everybody's again
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Key:
    """Which line: of whom, at which unit, why, and about what."""

    person_id: UUID
    unit_id: UUID
    task: str
    thing_id: UUID


def rests(since: ColumnElement[datetime], until_on: ColumnElement[date]) -> ColumnElement[bool]:
    """The line of this mark rests: the person was reached, lately, about just this. `rested` is given later."""
    return and_(
        WorkMark.call == Call.REACHED,
        WorkMark.called_at > bindparam("rested", type_=Instant()),
        WorkMark.about_at.is_not_distinct_from(since),
        WorkMark.about_on.is_not_distinct_from(until_on),
    )


ME = bindparam("staff_id", type_=Uuid())


def is_handed_to(staff_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """`handed` is given later: when a handing over was too long ago to hold."""
    return and_(WorkMark.handed_to == staff_id, WorkMark.handed_at > bindparam("handed", type_=Instant()))


def note_call(
    session: Session,
    key: Key,
    call: Call,
    name: str,
    about_at: datetime | None,
    about_on: date | None,
    now: datetime,
) -> bool:
    """Note that somebody has called about what the line said to them. False where a colleague has reached the
    person about the same already: that nobody answered now does not undo it."""
    mark = _mark(session, key)
    same = (mark.about_at, mark.about_on) == (about_at, about_on)
    lately = mark.called_at is not None and mark.called_at > now - REST
    if call is Call.NO_ANSWER and mark.call is Call.REACHED and same and lately:
        return False
    mark.call, mark.called_at, mark.called_as = call, now, name
    mark.about_at, mark.about_on = about_at, about_on
    session.flush()
    return True


def put_back(session: Session, key: Key) -> None:
    """Take the note of a call away: it was a mistake, or something is left to do."""
    mark = _mark(session, key)
    mark.call, mark.called_at, mark.called_as, mark.about_at, mark.about_on = None, None, "", None, None
    session.flush()


def hand_over(session: Session, key: Key, staff_id: UUID | None, name: str, now: datetime) -> None:
    """Let one of the unit take care of the line; None: everybody again. `name`: who hands it over."""
    mark = _mark(session, key)
    mark.handed_to, mark.handed_at = staff_id, now if staff_id else None
    mark.handed_as = name if staff_id else ""
    session.flush()


def _mark(session: Session, key: Key) -> WorkMark:
    """The mark by this line, made if there is none. The person's page is open, so that staff come one by one."""
    found = session.scalars(
        select(WorkMark).where(
            WorkMark.person_id == key.person_id,
            WorkMark.unit_id == key.unit_id,
            WorkMark.task == key.task,
            WorkMark.thing_id == key.thing_id,
        )
    ).first()
    if found is None:
        found = WorkMark(person_id=key.person_id, unit_id=key.unit_id, task=key.task, thing_id=key.thing_id)
        session.add(found)
    return found


def drop_old(session: Session, now: datetime) -> None:
    """Throw away marks that nobody needs any more: once a day, by the worker (core.daily)."""
    before = now - KEPT
    session.execute(
        delete(WorkMark)
        .where(
            or_(WorkMark.called_at.is_(None), WorkMark.called_at < before),
            or_(WorkMark.handed_at.is_(None), WorkMark.handed_at < before),
        )
        .execution_options(synchronize_session=False)
    )
