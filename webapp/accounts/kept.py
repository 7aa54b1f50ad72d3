"""What somebody had typed when their sign-in ended: kept for them alone, until they come back.

A form that is sent too late is not carried out, since nobody is signed in any more. What stood in it is sealed
and kept for the account whose sign-in it was, and stands in the form when the same account opens it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.accounts.logins import accounts_beside
from webapp.accounts.models import KeptForm, Person
from webapp.core import fence

LASTS = timedelta(days=7)
MOST = 20  # forms of one account; the oldest go first
MOST_PLACE = 200

Typed = Mapping[str, Sequence[str]]


def keep(
    session: Session, account_id: UUID, person_id: UUID, place: str, typed: Typed, now: datetime
) -> bool:
    """Keep a form for this account; `place` is its path. False where there is no such person."""
    fence.for_account(session, account_id)
    if len(place) > MOST_PLACE or session.get(Person, person_id) is None:
        return False
    drop(session, account_id, place)
    mine = select(KeptForm.id).where(KeptForm.account_id == account_id)
    newest = mine.order_by(KeptForm.kept_at.desc()).limit(MOST - 1)
    session.execute(
        delete(KeptForm)
        .where(KeptForm.account_id == account_id, KeptForm.id.not_in(newest))
        .execution_options(synchronize_session=False)
    )
    session.add(
        KeptForm(
            id=uuid4(),
            person_id=person_id,
            account_id=account_id,
            place=place,
            typed=json.dumps(typed, ensure_ascii=False),
            kept_at=now,
        )
    )
    session.flush()
    return True


def find(session: Session, account_id: UUID, place: str, now: datetime) -> Typed | None:
    """What the owner of this account had typed there, by whatever account they came."""
    typed = session.scalar(
        select(KeptForm.typed).where(
            KeptForm.account_id.in_(accounts_beside(account_id)),
            KeptForm.place == place,
            KeptForm.kept_at > now - LASTS,
        )
    )
    return cast(Typed, json.loads(typed)) if typed else None


def drop(session: Session, account_id: UUID, place: str) -> None:
    session.execute(
        delete(KeptForm)
        .where(KeptForm.account_id.in_(accounts_beside(account_id)), KeptForm.place == place)
        .execution_options(synchronize_session=False)
    )


def drop_old(session: Session, now: datetime) -> None:
    """What nobody came back for."""
    session.execute(delete(KeptForm).where(KeptForm.kept_at <= now - LASTS))
