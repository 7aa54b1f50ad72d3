"""Finding a person by exact number: to begin caring for them, to take them in, or to open in an emergency.

A number that is somebody's says no more of them than a care relation would. Somebody with protected identity is
found like somebody who is not there, and so are the dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts import domain as accounts
from webapp.accounts.models import Person
from webapp.accounts.numbers import IdentityNumber
from webapp.core import audit, clock, fence
from webapp.core.access import Reader
from webapp.directory.models import Unit
from webapp.sharing import blocks, care, notices
from webapp.sharing.ties import one_by_one
from webapp.staff.words import signature


class Standing(StrEnum):
    """How somebody with this number stands to the reader's unit."""

    NOBODY = auto()  # nobody, or nobody who can be opened like this
    CARED_FOR = auto()
    BLOCKED = auto()
    FREE = auto()  # here, and not cared for by this unit


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is asked for about somebody who is not here yet."""

    name: str
    called: str
    language: str
    municipality: str
    phone: str | None


class CannotTakeIn(Exception):
    """The number is somebody's who cannot be taken in like this. Does not say why."""


def stands(
    session: Session, unit_id: UUID, number: IdentityNumber, today: date
) -> tuple[Standing, Person | None]:
    """Who has this number, as far as this unit may know."""
    person = accounts.person_by_number(session, number)
    if person is None or person.protected or person.deceased_at is not None:
        return Standing.NOBODY, None
    mine = next((each for each in blocks.units_of(session, person.id, today) if each.id == unit_id), None)
    if mine is None:
        return Standing.FREE, person
    return (Standing.BLOCKED if mine.blocked_at else Standing.CARED_FOR), person


def begin(
    session: Session, who: Reader, person: Person, reason: str, until_on: date | None, now: datetime
) -> None:
    """The reader's unit begins to care for a person: written in the person's log, and told to the person.

    Nothing new where a colleague has begun at this very moment.
    """
    fence.about(session, person.id)
    one_by_one(session, person.id)
    unit = session.get_one(Unit, who.unit_id)
    if care.relations_of(session, person.id, unit.id, clock.local(now).date()):
        return
    care.begin_care(session, person, unit, reason, now, until_on, signature(who))
    audit.write(session, who, person.id, "care_begun", audit.What.CARE_BEGUN)
    notices.tell(session, person.id, notices.Kind.CARE_BEGUN, now)


def take_in(
    session: Session,
    who: Reader,
    number: IdentityNumber,
    new: NewPerson,
    reason: str,
    until_on: date | None,
    now: datetime,
) -> Person:
    """Take in somebody who is not here yet, and begin to care for them. Raises CannotTakeIn; changes nobody."""
    try:
        with session.begin_nested():  # two at once: the database lets one number be one person's
            person = accounts.add_person(
                session,
                name=new.name,
                called=new.called,
                number=number,
                language=new.language,
                municipality=new.municipality,
                phone=new.phone,
            )
    except (accounts.NumberTaken, IntegrityError):
        raise CannotTakeIn from None
    begin(session, who, person, reason, until_on, now)
    return person
