"""A lost phone: what ends, in one press."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.accounts import logins, paper, passkeys
from webapp.accounts.models import Person
from webapp.channels import domain as channels
from webapp.core.access import Sight
from webapp.reminders import phones
from webapp.sharing import notices


def end_everything(session: Session, sight: Sight, now: datetime) -> None:
    """End every sign-in, passkey and paper code of the person, and what comes to every phone, whichever it was.

    Sign-ins from before this moment are dead whatever becomes of their rows, and so is any copy on a device.
    The person is told when somebody else did it.
    """
    person_id: UUID = sight.person_id
    session.execute(update(Person).where(Person.id == person_id).values(phone_lost_at=now))
    logins.end_logins_of(session, person_id, now)
    passkeys.end_all(session, person_id, now)
    paper.end_waiting(session, person_id, now)
    phones.forget(session, person_id, None, now)
    channels.phone_lost(session, person_id)
    if not sight.is_self:
        notices.tell(session, person_id, notices.Kind.PHONE_LOST, now)
