"""Telling the person in time that something they share is about to end, so that they can let it go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.sharing import notices, terms
from webapp.sharing.models import Consent, ConsentKind, Notice
from webapp.sharing.notices import Kind
from webapp.sharing.ties import Relative, binds


def tell_of_ending(session: Session, now: datetime) -> int:
    """Tell every person whose consent to a relative ends within terms.SOON, once; how many were told.

    Not of one that was given for so short a time that the person has just chosen the day.
    """
    today = clock.local(now).date()
    lately = select(Notice.id).where(
        Notice.person_id == Consent.person_id,
        Notice.about_id == Consent.relative_id,
        Notice.kind == Kind.CONSENT_ENDS_SOON,
        Notice.at > now - terms.SOON - timedelta(days=1),
    )
    ending = session.execute(
        select(Consent.person_id, Consent.relative_id, Consent.from_on, Consent.until_on)
        .join(Person, Person.id == Consent.person_id)
        .join(Relative, Relative.id == Consent.relative_id)
        .where(
            Consent.kind == ConsentKind.RELATIVE,
            binds(today),
            Consent.until_on <= today + terms.SOON,
            Person.deceased_at.is_(None),
            ~lately.exists(),
        )
    ).all()
    long_enough = [row for row in ending if row.until_on - row.from_on > terms.SOON]
    for row in long_enough:
        notices.tell(session, row.person_id, Kind.CONSENT_ENDS_SOON, now, row.relative_id)
    return len(long_enough)
