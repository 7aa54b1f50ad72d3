"""From what a provider says to an account here: a citizen by personal number, staff by HSA-id.

The kind is the provider's, from our own settings: no claim can make a citizen staff. None of this commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.accounts import domain, numbers
from webapp.accounts.models import Account, Assignment, Kind, Person, StaffMember
from webapp.accounts.numbers import IdentityNumber
from webapp.accounts.oidc.claims import Identity
from webapp.accounts.oidc.providers import Provider
from webapp.accounts.oidc.refusal import Refused, Why, not_trusted
from webapp.core import clock
from webapp.directory.models import Unit
from webapp.sharing.guardians import OWN_LOGIN, age

MOST_NAME, MOST_CALLED = 200, 60  # what the person's row holds


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whose account has been signed in to. Staff: the assignment the card names, if it names one."""

    account: Account
    assignment_id: UUID | None = None
    chooses: bool = False  # there are several assignments, and the card names none


def arrive(session: Session, who: Identity, provider: Provider, language: str, now: datetime) -> Arrival:
    """The account of who has come, made if this is the first time; raises Refused.

    A person who is new here reads `language`, which they have chosen on this device.

    IntegrityError or NumberTaken: somebody else made the same person or account at this moment; begin anew.
    """
    account = domain.account_of(session, who.issuer, who.sub)
    if account is not None and account.kind != provider.kind:
        raise not_trusted("kind")
    today = clock.local(now).date()
    if provider.kind == Kind.CITIZEN:
        return Arrival(_citizen(session, who, account, language, today))
    return _staff(session, who, account, today)


# Citizens


def _citizen(session: Session, who: Identity, account: Account | None, language: str, today: date) -> Account:
    number = numbers.parse(who.number, today)
    if number is None:
        raise Refused(Why.NO_NUMBER)
    _refuse_child(number.born_on, today)
    person = _person(session, who, number, account, today) or _take_in(session, who, number, language)
    if person.deceased_at is not None:
        raise Refused(Why.CLOSED)
    _refuse_child(person.born_on, today)
    return account or domain.add_account(session, who.issuer, who.sub, person)


def _person(
    session: Session, who: Identity, number: IdentityNumber, account: Account | None, today: date
) -> Person | None:
    """The person with this number. An account that is somebody else's, or whose number is another, is refused."""
    found = domain.person_by_number(session, number)
    if account is not None:
        mine = session.get_one(Person, account.person_id)
        if found is not None and found is not mine:
            raise not_trusted("number of another")
        if found is None and not _renumber(session, mine, who, number, today):
            raise not_trusted("number changed")
        return mine
    return found or _had_another_number(session, who, number, today)


def _had_another_number(
    session: Session, who: Identity, number: IdentityNumber, today: date
) -> Person | None:
    """Who had the number that the provider says was theirs before. It says so only where we believe it."""
    before = numbers.parse(who.previous_number, today)
    person = domain.person_by_number(session, before) if before is not None else None
    if person is not None:
        domain.change_number(session, person, number)
    return person


def _renumber(session: Session, mine: Person, who: Identity, number: IdentityNumber, today: date) -> bool:
    """Give the account's person their new number, if the provider is believed about it and names the old."""
    before = numbers.parse(who.previous_number, today)
    if before is None or domain.person_by_number(session, before) is not mine:
        return False
    domain.change_number(session, mine, number)
    return True


def _take_in(session: Session, who: Identity, number: IdentityNumber, language: str) -> Person:
    name = who.name or who.given_name
    if not name:
        raise Refused(Why.NO_NAME)
    called = (who.given_name or name).split()[0]
    return domain.add_person(
        session, name=name[:MOST_NAME], called=called[:MOST_CALLED], number=number, language=language
    )


def _refuse_child(born_on: date, today: date) -> None:
    if age(born_on, today) < OWN_LOGIN:
        raise Refused(Why.TOO_YOUNG)


# Staff


def _staff(session: Session, who: Identity, account: Account | None, today: date) -> Arrival:
    """Staff are taken in by an administrator, with their HSA-id; signing in makes nobody staff."""
    if not who.hsa_id:
        raise Refused(Why.UNKNOWN_STAFF, "no hsa_id")
    member = session.scalars(select(StaffMember).where(StaffMember.hsa_id == who.hsa_id)).first()
    if member is None or not member.active:
        raise Refused(Why.UNKNOWN_STAFF)
    if account is not None and account.staff_id != member.id:
        raise not_trusted("hsa_id of another")
    assignment_id = _assignment(session, member, who.assignment, today)
    several = len(domain.assignments_of(session, member.id, today)) > 1
    account = account or domain.add_account(session, who.issuer, who.sub, member)
    return Arrival(account, assignment_id, chooses=assignment_id is None and several)


def _assignment(session: Session, member: StaffMember, named: str, today: date) -> UUID | None:
    """The assignment that the card names by its own HSA-id or the unit's. None: it names none, or two fit."""
    if not named:
        return None
    own = {row[0] for row in domain.assignments_of(session, member.id, today)}
    fits = session.scalars(
        select(Assignment.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.staff_id == member.id, or_(Assignment.hsa_id == named, Unit.hsa_id == named))
    )
    found = [each for each in fits if each in own]
    if not found:
        raise Refused(Why.NOT_YOURS)
    return found[0] if len(found) == 1 else None
