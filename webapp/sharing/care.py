"""Care relations: a unit begins to care for a person, until when, and ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.directory.models import Unit
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import relates


def begin_care(
    session: Session,
    person: Person,
    unit: Unit,
    reason: str,
    now: datetime,
    until_on: date | None = None,
    by: str = "",
) -> CareRelation:
    """A unit begins to care for a person; its staff can open the person's pages from now on.

    `by` is the staff member as the person reads it; empty where nobody pressed, as in the demo's story.
    """
    relation = CareRelation(
        id=uuid4(),
        person_id=person.id,
        unit_id=unit.id,
        reason=reason,
        from_on=clock.local(now).date(),
        until_on=until_on,
        begun_by=by,
    )
    session.add(relation)
    session.flush()
    return relation


def relations_of(session: Session, person_id: UUID, unit_id: UUID, today: date) -> Sequence[CareRelation]:
    """Why this unit may open the person today; the oldest first."""
    return session.scalars(
        select(CareRelation)
        .where(CareRelation.person_id == person_id, CareRelation.unit_id == unit_id, relates(today))
        .order_by(CareRelation.from_on, CareRelation.id)
    ).all()


def change_care(relation: CareRelation, reason: str, until_on: date | None) -> None:
    """Say anew why the unit cares for the person, and until when; None: until somebody ends it."""
    relation.reason, relation.until_on = reason, until_on


def end_care(relation: CareRelation, now: datetime, by: str) -> None:
    """End it now: from the next request it opens nothing. Twice is once."""
    if relation.ended_at is None:
        relation.ended_at, relation.ended_by = now, by
