"""The people the app is for, those who work there, and the accounts they sign in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Date, Uuid, bindparam, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Assignment, Duty, Kind, Person, StaffMember
from webapp.accounts.numbers import IdentityNumber
from webapp.core.access import Reader
from webapp.core.db import rows
from webapp.core.keyring import code
from webapp.core.sealing import keys_of
from webapp.directory.models import Unit


class NumberTaken(ValueError):
    """Somebody has this number already. Does not say who, nor which number."""


def add_person(
    session: Session,
    *,
    name: str,
    called: str,
    born_on: date | None = None,
    number: IdentityNumber | None = None,
    language: str = "sv",
    municipality: str = "",
    phone: str | None = None,
    protected: bool = False,
) -> Person:
    """Take a person in. Staff do this, or the first sign-in with an e-ID.

    The day of birth follows from the number; it is asked for where there is none. Raises NumberTaken.
    """
    if number is not None:
        born_on = number.born_on
    if born_on is None:
        raise ValueError("a person without a number needs a day of birth")
    person = Person(
        name=name,
        called=called,
        born_on=born_on,
        language=language,
        municipality=municipality,
        phone=phone,
        protected=protected,
    )
    if number is not None:
        _give_number(session, person, number)
    session.add(person)
    session.flush()
    return person


def person_by_number(session: Session, number: IdentityNumber) -> Person | None:
    """The person with this number, under whichever key it was written down."""
    codes = [code(key, number.digits) for key in keys_of(session).all]
    return session.scalars(select(Person).where(Person.number_mac.in_(codes))).first()


def change_number(session: Session, person: Person, number: IdentityNumber) -> None:
    """A samordningsnummer becomes a personnummer, or a mistake is put right: the same person, all of it kept.

    Raises NumberTaken where the number is another person's: two records of one person are for staff to sort out.
    """
    _give_number(session, person, number)
    session.flush()


def _give_number(session: Session, person: Person, number: IdentityNumber) -> None:
    holder = person_by_number(session, number)
    if holder is not None and holder is not person:
        raise NumberTaken
    person.number, person.born_on = number.digits, number.born_on
    person.number_mac = code(keys_of(session).newest, number.digits)


def called(session: Session, person_id: UUID) -> str:
    """The name somebody goes by."""
    return session.get_one(Person, person_id).called


def add_staff(
    session: Session, *, name: str, language: str = "sv", staff_id: UUID | None = None
) -> StaffMember:
    staff = StaffMember(id=staff_id or uuid4(), name=name, language=language)
    session.add(staff)
    session.flush()
    return staff


def assign(
    session: Session, staff: StaffMember, unit_id: UUID, role: str, duty: Duty = Duty.CARE
) -> Assignment:
    """Give a staff member work at a unit; `role` is what the person reads, such as "distriktssköterska"."""
    assignment = Assignment(staff_id=staff.id, unit_id=unit_id, role=role, duty=duty)
    session.add(assignment)
    session.flush()
    return assignment


def add_account(session: Session, issuer: str, sub: str, of: Person | StaffMember) -> Account:
    """Tie a sign-in at an identity provider to a person or a staff member."""
    if isinstance(of, Person):
        account = Account(issuer=issuer, sub=sub, kind=Kind.CITIZEN, person_id=of.id)
    else:
        account = Account(issuer=issuer, sub=sub, kind=Kind.STAFF, staff_id=of.id)
    session.add(account)
    session.flush()
    return account


def account_of(session: Session, issuer: str, sub: str) -> Account | None:
    return session.scalars(select(Account).where(Account.issuer == issuer, Account.sub == sub)).first()


_ASSIGNMENTS = (
    select(Assignment.id, Assignment.role, Unit.name)
    .join(Unit, Unit.id == Assignment.unit_id)
    .where(
        Assignment.staff_id == bindparam("staff_id", type_=Uuid()),
        or_(Assignment.ends_on.is_(None), Assignment.ends_on >= bindparam("today", type_=Date())),
    )
    .order_by(Unit.name, Assignment.role)
)


def assignments_of(session: Session, staff_id: UUID, today: date) -> list[tuple[UUID, str, str]]:
    """The assignments a staff member can work under: id, role and unit, in a fixed order."""
    found = rows(session, _ASSIGNMENTS, {"staff_id": staff_id, "today": today})
    return [(row.id, row.role, row.name) for row in found]


def choose_language(session: Session, who: Reader, code: str) -> None:
    """Keep the reader's language with the person, so that reminders go out in it too."""
    if who.person_id is not None:
        session.execute(update(Person).where(Person.id == who.person_id).values(language=code))
    elif who.staff_id is not None:
        session.execute(update(StaffMember).where(StaffMember.id == who.staff_id).values(language=code))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person has chosen for themselves."""

    lock_screen: bool  # the text of a reminder may be read on their locked phone
    municipality: str  # empty: not said
    no_broadcasts: bool = False  # no text that goes to many


def chosen_by(session: Session, person_id: UUID) -> Chosen:
    person = session.get_one(Person, person_id)
    return Chosen(person.lock_screen_text, person.municipality, person.no_broadcasts)


def choose(session: Session, person_id: UUID, chosen: Chosen) -> None:
    values = {
        "lock_screen_text": chosen.lock_screen,
        "municipality": chosen.municipality,
        "no_broadcasts": chosen.no_broadcasts,
    }
    session.execute(update(Person).where(Person.id == person_id).values(values))
