"""Inviting somebody by a link, accepting it once, and saying that the right one accepted.

The link's token is shown once and kept as its hash alone. Nothing of the person can be seen with it before the
person has said that it is the right one, or had said so by number beforehand.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, join

from webapp.accounts.models import Person
from webapp.accounts.numbers import IdentityNumber
from webapp.core import clock, fence
from webapp.permissions import Area, Level
from webapp.sharing import notices, terms
from webapp.sharing.changing import replace_consent
from webapp.sharing.decisions import Freeze
from webapp.sharing.domain import Grant
from webapp.sharing.models import Closed, Consent, ConsentKind, HowGiven, Invitation
from webapp.sharing.notices import Kind
from webapp.sharing.ties import holds, one_by_one

OCTETS = 24  # of the token: 192 bits
_ASKED = (Kind.RELATIVE_ACCEPTED,)  # the question that stands until it is answered


class TooMany(Exception):
    """The person has as many invitations out, or relatives, as the app keeps for one person."""


class NotForProtected(Exception):
    """With protected identity nobody is let in by a link: relations are suspended."""


class Suspended(Exception):
    """Relations between the two are suspended: one has protected identity, or staff have frozen it. Not which."""


class OwnNumber(Exception):
    """The number that the person gave is their own."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom the person wants to let in, in their own words, and to what."""

    grant: Grant
    called: str = ""
    relation: str = ""
    number: IdentityNumber | None = None  # only who has it may accept, and then at once


def invite(
    session: Session, person_id: UUID, wish: Wish, now: datetime, once: UUID | None = None
) -> tuple[Invitation, str]:
    """A new invitation and its token, which is nowhere else. Raises TooMany, NotForProtected, OwnNumber.

    The same `once` again is the same invitation under a new token: nobody has seen the one before.
    """
    today = clock.local(now).date()
    person = session.get_one(Person, person_id)
    if person.protected:
        raise NotForProtected
    if wish.number is not None and wish.number.digits == person.number:
        raise OwnNumber
    token = secrets.token_urlsafe(OCTETS)
    one_by_one(session, person_id)
    invitation_id = uuid5(person_id, once.hex) if once else uuid4()
    made = session.get(Invitation, invitation_id)
    if made is not None and made.accepted_at is None and made.closed_at is None:
        made.token_hash = hashed(token)
        return made, token
    out = select(func.count(Invitation.id)).where(Invitation.person_id == person_id, _stands(now))
    if (session.scalar(out) or 0) >= terms.MOST_OPEN or _has_most_relatives(session, person_id, today):
        raise TooMany
    grant = wish.grant
    invitation = Invitation(
        id=uuid4() if made else invitation_id,
        person_id=person_id,
        token_hash=hashed(token),
        called=wish.called,
        relation=wish.relation,
        number=wish.number.digits if wish.number else None,
        what_matters=grant.what_matters,
        plan=grant.plan,
        contacts=grant.contacts,
        reminders=grant.reminders,
        until_on=grant.until_on or terms.months_on(today, terms.USUAL),
        made_at=now,
        ends_at=now + terms.LINK_LASTS,
    )
    session.add(invitation)
    session.flush()
    return invitation, token


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _has_most_relatives(session: Session, person_id: UUID, today: date) -> bool:
    relatives = select(func.count(Consent.relative_id.distinct())).where(
        Consent.person_id == person_id, Consent.kind == ConsentKind.RELATIVE, holds(today)
    )
    return (session.scalar(relatives) or 0) >= terms.MOST_RELATIVES


def _stands(now: datetime) -> ColumnElement[bool]:
    """Not closed, and its time has not run out: neither the link's nor what it would give."""
    still = Invitation.until_on >= clock.local(now).date()
    return and_(Invitation.closed_at.is_(None), Invitation.ends_at > now, still)


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(_stands(now), Invitation.accepted_by.is_(None))


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(_stands(now), Invitation.accepted_by.is_not(None))


# With the link


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as the one who holds its link reads it, signed in."""

    called: str
    until_on: date
    sees: tuple[Area, ...]
    helps: tuple[Area, ...]
    is_own: bool
    at_once: bool  # the person has named this reader by number: nobody needs to say who it is


def _inviter_is_there() -> ColumnElement[bool]:
    there = select(Person.id).where(Person.protected.is_(False), Person.deceased_at.is_(None))
    return Invitation.person_id.in_(there)


def _frozen_for(relative_id: UUID | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """Staff have frozen what this relative sees of the one who invites."""
    return exists().where(
        Freeze.person_id == Invitation.person_id,
        Freeze.relative_id == relative_id,
        Freeze.lifted_at.is_(None),
    )


def offer(session: Session, token: str, reader_id: UUID, now: datetime) -> Offer | None:
    """What the link offers this reader; None where it offers nothing, for whatever reason."""
    fence.by_key(session, hashed(token).hex())
    reader = session.get_one(Person, reader_id)
    found = session.execute(
        select(Invitation, Person.called)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.token_hash == hashed(token), _open(now), _inviter_is_there())
    ).first()
    if found is None:
        return None
    invitation, called = found
    is_own = invitation.person_id == reader_id
    named = invitation.number is not None
    if not is_own and (reader.protected or (named and invitation.number != reader.number)):
        return None
    if session.scalar(select(Invitation.id).where(Invitation.id == invitation.id, _frozen_for(reader_id))):
        return None
    sees, helps = split(invitation)
    return Offer(called, invitation.until_on, sees, helps, is_own, named)


def split(what: Invitation | Consent) -> tuple[tuple[Area, ...], tuple[Area, ...]]:
    """The areas to see, and those to help with too."""
    at = {area: Level(getattr(what, area)) for area in terms.AREAS}
    sees = tuple(area for area, level in at.items() if level is Level.SEE)
    return sees, tuple(area for area, level in at.items() if level is Level.HELP)


def accept(session: Session, token: str, reader_id: UUID, now: datetime) -> Offer | None:
    """Accept, once: of many at the same moment, one. None where there is nothing to accept.

    Raises TooMany where the person had named this reader, and has as many relatives as there may be.
    """
    offered = offer(session, token, reader_id, now)
    if offered is None or offered.is_own:
        return None
    taken = session.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == hashed(token),
            Invitation.person_id != reader_id,
            _open(now),
        )
        .values(accepted_by=reader_id, accepted_at=now, ends_at=now + terms.WAITS)
        .returning(Invitation.id, Invitation.person_id)
    ).first()
    if taken is None:
        return None
    if offered.at_once:
        try:
            with fence.meanwhile(session, taken.person_id):
                confirm(session, taken.person_id, taken.id, now)
        except Suspended:
            return None
    kind = Kind.RELATIVE_JOINED if offered.at_once else Kind.RELATIVE_ACCEPTED
    notices.tell(session, taken.person_id, kind, now, reader_id)
    return offered


def decline(session: Session, token: str, reader_id: UUID, now: datetime) -> bool:
    """Say no; the link is of no more use to anybody."""
    offered = offer(session, token, reader_id, now)
    if offered is None or offered.is_own:
        return False
    person_id = _close(session, Closed.DECLINED, now, Invitation.token_hash == hashed(token), _open(now))
    if person_id is not None:
        notices.tell(session, person_id, Kind.INVITATION_DECLINED, now)
    return person_id is not None


def step_back(session: Session, invitation_id: UUID, reader_id: UUID, now: datetime) -> bool:
    """Who has accepted takes it back while it waits."""
    mine = (Invitation.id == invitation_id, Invitation.accepted_by == reader_id)
    person_id = _close(session, Closed.DECLINED, now, *mine, _waits(now))
    if person_id is not None:
        notices.take_back(session, person_id, reader_id, now, _ASKED)
        notices.tell(session, person_id, Kind.INVITATION_DECLINED, now)
    return person_id is not None


# By the person


def confirm(session: Session, person_id: UUID, invitation_id: UUID, now: datetime) -> Consent | None:
    """It was the right one: from the next request they see what the invitation says. None: nothing waits.

    Raises TooMany, Suspended.
    """
    waiting = (*_mine(person_id, invitation_id), _waits(now))
    suspended = session.execute(select(_SUSPENDED).select_from(_WITH_BOTH).where(*waiting)).first()
    if suspended is None:
        return None
    if suspended[0]:
        raise Suspended
    if _has_most_relatives(session, person_id, clock.local(now).date()):
        raise TooMany
    if _close(session, Closed.CONFIRMED, now, *_mine(person_id, invitation_id), _waits(now)) is None:
        return None
    invitation = session.get_one(Invitation, invitation_id, populate_existing=True)
    if invitation.accepted_by is None:
        raise LookupError("a confirmed invitation has been accepted by somebody")
    person, relative = (
        session.get_one(Person, person_id),
        session.get_one(Person, invitation.accepted_by),
    )
    notices.take_back(session, person_id, relative.id, now, _ASKED)
    notices.tell(session, relative.id, Kind.LET_IN, now)
    return replace_consent(
        session, person, relative, invitation.relation, grant_of(invitation), now, HowGiven.IN_APP
    )


def grant_of(what: Invitation | Consent) -> Grant:
    return Grant(
        what_matters=Level(what.what_matters),
        plan=Level(what.plan),
        contacts=Level(what.contacts),
        reminders=Level(what.reminders),
        until_on=what.until_on,
    )


def is_let_in(session: Session, person_id: UUID, invitation_id: UUID, now: datetime) -> bool:
    """Whether who accepted this invitation of the person's is let in today."""
    accepted = select(Invitation.accepted_by).where(*_mine(person_id, invitation_id))
    let_in = select(Consent.id).where(
        Consent.person_id == person_id,
        Consent.kind == ConsentKind.RELATIVE,
        Consent.relative_id == accepted.scalar_subquery(),
        holds(clock.local(now).date()),
    )
    return session.scalar(let_in.limit(1)) is not None


def refuse(session: Session, person_id: UUID, invitation_id: UUID, now: datetime) -> bool:
    """It was the wrong one, who has seen nothing."""
    waiting = session.scalars(select(Invitation.accepted_by).where(*_mine(person_id, invitation_id))).first()
    if _close(session, Closed.REFUSED, now, *_mine(person_id, invitation_id), _waits(now)) is None:
        return False
    if waiting is not None:
        notices.take_back(session, person_id, waiting, now, _ASKED)
        notices.tell(session, waiting, Kind.ACCESS_CHANGED, now)
    return True


def take_back(session: Session, person_id: UUID, invitation_id: UUID, now: datetime) -> bool:
    """The link is of no more use. False where somebody has accepted already, or there is none such."""
    mine = _mine(person_id, invitation_id)
    return _close(session, Closed.TAKEN_BACK, now, *mine, _open(now)) is not None


def closed_as(session: Session, person_id: UUID, invitation_id: UUID) -> Closed | None:
    """How an invitation of this person's ended; None while it has not. Raises LookupError: there is none such."""
    found = session.scalars(select(Invitation.closed_as).where(*_mine(person_id, invitation_id))).all()
    if not found:
        raise LookupError(invitation_id)
    return found[0]


def _mine(person_id: UUID, invitation_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Invitation.id == invitation_id, Invitation.person_id == person_id


def _close(session: Session, how: Closed, now: datetime, *where: ColumnElement[bool]) -> UUID | None:
    """Close one invitation and return whose it was; None if none is as `where` says."""
    return session.scalars(
        update(Invitation)
        .where(*where)
        .values(closed_as=how, closed_at=now, number=None)
        .returning(Invitation.person_id)
        .execution_options(synchronize_session=False)
    ).first()


# For the pages


@dataclass(frozen=True, slots=True)
class Out:
    """One invitation as the person reads it; `accepted_name` says who waits, by full name.

    `suspended`: somebody waits who cannot be let in now, and who that is is not said.
    """

    id: UUID
    called: str
    relation: str
    ends_at: datetime
    until_on: date
    sees: tuple[Area, ...]
    helps: tuple[Area, ...]
    accepted_name: str
    named: bool  # only somebody with a certain number can accept
    suspended: bool = False


_INVITER, _ACCEPTED = aliased(Person, name="inviter"), aliased(Person, name="accepted")
_WITH_BOTH = join(Invitation, _INVITER, _INVITER.id == Invitation.person_id).outerjoin(
    _ACCEPTED, _ACCEPTED.id == Invitation.accepted_by
)
_SUSPENDED = and_(
    Invitation.accepted_by.is_not(None),
    or_(_INVITER.protected, _ACCEPTED.protected, _frozen_for(Invitation.accepted_by)),
)


def out_for(session: Session, person_id: UUID, now: datetime) -> Sequence[Out]:
    """The person's invitations that stand, those that wait for a word first."""
    found = session.execute(
        select(Invitation, case((_SUSPENDED, ""), else_=_ACCEPTED.name), _SUSPENDED)
        .select_from(_WITH_BOTH)
        .where(Invitation.person_id == person_id, _stands(now))
        .order_by(Invitation.accepted_at.is_(None), Invitation.made_at, Invitation.id)
    )
    return [
        Out(
            each.id,
            each.called,
            each.relation,
            each.ends_at,
            each.until_on,
            *split(each),
            name or "",
            bool(each.number),
            bool(suspended),
        )
        for each, name, suspended in found
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody has accepted, and waits for the person's word."""

    id: UUID
    called: str


def waiting_for(session: Session, relative_id: UUID, now: datetime) -> Sequence[Waiting]:
    """The invitations that this relative has accepted and that are not answered yet."""
    found = session.execute(
        select(Invitation.id, Person.called)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.accepted_by == relative_id,
            _waits(now),
            _inviter_is_there(),
            not_(_frozen_for(relative_id)),
        )
        .order_by(Invitation.accepted_at)
    )
    return [Waiting(row.id, row.called) for row in found]
