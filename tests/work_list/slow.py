"""The work list's question as it was first asked, from the unit's people outwards: slow, and plain to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from webapp.contacts import domain as contacts
from webapp.contacts import naming
from webapp.contacts.models import Role
from webapp.core.db import Instant
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.meetings import reading as meetings
from webapp.plans import domain as plans
from webapp.reminders.models import Occurrence, Reminder, SetBy
from webapp.reminders.outcome import Outcome
from webapp.sharing import freezing
from webapp.what_matters.models import Answer, AnswerVersion, ReadReceipt
from webapp.work_list import reasons
from webapp.work_list.reasons import ORDER, TODAY, UNIT, Task

_MISSED = (Outcome.UNDELIVERED, Outcome.UNANSWERED)
Query = Select[*tuple[Any, ...]]
_Id = InstrumentedAttribute[UUID] | ColumnElement[UUID]


def lines(flow: Flow, cared_for: CTE) -> CTE:
    """Every line of the list of a unit with this kind of care.

    Each has task, rank, person_id, name, thing_id, since and until_on.
    Given later: `unit_id`, `organisation_id`, `now`, `today`, `soon`, `soon_past`, `look_back`.
    """
    return union_all(
        _outcomes(cared_for),
        _dated(Task.LOOK_AGAIN, cared_for, freezing.TO_LOOK_AT),
        _since(Task.FROZEN, cared_for, plans.FROZEN),
        _since(Task.OBJECTED, cared_for, plans.objected(flows.own(flow))),
        _since(Task.GOAL_REFUSED, cared_for, plans.GOALS_REFUSED),
        _since(Task.NOT_WRITTEN, cared_for, meetings.not_written_down(flows.own(flow))),
        _unread(cared_for),
        _without_phone(cared_for),
        _without(Task.NO_CONTACT, cared_for, Role.FAST_VARDKONTAKT),
        _without(Task.NO_CARE_WORKER, cared_for, Role.FAST_OMSORGSKONTAKT, reasons._HELPS_AT_HOME),
        _dated(Task.CONTACT_ENDS, cared_for, naming.ENDING_SOON),
        _dated(Task.CONSENT_ENDS, cared_for, reasons._consents_ending()),
        _dated(Task.ENDING, cared_for, _ENDING),
    ).cte("lines")


def _line(
    task: ColumnElement[str], rank: ColumnElement[int], cared_for: CTE, thing: Any, since: Any, until_on: Any
) -> Select[Any]:
    return select(
        task.label("task"),
        rank.label("rank"),
        cared_for.c.person_id,
        cared_for.c.name,
        thing.label("thing_id"),
        since.label("since"),
        until_on.label("until_on"),
    )


def _of(task: Task, cared_for: CTE, thing: Any, since: Any = None, until_on: Any = None) -> Select[Any]:
    never: Any = type_coerce(cast(null(), DateTime(timezone=True)), Instant())
    no_day: Any = cast(null(), Date)
    return _line(
        literal(task.value, String(32)),
        literal(ORDER.index(task), Integer),
        cared_for,
        thing,
        never if since is None else since,
        no_day if until_on is None else until_on,
    )


def _since(task: Task, cared_for: CTE, found: Query) -> Select[Any]:
    """A reason whose query gives person, thing and since when."""
    person, thing, since = found.selected_columns
    return _within(found, person, _of(task, cared_for, thing, since=since), cared_for)


def _dated(task: Task, cared_for: CTE, found: Query) -> Select[Any]:
    """A reason whose query gives person, thing and the last day to do it."""
    person, thing, day = found.selected_columns
    return _within(found, person, _of(task, cared_for, thing, until_on=day), cared_for)


def _within(found: Query, person: Any, line: Select[Any], cared_for: CTE) -> Select[Any]:
    """The same query, for the unit's people alone, with the columns of a line."""
    return found.join(cared_for, cared_for.c.person_id == person).with_only_columns(
        *line.selected_columns, maintain_column_froms=True
    )


def _without(task: Task, cared_for: CTE, role: Role, only: ColumnElement[bool] | None = None) -> Select[Any]:
    found = _of(task, cared_for, cared_for.c.person_id)
    return found.where(
        not_(contacts.has_contact(cared_for.c.person_id, role)), *([] if only is None else [only])
    )


_last = aliased(Occurrence)
_LAST_CLOSED = (  # by the index of the unique key, however many years of due times there are
    select(_last.id)
    .where(_last.reminder_id == Reminder.id, _last.outcome != Outcome.OPEN)
    .order_by(_last.local_on.desc(), _last.local_at.desc())
    .limit(1)
    .correlate(Reminder)
    .scalar_subquery()
)


def _outcomes(cared_for: CTE) -> Select[Any]:
    """The last outcome of each of the unit's reminders, where nobody answered or nothing reached the person."""
    missed = type_coerce(Occurrence.outcome, String(32))
    ranks = {outcome.value: ORDER.index(Task(outcome.value)) for outcome in _MISSED}
    no_day: Any = cast(null(), Date)
    return (
        _line(
            missed,
            case(ranks, value=missed, else_=len(ORDER)),
            cared_for,
            Reminder.id,
            Occurrence.due_at,
            no_day,
        )
        .join(Reminder, Reminder.person_id == cared_for.c.person_id)
        .join(Occurrence, Occurrence.id == _LAST_CLOSED)
        .where(
            Reminder.unit_id == UNIT,
            Reminder.ended_at.is_(None),
            Reminder.to_several.is_(False),  # what came of those stands with the broadcast
            Occurrence.due_at > bindparam("look_back", type_=Instant()),
            or_(*(Occurrence.outcome == each for each in _MISSED)),
        )
    )


def _unread(cared_for: CTE) -> Select[Any]:
    """Words shared with the team that nobody at the unit has said they have read: since the oldest of them."""
    person = cared_for.c.person_id
    return (
        _of(Task.UNREAD, cared_for, person, since=func.min(AnswerVersion.written_at))
        .join(Answer, Answer.person_id == person)
        .join(
            AnswerVersion, and_(AnswerVersion.answer_id == Answer.id, AnswerVersion.number == Answer.version)
        )
        .where(
            Answer.for_team.is_(True),
            not_(exists().where(ReadReceipt.version_id == AnswerVersion.id, ReadReceipt.unit_id == UNIT)),
        )
        .group_by(person, cared_for.c.name)
    )


def _without_phone(cared_for: CTE) -> Select[Any]:
    """People with reminders of the unit's, and no way to reach them."""
    person = cared_for.c.person_id
    reminded = select(Reminder.person_id).where(
        Reminder.unit_id == UNIT,
        Reminder.set_by == SetBy.STAFF,
        Reminder.next_due_at.is_not(None),
        Reminder.to_several.is_(False),
    )
    return _of(Task.NO_PHONE, cared_for, person).where(person.in_(reminded), not_(reasons.is_reached(person)))


# Self-care that goes on, or went on to its last day, and whose day to be assessed again is near or was lately.
_ENDING = select(Reminder.person_id, Reminder.id, Reminder.reassess_on).where(
    Reminder.unit_id == UNIT,
    Reminder.set_by == SetBy.STAFF,
    Reminder.ended_at.is_(None),
    Reminder.to_several.is_(False),
    Reminder.reassess_on.between(bindparam("soon_past", type_=Date()), bindparam("soon", type_=Date())),
    Reminder.from_on < Reminder.until_on,
    or_(Reminder.until_on == Reminder.reassess_on, Reminder.until_on >= TODAY),
)
