"""Open sign-ins: beginning and ending one, and who the reader of this request is."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from webapp.accounts.domain import assignments_of
from webapp.accounts.models import Account, Assignment, Kind, Login, Person, StaffMember
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.db import rows
from webapp.directory.models import Unit

IDLE = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)
SEEN_EVERY = timedelta(seconds=60)  # the last use is written down at most this often


def open_login(
    session: Session,
    account: Account,
    now: datetime,
    assignment_id: UUID | None = None,
    began_at: datetime | None = None,
) -> str:
    """Open a sign-in and return its token, which is shown nowhere else and only its hash kept.

    Staff begin under their first assignment when none is named; without one they have no unit. `began_at` is
    when the person last showed who they are, if not now: AT_MOST counts from there.
    """
    if account.staff_id is not None and assignment_id is None:
        mine = assignments_of(session, account.staff_id, clock.local(now).date())
        assignment_id = mine[0][0] if mine else None
    token = secrets.token_urlsafe(32)
    session.add(
        Login(
            token_hash=_hash(token),
            account_id=account.id,
            assignment_id=assignment_id,
            began_at=began_at or now,
            seen_at=now,
        )
    )
    return token


def end_login(session: Session, login_id: UUID, now: datetime) -> None:
    session.execute(update(Login).where(Login.id == login_id, Login.ended_at.is_(None)).values(ended_at=now))


def take_assignment(session: Session, who: Reader, assignment_id: UUID, now: datetime) -> str | None:
    """Work under another of one's own assignments; None if it is not theirs.

    The sign-in gets a new token and the old one ends, but it lasts no longer for it.
    """
    today = clock.local(now).date()
    mine = [row[0] for row in assignments_of(session, who.staff_id, today)] if who.staff_id else []
    if assignment_id not in mine:
        return None
    end_login(session, who.login_id, now)
    began_at = session.get_one(Login, who.login_id).began_at
    return open_login(session, session.get_one(Account, who.account_id), now, assignment_id, began_at)


def reader_of(session: Session, token: str, now: datetime) -> tuple[Reader, datetime] | None:
    """Who holds this token, and when it was last used; None when it has ended or was idle too long."""
    found = rows(session, _READER, {"token_hash": _hash(token)})
    if not found or found[0].ended_at is not None:
        return None
    row = found[0]
    if now - row.seen_at > IDLE or now - row.began_at > AT_MOST:
        return None
    if row.kind is Kind.CITIZEN:
        if row.deceased_at is not None:
            return None
        return _citizen(row), row.seen_at
    if not row.active or (row.ends_on is not None and row.ends_on < clock.local(now).date()):
        return None
    return _staff(row), row.seen_at


def was_used(session: Session, login_id: UUID, now: datetime) -> None:
    session.execute(update(Login).where(Login.id == login_id).values(seen_at=now))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


_READER = (
    select(
        Login.id.label("login_id"),
        Login.began_at,
        Login.seen_at,
        Login.ended_at,
        Account.id.label("account_id"),
        Account.kind,
        Person.id.label("person_id"),
        Person.called,
        Person.language,
        Person.municipality,
        Person.deceased_at,
        StaffMember.id.label("staff_id"),
        StaffMember.name,
        StaffMember.active,
        StaffMember.language.label("staff_language"),
        Assignment.id.label("assignment_id"),
        Assignment.role,
        Assignment.duty,
        Assignment.ends_on,
        Unit.id.label("unit_id"),
        Unit.name.label("unit_name"),
        Unit.organisation_id,
    )
    .join(Account, Account.id == Login.account_id)
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(StaffMember, StaffMember.id == Account.staff_id)
    .outerjoin(Assignment, Assignment.id == Login.assignment_id)
    .outerjoin(Unit, Unit.id == Assignment.unit_id)
    .where(Login.token_hash == bindparam("token_hash"))
)


def _citizen(row) -> Reader:  # type: ignore[no-untyped-def] # a row of _READER
    return Reader(
        login_id=row.login_id,
        account_id=row.account_id,
        kind=Kind.CITIZEN,
        name=row.called,
        language=row.language,
        person_id=row.person_id,
        municipality=row.municipality,
    )


def _staff(row) -> Reader:  # type: ignore[no-untyped-def] # a row of _READER
    return Reader(
        login_id=row.login_id,
        account_id=row.account_id,
        kind=Kind.STAFF,
        name=row.name,
        language=row.staff_language,
        staff_id=row.staff_id,
        assignment_id=row.assignment_id,
        unit_id=row.unit_id,
        unit_name=row.unit_name or "",
        organisation_id=row.organisation_id,
        role=row.role or "",
        duty=row.duty or "",
    )
