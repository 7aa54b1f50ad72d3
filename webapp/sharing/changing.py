"""Changing what a relative is let into, ending it, and a relative who steps out.

A change ends the old consent and begins a new one, so that what held when is kept. Each holds from the next
request. The relative gets a neutral word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Person
from webapp.core import clock, fence
from webapp.sharing import notices, older_links, terms
from webapp.sharing.domain import Grant, let_in
from webapp.sharing.models import BY_STAFF, Consent, ConsentKind, HowGiven
from webapp.sharing.notices import Kind
from webapp.sharing.ties import holds


def replace_consent(
    session: Session,
    person: Person,
    relative: Person,
    relation: str,
    grant: Grant,
    now: datetime,
    how: HowGiven = HowGiven.IN_APP,
) -> Consent:
    """Let a relative in to this and nothing else: what they were let into before by the person's consent ends.

    So do links to them that are older than this.
    """
    _end(session, person.id, relative.id, now)
    older_links.close_those_for(session, person.id, relative.id, now)
    notices.take_back(session, person.id, relative.id, now, [Kind.CONSENT_ENDS_SOON])
    consent = let_in(session, person, relative, relation, grant, now)
    consent.how = how
    return consent


def _end(session: Session, person_id: UUID, relative_id: UUID, now: datetime, by: str = "") -> bool:
    """End what one person has let one relative into; what staff have verified stands. `by`: empty for the person."""
    ended = session.execute(
        update(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.relative_id == relative_id,
            Consent.kind == ConsentKind.RELATIVE,
            holds(clock.local(now).date()),
        )
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(Consent.id)
        .execution_options(synchronize_session=False)
    )
    return ended.first() is not None


def consent_of(session: Session, person_id: UUID, consent_id: UUID, now: datetime) -> Consent | None:
    """A consent of this person's that holds and that they can end themselves; not what staff have verified."""
    today = clock.local(now).date()
    mine = (Consent.id == consent_id, Consent.person_id == person_id, Consent.kind.not_in(BY_STAFF))
    return session.scalars(select(Consent).where(*mine, holds(today))).first()


def once_given(session: Session, person_id: UUID, consent_id: UUID) -> Consent | None:
    """A consent of this person's, ended or not, that they can end themselves: a page may have stood open long."""
    mine = (Consent.id == consent_id, Consent.person_id == person_id, Consent.kind.not_in(BY_STAFF))
    return session.scalars(select(Consent).where(*mine).execution_options(populate_existing=True)).first()


def in_its_place(session: Session, consent: Consent, now: datetime) -> Consent | None:
    """What holds now of what this consent was about: itself, or one that came instead. None: it has ended."""
    about = (
        Consent.flow == consent.flow
        if consent.kind is ConsentKind.SIP
        else Consent.relative_id == consent.relative_id
    )
    return session.scalars(
        select(Consent)
        .where(
            Consent.person_id == consent.person_id,
            Consent.kind == consent.kind,
            about,
            holds(clock.local(now).date()),
        )
        .order_by(Consent.id != consent.id, Consent.given_at.desc(), Consent.id)
    ).first()


def change_consent(session: Session, consent: Consent, relation: str, grant: Grant, now: datetime) -> Consent:
    """The person lets the relative of this consent into something else, or until another day."""
    if consent.relative_id is None:
        raise LookupError("not a relative's consent")
    person = session.get_one(Person, consent.person_id)
    relative = session.get_one(Person, consent.relative_id)
    notices.tell(session, relative.id, Kind.ACCESS_CHANGED, now)
    return replace_consent(session, person, relative, relation, grant, now)


def leave(session: Session, person_id: UUID, relative_id: UUID, now: datetime) -> bool:
    """The relative helps this person no more. False where nothing binds them that they can end."""
    by = session.get_one(Person, relative_id).called
    with fence.meanwhile(session, person_id):
        ended = _end(session, person_id, relative_id, now, by)
    if not ended:
        return False
    notices.tell(session, person_id, Kind.RELATIVE_LEFT, now, relative_id)
    return True


@dataclass(frozen=True, slots=True)
class Earlier:
    """A consent that no longer holds, as the person reads it."""

    of_a_plan: bool  # with units, and no relative
    name: str  # empty for a plan's units, and for a relative with protected identity
    relation: str
    from_on: date
    ended_on: date
    changed: bool  # another began when it ended
    by: str  # who ended it, where it was not the person


def earlier(session: Session, person_id: UUID, now: datetime) -> Sequence[Earlier]:
    """What has ended in the last twelve months, the newest first."""
    today, relative = clock.local(now).date(), aliased(Person)
    since, since_on = now - terms.KEPT_IN_SIGHT, today - terms.KEPT_IN_SIGHT
    ran_out = and_(Consent.withdrawn_at.is_(None), Consent.until_on < today, Consent.until_on >= since_on)
    next_one = aliased(Consent)
    changed = exists(
        select(next_one.id).where(
            next_one.person_id == Consent.person_id,
            or_(
                next_one.relative_id == Consent.relative_id,
                and_(next_one.kind == ConsentKind.SIP, next_one.flow == Consent.flow),
            ),
            next_one.given_at == Consent.withdrawn_at,
        )
    )
    found = session.execute(
        select(Consent, relative.called, relative.protected, changed)
        .outerjoin(relative, relative.id == Consent.relative_id)
        .where(Consent.person_id == person_id, or_(Consent.withdrawn_at >= since, ran_out))
    )
    ended = [
        Earlier(
            consent.relative_id is None,
            "" if hidden else name or "",
            consent.relation,
            consent.from_on,
            clock.local(consent.withdrawn_at).date() if consent.withdrawn_at else consent.until_on,
            was_changed,
            "" if hidden and consent.kind is ConsentKind.RELATIVE else consent.withdrawn_by,
        )
        for consent, name, hidden, was_changed in found
    ]
    return sorted(ended, key=lambda each: each.ended_on, reverse=True)
