"""Setting reminders: who sets what, changing, pausing and ending it, and which of them a reader may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.core.access import Sight
from webapp.core.db import is_writing
from webapp.directory.flows import Flow
from webapp.permissions import Area
from webapp.reminders.models import (
    Answered,
    Delivery,
    Occurrence,
    RelativeToTell,
    Reminder,
    SetBy,
    Told,
    UndoneSend,
)
from webapp.reminders.outcome import Outcome
from webapp.reminders.schedule import (
    Rule,
    bits_to_days,
    breaks_to_text,
    days_to_bits,
    text_to_breaks,
    text_to_times,
    times_to_text,
)
from webapp.sharing.marks import relatives_mark

UNDO = timedelta(seconds=60)
MOST_ACTIVE = 60  # reminders that one person can have going at once


class TooMany(Exception):
    """The person has as many reminders as the app keeps for one person."""


class WasUndone(Exception):
    """The form was sent before, and what it sent was taken back: sent again by itself it sends nothing."""


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
    exact: bool = False  # on the minute
    reassess_on: date | None = None  # None, of what staff set: its last day
    call_contact_id: UUID | None = None
    call_number: str = ""  # a number of the directory, by its id


@dataclass(frozen=True, slots=True)
class By:
    """Who sets it: the account, in which role, and as the person reads it (empty: the person)."""

    account_id: UUID
    set_by: SetBy
    named: str = ""
    unit_id: UUID | None = None
    to_several: bool = False  # the same to many: no egenvård, and nobody is called for it


class Timed(Protocol):
    """When something comes, as it is kept in a row."""

    @property
    def times(self) -> str: ...
    @property
    def days(self) -> int: ...
    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date | None: ...
    @property
    def every_days(self) -> int: ...
    @property
    def every_weeks(self) -> int: ...
    @property
    def breaks(self) -> str: ...


class Shown(Timed, Protocol):
    """When a reminder comes, and who set it: of a Reminder, and of a line in the list of them."""

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


def rule_of(kept: Timed) -> Rule:
    """The rule of a row, which needs no further query. Raises ValueError for a row that nobody here wrote."""
    return Rule(
        text_to_times(kept.times),
        bits_to_days(kept.days),
        kept.from_on,
        kept.until_on,
        kept.every_days,
        kept.every_weeks,
        text_to_breaks(kept.breaks),
    )


def set_reminder(
    session: Session, person_id: UUID, wish: Wish, by: By, now: datetime, once_key: str | None = None
) -> Reminder:
    """Set a reminder. The same `once_key` and wish again return the first one: a form sent twice makes one.

    What staff set is held for UNDO before anything is delivered. Raises NeverDue, TooMany, WasUndone.
    """
    if once_key is not None:
        by_hand = by.set_by is SetBy.STAFF and not by.to_several
        if by_hand and session.get(UndoneSend, (person_id, once_key)) is not None:
            raise WasUndone
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
        to_several=by.to_several,
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
    kept = (reminder.text, reminder.why, reminder.how, reminder.if_not, reminder.exact, rule_of(reminder))
    wished = (wish.text, wish.why, wish.how, wish.if_not, wish.exact, wish.rule)
    return reminder.ended_at is None and kept == wished


def _write(reminder: Reminder, wish: Wish) -> None:
    reminder.text = wish.text
    reminder.own_language_text, reminder.own_language = wish.own_language_text, wish.own_language
    reminder.why, reminder.how, reminder.if_not = wish.why, wish.how, wish.if_not
    reminder.assessed_by = wish.assessed_by
    reminder.times = times_to_text(wish.rule.times)
    reminder.days = days_to_bits(wish.rule.weekdays)
    reminder.from_on, reminder.until_on = wish.rule.from_on, wish.rule.until_on
    reminder.every_days, reminder.every_weeks = wish.rule.every_days, wish.rule.every_weeks
    reminder.breaks = breaks_to_text(wish.rule.breaks)
    reminder.exact = wish.exact
    reminder.reassess_on = wish.reassess_on
    if reminder.set_by is SetBy.STAFF:
        reminder.reassess_on = wish.reassess_on or wish.rule.until_on
    reminder.call_contact_id, reminder.call_number = wish.call_contact_id, wish.call_number


def change(session: Session, reminder: Reminder, wish: Wish, by: By, now: datetime) -> None:
    """Change a reminder; what was planned and not yet due is planned anew. Raises NeverDue.

    Whoever wrote the words that stand is named beside them, so that a helper's change is marked.
    """
    if wish.rule.next_after(now) is None:
        raise NeverDue
    reminder.set_by, reminder.set_by_account, reminder.set_as = by.set_by, by.account_id, by.named
    _write(reminder, wish)
    replan(session, reminder, now)


def pause(session: Session, reminder: Reminder, now: datetime) -> None:
    """Nothing comes until it is resumed. Twice is once."""
    reminder.paused_at = reminder.paused_at or now
    replan(session, reminder, now)


def resume(session: Session, reminder: Reminder, now: datetime) -> None:
    reminder.paused_at = None
    replan(session, reminder, now)


def end(session: Session, reminder: Reminder, now: datetime) -> None:
    """End it for good. History stays."""
    reminder.ended_at = reminder.ended_at or now
    replan(session, reminder, now)


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
    session.execute(delete(Told).where(Told.occurrence_id.in_(occurrences)))
    session.execute(delete(Occurrence).where(Occurrence.reminder_id == reminder.id))
    session.execute(delete(RelativeToTell).where(RelativeToTell.reminder_id == reminder.id))
    session.delete(reminder)
    if reminder.once_key is not None:  # stays spent: a lost answer, tried again, does not send it after all
        session.add(UndoneSend(person_id=reminder.person_id, once_key=reminder.once_key, undone_at=now))
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


def replan(session: Session, reminder: Reminder, now: datetime) -> None:
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


def may_stop(sight: Sight, reminder: Shown) -> bool:
    """Pausing and ending: also the person, for what staff set; a relative only for what is no egenvård."""
    return sight.is_self or may_change(sight, reminder)
