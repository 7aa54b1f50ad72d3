"""Open sign-ins: beginning and ending one, and who the reader of this request is."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, Select, bindparam, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from webapp.accounts.domain import assignments_of
from webapp.accounts.models import Account, Assignment, Kind, Login, Person, StaffMember
from webapp.core import clock, fence
from webapp.core.access import Reader
from webapp.core.db import rows
from webapp.directory.models import Unit
from webapp.sharing.guardians import is_young, may_sign_in

IDLE = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)
LAPSED_LASTS = timedelta(days=7)  # how long afterwards a form that was open is still kept for its writer
SEEN_EVERY = timedelta(seconds=60)  # the last use is written down at most this often


def open_login(
    session: Session,
    account: Account,
    now: datetime,
    assignment_id: UUID | None = None,
    began_at: datetime | None = None,
    *,
    device: str = "",
    passkey_id: UUID | None = None,
    limited: bool = False,
) -> str:
    """Open a sign-in and return its token, which is shown nowhere else and only its hash kept.

    Staff begin under their first assignment when none is named; without one they have no unit. `began_at` is
    when the person last showed who they are, if not now: AT_MOST counts from there. `device` is
    devices.kind_of the browser. `limited`: by a paper code, or a passkey made with one.
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
            device=device,
            passkey_id=passkey_id,
            limited=limited,
        )
    )
    return token


def end_login(session: Session, login_id: UUID, now: datetime) -> None:
    session.execute(update(Login).where(Login.id == login_id, Login.ended_at.is_(None)).values(ended_at=now))


@dataclass(frozen=True, slots=True)
class OpenLogin:
    """One open sign-in as its own person reads it."""

    id: UUID
    device: str  # devices.kind_of
    began_at: datetime
    seen_at: datetime


def accounts_beside(account_id: UUID) -> Select[UUID]:
    """This account and the others of the same person or staff member: one may come by several brokers."""
    other = aliased(Account)
    same = or_(other.person_id == Account.person_id, other.staff_id == Account.staff_id)
    return select(other.id).join(Account, same).where(Account.id == account_id)


def open_logins(session: Session, account_id: UUID, now: datetime) -> list[OpenLogin]:
    """The sign-ins of this account's owner that hold now, the last used first."""
    found = session.execute(
        select(Login.id, Login.device, Login.began_at, Login.seen_at)
        .where(
            Login.account_id.in_(accounts_beside(account_id)),
            Login.ended_at.is_(None),
            Login.seen_at >= now - IDLE,
            Login.began_at >= now - AT_MOST,
        )
        .order_by(Login.seen_at.desc(), Login.began_at.desc())
    )
    return [OpenLogin(*row) for row in found]


def end_own_login(session: Session, account_id: UUID, login_id: UUID, now: datetime) -> bool:
    """End one sign-in of this account's owner. False where they have no such open one."""
    ended = session.execute(
        update(Login)
        .where(
            Login.id == login_id,
            Login.account_id.in_(accounts_beside(account_id)),
            Login.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
        .returning(Login.id)
    )
    return ended.first() is not None


def end_other_logins(session: Session, account_id: UUID, kept: UUID, now: datetime) -> None:
    """End every sign-in of this account's owner but one."""
    session.execute(
        update(Login)
        .where(Login.account_id.in_(accounts_beside(account_id)), Login.id != kept, Login.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def end_logins_of(session: Session, person_id: UUID, now: datetime, *, limited_only: bool = False) -> None:
    """End every sign-in of a person, on all devices; or those alone that a paper code led to."""
    accounts = select(Account.id).where(Account.person_id == person_id)
    these = update(Login).where(Login.account_id.in_(accounts), Login.ended_at.is_(None))
    if limited_only:
        these = these.where(Login.limited.is_(True))
    session.execute(these.values(ended_at=now).execution_options(synchronize_session=False))


def end_logins_of_staff(
    session: Session, staff_id: UUID, now: datetime, assignment_id: UUID | None = None
) -> None:
    """End every sign-in of a staff member; with an assignment, those that work under it."""
    accounts = select(Account.id).where(Account.staff_id == staff_id)
    which = Login.assignment_id == assignment_id if assignment_id else true()
    session.execute(
        update(Login)
        .where(Login.account_id.in_(accounts), Login.ended_at.is_(None), which)
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def take_assignment(session: Session, who: Reader, assignment_id: UUID, now: datetime) -> str | None:
    """Work under another of one's own assignments; None if it is not theirs.

    The sign-in gets a new token and the old one ends, but it lasts no longer for it.
    """
    today = clock.local(now).date()
    mine = [row[0] for row in assignments_of(session, who.staff_id, today)] if who.staff_id else []
    if assignment_id not in mine:
        return None
    end_login(session, who.login_id, now)
    before, account = session.get_one(Login, who.login_id), session.get_one(Account, who.account_id)
    return open_login(session, account, now, assignment_id, before.began_at, device=before.device)


def reader_of(session: Session, token: str, now: datetime) -> tuple[Reader, datetime] | None:
    """Who holds this token, and when it was last used; None when it has ended or was idle too long.

    From here on the session reads for them (core.fence).
    """
    found = rows(session, _READER, {"token_hash": _hash(token)})
    if not found or found[0].ended_at is not None:
        return None
    row = found[0]
    if now > ends_at(row.began_at, row.seen_at):
        return None
    who = _reader(row, clock.local(now).date())
    if who is None:
        return None
    fence.read_by(session, who)
    return who, row.seen_at


def _reader(row, today: date) -> Reader | None:  # type: ignore[no-untyped-def] # a row of _READER
    if row.kind is Kind.CITIZEN:
        lost = row.phone_lost_at is not None and row.began_at <= row.phone_lost_at
        may = row.deceased_at is None and not lost and may_sign_in(row.born_on, today)
        return _citizen(row, today) if may else None
    if not row.active or (row.ends_on is not None and row.ends_on < today):
        return None
    return _staff(row)


def ends_at(began_at: datetime, seen_at: datetime) -> datetime:
    """The last instant at which a sign-in still holds, if it is not used again."""
    return min(seen_at + IDLE, began_at + AT_MOST)


def lapsed(session: Session, token: str, now: datetime) -> UUID | None:
    """Whose sign-in this token was, if time alone ended it, and not long ago; else None.

    Nobody is signed in by it. It says for whom a form is kept that was sent too late.
    """
    found = session.execute(_LAPSED, {"token_hash": _hash(token)}).first()
    if found is None or found.ended_at is not None:
        return None
    end = ends_at(found.began_at, found.seen_at)
    return found.account_id if end < now <= end + LAPSED_LASTS else None


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
        Login.limited,
        Account.id.label("account_id"),
        Account.kind,
        Person.id.label("person_id"),
        Person.called,
        Person.language,
        Person.municipality,
        Person.born_on,
        Person.deceased_at,
        Person.phone_lost_at,
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
        Unit.flow,
    )
    .join(Account, Account.id == Login.account_id)
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(StaffMember, StaffMember.id == Account.staff_id)
    .outerjoin(Assignment, Assignment.id == Login.assignment_id)
    .outerjoin(Unit, Unit.id == Assignment.unit_id)
    .where(Login.token_hash == bindparam("token_hash"))
)


_LAPSED = select(Login.account_id, Login.began_at, Login.seen_at, Login.ended_at).where(
    Login.token_hash == bindparam("token_hash", type_=LargeBinary())
)


def _citizen(row, today: date) -> Reader:  # type: ignore[no-untyped-def] # a row of _READER
    return Reader(
        login_id=row.login_id,
        account_id=row.account_id,
        kind=Kind.CITIZEN,
        began_at=row.began_at,
        name=row.called,
        language=row.language,
        person_id=row.person_id,
        municipality=row.municipality,
        young=is_young(row.born_on, today),
        limited=row.limited,
    )


def _staff(row) -> Reader:  # type: ignore[no-untyped-def] # a row of _READER
    return Reader(
        login_id=row.login_id,
        account_id=row.account_id,
        kind=Kind.STAFF,
        began_at=row.began_at,
        name=row.name,
        language=row.staff_language,
        staff_id=row.staff_id,
        assignment_id=row.assignment_id,
        unit_id=row.unit_id,
        unit_name=row.unit_name or "",
        organisation_id=row.organisation_id,
        role=row.role or "",
        duty=row.duty or "",
        flow=row.flow or "",
    )
