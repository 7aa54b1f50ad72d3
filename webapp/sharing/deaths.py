"""When a person has died: everything stops at once, and comes back as it was if it was a mistake.

Nothing is ended or taken away: what asks whether the person lives (sign-ins, ties, planning, the lease before
each notice, every list) finds that they don't. So undoing the mark restores exactly what was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, not_, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import fence
from webapp.sharing.decisions import Death, NamedStaff
from webapp.sharing.mandates import ByStaff
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


def mark_deceased(
    session: Session, person_id: UUID, died_on: date, by: ByStaff, now: datetime
) -> Death | None:
    """Staff have learnt that the person died. None if that is marked already."""
    marked = session.execute(
        update(Person)
        .where(Person.id == person_id, Person.deceased_at.is_(None))
        .values(deceased_at=now)
        .returning(Person.id)
    )
    if marked.first() is None:
        return None
    death = Death(
        person_id=person_id, died_on=died_on, unit_id=by.unit_id, marked_at=now, marked_by=by.staff_id
    )
    session.add(death)
    session.flush()
    return death


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that stands, as the list for undoing shows it."""

    death_id: UUID
    person_id: UUID
    name: str
    died_on: date
    marked_at: datetime


def marked_at(session: Session, by: ByStaff, today: date) -> Sequence[Marked]:
    """Whom the unit cares for and who is marked as deceased, the newest first; protected, for those named alone.

    Whoever had blocked the unit is not there: a block stands after death.
    """
    cared_for = exists().where(
        CareRelation.person_id == Person.id, CareRelation.unit_id == by.unit_id, relates(today)
    )
    named = exists().where(
        NamedStaff.person_id == Person.id, NamedStaff.staff_id == by.staff_id, NamedStaff.ended_at.is_(None)
    )
    found = session.execute(
        select(Death.id, Person.id.label("person_id"), Person.name, Death.died_on, Death.marked_at)
        .join(Person, Person.id == Death.person_id)
        .where(
            Death.undone_at.is_(None),
            Person.deceased_at.is_not(None),
            or_(Person.protected.is_(False), named),
            cared_for,
            not_(is_blocked(Person.id, by.unit_id)),
        )
        .order_by(Death.marked_at.desc())
    )
    return [Marked(*row) for row in found]


def undo_mark(session: Session, death_id: UUID, by: ByStaff, today: date, now: datetime) -> UUID | None:
    """It was a mistake: the person lives, and all is as it was. The person's id; None if not theirs to undo."""
    theirs = {each.death_id: each.person_id for each in marked_at(session, by, today)}
    person_id = theirs.get(death_id)
    if person_id is None:
        return None
    fence.about(session, person_id)
    session.execute(update(Death).where(Death.id == death_id).values(undone_at=now, undone_by=by.staff_id))
    session.execute(update(Person).where(Person.id == person_id).values(deceased_at=None))
    return person_id
