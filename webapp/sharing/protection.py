"""Protected identity (skyddade personuppgifter): hidden from everybody but the staff who are named for it.

While the mark stands, relations are suspended both ways, the person is in no list and no search, and only staff
who are named, at a unit with a care relation, open the person. All of it asks the mark anew each time, so that
marking holds from the next request, and unmarking restores what was. Law: docs/legal.md, "Skyddade
personuppgifter".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import not_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Assignment, Duty, Person, StaffMember
from webapp.sharing.decisions import NamedStaff
from webapp.sharing.mandates import ByStaff
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


def protect(session: Session, person_id: UUID, by: ByStaff, now: datetime) -> None:
    """Mark the person. Whoever marks is the first to be named, so that somebody can reach the person."""
    session.execute(update(Person).where(Person.id == person_id).values(protected=True))
    name_staff(session, person_id, by.staff_id, by.staff_id, now)


def unprotect(session: Session, person_id: UUID) -> None:
    """Take the mark away: what held before holds again. Those who were named stay so, for the next time."""
    session.execute(update(Person).where(Person.id == person_id).values(protected=False))


def is_protected(session: Session, person_id: UUID) -> bool:
    return bool(session.scalar(select(Person.protected).where(Person.id == person_id)))


def name_staff(session: Session, person_id: UUID, staff_id: UUID, named_by: UUID, now: datetime) -> None:
    """Name one who may open the person; naming twice is once."""
    if (
        session.scalar(select(NamedStaff.id).where(*_open(person_id), NamedStaff.staff_id == staff_id))
        is None
    ):
        session.add(NamedStaff(person_id=person_id, staff_id=staff_id, named_at=now, named_by=named_by))
        session.flush()


def end_naming(session: Session, person_id: UUID, staff_id: UUID, by: ByStaff, now: datetime) -> bool:
    """This one may no longer open the person. False where nobody would be left who may, or nobody such is named."""
    if not any(each.active and each.staff_id != staff_id for each in named_for(session, person_id)):
        return False
    done = session.execute(
        update(NamedStaff)
        .where(*_open(person_id), NamedStaff.staff_id == staff_id)
        .values(ended_at=now, ended_by=by.staff_id)
        .returning(NamedStaff.id)
    )
    return done.first() is not None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A staff member as a list of them shows."""

    staff_id: UUID
    name: str
    active: bool = True


def named_for(session: Session, person_id: UUID) -> Sequence[Colleague]:
    """Who may open the person; a staff member who is switched off is shown as such."""
    found = session.execute(
        select(StaffMember.id, StaffMember.name, StaffMember.active)
        .join(NamedStaff, NamedStaff.staff_id == StaffMember.id)
        .where(*_open(person_id))
        .order_by(StaffMember.name)
    )
    return [Colleague(*row) for row in found]


def colleagues_at(session: Session, unit_id: UUID, today: date) -> Sequence[Colleague]:
    """Those at the unit who can be named: active, in care, with an assignment that goes on."""
    found = session.execute(
        select(StaffMember.id, StaffMember.name, StaffMember.active)
        .join(Assignment, Assignment.staff_id == StaffMember.id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.duty == Duty.CARE,
            (Assignment.ends_on.is_(None)) | (Assignment.ends_on >= today),
            StaffMember.active.is_(True),
        )
        .distinct()
        .order_by(StaffMember.name)
    )
    return [Colleague(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Reached:
    """A person with protected identity, as the list of one who is named shows them: no place, no phone."""

    person_id: UUID
    name: str


def named_to(session: Session, staff_id: UUID, unit_id: UUID, today: date) -> Sequence[Reached]:
    """Whom this staff member is named for, among those the unit cares for."""
    found = session.execute(
        select(Person.id, Person.name)
        .join(NamedStaff, NamedStaff.person_id == Person.id)
        .join(CareRelation, CareRelation.person_id == Person.id)
        .where(
            NamedStaff.staff_id == staff_id,
            NamedStaff.ended_at.is_(None),
            CareRelation.unit_id == unit_id,
            relates(today),
            not_(is_blocked(Person.id, unit_id)),
            Person.protected.is_(True),
            Person.deceased_at.is_(None),
        )
        .distinct()
        .order_by(Person.name)
    )
    return [Reached(*row) for row in found]


def cared_for_and_protected(session: Session, person_id: UUID, unit_id: UUID, today: date) -> bool:
    """Whether this is a living person with protected identity whom the unit cares for: the manager's question."""
    found = session.scalar(
        select(Person.id)
        .join(CareRelation, CareRelation.person_id == Person.id)
        .where(
            Person.id == person_id,
            Person.protected.is_(True),
            Person.deceased_at.is_(None),
            CareRelation.unit_id == unit_id,
            relates(today),
        )
        .limit(1)
    )
    return found is not None


def _open(person_id: UUID):  # type: ignore[no-untyped-def] # two conditions of a query
    return NamedStaff.person_id == person_id, NamedStaff.ended_at.is_(None)
