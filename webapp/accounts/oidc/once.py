"""Using a thing once: of two that come with the same, in two processes at the same time, one is refused."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.oidc.models import UsedOnce


def use(session: Session, what: str, until: datetime, now: datetime) -> bool:
    """Whether `what` had not been used; from now on it has. What is too old to come again is cleared away."""
    session.execute(delete(UsedOnce).where(UsedOnce.until < now))
    try:
        with session.begin_nested():
            session.add(UsedOnce(hash=hashlib.sha256(what.encode()).digest(), until=until))
    except IntegrityError:
        return False
    return True
