"""Who to call, as a reader sees it; naming them is contacts.naming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.contacts.hours import Hours, Reach, reach
from webapp.contacts.models import CareContact, ContactHours, Role
from webapp.contacts.validity import holds
from webapp.core import clock
from webapp.core.access import UNKNOWN, Sight
from webapp.core.db import rows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area

NAMED_IN_LAW = (Role.FAST_VARDKONTAKT, Role.FAST_LAKARKONTAKT, Role.FAST_OMSORGSKONTAKT)


@dataclass(frozen=True, slots=True)
class Instead:
    """Whom to call in place of somebody who cannot be called."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact as it is shown. `missing`: nobody is named, the person sees who to call instead."""

    role: Role
    title: str = ""
    name: str = ""
    works_at: str = ""
    phone: str | None = None
    stand_in: str = ""
    stand_in_phone: str | None = None
    reach: Reach | None = None
    missing: bool = False
    until_on: date | None = None  # the last day, where one is set
    instead: Instead | None = None  # whom to call where there is no number

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()


# Made once: putting a query together costs twice what running it does.
_TODAY = bindparam("today", type_=Date())
_VALID = (CareContact.person_id == bindparam("person_id", type_=Uuid()), holds(_TODAY))
_CONTACTS = (
    select(
        CareContact.id,
        CareContact.role,
        CareContact.title,
        CareContact.name,
        CareContact.works_at,
        CareContact.phone,
        CareContact.stand_in,
        CareContact.stand_in_phone,
        CareContact.for_relatives,
        CareContact.from_on,
        CareContact.until_on,
        Unit.organisation_id,
        Unit.flow,
        Unit.name.label("unit"),
        Unit.phone.label("unit_phone"),
    )
    .outerjoin(Unit, Unit.id == CareContact.unit_id)
    .where(*_VALID)
)
_NUMBERS = (  # what finding out whom to call first needs: each sealed text that is not opened is time saved
    select(
        CareContact.id,
        CareContact.role,
        CareContact.name,
        CareContact.phone,
        CareContact.for_relatives,
        CareContact.from_on,
        Unit.organisation_id,
        Unit.flow,
    )
    .outerjoin(Unit, Unit.id == CareContact.unit_id)
    .where(*_VALID)
)
_HOURS = (
    select(
        ContactHours.contact_id,
        ContactHours.weekday,
        ContactHours.opens,
        ContactHours.closes,
        ContactHours.holidays_too,
    )
    .join(CareContact, CareContact.id == ContactHours.contact_id)
    .where(*_VALID)
)


def contacts_of(session: Session, sight: Sight, now: datetime) -> list[Contact]:
    """The three named in law first, each shown even when nobody is named; then the others. Two queries."""
    given = {"person_id": sight.person_id, "today": clock.local(now).date()}
    named = rows(session, _CONTACTS, given)
    found = _visible(named, sight)
    hours = _hours(session, given)
    shown = [_contact(row, _reach(hours.get(row.id), now)) for row in found]
    hidden = {row.role for row in named} - {contact.role for contact in shown}
    first = [_first(shown, role) for role in NAMED_IN_LAW if role not in hidden]
    return first + [contact for contact in shown if contact.role is Role.OTHER]


def _visible(named: Sequence[Any], sight: Sight) -> list[Any]:
    """Those of the rows that this reader may see, the newest first."""
    sees_all = sight.is_self or sight.cares
    return [
        row
        for row in sorted(named, key=_newest_first)
        if (sees_all or row.for_relatives)
        and sight.sees(Area.CONTACTS, row.organisation_id or UNKNOWN, row.flow or Flow.ALL)
    ]


def _hours(session: Session, given: Mapping[str, Any]) -> dict[UUID, list[Any]]:
    """When each can be reached, by the contact's id."""
    hours: dict[UUID, list[Any]] = {}
    for row in rows(session, _HOURS, given):
        hours.setdefault(row.contact_id, []).append(row)
    return hours


def _reach(hours: Sequence[Any] | None, now: datetime) -> Reach | None:
    return reach([Hours(*row[1:]) for row in hours], clock.local(now), is_swedish_holiday) if hours else None


def call_first(session: Session, sight: Sight, now: datetime) -> Contact | None:
    """`first_to_call` of `contacts_of`, without making the others ready. Two queries."""
    given = {"person_id": sight.person_id, "today": clock.local(now).date()}
    found = _visible(rows(session, _NUMBERS, given), sight)
    named = [next((row for row in found if row.role is role), None) for role in NAMED_IN_LAW]
    in_order = [row for row in named if row] + [row for row in found if row.role is Role.OTHER]
    hours, closed = _hours(session, given), None
    for row in in_order:
        if row.phone:
            reached = _reach(hours.get(row.id), now)
            contact = Contact(role=row.role, name=row.name, phone=row.phone, reach=reached)
            if reached is not None and reached.is_open:
                return contact
            closed = closed or contact
    return closed


def _newest_first(contact: Any) -> tuple[int, str]:
    """The order of contacts: by day, then by name, which is sealed and so not for the database to sort by."""
    return -contact.from_on.toordinal(), contact.name


def _first(shown: list[Contact], role: Role) -> Contact:
    return next((contact for contact in shown if contact.role is role), Contact(role, missing=True))


def _contact(contact: Any, reached: Reach | None) -> Contact:
    return Contact(
        role=contact.role,
        title=contact.title,
        name=contact.name,
        works_at=contact.works_at,
        phone=contact.phone,
        stand_in=contact.stand_in,
        stand_in_phone=contact.stand_in_phone,
        reach=reached,
        until_on=contact.until_on,
        instead=None if contact.phone else stand_in_or_unit(contact),
    )


def stand_in_or_unit(contact: Any) -> Instead | None:
    """The stand-in, else the unit; None where neither has a number, and the advice line is called."""
    if contact.stand_in_phone:
        return Instead(contact.stand_in or contact.works_at, contact.stand_in_phone)
    return Instead(contact.unit, contact.unit_phone) if contact.unit_phone else None


def first_to_call(contacts: Sequence[Contact]) -> Contact | None:
    """The contact to call first: somebody with a number, open ones before closed ones, in the order shown."""
    with_phone = [contact for contact in contacts if contact.phone]
    open_now = [contact for contact in with_phone if contact.reach is not None and contact.reach.is_open]
    return next(iter(open_now or with_phone), None)


def has_contact(
    person_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], role: Role
) -> ColumnElement[bool]:
    """The person has somebody in this role who can be called; `today` is given later."""
    named = select(CareContact.id).where(
        CareContact.person_id == person_id,
        CareContact.role == role,
        CareContact.phone.is_not(None),
        holds(_TODAY),
    )
    return named.exists()


def is_swedish_holiday(day: date) -> bool:
    """A Swedish public holiday, or an eve that is one in practice (midsummer, Christmas, New Year)."""
    return day in _holidays(day.year)


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    import holidays  # half a second at the start of the web process, needed on two pages

    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))
