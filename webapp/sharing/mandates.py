"""Acting for another by somebody's decision and not by the person's consent: guardians, god man, förvaltare,
framtidsfullmakt.

Staff record what they have seen, as far as it goes and no further: nothing follows by itself but what a child's
age says (guardians.py). Law: docs/legal.md, "God man, framtidsfullmakt, lost capacity".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts import domain as accounts
from webapp.accounts.models import Person
from webapp.accounts.names import can_be_same
from webapp.accounts.numbers import IdentityNumber
from webapp.core import clock
from webapp.core.access import Reader
from webapp.permissions import Level
from webapp.sharing.decisions import Basis, Mandate
from webapp.sharing.models import APPOINTED, BY_STAFF, Consent, ConsentKind, HowGiven
from webapp.sharing.notices import Kind, take_back, tell
from webapp.sharing.ties import holds


class Because(StrEnum):
    """Why a mandate cannot be recorded."""

    SAME_PERSON = "same_person"
    ALREADY = "already"  # recorded, and it holds
    TURNED_16 = "turned_16"
    COVERS_NOTHING = "covers_nothing"
    HAS_ENDED = "has_ended"
    OTHER_NAME = "other_name"  # whoever has the number goes by another name here


class NotNow(ValueError):
    """It cannot be recorded, because …"""

    def __init__(self, because: Because) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True, slots=True)
class ByStaff:
    """The staff member who decides, at the unit of the assignment in use."""

    staff_id: UUID
    unit_id: UUID
    organisation_id: UUID
    words: str  # as the person reads it: name, role and unit


def by_staff(who: Reader) -> ByStaff:
    """Raises ValueError for a reader who is not staff at a unit."""
    if who.staff_id is None or who.unit_id is None or who.organisation_id is None:
        raise ValueError("only staff at a unit decide this")
    words = ", ".join(part for part in (who.name, who.role, who.unit_name) if part)
    return ByStaff(who.staff_id, who.unit_id, who.organisation_id, words[:200])


@dataclass(frozen=True, slots=True)
class Proof:
    """What staff looked at: the name as it stood there, and which register, decision or document."""

    name: str
    basis: Basis
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the decision or document covers, as staff read it."""

    what_matters: Level = Level.NONE
    plan: Level = Level.NONE
    contacts: Level = Level.NONE
    reminders: Level = Level.NONE


def holder(session: Session, number: IdentityNumber, name: str, *, twice: bool = False) -> Person:
    """Whoever has this number; somebody whom the app does not know yet is taken in, by the name staff have read.

    Raises NotNow where whoever has it goes by another name, so that a slip in the number lets nobody in;
    `twice`: staff have looked again and typed the same number. No more about a person whom the app knows comes
    back to whoever typed the number, and nothing at all about one with protected identity, whom no mandate lets
    in while that stands.
    """
    known = accounts.person_by_number(session, number)
    if known is None:
        return accounts.add_person(session, name=name, called=name.split()[0][:60], number=number)
    if not (twice or known.protected or can_be_same(known.name, name)):
        raise NotNow(Because.OTHER_NAME)
    return known


def appoint(
    session: Session,
    person: Person,
    kind: ConsentKind,
    appointed: Person,
    scope: Scope,
    until_on: date,
    proof: Proof,
    by: ByStaff,
    now: datetime,
) -> Consent:
    """Staff have seen that `appointed` is god man, förvaltare or holds a framtidsfullmakt for `person`.

    Holds through `until_on`. Raises NotNow where it covers nothing, has ended, or is recorded already.
    """
    today = clock.local(now).date()
    if kind not in APPOINTED:
        raise ValueError(kind)
    if until_on < today:
        raise NotNow(Because.HAS_ENDED)
    if not any((scope.what_matters, scope.plan, scope.contacts, scope.reminders)):
        raise NotNow(Because.COVERS_NOTHING)
    consent = Consent(
        person_id=person.id,
        kind=kind,
        relative_id=appointed.id,
        what_matters=scope.what_matters,
        plan=scope.plan,
        contacts=scope.contacts,
        reminders=scope.reminders,
        how=HowGiven.WRITTEN,
        recorded_by=by.words,
        from_on=today,
        until_on=until_on,
        given_at=now,
    )
    return record(session, consent, proof, by)


def record(session: Session, consent: Consent, proof: Proof, by: ByStaff) -> Consent:
    """Keep the consent with what staff looked at. Raises NotNow for the person themselves, or a second time."""
    if consent.relative_id == consent.person_id:
        raise NotNow(Because.SAME_PERSON)
    same = (Consent.person_id == consent.person_id, Consent.relative_id == consent.relative_id)
    again = select(Consent.id).where(*same, Consent.kind == consent.kind, holds(consent.from_on))
    if session.scalar(again.limit(1)) is not None:
        raise NotNow(Because.ALREADY)
    session.add(consent)
    session.flush()
    session.add(
        Mandate(
            consent_id=consent.id,
            person_id=consent.person_id,
            name=proof.name,
            basis=proof.basis,
            note=proof.note,
            unit_id=by.unit_id,
            recorded_by=by.staff_id,
        )
    )
    tell(session, consent.person_id, Kind.MANDATE_BEGAN, consent.given_at, consent.relative_id)
    session.flush()
    return consent


def end_mandate(
    session: Session, person_id: UUID, consent_id: UUID, why: str, by: ByStaff, now: datetime
) -> Consent | None:
    """Staff end a mandate of this person's; holds from the very next request. None if there is none such."""
    done = session.scalars(
        update(Consent)
        .where(
            Consent.id == consent_id,
            Consent.person_id == person_id,
            Consent.kind.in_(BY_STAFF),
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by=by.words)
        .returning(Consent)
    ).first()
    if done is not None:
        mandate = session.scalars(select(Mandate).where(Mandate.consent_id == consent_id)).first()
        if mandate is not None:
            mandate.ended_by, mandate.ended_why = by.staff_id, why
        if done.relative_id is not None:  # what they were told about the person goes with what they saw
            take_back(session, done.relative_id, person_id, now)
        tell(session, person_id, Kind.MANDATE_ENDED, now, done.relative_id)
    return done
