"""Links that the person gave before they last decided about the same relative.

An invitation that names somebody by number opens as soon as it is accepted. Once the person has ended or changed
what that relative sees, an older one must not open it again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.sharing.models import Closed, Invitation


def close_those_for(session: Session, person_id: UUID, relative_id: UUID, now: datetime) -> None:
    """Take back every invitation of the person's that nobody has accepted and that names this relative."""
    number = session.scalar(select(Person.number).where(Person.id == relative_id))
    if number is None:
        return
    out = select(Invitation).where(
        Invitation.person_id == person_id,
        Invitation.number.is_not(None),
        Invitation.accepted_by.is_(None),
        Invitation.closed_at.is_(None),
    )
    for each in session.scalars(out).all():
        if each.number == number:
            each.closed_as, each.closed_at, each.number = Closed.TAKEN_BACK, now, None
    session.flush()
