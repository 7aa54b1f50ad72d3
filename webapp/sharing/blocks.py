"""Spärr: the person blocks a unit, whose staff then open nothing of the person's, and lifts it again.

Law and what it does not mean: docs/legal.md, "Spärr". What the unit has sent goes on: docs/decisions/0014.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.directory.models import Organisation, Unit
from webapp.sharing.models import Block, CareRelation, Emergency
from webapp.sharing.ties import relates


@dataclass(frozen=True, slots=True)
class CaringUnit:
    """A unit that can open the person's pages, or could if the person had not blocked it."""

    id: UUID
    name: str
    organisation: str
    reasons: tuple[str, ...]
    blocked_at: datetime | None


def units_of(session: Session, person_id: UUID, today: date) -> list[CaringUnit]:
    """The units that care for this person today or are blocked, by name; one query."""
    stands = (Block.person_id == person_id, Block.unit_id == Unit.id, Block.ended_at.is_(None))
    cares = (CareRelation.person_id == person_id, CareRelation.unit_id == Unit.id, relates(today))
    found = session.execute(
        select(Unit.id, Unit.name, Organisation.name.label("owner"), CareRelation.reason, Block.begun_at)
        .join(Organisation, Organisation.id == Unit.organisation_id)
        .outerjoin(Block, stands[0] & stands[1] & stands[2])
        .outerjoin(CareRelation, cares[0] & cares[1] & cares[2])
        .where(or_(Block.id.is_not(None), CareRelation.id.is_not(None)))
        .order_by(Unit.name, CareRelation.from_on, CareRelation.id)
    ).all()
    units: dict[UUID, CaringUnit] = {}
    for row in found:
        before = units.get(row.id)
        reasons = (before.reasons if before else ()) + ((row.reason,) if row.reason else ())
        units[row.id] = CaringUnit(row.id, row.name, row.owner, reasons, row.begun_at)
    return list(units.values())


def block(session: Session, person_id: UUID, unit_id: UUID, now: datetime) -> bool:
    """Block a unit of `units_of`; False for any other. Twice is once.

    Its staff are out from the next request. An emergency access that the unit has open ends as well: whoever
    still needs one opens it anew, knowing of the block.
    """
    found = next(
        (each for each in units_of(session, person_id, clock.local(now).date()) if each.id == unit_id), None
    )
    if found is None:
        return False
    if found.blocked_at is None:
        session.add(Block(id=uuid4(), person_id=person_id, unit_id=unit_id, begun_at=now))
    session.execute(
        update(Emergency)
        .where(Emergency.person_id == person_id, Emergency.unit_id == unit_id, Emergency.closes_at > now)
        .values(closes_at=now)
    )
    session.flush()
    return True


def lift(session: Session, person_id: UUID, unit_id: UUID, now: datetime) -> bool:
    """Lift the block; False where there is none. The unit is back as far as its care relation lasts."""
    lifted = session.execute(
        update(Block)
        .where(Block.person_id == person_id, Block.unit_id == unit_id, Block.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Block.id)
    )
    return lifted.first() is not None
