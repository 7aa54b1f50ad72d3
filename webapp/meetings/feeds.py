"""Kalender i telefonen: an address that a calendar fetches a person's times from, without a sign-in.

The address holds a secret of 192 bits, kept as its hash alone and shown once. What it gives is asked anew at each
fetch, as on a page: whoever may not see the times at this moment gets nothing, and cannot tell why. It ends for
good when it is taken away, when its owner has lost a phone, and when what let a relative in has been withdrawn.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import access, audit, clock, fence
from webapp.core.access import Reader, Sight
from webapp.core.db import Database
from webapp.meetings import unbroken
from webapp.meetings.domain import visible
from webapp.meetings.due_times import DueTime, due_times
from webapp.meetings.models import AgreedTime, CalendarFeed
from webapp.permissions import Permission
from webapp.sharing.models import Consent

OCTETS = 24
MOST = 5  # of one owner's, for one person
BACK = timedelta(days=90)  # how long a time that has been stays in the calendar
PAGE = "calendar"  # what the log calls it


class TooMany(Exception):
    """The owner has as many calendars for this person as there may be."""


class NotForProtected(Exception):
    """With protected identity no times leave the app."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One calendar as the page shows it. `owner`: empty where it is the reader's own."""

    id: UUID
    owner: str
    made_at: datetime
    with_place: bool
    with_reminders: bool = False


def begin(
    session: Session,
    sight: Sight,
    with_place: bool,
    now: datetime,
    once: UUID,
    *,
    with_reminders: bool = False,
) -> str:
    """A new calendar of this reader's; returns the secret, which is nowhere else. Raises TooMany, NotForProtected.

    The same `once` again is the same calendar under a new secret: nobody has seen the one before.
    """
    owner_id = sight.reader.person_id
    if owner_id is None:
        raise LookupError("only a person has a calendar here")
    if any(session.get_one(Person, each).protected for each in (owner_id, sight.person_id)):
        raise NotForProtected
    mine = (CalendarFeed.person_id == sight.person_id, CalendarFeed.owner_id == owner_id)
    token, feed_id = secrets.token_urlsafe(OCTETS), uuid5(owner_id, f"{sight.person_id} {once}")
    made = session.get(CalendarFeed, feed_id)
    if made is not None and made.ended_at is None:
        made.token_hash = hashed(token)
        return token
    open_ = select(func.count(CalendarFeed.id)).where(*mine, CalendarFeed.ended_at.is_(None))
    if (session.scalar(open_) or 0) >= MOST:
        raise TooMany
    session.add(
        CalendarFeed(
            id=uuid4() if made else feed_id,
            person_id=sight.person_id,
            owner_id=owner_id,
            account_id=sight.reader.account_id,
            token_hash=hashed(token),
            with_place=with_place,
            with_reminders=with_reminders,
            made_at=now,
        )
    )
    session.flush()
    return token


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def of(session: Session, sight: Sight, now: datetime) -> list[Feed]:
    """The calendars that still go: the reader's own, and for the person their relatives' too."""
    found = session.execute(
        select(CalendarFeed, Person)
        .join(Person, Person.id == CalendarFeed.owner_id)
        .where(CalendarFeed.person_id == sight.person_id, CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.made_at, CalendarFeed.id)
    ).all()
    me = sight.reader.person_id
    return [
        Feed(
            feed.id,
            "" if owner.id == me else owner.called,
            feed.made_at,
            feed.with_place,
            feed.with_reminders,
        )
        for feed, owner in found
        if (sight.is_self or owner.id == me) and _stands(session, feed, owner, now)
    ]


def end(session: Session, sight: Sight, feed_id: UUID, now: datetime) -> bool:
    """End a calendar: one's own, or a relative's of one's own times. False where there is none such."""
    mine = [] if sight.is_self else [CalendarFeed.owner_id == sight.reader.person_id]
    ended = session.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.id == feed_id,
            CalendarFeed.person_id == sight.person_id,
            CalendarFeed.ended_at.is_(None),
            *mine,
        )
        .values(ended_at=now)
        .returning(CalendarFeed.id)
        .execution_options(synchronize_session=False)
    )
    return ended.first() is not None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a calendar gets: the times, in its owner's language."""

    times: Sequence[AgreedTime]
    language: str
    with_place: bool
    reminders: Sequence[DueTime] = ()


def fetch(session: Session, token: str, now: datetime) -> Fetched | None:
    """The times that a calendar with this secret gets now; None for any reason that it gets none.

    The session may write: the first fetch of a day by a relative stands in the person's log, like a page.
    """
    feed = _feed(session, token)
    if feed is None:
        return None
    fence.about(session, feed.person_id)
    owner = session.get_one(Person, feed.owner_id)
    if not _stands(session, feed, owner, now):
        return None
    sight = _sight(session, feed, owner)
    if sight is None:
        return None
    if not sight.is_self:
        _write_down(session, sight, now)
    times = session.scalars(
        select(AgreedTime)
        .where(AgreedTime.person_id == feed.person_id, AgreedTime.starts_at >= now - BACK)
        .order_by(AgreedTime.starts_at)
    )
    shown = [each for each in times if visible(each, sight)]
    reminders = due_times(session, sight, now) if feed.with_reminders else ()
    return Fetched(shown, owner.language, feed.with_place, reminders)


def _feed(session: Session, token: str) -> CalendarFeed | None:
    digest = hashed(token)
    fence.by_key(session, digest.hex())
    wanted = (CalendarFeed.token_hash == digest, CalendarFeed.ended_at.is_(None))
    return session.scalars(select(CalendarFeed).where(*wanted)).first()


def _stands(session: Session, feed: CalendarFeed, owner: Person, now: datetime) -> bool:
    """Whether nothing has ended the calendar for good. What its owner may see is another question."""
    if owner.deceased_at is not None or owner.protected:
        return False
    if owner.phone_lost_at is not None and feed.made_at <= owner.phone_lost_at:
        return False
    return feed.owner_id == feed.person_id or _never_let_out(session, feed, now)


def _never_let_out(session: Session, feed: CalendarFeed, now: datetime) -> bool:
    """Consent after consent has let the relative in, without a gap, ever since the calendar was made."""
    given = session.execute(
        select(Consent.given_at, Consent.withdrawn_at, Consent.until_on).where(
            Consent.person_id == feed.person_id, Consent.relative_id == feed.owner_id
        )
    ).all()
    spans = [unbroken.Span(row.given_at, unbroken.end_of(row.until_on, row.withdrawn_at)) for row in given]
    return unbroken.covers(spans, feed.made_at, now)


def _sight(session: Session, feed: CalendarFeed, owner: Person) -> Sight | None:
    """What the owner may see of the person right now, by the same table as on a page."""
    reader = Reader(
        login_id=feed.id,
        account_id=feed.account_id,
        kind="citizen",
        name=owner.name,
        language=owner.language,
        person_id=owner.id,
    )
    sight = access.look(session, reader, feed.person_id)
    if sight is None or sight.ties.ended or not sight.may(Permission.CALENDAR_SET):
        return None
    return sight


def _write_down(session: Session, sight: Sight, now: datetime) -> None:
    """One line a local day: a calendar fetches many times, and its owner has not looked each time."""
    midnight = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    written = select(audit.AccessLog.id).where(
        audit.AccessLog.person_id == sight.person_id,
        audit.AccessLog.account_id == sight.reader.account_id,
        audit.AccessLog.page == PAGE,
        audit.AccessLog.at >= midnight,
    )
    if session.scalars(written.limit(1)).first() is None:
        audit.write(session, sight.reader, sight.person_id, PAGE)


def fetched(session: Session, database: Database, token: str, now: datetime) -> Fetched | None:
    """The same for a request: a relative's in a transaction that writes, since the log line goes with it."""
    feed = _feed(session, token)
    if feed is None or feed.owner_id == feed.person_id:
        return fetch(session, token, now)
    with database.writing() as writing:
        found = fetch(writing, token, now)
        writing.flush()
        writing.expunge_all()  # what was read is written out after the transaction
        return found
