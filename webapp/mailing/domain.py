"""Putting a mail to a unit in the queue, and taking what is due out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.directory.models import Unit
from webapp.mailing.models import UnitMail

WAIT = timedelta(minutes=2)  # several things shortly after one another are one mail
AGAIN = timedelta(minutes=15)  # doubled at each failure
MOST_TRIES = 6
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is to go out now."""

    id: UUID
    address: str


def tell(session: Session, unit_id: UUID, now: datetime) -> None:
    """Tell a unit that something waits on its work list. While a mail waits to go out, it is the same mail."""
    waits = select(UnitMail.id).where(UnitMail.unit_id == unit_id, UnitMail.ended_at.is_(None))
    if session.scalars(waits).first() is not None:
        return
    try:
        with session.begin_nested():
            session.add(UnitMail(id=uuid4(), unit_id=unit_id, made_at=now, due_at=now + WAIT))
            session.flush()
    except IntegrityError:
        return  # somebody else told them in the same moment


def due(session: Session, now: datetime, *, lease: timedelta = AGAIN) -> Sequence[Due]:
    """What is to go out, taken so that no other worker takes it too: if this one dies, it is due again later."""
    found = session.execute(
        select(UnitMail, Unit.email)
        .join(Unit, Unit.id == UnitMail.unit_id)
        .where(UnitMail.ended_at.is_(None), UnitMail.due_at <= now)
        .order_by(UnitMail.due_at)
        .limit(AT_ONCE)
        .with_for_update(of=UnitMail, skip_locked=True)
    ).all()
    taken = []
    for mail, address in found:
        mail.tries += 1
        mail.due_at = now + lease * 2 ** (mail.tries - 1)
        if address and mail.tries <= MOST_TRIES:
            taken.append(Due(mail.id, address))
        else:
            mail.ended_at = now
    session.flush()
    return taken


def went_out(session: Session, mail_id: UUID, now: datetime) -> None:
    mail = session.get_one(UnitMail, mail_id)
    mail.sent, mail.ended_at = True, now
    session.flush()


def give_up(session: Session, now: datetime) -> None:
    """Without a mail server nothing is kept for later: the work list has it."""
    for mail in session.scalars(select(UnitMail).where(UnitMail.ended_at.is_(None), UnitMail.due_at <= now)):
        mail.ended_at = now
    session.flush()
