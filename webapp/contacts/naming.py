"""Naming the contacts: from when until when, who comes after whom, and the end of the service.

Of the roles that the law names a person has one contact at a time: a new one begins at local midnight, when the
earlier one has ended. Law: docs/legal.md, "Fast vårdkontakt", "Fast läkarkontakt", "Fast omsorgskontakt".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Assignment, Duty, StaffMember
from webapp.contacts.domain import NAMED_IN_LAW
from webapp.contacts.hours import Hours
from webapp.contacts.models import CareContact, ContactHours, Role
from webapp.contacts.validity import served, within
from webapp.core import clock
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Unit
from webapp.directory.numbers import refuse_closed
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import relates

MOST_FORMER = 20


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at the unit and can be named: the assignment, with name and role."""

    id: UUID
    staff_id: UUID
    name: str
    role: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Reached:
    """How a contact is reached, and whom to call instead."""

    phone: str | None
    hours: Sequence[Hours] = ()
    stand_in: str = ""
    stand_in_phone: str | None = None
    until_on: date | None = None
    for_relatives: bool = True


def roles_of(huvudman: Huvudman, flow: Flow) -> tuple[Role, ...]:
    """What a unit can name its staff as: the region has two of the law's roles, help at home to adults the third."""
    if huvudman is Huvudman.REGION:
        return (Role.FAST_VARDKONTAKT, Role.FAST_LAKARKONTAKT, Role.OTHER)
    if flow in (Flow.ELDER, Flow.ADULT, Flow.ALL):
        return (Role.FAST_OMSORGSKONTAKT, Role.OTHER)
    return (Role.OTHER,)


def colleagues(session: Session, unit_id: UUID, on: date) -> list[Colleague]:
    """Who gives care at the unit on that day, by name."""
    found = session.execute(
        select(Assignment.id, Assignment.staff_id, StaffMember.name, Assignment.role, Assignment.ends_on)
        .join(StaffMember, StaffMember.id == Assignment.staff_id)
        .where(
            Assignment.unit_id == unit_id,
            Assignment.duty == Duty.CARE,
            or_(Assignment.ends_on.is_(None), Assignment.ends_on >= on),
            StaffMember.active,
        )
        .order_by(StaffMember.name, Assignment.role)
    )
    return [Colleague(*row) for row in found]


def name_contact(
    session: Session,
    person_id: UUID,
    role: Role,
    name: str,
    works_at: str,
    from_on: date,
    *,
    title: str = "",
    phone: str | None = None,
    unit: Unit | None = None,
    staff_id: UUID | None = None,
    hours: Sequence[Hours] = (),
    stand_in: str = "",
    stand_in_phone: str | None = None,
    until_on: date | None = None,
    for_relatives: bool = True,
    named_by: str = "",
) -> CareContact:
    """Name a contact for a person. One named before in the same legal role ends the day before.

    Raises numbers.ClosedNumber for a number that is known to be closed.
    """
    how = Reached(phone, hours, stand_in, stand_in_phone, until_on, for_relatives)
    _refuse_closed(how)
    contact = CareContact(
        id=uuid4(),
        person_id=person_id,
        role=role,
        title=title,
        name=name,
        unit_id=unit.id if unit else None,
        staff_id=staff_id,
        works_at=works_at,
        from_on=from_on,
        named_by=named_by,
    )
    if role in NAMED_IN_LAW:
        _make_room(session, person_id, role, from_on, until_on)
    session.add(contact)
    reach_at(session, contact, how)
    return contact


def _refuse_closed(how: Reached) -> None:
    for number in (how.phone, how.stand_in_phone):
        refuse_closed(number)


def reach_at(session: Session, contact: CareContact, how: Reached) -> None:
    """Say how a contact is reached from now on. Raises numbers.ClosedNumber."""
    _refuse_closed(how)
    contact.phone, contact.stand_in, contact.stand_in_phone = how.phone, how.stand_in, how.stand_in_phone
    contact.until_on, contact.for_relatives = how.until_on, how.for_relatives
    session.flush()
    session.execute(delete(ContactHours).where(ContactHours.contact_id == contact.id))
    session.add_all(ContactHours(contact_id=contact.id, **each._asdict()) for each in how.hours)
    session.flush()


def _make_room(session: Session, person_id: UUID, role: Role, from_on: date, until_on: date | None) -> None:
    """Who began earlier ends the day before. Who was to begin the same day or later does not begin."""
    same = (CareContact.person_id == person_id, CareContact.role == role, CareContact.ended_at.is_(None))
    session.execute(
        update(CareContact)
        .where(
            *same,
            CareContact.from_on < from_on,
            or_(CareContact.until_on.is_(None), CareContact.until_on >= from_on),
        )
        .values(until_on=from_on - timedelta(days=1))
    )
    last = () if until_on is None else (CareContact.from_on <= until_on,)
    session.execute(
        update(CareContact).where(*same, CareContact.from_on >= from_on, *last).values(ended_at=clock.now())
    )


def end_contact(contact: CareContact, now: datetime) -> None:
    """It ends now, and is not shown from the next page on. Twice is once."""
    contact.ended_at = contact.ended_at or now


def contacts_at(session: Session, person_id: UUID, unit_id: UUID, today: date) -> list[CareContact]:
    """The unit's own that hold or will: the soonest first."""
    found = session.scalars(
        select(CareContact)
        .where(CareContact.person_id == person_id, CareContact.unit_id == unit_id, _lasts(today))
        .order_by(CareContact.from_on, CareContact.id)
    )
    return list(found)


def in_role(session: Session, person_id: UUID, role: Role, today: date) -> list[CareContact]:
    """Who has the role now or will have it, whatever unit they are of: the soonest first."""
    found = session.scalars(
        select(CareContact)
        .where(CareContact.person_id == person_id, CareContact.role == role, _lasts(today))
        .order_by(CareContact.from_on, CareContact.id)
    )
    return list(found)


def former(session: Session, person_id: UUID, unit_id: UUID, today: date) -> list[CareContact]:
    """The unit's own that have ended: the latest first."""
    found = session.scalars(
        select(CareContact)
        .where(CareContact.person_id == person_id, CareContact.unit_id == unit_id, not_(_lasts(today)))
        .order_by(CareContact.from_on.desc(), CareContact.id)
        .limit(MOST_FORMER)
    )
    return list(found)


def _lasts(today: date) -> ColumnElement[bool]:
    return (CareContact.ended_at.is_(None)) & (
        or_(CareContact.until_on.is_(None), CareContact.until_on >= today)
    )


_after = CareContact.__table__.alias("after")
# The unit's contacts whose last day is near, with nobody named after them: whose, which, and the day.
# `unit_id`, `today` and `soon` are given later.
ENDING_SOON = select(CareContact.person_id, CareContact.id, CareContact.until_on).where(
    CareContact.unit_id == bindparam("unit_id", type_=Uuid()),
    within(bindparam("today", type_=Date())),
    CareContact.until_on <= bindparam("soon", type_=Date()),
    not_(
        exists().where(
            _after.c.person_id == CareContact.person_id,
            _after.c.role == CareContact.role,
            _after.c.ended_at.is_(None),
            _after.c.from_on > CareContact.from_on,
            or_(_after.c.until_on.is_(None), _after.c.until_on > CareContact.until_on),
        )
    ),
)


def end_at_unit(session: Session, person_id: UUID, unit_id: UUID, now: datetime) -> None:
    """The unit cares for the person no more: its contacts end with it, if no other care relation is left."""
    left = select(CareRelation.id).where(
        CareRelation.person_id == person_id,
        CareRelation.unit_id == unit_id,
        relates(clock.local(now).date()),
    )
    if session.scalars(left).first() is None:
        session.execute(
            update(CareContact)
            .where(
                CareContact.person_id == person_id,
                CareContact.unit_id == unit_id,
                CareContact.ended_at.is_(None),
            )
            .values(ended_at=now)
        )


def end_where_service_ended(session: Session, now: datetime) -> int:
    """Each night: end the contacts of care that has passed its last day or whose unit has closed; how many.

    They are shown to nobody from midnight on in any case (validity). This makes it last should the care begin
    again, and lets every unit's list know.
    """
    today = clock.local(now).date()
    done = session.execute(
        update(CareContact)
        .where(
            CareContact.ended_at.is_(None),
            CareContact.unit_id.is_not(None),
            CareContact.from_on <= today,
            not_(served(today)),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
        .returning(CareContact.id)
    )
    return len(done.all())
