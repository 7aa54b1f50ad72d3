"""Administrators keep organisations, units and staff. They open no person, and give themselves nothing.

Everything they do is written in a log of its own that nobody changes: AdminLog.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts import domain as accounts
from webapp.accounts import logins
from webapp.accounts.models import Account, Assignment, Duty, StaffMember
from webapp.core import clock
from webapp.core.access import Reader
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.staff.models import AdminLog

PAGE = 100  # rows of a list


class Act(StrEnum):
    """What was done. The words stand in staff.words."""

    ORGANISATION_ADDED = "organisation_added"
    UNIT_ADDED = "unit_added"
    UNIT_CHANGED = "unit_changed"
    MEMBER_ADDED = "member_added"
    MEMBER_CHANGED = "member_changed"
    ASSIGNMENT_GIVEN = "assignment_given"
    ASSIGNMENT_ENDED = "assignment_ended"
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    TEMPLATE_WRITTEN = "template_written"
    TEMPLATE_RETIRED = "template_retired"


class NotOneself(Exception):
    """Nobody gives, ends or switches anything for themselves: another administrator does."""


class Taken(ValueError):
    """The name or the HSA-id is another's."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    organisation_id: UUID
    name: str
    municipality: str
    flow: Flow
    phone: str | None
    email: str | None  # told that something waits, never what
    hsa_id: str | None
    closed_on: date | None  # the first day that it is no more


@dataclass(frozen=True, slots=True)
class Work:
    """An assignment as it is given; None: until somebody ends it."""

    unit_id: UUID
    role: str
    duty: Duty
    ends_on: date | None


def add_organisation(
    session: Session, who: Reader, name: str, huvudman: Huvudman, now: datetime
) -> Organisation:
    """Raises Taken."""
    made = Organisation(id=uuid4(), name=name, huvudman=huvudman)
    _keep(session, made)
    write_down(session, who, Act.ORGANISATION_ADDED, name, now)
    return made


def add_unit(session: Session, who: Reader, facts: UnitFacts, now: datetime) -> Unit:
    """Raises Taken."""
    unit = Unit(id=uuid4())
    _say(unit, facts, now)
    _keep(session, unit)
    write_down(session, who, Act.UNIT_ADDED, facts.name, now, unit_id=unit.id)
    return unit


def change_unit(session: Session, who: Reader, unit: Unit, facts: UnitFacts, now: datetime) -> None:
    """Raises Taken. The log says what stood before and what stands now: it decides what staff see."""
    before = _said_of(session, unit)
    _say(unit, facts, now)
    _keep(session, unit)
    now_said = zip(before, _said_of(session, unit), strict=True)
    changed = "; ".join(f"{old or '–'} → {new or '–'}" for old, new in now_said if old != new)
    write_down(session, who, Act.UNIT_CHANGED, f"{facts.name}: {changed or '–'}", now, unit_id=unit.id)


def _said_of(session: Session, unit: Unit) -> tuple[str, ...]:
    owner = session.get_one(Organisation, unit.organisation_id).name
    facts = (unit.phone, unit.email, unit.hsa_id, unit.closed_on)
    return (owner, unit.name, unit.municipality, str(unit.flow), *(str(each or "") for each in facts))


def _say(unit: Unit, facts: UnitFacts, now: datetime) -> None:
    if unit.phone != facts.phone:
        unit.checked_on = clock.local(now).date()
    unit.organisation_id, unit.name, unit.municipality = (
        facts.organisation_id,
        facts.name,
        facts.municipality,
    )
    unit.flow, unit.phone, unit.email, unit.hsa_id = facts.flow, facts.phone, facts.email, facts.hsa_id
    unit.closed_on = facts.closed_on


def add_member(
    session: Session, who: Reader, name: str, hsa_id: str | None, now: datetime, once: UUID
) -> StaffMember:
    """Raises Taken. The same `once` from the same administrator again is the member made then."""
    session.execute(select(Account.id).where(Account.id == who.account_id).with_for_update())
    member_id = uuid5(who.account_id, once.hex)
    made = session.get(StaffMember, member_id)
    if made is not None:
        return made
    member = accounts.add_staff(session, name=name, staff_id=member_id)
    member.hsa_id = hsa_id
    _keep(session, member)
    write_down(session, who, Act.MEMBER_ADDED, name, now, staff_id=member.id)
    return member


def change_member(
    session: Session, who: Reader, member: StaffMember, name: str, hsa_id: str | None, now: datetime
) -> None:
    """Raises Taken, NotOneself. Another HSA-id is another card: who is signed in by the old one is out."""
    _refuse_oneself(who, member.id)
    said = f"{member.name}, {member.hsa_id or '–'} → {name}, {hsa_id or '–'}"
    if member.hsa_id != hsa_id:
        logins.end_logins_of_staff(session, member.id, now)
    member.name, member.hsa_id = name, hsa_id
    _keep(session, member)
    write_down(session, who, Act.MEMBER_CHANGED, said, now, staff_id=member.id)


def give_assignment(
    session: Session, who: Reader, member: StaffMember, work: Work, now: datetime
) -> Assignment:
    """Give somebody work at a unit; the same unit and role again changes its duty and end. Raises NotOneself."""
    _refuse_oneself(who, member.id)
    same = (
        Assignment.staff_id == member.id,
        Assignment.unit_id == work.unit_id,
        Assignment.role == work.role,
    )
    given = session.scalars(select(Assignment).where(*same)).first()
    if given is None:
        given = accounts.assign(session, member, work.unit_id, work.role, work.duty)
    elif given.duty is not work.duty:
        logins.end_logins_of_staff(session, member.id, now, given.id)
    given.duty, given.ends_on = work.duty, work.ends_on
    session.flush()
    said = f"{member.name}: {work.role} ({work.duty})"
    write_down(session, who, Act.ASSIGNMENT_GIVEN, said, now, unit_id=work.unit_id, staff_id=member.id)
    return given


def end_assignment(
    session: Session, who: Reader, member: StaffMember, assignment_id: UUID, now: datetime
) -> bool:
    """End it now: who works under it is out at the next request. False if they have none such. Raises NotOneself."""
    _refuse_oneself(who, member.id)
    mine = (Assignment.id == assignment_id, Assignment.staff_id == member.id)
    given = session.scalars(select(Assignment).where(*mine)).first()
    if given is None:
        return False
    given.ends_on = clock.local(now).date() - timedelta(days=1)
    logins.end_logins_of_staff(session, member.id, now, given.id)
    said = f"{member.name}: {given.role} ({given.duty})"
    write_down(session, who, Act.ASSIGNMENT_ENDED, said, now, unit_id=given.unit_id, staff_id=member.id)
    return True


def switch_off(session: Session, who: Reader, member: StaffMember, now: datetime) -> None:
    """Out at the next request, on every device, and no sign-in until switched on. Raises NotOneself."""
    _refuse_oneself(who, member.id)
    member.active = False
    logins.end_logins_of_staff(session, member.id, now)
    write_down(session, who, Act.SWITCHED_OFF, member.name, now, staff_id=member.id)


def switch_on(session: Session, who: Reader, member: StaffMember, now: datetime) -> None:
    """They may sign in again; nothing that was ended comes back by itself. Raises NotOneself."""
    _refuse_oneself(who, member.id)
    member.active = True
    write_down(session, who, Act.SWITCHED_ON, member.name, now, staff_id=member.id)


def _refuse_oneself(who: Reader, staff_id: UUID) -> None:
    if who.staff_id == staff_id:
        raise NotOneself


def _keep(session: Session, made: Organisation | Unit | StaffMember) -> None:
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        raise Taken from None


def write_down(
    session: Session,
    who: Reader,
    act: Act,
    said: str,
    now: datetime,
    unit_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> None:
    session.add(
        AdminLog(
            id=uuid4(),
            at=now,
            account_id=who.account_id,
            by=f"{who.name}, {who.unit_name}"[:300],
            act=act,
            unit_id=unit_id,
            staff_id=staff_id,
            said=said[:400],
        )
    )
    session.flush()


# What the lists show


def organisations(session: Session) -> Sequence[Organisation]:
    return session.scalars(select(Organisation).order_by(Organisation.name)).all()


def units(session: Session) -> Sequence[tuple[Unit, str]]:
    """Every unit, with its organisation's name."""
    found = session.execute(
        select(Unit, Organisation.name.label("owner"))
        .join(Organisation, Organisation.id == Unit.organisation_id)
        .order_by(Organisation.name, Unit.name)
    )
    return [(row.Unit, row.owner) for row in found]


@dataclass(frozen=True, slots=True)
class Given:
    """An assignment as the list shows it."""

    id: UUID
    unit: str
    role: str
    duty: Duty
    ends_on: date | None


def members(session: Session, page: int) -> tuple[Sequence[StaffMember], bool]:
    """One page of the staff by name, and whether there are more."""
    found = session.scalars(
        select(StaffMember)
        .order_by(StaffMember.name, StaffMember.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return found[:PAGE], len(found) > PAGE


def assignments(session: Session, staff_ids: Sequence[UUID], today: date) -> dict[UUID, list[Given]]:
    """What these staff work with today and from now on, by staff member."""
    found = session.execute(
        select(
            Assignment.staff_id,
            Assignment.id,
            Unit.name,
            Assignment.role,
            Assignment.duty,
            Assignment.ends_on,
        )
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(
            Assignment.staff_id.in_(staff_ids),
            (Assignment.ends_on.is_(None)) | (Assignment.ends_on >= today),
        )
        .order_by(Unit.name, Assignment.role)
    )
    given: dict[UUID, list[Given]] = {}
    for row in found:
        one = Given(row.id, row.name, row.role, row.duty, row.ends_on)
        given.setdefault(row.staff_id, []).append(one)
    return given


def log(session: Session, page: int) -> tuple[Sequence[AdminLog], bool]:
    """One page of what administrators have done, the newest first, and whether there is more."""
    found = session.scalars(
        select(AdminLog).order_by(AdminLog.at.desc(), AdminLog.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    return found[:PAGE], len(found) > PAGE
