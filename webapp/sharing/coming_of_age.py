"""Telling a child and its guardians, thirty days ahead, that the 13th or the 16th birthday changes who sees what.

Asked every day by the worker, and safe to ask at any time: each is told once, and a day that the worker missed
is made up for. The change itself needs nobody: ties.py asks the child's age at every request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.sharing.decisions import AgeNotice
from webapp.sharing.guardians import AS_ADULT, CHANGES, NOTICE, OWN_LOGIN, change_ahead
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.notices import Kind, tell
from webapp.sharing.ties import Relative, is_frozen

TO_CHILD: Mapping[int, Kind] = {OWN_LOGIN: Kind.I_TURN_13, AS_ADULT: Kind.I_TURN_16}
TO_GUARDIAN: Mapping[int, Kind] = {OWN_LOGIN: Kind.CHILD_TURNS_13, AS_ADULT: Kind.CHILD_TURNS_16}
A_YEAR = timedelta(days=366)


def tell_of_birthdays(session: Session, now: datetime) -> int:
    """Tell everybody who is to be told today and has not been; returns how many were."""
    today, told = clock.local(now).date(), 0
    for row in _custodies(session, now):
        years = change_ahead(row.born_on, today)
        if years is None:
            continue
        told += _tell_once(session, row.person_id, years, row.person_id, TO_CHILD[years], now)
        if row.may_be_told:
            told += _tell_once(session, row.person_id, years, row.relative_id, TO_GUARDIAN[years], now)
    return told


def _custodies(session: Session, now: datetime) -> Sequence[Any]:
    """Every custody that holds, or did until a birthday of these days, of a child who is near a change."""
    today = clock.local(now).date()
    near = [
        Person.born_on.between(
            today - NOTICE - (years * A_YEAR), today + NOTICE - timedelta(days=365 * years)
        )
        for years in CHANGES
    ]
    may_be_told = ~is_frozen() & Relative.protected.is_(False) & Relative.deceased_at.is_(None)
    found = session.execute(
        select(
            Consent.person_id,
            Consent.relative_id,
            Person.born_on,
            (may_be_told & Person.protected.is_(False)).label("may_be_told"),
        )
        .join(Person, Person.id == Consent.person_id)
        .join(Relative, Relative.id == Consent.relative_id)
        .where(
            Consent.kind == ConsentKind.GUARDIAN,
            Consent.withdrawn_at.is_(None),
            Consent.until_on >= today - NOTICE - timedelta(days=1),
            Person.deceased_at.is_(None),
            or_(*near),
        )
    )
    return found.all()


def _tell_once(session: Session, child_id: UUID, years: int, to_id: UUID, kind: Kind, now: datetime) -> int:
    done = select(AgeNotice.id).where(
        AgeNotice.person_id == child_id, AgeNotice.years == years, AgeNotice.told_id == to_id
    )
    if session.scalar(done) is not None:
        return 0
    session.add(AgeNotice(person_id=child_id, years=years, told_id=to_id, told_at=now))
    tell(session, to_id, kind, now, about=child_id if to_id != child_id else None)
    session.flush()
    return 1
