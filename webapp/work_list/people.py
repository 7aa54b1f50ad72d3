"""The people of a unit, as its lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


@dataclass(frozen=True, slots=True)
class Patient:
    """A person whom the unit cares for, as a list shows them."""

    id: UUID
    called: str
    name: str
    born_on: date
    municipality: str
    language: str
    phone: str | None


def people_of(session: Session, unit_id: UUID, today: date) -> list[Patient]:
    """Whom the unit cares for, by name. In no list: the protected, the dead, and those who have blocked the unit."""
    rows = session.execute(
        select(
            Person.id,
            Person.called,
            Person.name,
            Person.born_on,
            Person.municipality,
            Person.language,
            Person.phone,
        )
        .join(CareRelation, CareRelation.person_id == Person.id)
        .where(
            CareRelation.unit_id == unit_id,
            relates(today),
            not_(is_blocked(Person.id, unit_id)),
            Person.protected.is_(False),
            Person.deceased_at.is_(None),
        )
        .distinct()
        .order_by(Person.name)
    )
    return [Patient(*row) for row in rows]
