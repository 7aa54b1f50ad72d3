"""The phones a person has asked us to notify."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.channels import domain as channels
from webapp.core import fence
from webapp.core.db import rows
from webapp.core.push import CheckedSubscription
from webapp.reminders.deliveries import Way, tell_also_by
from webapp.reminders.models import Channel, Delivery, Purpose, State, Subscription

MOST_PHONES = 10
_WHO = bindparam("person_id", type_=Uuid())
_REACHED = select(Person.id).where(
    Person.id == _WHO,
    or_(
        exists().where(Subscription.person_id == _WHO, Subscription.retired_at.is_(None)),
        channels.reaches(_WHO),
    ),
)
TRIAL_LASTS = timedelta(minutes=10)


class SwitchedOff(Exception):
    """This phone was switched off, or its push service let it go: it comes on again by a press alone."""


class TooManyPhones(Exception):
    """The person has as many phones as the app keeps for one person."""


def subscribe(
    session: Session,
    person_id: UUID,
    checked: CheckedSubscription,
    vapid_key: str,
    now: datetime,
    *,
    unasked: bool = False,
) -> tuple[Subscription, bool]:
    """Keep a phone's subscription; True if it is new to this person. The same phone again is confirmed.

    `unasked`: the phone itself says that it is still there, nobody pressed; raises SwitchedOff where that
    would switch a phone on again.

    A phone that another person used before becomes this person's: it is theirs who holds it now.
    """
    fence.by_key(session, checked.endpoint)
    known = session.scalars(select(Subscription).where(Subscription.endpoint == checked.endpoint)).first()
    if unasked and (known is None or known.person_id != person_id or known.retired_at is not None):
        raise SwitchedOff
    if known is not None and known.person_id != person_id and not _same_phone(known, checked):
        raise SwitchedOff
    is_new = known is None or known.person_id != person_id or known.retired_at is not None
    if is_new and len(live_phones(session, person_id)) >= MOST_PHONES:
        raise TooManyPhones
    if known is None:
        known = Subscription(id=uuid4(), endpoint=checked.endpoint, made_at=now)
        session.add(known)
    known.person_id, known.origin = person_id, checked.origin
    known.p256dh, known.auth, known.vapid_key = checked.p256dh, checked.auth, vapid_key
    known.confirmed_at, known.retired_at = now, None
    session.flush()
    if is_new:
        tell_also_by(session, person_id, Way(Channel.PUSH, known.id, checked.origin), now)
    return known, is_new


def _same_phone(known: Subscription, checked: CheckedSubscription) -> bool:
    """Whoever holds the phone has its keys too; somebody who only learnt the address has not."""
    return (known.p256dh, known.auth) == (checked.p256dh, checked.auth)


def replace(
    session: Session, old_endpoint: str, checked: CheckedSubscription, vapid_key: str, now: datetime
) -> bool:
    """The browser changed its subscription by itself; knowing the old, secret endpoint is the right to do so.

    Raises as `subscribe`: the new one may be another person's, or one too many.
    """
    if not (old_endpoint.isascii() and old_endpoint.isprintable()):
        return False  # no address; PostgreSQL refuses to look for signs such as NUL
    fence.by_key(session, old_endpoint)
    old = session.scalars(
        select(Subscription).where(Subscription.endpoint == old_endpoint, Subscription.retired_at.is_(None))
    ).first()
    if old is None:
        return False
    fence.about(session, old.person_id)
    if old_endpoint != checked.endpoint:
        old.retired_at = now
        session.flush()
    subscribe(session, old.person_id, checked, vapid_key, now)
    return True


def live_phones(session: Session, person_id: UUID) -> Sequence[Subscription]:
    return session.scalars(
        select(Subscription)
        .where(Subscription.person_id == person_id, Subscription.retired_at.is_(None))
        .order_by(Subscription.made_at)
    ).all()


def has_phone(session: Session, person_id: UUID) -> bool:
    """Whether a reminder reaches the person anywhere: a phone that is connected, an own number or mailbox."""
    return bool(rows(session, _REACHED, {"person_id": person_id}))


def forget(session: Session, person_id: UUID, subscription_id: UUID | None, now: datetime) -> None:
    """Switch off one phone, or with None every phone of the person."""
    change = update(Subscription).where(
        Subscription.person_id == person_id, Subscription.retired_at.is_(None)
    )
    if subscription_id is not None:
        change = change.where(Subscription.id == subscription_id)
    session.execute(change.values(retired_at=now))


def try_out(session: Session, subscription: Subscription, now: datetime) -> None:
    """Send a trial notice at once, so that the person sees that it works. One that waits already is enough."""
    waiting = select(Delivery.id).where(
        Delivery.subscription_id == subscription.id,
        Delivery.purpose == Purpose.TRIAL,
        Delivery.state == State.DUE,
        Delivery.useless_at > now,
    )
    if session.scalar(waiting.limit(1)) is not None:
        return
    session.add(
        Delivery(
            person_id=subscription.person_id,
            purpose=Purpose.TRIAL,
            lane=subscription.origin,
            subscription_id=subscription.id,
            due_at=now,
            useless_at=now + TRIAL_LASTS,
            lease_until=now,
        )
    )
    session.flush()
