"""Where nothing is sent any more, no address is kept: once a day, by the worker (core.daily)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.channels.models import Way
from webapp.reminders.models import Channel, Subscription

DEAD_FOR = timedelta(days=30)  # a mark of death that was a mistake is taken back long before
UNPROVEN_FOR = timedelta(days=1)


def tidy(session: Session, now: datetime) -> None:
    """Retire the phones of those who died, and forget their numbers and mailboxes, and such as were never proven."""
    dead = select(Person.id).where(Person.deceased_at < now - DEAD_FOR)
    session.execute(
        update(Subscription)
        .where(Subscription.person_id.in_(dead), Subscription.retired_at.is_(None))
        .values(retired_at=now)
        .execution_options(synchronize_session=False)
    )
    never_proven = and_(
        Way.channel != Channel.PUSH, Way.verified_at.is_(None), Way.code_until < now - UNPROVEN_FOR
    )
    for old in (Way.person_id.in_(dead), never_proven):
        session.execute(delete(Way).where(old).execution_options(synchronize_session=False))
