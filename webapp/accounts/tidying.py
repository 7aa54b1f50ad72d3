"""What is thrown away when nobody needs it any more: once a day, by the worker (core.daily)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import Session

from webapp.accounts import kept, logins, passkeys
from webapp.accounts.models import Login
from webapp.core import limits

ENDED_LASTS = timedelta(days=30)  # a sign-in that has ended is kept so long, to be looked into


def tidy(session: Session, now: datetime) -> None:
    """Throw away sign-ins that ended long ago, unclaimed forms, unanswered challenges and passed counts."""
    before = now - ENDED_LASTS
    long_ago = or_(
        Login.ended_at < before,
        and_(Login.ended_at.is_(None), Login.seen_at < before - logins.IDLE),
    )
    session.execute(delete(Login).where(long_ago).execution_options(synchronize_session=False))
    kept.drop_old(session, now)
    passkeys.drop_old(session, now)
    limits.forget_passed(session)
