"""Paper codes (papperskod): a way in for who has no e-ID, given in the room by staff who have seen who it is.

The code serves once, to save the sign-in on one device. What it opens reaches no further than the table says
for `paper`, and everything it has led to can be ended with one press. Why: docs/decisions, "Paper codes".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts import codes, logins, passkeys
from webapp.accounts.domain import add_account
from webapp.accounts.models import Account, HowKnown, PaperCode, Passkey, Person
from webapp.core import clock, fence
from webapp.core.access import Sight
from webapp.sharing import notices
from webapp.sharing.guardians import may_sign_in

LASTS = timedelta(days=14)
ISSUER = "paper"  # of the account that a paper code opens; no identity provider may be called so


class TooYoung(Exception):
    """The person is too young for a sign-in of their own."""


@dataclass(frozen=True, slots=True)
class State:
    """What paper codes have led to for one person."""

    waiting: PaperCode | None  # given, and not used yet
    keys: Sequence[Passkey]

    @property
    def is_any(self) -> bool:
        return self.waiting is not None or bool(self.keys)


def state(session: Session, person_id: UUID, now: datetime) -> State:
    waiting = session.scalars(
        select(PaperCode).where(PaperCode.person_id == person_id, *_open(now)).order_by(PaperCode.made_at)
    ).first()
    return State(waiting, [key for key in passkeys.keys_of(session, person_id) if key.limited])


def issue(session: Session, sight: Sight, how: HowKnown, now: datetime) -> str:
    """Give the person a new code, in the staff member's hand; one that waits already ends. Raises TooYoung.

    The code itself is returned, shown once and kept nowhere. The person is told.
    """
    person_id, by = sight.person_id, sight.reader
    if by.staff_id is None or by.unit_id is None:
        raise ValueError("a paper code is given by staff, at a unit")
    if not may_sign_in(session.get_one(Person, person_id).born_on, clock.local(now).date()):
        raise TooYoung
    end_waiting(session, person_id, now)
    code = codes.new_code()
    session.add(
        PaperCode(
            id=uuid4(),
            person_id=person_id,
            code_hash=codes.as_kept(code),
            how=how,
            staff_id=by.staff_id,
            unit_id=by.unit_id,
            made_as=f"{by.role}, {by.unit_name}",
            made_at=now,
            ends_at=now + LASTS,
        )
    )
    session.flush()
    notices.tell(session, person_id, notices.Kind.PAPER_CODE, now)
    return code


def use(session: Session, typed: str, now: datetime) -> Account | None:
    """Use a code up, and give the account it opens; None for a wrong, used, ended or old one alike."""
    kept = codes.as_kept(typed)
    fence.by_key(session, kept.hex())
    person_id = session.scalar(select(PaperCode.person_id).where(PaperCode.code_hash == kept))
    fence.about(session, person_id)
    used = session.execute(
        update(PaperCode)
        .where(PaperCode.code_hash == kept, *_open(now))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
        .returning(PaperCode.person_id)
    ).first()
    return _account(session, used.person_id) if used else None


def _account(session: Session, person_id: UUID) -> Account:
    """The person's account for paper codes; the first code makes it."""
    mine = select(Account).where(Account.issuer == ISSUER, Account.sub == person_id.hex)
    account = session.scalars(mine).first()
    if account is None:
        person = session.get_one(Person, person_id)
        account = add_account(session, ISSUER, person_id.hex, person)
    return account


def end_waiting(session: Session, person_id: UUID, now: datetime) -> None:
    """Take back every code that has not been used."""
    session.execute(
        update(PaperCode)
        .where(PaperCode.person_id == person_id, *_open(now))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def revoke(session: Session, person_id: UUID, now: datetime) -> None:
    """Take back everything that paper codes have led to: the code, the keys and the open sign-ins."""
    end_waiting(session, person_id, now)
    passkeys.end_all(session, person_id, now, limited_only=True)
    logins.end_logins_of(session, person_id, now, limited_only=True)


def _open(now: datetime):  # type: ignore[no-untyped-def] # SQLAlchemy's own type is longer than the rule
    return (PaperCode.used_at.is_(None), PaperCode.ended_at.is_(None), PaperCode.ends_at > now)
