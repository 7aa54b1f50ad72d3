"""Staff who decide, and people to decide about, for the tests of custody, freezing, mandates and the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.domain import account_of
from webapp.accounts.models import Assignment, Person, StaffMember
from webapp.directory.models import Unit
from webapp.sharing import custody
from webapp.sharing.decisions import Basis
from webapp.sharing.mandates import ByStaff, Proof
from webapp.sharing.models import Consent, ConsentKind

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SEEN_IT = Proof("Namnet i beslutet", Basis.REGISTER, "Såg utdraget")


def person(session: Session, sub: str) -> Person:
    account = account_of(session, "demo", sub)
    assert account
    assert account.person_id
    return session.get_one(Person, account.person_id)


def by(session: Session, sub: str) -> ByStaff:
    """A staff member under their first assignment."""
    account = account_of(session, "demo", sub)
    assert account
    row = session.execute(
        select(StaffMember.id, Unit.id.label("unit_id"), Unit.organisation_id, Unit.name)
        .join(Assignment, Assignment.staff_id == StaffMember.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(StaffMember.id == account.staff_id)
        .order_by(Unit.name)
    ).first()
    assert row
    return ByStaff(row.id, row.unit_id, row.organisation_id, f"{sub.capitalize()}, {row.name}")


def custody_of_jon(session: Session) -> Consent:
    return session.scalars(
        select(Consent).where(Consent.kind == ConsentKind.GUARDIAN, Consent.withdrawn_at.is_(None))
    ).one()


def give_custody(session: Session, child: str, guardian: str, staff: str, now: datetime) -> Consent:
    return custody.verify_guardian(
        session,
        person(session, child),
        person(session, guardian),
        "förälder",
        SEEN_IT,
        by(session, staff),
        now,
    )


def at(day: date, clock: str) -> datetime:
    """The instant when a wall clock in Sweden shows this time of this day."""
    return datetime.combine(day, time.fromisoformat(clock), STOCKHOLM).astimezone(UTC)
