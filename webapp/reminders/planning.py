"""What the worker does before and after sending: plan what is due soon, and close what nobody answered."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Integer, Uuid, bindparam, case, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core.db import rows
from webapp.core.many import insert_many, update_many
from webapp.core.sealing import Sealed
from webapp.reminders.deliveries import first_notice, goes_at, ways_of
from webapp.reminders.models import Delivery, Occurrence, Purpose, Reminder, State
from webapp.reminders.outcome import Outcome
from webapp.reminders.quiet import first_told, repeated
from webapp.reminders.schedule import Due, Rule
from webapp.reminders.setting import rule_of

log = logging.getLogger(__name__)

AHEAD = timedelta(minutes=5)  # planned this long before it is due, so that a morning is ready when it comes
SOON = timedelta(seconds=60)  # what cannot wait until what is due now has gone
MOST_MISSED = 400  # due times of one reminder written down after a long outage
JUST_BEFORE = timedelta(microseconds=1)
LET_GO = timedelta(hours=1)  # a reminder that cannot be read is looked at again after this

# Every column but the texts, which planning does not need: whatever a rule is made of is among them.
_DUE = (
    select(
        *(column for column in Reminder.__table__.columns if not isinstance(column.type, Sealed)),
        Person.deceased_at,
    )
    .join(Person, Person.id == Reminder.person_id)
    .where(Reminder.next_due_at <= bindparam("soon"))
    .order_by(Reminder.next_due_at)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True, of=Reminder)
)
_ALREADY = select(Occurrence.reminder_id, Occurrence.local_on, Occurrence.local_at).where(
    Occurrence.reminder_id.in_(bindparam("reminder_ids", type_=Uuid(), expanding=True)),
    Occurrence.due_at >= bindparam("first"),
)


class Planned(NamedTuple):
    """One due time of one reminder: a row of _DUE, or a Reminder."""

    reminder: Any
    due: Due
    rule: Rule

    @property
    def key(self) -> tuple[UUID, date, time]:
        """What the database holds unique."""
        return self.reminder.id, self.due.on, self.due.clock


def plan_due(session: Session, now: datetime, most: int = 500, ahead: timedelta = AHEAD) -> int:
    """Plan what is due by now + `ahead`, at most `most` reminders: one occurrence a due time, one delivery a way.

    Due times missed in an outage are written down, so that each has an outcome, but only the one that is
    still open is sent. Planning twice makes nothing twice. A reminder that cannot be read is logged by its
    id and let go for LET_GO, so that it stops nobody else's. Those of somebody who has died are passed by.
    Seven statements, however many there are; their cost follows what is due. Returns how many were looked at.
    """
    session.flush()
    soon = now + ahead
    reminders = rows(session, _DUE, {"soon": soon, "most": most})
    if not reminders:
        return 0
    planned: list[Planned] = []
    moved: dict[UUID, datetime | None] = {}
    for reminder in reminders:
        found, following = _due_times(reminder, soon)
        moved[reminder.id] = following
        if reminder.deceased_at is None:
            planned += found
    _write(session, _not_yet(session, planned), now)
    update_many(session, Reminder, "next_due_at", moved)
    return len(reminders)


def _due_times(reminder: Any, soon: datetime) -> tuple[list[Planned], datetime | None]:
    """The due times from where planning stopped, and the one after them, where it goes on."""
    try:
        rule = rule_of(reminder)
    except ValueError:
        log.exception("reminder not planned: id=%s", reminder.id)
        return [], soon + LET_GO
    found = list(rule.between(reminder.next_due_at - JUST_BEFORE, soon))[-MOST_MISSED:]
    following = rule.next_after(found[-1].at if found else soon)
    return [Planned(reminder, due, rule) for due in found], following.at if following else None


def _not_yet(session: Session, planned: Sequence[Planned]) -> Sequence[Planned]:
    """Those that no press has made an occurrence of already."""
    if not planned:
        return ()
    given = {
        "reminder_ids": list({each.reminder.id for each in planned}),
        "first": min(each.due.at for each in planned),
    }
    already = {tuple(row) for row in rows(session, _ALREADY, given)}
    return [each for each in planned if each.key not in already]


def _write(session: Session, planned: Sequence[Planned], now: datetime) -> None:
    occurrences = [_occurrence(each, now) for each in planned]
    if not occurrences:
        return
    insert_many(session, Occurrence, occurrences)
    still_open = [pair for pair in zip(planned, occurrences, strict=True) if pair[1]["closes_at"] > now]
    insert_many(session, Delivery, list(_notices(session, still_open)))


def _occurrence(planned: Planned, now: datetime) -> dict[str, Any]:
    reminder, due, rule = planned
    closes_at = rule.closes(due)
    tell_at = first_told(due.at, reminder.tell_after_minutes, reminder.quiet_hours)
    return {
        "id": uuid4(),
        "person_id": reminder.person_id,
        "reminder_id": reminder.id,
        "local_on": due.on,
        "local_at": due.clock,
        "due_at": due.at,
        "closes_at": closes_at,
        "outcome": Outcome.OPEN,
        # of what was missed in an outage nobody is told
        "tell_at": tell_at if closes_at > now else None,
        "repeat_at": repeated(due.at, reminder.repeat_after_minutes, closes_at) if closes_at > now else None,
    }


def _notices(
    session: Session, still_open: Iterable[tuple[Planned, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """The first notices of what is open."""
    still_open = list(still_open)
    ways = ways_of(session, {each.reminder.person_id for each, _ in still_open}) if still_open else {}
    for (reminder, due, _), occurrence in still_open:
        at = goes_at(reminder.person_id, due.at, due.clock, reminder.held_until, exact=reminder.exact)
        for way in ways.get(reminder.person_id, ()):
            yield first_notice(occurrence, way, at)


def occurrence_at(
    session: Session, reminder: Reminder, on: date, clock: time, now: datetime
) -> Occurrence | None:
    """The occurrence of one due time, made here, with its notices, if the worker has not been round yet.

    The reminder is locked, so that the worker does not plan it at the same moment. None when the reminder has
    no such due time, or planning never came to stand before it.
    """
    session.refresh(reminder, with_for_update={"key_share": True})
    known = select(Occurrence).where(
        Occurrence.reminder_id == reminder.id, Occurrence.local_on == on, Occurrence.local_at == clock
    )
    if (already := session.scalars(known).first()) is not None:
        return already
    rule = rule_of(reminder)
    due = next((due for due in rule.on(on) if due.clock == clock), None)
    if due is None or reminder.next_due_at is None or due.at < reminder.next_due_at or due.at > now + SOON:
        return None
    _write(session, [Planned(reminder, due, rule)], now)
    return session.scalars(known).one()


def close_due(session: Session, now: datetime, most: int = 1000) -> int:
    """Close what nobody answered: unanswered where a notice reached a phone, else undelivered."""
    ids = session.scalars(
        select(Occurrence.id)
        .where(Occurrence.outcome == Outcome.OPEN, Occurrence.closes_at <= now)
        .order_by(Occurrence.closes_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return 0
    reached = (
        select(Delivery.id)
        .where(
            Delivery.occurrence_id == Occurrence.id,
            Delivery.purpose == Purpose.REMINDER,
            Delivery.state == State.SENT,
        )
        .correlate(Occurrence)
        .exists()
    )
    outcome = case((reached, Outcome.UNANSWERED), else_=Outcome.UNDELIVERED)
    session.execute(
        update(Occurrence)
        .where(Occurrence.id.in_(ids))
        .values(outcome=outcome, later_until=None)
        .execution_options(synchronize_session=False)
    )
    return len(ids)
