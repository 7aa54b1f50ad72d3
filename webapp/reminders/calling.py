"""Whom to call when it does not work ("om det inte går"): a contact of the person, the unit that set the reminder,
or a public number. Staff choose it; nobody types a number. What leads nowhere any more becomes the advice line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from webapp.contacts.models import CareContact
from webapp.contacts.validity import holds
from webapp.core.i18n import LazyText
from webapp.directory import numbers
from webapp.directory.models import Unit
from webapp.reminders.models import Reminder

UNIT = "unit"  # in the place of a number's id: the number of the unit that set the reminder


@dataclass(frozen=True, slots=True)
class Call:
    """A name and a number to press. `name` is text of ours, translated, or somebody's name as it is written."""

    name: str | LazyText
    number: str


# What a reminder's query asks beside its own columns; joined by on_contact and on the reminder's unit.
COLUMNS = (
    Reminder.call_contact_id,
    Reminder.call_number,
    CareContact.name.label("call_name"),
    CareContact.phone.label("call_phone"),
    CareContact.for_relatives.label("call_for_relatives"),
    Unit.name.label("unit_name"),
    Unit.phone.label("unit_phone"),
    Unit.closed_on.label("unit_closed_on"),
)
ON_CONTACT = (CareContact.id == Reminder.call_contact_id) & holds(bindparam("today", type_=Date()))


def call_of(row: Any, today: date, *, by_relative: bool) -> Call | None:
    """Whom to call, of a row with COLUMNS; None where nobody was chosen.

    A contact that has ended, has no number or is not for relatives gives way to the advice line, and so does a
    unit without a known number: never a line that is dead, never one kept from the reader.
    """
    if row.call_contact_id is not None:
        may = row.call_phone and (row.call_for_relatives or not by_relative)
        return Call(row.call_name, row.call_phone) if may else _advice()
    if row.call_number == UNIT:
        is_open = row.unit_phone and (row.unit_closed_on is None or row.unit_closed_on > today)
        return Call(row.unit_name, row.unit_phone) if is_open else _advice()
    return _public(row.call_number) if row.call_number else None


def _public(identifier: str) -> Call:
    try:
        found = numbers.number(identifier)
    except KeyError:  # taken out of the directory since
        return _advice()
    return Call(LazyText(found.name, {}), found.number)


def _advice() -> Call:
    found = numbers.number(numbers.ADVICE)
    return Call(LazyText(found.name, {}), found.number)


@dataclass(frozen=True, slots=True)
class Choice:
    """One that staff can choose: a contact by `contact_id`, else the unit or a public number by `number`."""

    key: str
    call: Call
    contact_id: UUID | None = None
    number: str = ""


def choices_for(session: Session, person_id: UUID, unit_id: UUID | None, today: date) -> Sequence[Choice]:
    """The person's contacts that can be called today, the unit where its number is known, and the public numbers."""
    contacts = session.execute(
        select(CareContact.id, CareContact.name, CareContact.phone, CareContact.from_on)
        .where(CareContact.person_id == person_id, CareContact.phone.is_not(None), holds(today))
        .order_by(CareContact.from_on.desc(), CareContact.id)
    ).all()
    found = [Choice(f"k-{row.id}", Call(row.name, row.phone), contact_id=row.id) for row in contacts]
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is not None and unit.phone:
        found.append(Choice(UNIT, Call(unit.name, unit.phone), number=UNIT))
    public = [Choice(each.id, _public(each.id), number=each.id) for each in numbers.public_numbers()]
    return [*found, *public]
