"""Reminders as a person lives with them: setting, changing, pausing, ending, answering, and today's list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Person
from webapp.core import fence
from webapp.core.access import Sight
from webapp.core.db import is_writing
from webapp.directory.flows import Flow
from webapp.permissions import Area
from webapp.reminders.models import (
    Answered,
    Delivery,
    Occurrence,
    Reminder,
    SetBy,
    State,
    Subscription,
)
from webapp.reminders.outcome import EARLIEST, Outcome, Press, Pressed, Result, believable, settle
from webapp.reminders.schedule import (
    Rule,
    bits_to_days,
    days_to_bits,
    text_to_times,
    times_to_text,
)
from webapp.sharing.marks import relatives_mark

UNDO = timedelta(seconds=60)
MOST_ACTIVE = 60  # reminders that one person can have going at once
MOST_BY_TOKEN = 50  # presses kept per due time from a notice, which needs no session; more is no person
MOST_PRESSES = 500  # from anywhere


class TooMany(Exception):
    """The person has as many reminders as the app keeps for one person."""


class NeverDue(Exception):
    """The rule has no due time left: nothing would ever come."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be reminded of, or staff agreed with the person."""

    text: str
    rule: Rule
    why: str = ""
    how: str = ""
    if_not: str = ""
    assessed_by: str = ""
    own_language_text: str = ""
    own_language: str = "sv"


@dataclass(frozen=True, slots=True)
class By:
    """Who sets it: the account, in which role, and as the person reads it (empty: the person)."""

    account_id: UUID
    set_by: SetBy
    named: str = ""
    unit_id: UUID | None = None


class Shown(Protocol):
    """When a reminder comes, and who set it: of a Reminder, and of a line in the list of them."""

    @property
    def times(self) -> str: ...
    @property
    def days(self) -> int: ...
    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date | None: ...
    @property
    def set_by(self) -> SetBy: ...
    @property
    def unit_id(self) -> UUID | None: ...


def by_reader(sight: Sight) -> By:
    reader = sight.reader
    if sight.is_self:
        return By(reader.account_id, SetBy.SELF)
    if sight.cares:
        return By(
            reader.account_id,
            SetBy.STAFF,
            f"{reader.name}, {reader.role}, {reader.unit_name}",
            reader.unit_id,
        )
    return By(reader.account_id, SetBy.RELATIVE, relatives_mark(sight))


def rule_of(reminder: Shown) -> Rule:
    return Rule(
        text_to_times(reminder.times), bits_to_days(reminder.days), reminder.from_on, reminder.until_on
    )


def set_reminder(
    session: Session, person_id: UUID, wish: Wish, by: By, now: datetime, once_key: str | None = None
) -> Reminder:
    """Set a reminder. The same `once_key` and wish again return the first one: a form sent twice makes one.

    What staff set is held for UNDO before anything is delivered. Raises NeverDue, TooMany.
    """
    if once_key is not None:
        known = select(Reminder).where(Reminder.person_id == person_id, Reminder.once_key == once_key)
        already = session.scalars(known).first()
        if already is not None and _says(already, wish):
            return already
        if already is not None:
            once_key = None  # the page was come back to and another reminder written: that is a new one
    first = wish.rule.next_after(now)
    if first is None:
        raise NeverDue
    _refuse_too_many(session, person_id)
    reminder = Reminder(
        id=uuid4(),
        person_id=person_id,
        set_by=by.set_by,
        set_by_account=by.account_id,
        set_as=by.named,
        unit_id=by.unit_id,
        set_at=now,
        held_until=now + UNDO if by.set_by is SetBy.STAFF else now,
        next_due_at=first.at,
        once_key=once_key,
    )
    _write(reminder, wish)
    session.add(reminder)
    session.flush()
    return reminder


def _refuse_too_many(session: Session, person_id: UUID) -> None:
    comes = or_(Reminder.next_due_at.is_not(None), Reminder.paused_at.is_not(None))  # else past its last day
    going = select(Reminder.id).where(Reminder.person_id == person_id, Reminder.ended_at.is_(None), comes)
    if len(session.scalars(going.limit(MOST_ACTIVE)).all()) >= MOST_ACTIVE:
        raise TooMany


def _says(reminder: Reminder, wish: Wish) -> bool:
    """Whether the reminder is what is wished for."""
    return reminder.ended_at is None and (reminder.text, reminder.why, reminder.how, rule_of(reminder)) == (
        wish.text,
        wish.why,
        wish.how,
        wish.rule,
    )


def _write(reminder: Reminder, wish: Wish) -> None:
    reminder.text = wish.text
    reminder.own_language_text, reminder.own_language = wish.own_language_text, wish.own_language
    reminder.why, reminder.how, reminder.if_not = wish.why, wish.how, wish.if_not
    reminder.assessed_by = wish.assessed_by
    reminder.times = times_to_text(wish.rule.times)
    reminder.days = days_to_bits(wish.rule.weekdays)
    reminder.from_on, reminder.until_on = wish.rule.from_on, wish.rule.until_on


def change(session: Session, reminder: Reminder, wish: Wish, by: By, now: datetime) -> None:
    """Change a reminder; what was planned and not yet due is planned anew. Raises NeverDue.

    Whoever wrote the words that stand is named beside them, so that a helper's change is marked.
    """
    if wish.rule.next_after(now) is None:
        raise NeverDue
    reminder.set_by, reminder.set_by_account, reminder.set_as = by.set_by, by.account_id, by.named
    _write(reminder, wish)
    _replan(session, reminder, now)


def pause(session: Session, reminder: Reminder, now: datetime) -> None:
    """Nothing comes until it is resumed. Twice is once."""
    reminder.paused_at = reminder.paused_at or now
    _replan(session, reminder, now)


def resume(session: Session, reminder: Reminder, now: datetime) -> None:
    reminder.paused_at = None
    _replan(session, reminder, now)


def end(session: Session, reminder: Reminder, now: datetime) -> None:
    """End it for good. History stays."""
    reminder.ended_at = reminder.ended_at or now
    _replan(session, reminder, now)


def is_stopped(reminder: Reminder) -> bool:
    """Paused or ended: nothing more is sent, whatever is still open."""
    return reminder.paused_at is not None or reminder.ended_at is not None


def undo_send(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Take back what staff just sent, as if it had never been; False when the 60 seconds are over."""
    if now >= reminder.held_until or reminder.set_by is not SetBy.STAFF:
        return False
    occurrences = select(Occurrence.id).where(Occurrence.reminder_id == reminder.id)
    session.execute(delete(Delivery).where(Delivery.occurrence_id.in_(occurrences)))
    session.execute(delete(Answered).where(Answered.occurrence_id.in_(occurrences)))
    session.execute(delete(Occurrence).where(Occurrence.reminder_id == reminder.id))
    session.delete(reminder)
    session.flush()
    return True


def _close_no_later_than(session: Session, reminder: Reminder, at: datetime) -> None:
    still_open = select(Occurrence).where(
        Occurrence.reminder_id == reminder.id, Occurrence.outcome == Outcome.OPEN, Occurrence.closes_at > at
    )
    for occurrence in session.scalars(still_open):
        occurrence.closes_at = at
        session.execute(
            update(Delivery)
            .where(Delivery.occurrence_id == occurrence.id, Delivery.useless_at > at)
            .values(useless_at=at)
        )


def _replan(session: Session, reminder: Reminder, now: datetime) -> None:
    """Forget what is planned but not yet due, and find the next due time anew.

    What is due already stays open for an answer, but not past the new next due time: never two at once.
    """
    ahead = select(Occurrence.id).where(
        Occurrence.reminder_id == reminder.id, Occurrence.due_at > now, Occurrence.outcome == Outcome.OPEN
    )
    untouched = ahead.where(Occurrence.id.not_in(select(Answered.occurrence_id)))
    ids = session.scalars(untouched).all()
    session.execute(delete(Delivery).where(Delivery.occurrence_id.in_(ids)))
    session.execute(delete(Occurrence).where(Occurrence.id.in_(ids)))
    due = None if is_stopped(reminder) else rule_of(reminder).next_after(now)
    reminder.next_due_at = due.at if due else None
    if due is not None:
        _close_no_later_than(session, reminder, due.at)
    session.flush()


def reminder_of(
    session: Session, person_id: UUID, reminder_id: UUID, *, ended_too: bool = False
) -> Reminder | None:
    """One reminder of this person's; one that has ended only if asked for.

    Locked where something may be written, so that the worker does not plan what is being changed.
    """
    found = select(Reminder).where(Reminder.id == reminder_id, Reminder.person_id == person_id)
    if is_writing(session):
        found = found.with_for_update(key_share=True)
    return session.scalars(found if ended_too else found.where(Reminder.ended_at.is_(None))).first()


Sees = Callable[[str, UUID | None, str], bool]  # core.access.Sight.sees


def may_see(row: Any, sees: Sees | None) -> bool:
    """Whether a reminder, with the organisation and the kind of care of the unit that set it, may be seen."""
    return sees is None or sees(Area.REMINDERS, row.organisation_id, row.flow or Flow.ALL)


def set_by_relative(session: Session, person_id: UUID, relative_id: UUID) -> Sequence[Reminder]:
    """The person's reminders that this relative set, and that have not ended."""
    found = (
        select(Reminder)
        .join(Account, Account.id == Reminder.set_by_account)
        .where(
            Reminder.person_id == person_id,
            Reminder.set_by == SetBy.RELATIVE,
            Account.person_id == relative_id,
            Reminder.ended_at.is_(None),
        )
        .order_by(Reminder.set_at, Reminder.id)
    )
    return session.scalars(found.with_for_update(of=Reminder) if is_writing(session) else found).all()


def may_change(sight: Sight, reminder: Shown) -> bool:
    """The person and a helper change what they set; staff what their own unit set.

    What staff set the person can pause or end, but not rewrite: the text is what was assessed.
    """
    if sight.cares:
        return reminder.set_by is SetBy.STAFF and reminder.unit_id == sight.reader.unit_id
    return reminder.set_by is not SetBy.STAFF


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
    pressed_as: str = "",
    most: int = MOST_PRESSES,
) -> Result:
    """Take a press in and work out what the occurrence has come to. The same `press_id` twice is once.

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
            pressed_as=pressed_as,
        )
        session.add(made)
        presses = [*presses, made]
    result = settle(
        occurrence.due_at,
        occurrence.closes_at,
        [Pressed(each.pressed_at, each.id, each.press) for each in presses],
        delivered=was_delivered(session, occurrence.id),
        now=now,
    )
    _apply(session, occurrence, result, now)
    return result


class NotYet(Exception):
    """The due time has not come."""


def _known(session: Session, press_id: UUID | None) -> bool:
    """A press that has come before, or an id made up to clash with another: neither is taken in."""
    return press_id is not None and session.get(Answered, press_id) is not None


def was_delivered(session: Session, occurrence_id: UUID) -> bool:
    sent = select(Delivery.id).where(Delivery.occurrence_id == occurrence_id, Delivery.state == State.SENT)
    return session.scalar(sent.limit(1)) is not None


def _apply(session: Session, occurrence: Occurrence, result: Result, now: datetime) -> None:
    put_off = result.later_until is not None and result.later_until != occurrence.later_until
    occurrence.outcome, occurrence.pressed_at = result.outcome, result.pressed_at
    occurrence.later_until = result.later_until
    session.flush()
    if put_off and result.later_until is not None and now < result.later_until:
        remind_again(session, occurrence, result.later_until)


def remind_again(session: Session, occurrence: Occurrence, at: datetime) -> None:
    """One more notice for the same due time, to every phone the person has now. Same tag: it replaces the first."""
    sent = session.scalars(select(Delivery).where(Delivery.occurrence_id == occurrence.id)).all()
    number = max((delivery.number for delivery in sent), default=0) + 1
    for delivery in sent:
        if delivery.state is State.DUE:
            delivery.state = State.CALLED_OFF
    session.flush()
    session.add_all(
        Delivery(
            person_id=occurrence.person_id,
            occurrence_id=occurrence.id,
            subscription_id=subscription_id,
            number=number,
            due_at=at,
            useless_at=occurrence.closes_at,
            lease_until=at,
        )
        for subscription_id in _live_phones(session, occurrence.person_id)
    )
    session.flush()


def _live_phones(session: Session, person_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        select(Subscription.id).where(Subscription.person_id == person_id, Subscription.retired_at.is_(None))
    ).all()


def outcomes_of(session: Session, reminder_id: UUID, most: int = 60) -> Sequence[Occurrence]:
    """What became of one reminder, the newest first."""
    return session.scalars(
        select(Occurrence)
        .where(Occurrence.reminder_id == reminder_id)
        .order_by(Occurrence.due_at.desc())
        .limit(most)
    ).all()


def may_stop(sight: Sight, reminder: Shown) -> bool:
    """Pausing and ending: also the person, for what staff set; a relative only for what is no egenvård."""
    return sight.is_self or may_change(sight, reminder)


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


OFFLINE_PRESS = timedelta(days=7)


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
