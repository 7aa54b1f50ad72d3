"""A person's choice of ways, their order, and proving that a number or mailbox is one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum, auto
from uuid import UUID, uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Uuid,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.accounts.models import Person
from webapp.channels import codes
from webapp.channels.codes import Codes
from webapp.channels.models import Way
from webapp.core.db import rows
from webapp.reminders.models import Channel, Delivery, Purpose, State

TRIAL_LASTS = codes.LASTS  # a code, or a trial, is of no use later
_CHOSEN = (
    select(Way.person_id, Way.channel)
    .where(
        Way.person_id.in_(bindparam("person_ids", type_=Uuid(), expanding=True)),
        or_(Way.channel == Channel.PUSH, Way.verified_at.is_not(None)),
    )
    .order_by(Way.place, Way.channel)
)


def reaches(person_id: ColumnElement[UUID] | InstrumentedAttribute[UUID] | BindParameter[UUID]) -> Exists:
    """SQL: whether the person with this id has an own number or mailbox that reminders may take."""
    return exists().where(Way.person_id == person_id, Way.verified_at.is_not(None))


class Proof(Enum):
    """What became of a typed code."""

    RIGHT = auto()
    WRONG = auto()
    OVER = auto()  # its time or its tries are over, or none was asked for


def ways_of(session: Session, person_id: UUID) -> list[Way]:
    """The person's ways in their order, push among them; those that are not proven yet come last."""
    found = list(session.scalars(select(Way).where(Way.person_id == person_id)))
    if not any(way.channel is Channel.PUSH for way in found):
        found.append(Way(id=uuid4(), person_id=person_id, channel=Channel.PUSH, place=0))
    return sorted(found, key=lambda way: (not is_open(way), way.place, way.channel.value))


def is_open(way: Way) -> bool:
    """Whether reminders may take it."""
    return way.channel is Channel.PUSH or way.verified_at is not None


def ask(session: Session, person_id: UUID, channel: Channel, address: str, now: datetime) -> Way:
    """Send a code to an address (channels.addresses) that the person says is theirs.

    An address that was proven before stays in use until the new one is proven too.
    """
    _one_at_a_time(session, person_id)
    way = _way(session, person_id, channel)
    if way is None:
        way = Way(id=uuid4(), person_id=person_id, channel=channel, place=_last(session, person_id) + 1)
        session.add(way)
    way.asked_address, way.code_salt = address, codes.new_salt()
    way.code_until, way.code_tries = now + codes.LASTS, 0
    session.flush()
    session.execute(delete(Delivery).where(*_on_its_way(person_id, channel, now)))  # one code for each asking
    _send(session, person_id, channel, now)
    return way


def prove(
    session: Session, person_id: UUID, channel: Channel, typed: str, made: Codes, now: datetime
) -> Proof:
    """Take in a typed code. Each try counts, so the caller commits whatever comes back."""
    way = _way(session, person_id, channel)
    if way is None or way.code_salt is None or way.code_until is None:
        return Proof.OVER
    if now >= way.code_until or way.code_tries >= codes.MOST_TRIES:
        return Proof.OVER
    way.code_tries += 1
    if not made.is_right(typed, way.id, way.asked_address, way.code_salt):
        session.flush()
        return Proof.WRONG if way.code_tries < codes.MOST_TRIES else Proof.OVER
    way.address, way.verified_at = way.asked_address, now
    _forget_code(way)
    session.flush()
    return Proof.RIGHT


def waits_for_code(way: Way, now: datetime) -> bool:
    return way.code_until is not None and now < way.code_until and way.code_tries < codes.MOST_TRIES


def take_away(session: Session, person_id: UUID, channel: Channel) -> None:
    """Send nothing more there, and forget the address."""
    session.execute(delete(Way).where(Way.person_id == person_id, Way.channel == channel))


def put_first(session: Session, person_id: UUID, channel: Channel) -> bool:
    """Let reminders take this way before the others, which keep their order. False for one that is not open."""
    _one_at_a_time(session, person_id)
    ways = [way for way in ways_of(session, person_id) if is_open(way)]
    if channel not in {way.channel for way in ways}:
        return False
    ways.sort(key=lambda way: way.channel is not channel)
    for place, way in enumerate(ways, start=1):
        way.place = place
        session.add(way)
    session.flush()
    return True


def show_text(session: Session, person_id: UUID, channel: Channel, with_text: bool) -> None:
    """Whether the reminder's own words go out that way. Push has its own setting (the locked screen)."""
    session.execute(
        update(Way).where(Way.person_id == person_id, Way.channel == channel).values(with_text=with_text)
    )


def try_out(session: Session, person_id: UUID, channel: Channel, now: datetime) -> bool:
    """Send a trial to the proven address at once. False for a way that is not open, and while a code is waited for.

    What goes out meanwhile is the code, to an address that may be somebody else's: only `ask` sends those.
    """
    way = _way(session, person_id, channel)
    if way is None or way.verified_at is None or waits_for_code(way, now):
        return False
    if session.scalar(select(Delivery.id).where(*_on_its_way(person_id, channel, now)).limit(1)) is None:
        _send(session, person_id, channel, now)
    return True


def phone_lost(session: Session, person_id: UUID) -> None:
    """Whoever found the phone reads its SMS: that way ends. Mail goes on, without the reminder's words."""
    take_away(session, person_id, Channel.SMS)
    show_text(session, person_id, Channel.EMAIL, with_text=False)


def orders(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, Sequence[Channel]]:
    """The ways of each person who has chosen any, in their order. Who is not there has push alone."""
    chosen: dict[UUID, list[Channel]] = {}
    for row in rows(session, _CHOSEN, {"person_ids": list(person_ids)}):
        chosen.setdefault(row.person_id, []).append(row.channel)
    return {who: ways if Channel.PUSH in ways else [Channel.PUSH, *ways] for who, ways in chosen.items()}


def _one_at_a_time(session: Session, person_id: UUID) -> None:
    """Let what makes a person's first way wait for its like: a row that is not there yet cannot be locked."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _way(session: Session, person_id: UUID, channel: Channel) -> Way | None:
    """Locked, so that two presses at once are counted one after the other."""
    wanted = select(Way).where(Way.person_id == person_id, Way.channel == channel).with_for_update()
    return session.scalars(wanted).first()


def _last(session: Session, person_id: UUID) -> int:
    places = session.scalars(select(Way.place).where(Way.person_id == person_id))
    return max(places, default=0)


def _forget_code(way: Way) -> None:
    way.asked_address, way.code_salt, way.code_until, way.code_tries = "", None, None, 0


def _on_its_way(person_id: UUID, channel: Channel, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a code or a trial that has not gone out yet is found by."""
    return (
        Delivery.person_id == person_id,
        Delivery.purpose == Purpose.TRIAL,
        Delivery.channel == channel,
        Delivery.state == State.DUE,
        Delivery.useless_at > now,
    )


def _send(session: Session, person_id: UUID, channel: Channel, now: datetime) -> None:
    """Queue a code, or a trial: while a code is waited for it is the code (channels.letters)."""
    session.add(
        Delivery(
            person_id=person_id,
            purpose=Purpose.TRIAL,
            channel=channel,
            lane=channel.value,
            due_at=now,
            useless_at=now + TRIAL_LASTS,
            lease_until=now,
        )
    )
    session.flush()
