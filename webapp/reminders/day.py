"""One local day of a person's reminders, as the page "Idag" and its readers need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from webapp.channels import domain as channels
from webapp.contacts.models import CareContact
from webapp.core import clock
from webapp.core.db import rows
from webapp.directory.models import Unit
from webapp.reminders import calling
from webapp.reminders.calling import Call
from webapp.reminders.models import Answered, Occurrence, Reminder, Subscription
from webapp.reminders.outcome import Outcome
from webapp.reminders.schedule import Due, instant
from webapp.reminders.setting import Sees, may_see, rule_of


@dataclass(frozen=True, slots=True)
class Line:
    """One due time of the day: an occurrence that exists, or one still to be planned."""

    reminder_id: UUID
    text: str
    own_language_text: str
    own_language: str
    why: str
    how: str
    if_not: str
    set_as: str
    call: Call | None
    due_at: datetime
    closes_at: datetime
    on: date
    clock: time
    outcome: Outcome = Outcome.OPEN
    pressed_at: datetime | None = None
    later_until: datetime | None = None
    pressed_as: str = ""  # who answered for the person; empty: the person


@dataclass(frozen=True, slots=True)
class Day:
    """What is due now (the oldest first), what was put off, what comes, and what is behind.

    `has_phone`: the person is reached, by a phone or an own address; not asked where there is nothing to say.
    """

    due: Sequence[Line]
    later: Sequence[Line]
    coming: Sequence[Line]
    behind: Sequence[Line]
    has_phone: bool


# Made once: putting a query together costs twice what running it does.
_REMINDERS = (
    select(
        Reminder.id,
        Reminder.text,
        Reminder.own_language_text,
        Reminder.own_language,
        Reminder.why,
        Reminder.how,
        Reminder.if_not,
        Reminder.set_as,
        Reminder.times,
        Reminder.days,
        Reminder.from_on,
        Reminder.until_on,
        Reminder.every_days,
        Reminder.every_weeks,
        Reminder.breaks,
        Reminder.next_due_at,
        *calling.COLUMNS,
        or_(
            exists().where(Subscription.person_id == Reminder.person_id, Subscription.retired_at.is_(None)),
            channels.reaches(Reminder.person_id),
        ).label("has_phone"),
        Unit.organisation_id,
        Unit.flow,
    )
    .outerjoin(Unit, Unit.id == Reminder.unit_id)
    .outerjoin(CareContact, calling.ON_CONTACT)
    .where(
        Reminder.person_id == bindparam("person_id", type_=Uuid()),
        or_(Reminder.ended_at.is_(None), Reminder.ended_at > bindparam("morning")),
        Reminder.from_on <= bindparam("today"),
        or_(Reminder.until_on.is_(None), Reminder.until_on >= bindparam("yesterday")),
    )
)
_PRESSED_AS = (  # of the press that counts
    select(func.max(Answered.pressed_as))
    .where(
        Answered.occurrence_id == Occurrence.id,
        func.coalesce(Answered.said_at, Answered.pressed_at) == Occurrence.pressed_at,
    )
    .correlate(Occurrence)
    .scalar_subquery()
)
_OCCURRENCES = (
    select(
        Occurrence.reminder_id,
        Occurrence.local_on,
        Occurrence.local_at,
        Occurrence.due_at,
        Occurrence.closes_at,
        Occurrence.outcome,
        Occurrence.pressed_at,
        Occurrence.later_until,
        _PRESSED_AS.label("pressed_as"),
    )
    .where(
        Occurrence.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.due_at > bindparam("day_before"),
        or_(Occurrence.local_on == bindparam("today"), Occurrence.closes_at > bindparam("now")),
    )
    .order_by(Occurrence.due_at)
)


def day_of(
    session: Session, person_id: UUID, now: datetime, sees: Sees | None = None, *, by_relative: bool = False
) -> Day:
    """Everything of the local day, and what is still open from the evening before. Two queries.

    `sees`: whether what an organisation has set in a kind of care may be seen (core.access.Sight.sees).
    `by_relative`: a contact that is not for relatives is not named.
    """
    today = clock.local(now).date()
    morning = instant(today, time())
    given = {
        "person_id": person_id,
        "now": now,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "morning": morning,
        "day_before": morning - timedelta(days=1),
    }
    reminders = {row.id: row for row in rows(session, _REMINDERS, given) if may_see(row, sees)}
    facts = {
        row.id: _facts(row, calling.call_of(row, today, by_relative=by_relative))
        for row in reminders.values()
    }
    occurrences = [row for row in rows(session, _OCCURRENCES, given) if row.reminder_id in reminders]
    planned = {(row.reminder_id, row.local_on, row.local_at) for row in occurrences}
    lines = [_planned(facts[row.reminder_id], row) for row in occurrences]
    lines += [
        _to_plan(facts[row.id], due, closes_at)
        for row in reminders.values()
        for due, closes_at in _still_to_plan(row, today)
        if (row.id, due.on, due.clock) not in planned
    ]
    lines = [_closed(line) if line.closes_at <= now else line for line in lines]
    has_phone = any(row.has_phone for row in reminders.values())
    return _sorted_out(sorted(lines, key=lambda line: (line.due_at, line.clock)), now, has_phone)


def _closed(line: Line) -> Line:
    """A due time that is over, also where no worker has come to close it: two doses are never asked for at once."""
    return replace(line, outcome=Outcome.UNANSWERED) if line.outcome is Outcome.OPEN else line


def _sorted_out(lines: Sequence[Line], now: datetime, has_phone: bool) -> Day:
    due = [line for line in lines if line.outcome is Outcome.OPEN and line.due_at <= now]
    return Day(
        due=[line for line in due if line.later_until is None or line.later_until <= now],
        later=[line for line in due if line.later_until is not None and line.later_until > now],
        coming=[line for line in lines if line.outcome is Outcome.OPEN and line.due_at > now],
        behind=[line for line in lines if line.outcome is not Outcome.OPEN],
        has_phone=has_phone,
    )


def _still_to_plan(row: Any, today: date) -> Iterable[tuple[Due, datetime]]:
    """Due times that the worker has not come to, and when each closes: they are shown and can be answered."""
    if row.next_due_at is None:
        return []
    rule = rule_of(row)
    return [(due, rule.closes(due)) for due in rule.on(today) if due.at >= row.next_due_at]


def _facts(row: Any, call: Call | None) -> Mapping[str, Any]:
    """What a line says of its reminder, from a row of _REMINDERS."""
    return {
        "reminder_id": row.id,
        "text": row.text,
        "own_language_text": row.own_language_text,
        "own_language": row.own_language,
        "why": row.why,
        "how": row.how,
        "if_not": row.if_not,
        "set_as": row.set_as,
        "call": call,
    }


def _planned(facts: Mapping[str, Any], occurrence: Any) -> Line:
    return Line(
        **facts,
        due_at=occurrence.due_at,
        closes_at=occurrence.closes_at,
        on=occurrence.local_on,
        clock=occurrence.local_at,
        outcome=occurrence.outcome,
        pressed_at=occurrence.pressed_at,
        later_until=occurrence.later_until,
        pressed_as=occurrence.pressed_as or "",
    )


def _to_plan(facts: Mapping[str, Any], due: Due, closes_at: datetime) -> Line:
    return Line(**facts, due_at=due.at, closes_at=closes_at, on=due.on, clock=due.clock)
