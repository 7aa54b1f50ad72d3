"""Answering a reminder: from the page, or from its notice by the token of its one due time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import fence
from webapp.reminders import telling
from webapp.reminders.closing import close_elsewhere
from webapp.reminders.deliveries import patience_until, ways_of
from webapp.reminders.models import Answered, Delivery, Occurrence, Purpose, Reminder, State
from webapp.reminders.outcome import (
    EARLIEST,
    PROVISIONAL,
    Outcome,
    Press,
    Pressed,
    Result,
    believable,
    settle,
)

MOST_BY_TOKEN = 50  # presses kept per due time from a notice, which needs no session; more is no person
MOST_PRESSES = 500  # from anywhere
OFFLINE_PRESS = timedelta(days=7)


def occurrence_of(session: Session, person_id: UUID, occurrence_id: UUID) -> Occurrence | None:
    return session.scalars(
        select(Occurrence).where(Occurrence.id == occurrence_id, Occurrence.person_id == person_id)
    ).first()


def answer(
    session: Session,
    occurrence: Occurrence,
    press: Press,
    now: datetime,
    *,
    pressed_at: datetime | None = None,
    press_id: UUID | None = None,
    said_at: datetime | None = None,
    pressed_as: str = "",
    endpoint: str = "",
    most: int = MOST_PRESSES,
) -> Result:
    """Take a press in and work out what the occurrence has come to. The same `press_id` twice is once.

    `said_at`: when it was done, where that is told afterwards. `endpoint`: of the phone that it was pressed on.
    Raises NotYet when the due time has not come; the caller shows when it will.
    """
    if now < occurrence.due_at - EARLIEST:
        raise NotYet
    session.refresh(occurrence, with_for_update=True)  # of two presses at once, the second finds the first
    presses = session.scalars(select(Answered).where(Answered.occurrence_id == occurrence.id)).all()
    if len(presses) < most and not _known(session, press_id):
        made = Answered(
            id=press_id or uuid4(),
            person_id=occurrence.person_id,
            occurrence_id=occurrence.id,
            press=press,
            pressed_at=believable(pressed_at, occurrence.due_at, now),
            received_at=now,
            said_at=said_at,
            pressed_as=pressed_as,
        )
        session.add(made)
        presses = [*presses, made]
    result = settle(
        occurrence.due_at,
        occurrence.closes_at,
        [Pressed(each.pressed_at, each.id, each.press, each.said_at) for each in presses],
        delivered=was_delivered(session, occurrence.id),
        now=now,
    )
    was_open = occurrence.outcome is Outcome.OPEN
    _apply(session, occurrence, result, now)
    if was_open and result.outcome not in PROVISIONAL:
        close_elsewhere(session, occurrence, now, endpoint)
    return result


class NotYet(Exception):
    """The due time has not come."""


def _known(session: Session, press_id: UUID | None) -> bool:
    """A press that has come before, or an id made up to clash with another: neither is taken in."""
    return press_id is not None and session.get(Answered, press_id) is not None


def was_delivered(session: Session, occurrence_id: UUID) -> bool:
    sent = select(Delivery.id).where(
        Delivery.occurrence_id == occurrence_id,
        Delivery.purpose == Purpose.REMINDER,
        Delivery.state == State.SENT,
    )
    return session.scalar(sent.limit(1)) is not None


def _apply(session: Session, occurrence: Occurrence, result: Result, now: datetime) -> None:
    put_off = result.later_until is not None and result.later_until != occurrence.later_until
    occurrence.outcome, occurrence.pressed_at = result.outcome, result.pressed_at
    occurrence.later_until, occurrence.told_later = result.later_until, result.told_later
    session.flush()
    if put_off and result.later_until is not None and now < result.later_until:
        occurrence.repeat_at = None  # this notice is the one repeat
        remind_again(session, occurrence, result.later_until)
    telling.after_answer(session, occurrence, now)


def remind_again(session: Session, occurrence: Occurrence, at: datetime) -> None:
    """One more notice for the same due time, by the person's way now. Same tag: on a phone it replaces the first."""
    sent = session.scalars(
        select(Delivery).where(Delivery.occurrence_id == occurrence.id, Delivery.purpose == Purpose.REMINDER)
    ).all()
    number = max((delivery.number for delivery in sent), default=0) + 1
    for delivery in sent:
        if delivery.state is State.DUE:
            delivery.state = State.CALLED_OFF
    session.flush()
    session.add_all(
        Delivery(
            person_id=occurrence.person_id,
            occurrence_id=occurrence.id,
            channel=way.channel,
            subscription_id=way.subscription_id,
            lane=way.lane,
            number=number,
            due_at=at,
            useless_at=occurrence.closes_at,
            lease_until=at,
            patience_until=patience_until(way, at, occurrence.closes_at),
        )
        for way in ways_of(session, [occurrence.person_id]).get(occurrence.person_id, ())
    )
    session.flush()


def repeat_due(session: Session, now: datetime, most: int = 200) -> int:
    """Remind once more of what nobody has answered, where the person chose so. Returns how many were looked at.

    Twice is once, and what has been waiting since before it was over is let go.
    """
    waiting = session.scalars(
        select(Occurrence)
        .where(Occurrence.repeat_at <= now)
        .order_by(Occurrence.repeat_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for occurrence in waiting:
        occurrence.repeat_at = None
        if occurrence.outcome is Outcome.OPEN and now < occurrence.closes_at:
            remind_again(session, occurrence, now)
    session.flush()
    return len(waiting)


def outcomes_of(session: Session, reminder_id: UUID, most: int = 60) -> Sequence[Occurrence]:
    """What became of one reminder, the newest first."""
    return session.scalars(
        select(Occurrence)
        .where(Occurrence.reminder_id == reminder_id)
        .order_by(Occurrence.due_at.desc())
        .limit(most)
    ).all()


@dataclass(frozen=True, slots=True)
class ByToken:
    """What the holder of a notice's token can reach: one due time, and its text if the person chose so."""

    occurrence_id: UUID
    person_id: UUID
    language: str
    due_at: datetime
    closes_at: datetime
    outcome: Outcome
    pressed_at: datetime | None
    later_until: datetime | None
    shows_text: bool
    text: str
    text_language: str
    why: str  # in Swedish, as staff write it

    def is_open(self, now: datetime) -> bool:
        return now < self.closes_at

    def takes(self, pressed_at: datetime | None, now: datetime) -> bool:
        """A press while it is open; and one made in time that a phone without coverage tells of later."""
        in_time = pressed_at is not None and self.due_at - EARLIEST <= pressed_at < self.closes_at
        return self.is_open(now) or (in_time and now < self.closes_at + OFFLINE_PRESS)


def by_token(session: Session, occurrence_id: UUID) -> ByToken | None:
    """The due time of a token; None for a person who has died, or for a reminder that was taken back.

    None too for what was due before the person lost their phone: the notice may lie on it.

    The token speaks for its one due time, and the session is about that person from here on (core.fence).
    """
    fence.by_key(session, str(occurrence_id))
    fence.about(session, session.scalar(select(Occurrence.person_id).where(Occurrence.id == occurrence_id)))
    row = session.execute(
        select(Occurrence, Reminder, Person.language, Person.lock_screen_text, Person.protected)
        .join(Reminder, Reminder.id == Occurrence.reminder_id)
        .join(Person, Person.id == Occurrence.person_id)
        .where(
            Occurrence.id == occurrence_id,
            Person.deceased_at.is_(None),
            or_(Person.phone_lost_at.is_(None), Person.phone_lost_at < Occurrence.due_at),
        )
    ).first()
    if row is None:
        return None
    occurrence, reminder = row.Occurrence, row.Reminder
    shows = row.lock_screen_text and not row.protected
    return ByToken(
        occurrence_id=occurrence.id,
        person_id=occurrence.person_id,
        language=row.language,
        due_at=occurrence.due_at,
        closes_at=occurrence.closes_at,
        outcome=occurrence.outcome,
        pressed_at=occurrence.pressed_at,
        later_until=occurrence.later_until,
        shows_text=shows,
        text=(reminder.own_language_text or reminder.text) if shows else "",
        text_language=reminder.own_language if reminder.own_language_text else "sv",
        why=reminder.why if shows else "",
    )
