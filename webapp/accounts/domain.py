"""The people the app is for, those who work there, and the accounts they sign in with."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Assignment, Duty, Kind, Person, StaffMember
from webapp.core.access import Reader
from webapp.directory.models import Unit


def add_person(
    session: Session,
    *,
    name: str,
    called: str,
    born_on: date,
    language: str = "sv",
    municipality: str = "",
    phone: str | None = None,
    protected: bool = False,
) -> Person:
    """Take a person in. Staff do this, or the first sign-in with an e-ID."""
    person = Person(
        name=name,
        called=called,
        born_on=born_on,
        language=language,
        municipality=municipality,
        phone=phone,
        protected=protected,
    )
    session.add(person)
    session.flush()
    return person


def add_staff(session: Session, *, name: str, language: str = "sv") -> StaffMember:
    staff = StaffMember(name=name, language=language)
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


def assignments_of(session: Session, staff_id: UUID, today: date) -> list[tuple[UUID, str, str]]:
    """The assignments a staff member can work under: id, role and unit, in a fixed order."""
    rows = session.execute(
        select(Assignment.id, Assignment.role, Unit.name)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.staff_id == staff_id, _current(today))
        .order_by(Unit.name, Assignment.role)
    )
    return [(row.id, row.role, row.name) for row in rows]


def choose_language(session: Session, who: Reader, code: str) -> None:
    """Keep the reader's language with the person, so that reminders go out in it too."""
    if who.person_id is not None:
        session.execute(update(Person).where(Person.id == who.person_id).values(language=code))
    elif who.staff_id is not None:
        session.execute(update(StaffMember).where(StaffMember.id == who.staff_id).values(language=code))


def choose_lock_screen(session: Session, person_id: UUID, shows_text: bool) -> None:
    """Whether the text of a reminder may be read on this person's locked phone."""
    session.execute(update(Person).where(Person.id == person_id).values(lock_screen_text=shows_text))


def shows_on_lock_screen(session: Session, person_id: UUID) -> bool:
    return bool(session.scalar(select(Person.lock_screen_text).where(Person.id == person_id)))


def _current(today: date):  # type: ignore[no-untyped-def] # SQLAlchemy's own type is longer than the rule
    return (Assignment.ends_on.is_(None)) | (Assignment.ends_on >= today)
