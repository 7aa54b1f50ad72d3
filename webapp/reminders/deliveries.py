"""What goes out for a due time: one delivery for each way to the person, and not all of the county's at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from webapp.channels import domain as channels
from webapp.core.db import rows
from webapp.core.many import insert_many
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder, State, Subscription
from webapp.reminders.outcome import Outcome

PATIENCE = timedelta(minutes=10)  # with a way that does not answer, where the person has another
SPREAD = timedelta(seconds=30)  # well within the minute that the clock on the wall shows
CROWDED = frozenset({0, 30})  # minutes past the hour that most people choose
_MILLISECONDS = SPREAD // timedelta(milliseconds=1)


class Way(NamedTuple):
    """One way to a person: a phone of theirs, whose push service is the lane; or another channel."""

    channel: Channel
    subscription_id: UUID | None
    lane: str
    has_next: bool = False  # the person has chosen another, for when this one fails


_PHONES = select(Subscription.person_id, Subscription.id, Subscription.origin).where(
    Subscription.person_id.in_(bindparam("person_ids", type_=Uuid(), expanding=True)),
    Subscription.retired_at.is_(None),
)
_AHEAD = (
    select(
        Occurrence.id,
        Occurrence.person_id,
        Occurrence.due_at,
        Occurrence.local_at,
        Occurrence.closes_at,
        Reminder.exact,
        Reminder.held_until,
    )
    .join(Reminder, Reminder.id == Occurrence.reminder_id)
    .where(
        Occurrence.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.due_at > bindparam("now"),
        Occurrence.outcome == Outcome.OPEN,
    )
)


def ways_of(session: Session, person_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Way]]:
    """By which ways each of these people is told now: the first in their order that leads anywhere. Two queries."""
    phones, chosen = phones_of(session, person_ids), channels.orders(session, person_ids)
    return {
        who: first_open(chosen.get(who, (Channel.PUSH,)), phones.get(who, ())) for who in {*phones, *chosen}
    }


def phones_of(session: Session, person_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Way]]:
    """The live phones of each of these people."""
    ways: dict[UUID, list[Way]] = {}
    for row in rows(session, _PHONES, {"person_ids": list(person_ids)}):
        ways.setdefault(row.person_id, []).append(Way(Channel.PUSH, row.id, row.origin))
    return ways


def first_open(order: Sequence[Channel], phones: Sequence[Way]) -> Sequence[Way]:
    """The ways of the first channel that leads anywhere: every phone, or the one number or mailbox."""
    leads = [channel for channel in order if channel is not Channel.PUSH or phones]
    if not leads:
        return ()
    first, has_next = leads[0], len(leads) > 1
    found = phones if first is Channel.PUSH else (Way(first, None, first.value),)
    return [way._replace(has_next=has_next) for way in found]


def patience_until(way: Way, at: datetime, closes_at: datetime) -> datetime | None:
    """How long a notice may wait to go by this way before the next is taken; None where there is none."""
    return at + min(PATIENCE, (closes_at - at) / 2) if way.has_next else None


def goes_at(
    person_id: UUID, due_at: datetime, local_at: time, held_until: datetime, *, exact: bool
) -> datetime:
    """When the first notice of a due time goes.

    On the hour and the half everybody else's goes too: there each person has a moment of their own within SPREAD,
    the same each day, and whoever asked for the exact minute comes before them. Not before `held_until`: staff's
    60 seconds to undo.
    """
    is_crowded = local_at.minute in CROWDED and not exact
    wait = timedelta(milliseconds=person_id.int % _MILLISECONDS if is_crowded else 0)
    return max(due_at + wait, held_until)


def first_notice(occurrence: Mapping[str, Any], way: Way, at: datetime) -> dict[str, Any]:
    """A row of `delivery`: the first notice of this due time, by this way."""
    return {
        "id": uuid4(),
        "person_id": occurrence["person_id"],
        "occurrence_id": occurrence["id"],
        "purpose": Purpose.REMINDER,
        "channel": way.channel,
        "subscription_id": way.subscription_id,
        "lane": way.lane,
        "number": 1,
        "state": State.DUE,
        "due_at": at,
        "useless_at": occurrence["closes_at"],
        "attempts": 0,
        "worker": "",
        "lease_until": at,
        "cause": "",
        "patience_until": patience_until(way, at, occurrence["closes_at"]),
    }


def tell_also_by(session: Session, person_id: UUID, way: Way, now: datetime) -> None:
    """Have what is planned and not yet due go this way too: a phone that was connected after the planning.

    Not for a person who has chosen other ways: those were planned, and it goes by one way at a time.
    """
    if channels.orders(session, [person_id]):
        return
    found = rows(session, _AHEAD, {"person_id": person_id, "now": now})
    notices = [first_notice(row._asdict(), way, _of(row)) for row in found]
    insert_many(session, Delivery, notices)


def _of(row: Any) -> datetime:
    return goes_at(row.person_id, row.due_at, row.local_at, row.held_until, exact=row.exact)
