"""Why somebody stands on a unit's work list: one query for each reason, put together to one.

Each gives the person, the thing it is about, since when, and before which day. The database does the work in one
go, so that a unit of five thousand people takes as few questions as one of five.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
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
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from webapp.accounts.models import Person
from webapp.channels.models import Way
from webapp.contacts import domain as contacts
from webapp.contacts import naming
from webapp.contacts.models import Role
from webapp.core.db import Instant
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.meetings import reading as meetings
from webapp.plans import domain as plans
from webapp.plans.models import Plan
from webapp.reminders.models import Occurrence, Reminder, SetBy, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sharing import freezing
from webapp.sharing.models import CareRelation, Consent, ConsentKind, ConsentUnit
from webapp.sharing.ties import is_blocked, relates
from webapp.what_matters.models import Answer, AnswerVersion, ReadReceipt

LOOK_BACK = timedelta(
    days=14
)  # of reminders and of a no to a goal: longer than any holidays keep a unit closed
SOON = timedelta(days=14)


class Task(StrEnum):
    """Why somebody stands on the work list, the most urgent first."""

    UNDELIVERED = "undelivered"
    UNANSWERED = "unanswered"
    LOOK_AGAIN = "look_again"
    FROZEN = "frozen"  # the consent to share the plan is withdrawn
    OBJECTED = "objected"
    GOAL_REFUSED = "goal_refused"  # what the unit proposed for a goal; the goal's words are not on the list
    NOT_WRITTEN = "not_written"  # a meeting that has been, without its next date
    UNREAD = "unread"
    NO_PHONE = "no_phone"
    NO_CONTACT = "no_contact"
    NO_CARE_WORKER = "no_care_worker"
    CONTACT_ENDS = "contact_ends"
    CONSENT_ENDS = "consent_ends"  # the consent to share the plan has a last day, and it is near or has been
    ENDING = "ending"


ORDER = tuple(Task)
URGENT = frozenset({Task.UNDELIVERED, Task.UNANSWERED})
# What a call to the person can settle for now. The rest is the unit's own to do.
BY_CALL = frozenset(
    {
        Task.UNDELIVERED,
        Task.UNANSWERED,
        Task.FROZEN,
        Task.OBJECTED,
        Task.GOAL_REFUSED,
        Task.NO_PHONE,
        Task.CONSENT_ENDS,
        Task.ENDING,
    }
)

UNIT = bindparam("unit_id", type_=Uuid())
TODAY = bindparam("today", type_=Date())
_MISSED = (Outcome.UNDELIVERED, Outcome.UNANSWERED)  # called as the tasks are
Query = Select[*tuple[Any, ...]]
_Id = InstrumentedAttribute[UUID] | ColumnElement[UUID]


def people() -> Select[UUID, str]:
    """Whom the unit cares for. In no list: the protected, the dead, and those who have blocked the unit."""
    return (
        select(Person.id.label("person_id"), Person.name)
        .join(CareRelation, CareRelation.person_id == Person.id)
        .where(
            CareRelation.unit_id == UNIT,
            relates(TODAY),
            not_(is_blocked(Person.id, UNIT)),
            Person.protected.is_(False),
            Person.deceased_at.is_(None),
        )
        .distinct()
    )


def lines(flow: Flow, cared_for: CTE) -> CTE:
    """Every line of the list of a unit with this kind of care.

    Each has task, rank, person_id, name, thing_id, since and until_on. Most reasons begin with what is wrong,
    which is little, and are held against the unit's people all at once.
    Given later: `unit_id`, `organisation_id`, `now`, `today`, `soon`, `soon_past`, `look_back`.
    """
    ours = _REMINDERS.cte("ours")
    found = union_all(
        _outcomes(ours),
        _dated(Task.LOOK_AGAIN, freezing.TO_LOOK_AT),
        _since(Task.FROZEN, plans.FROZEN),
        _since(Task.OBJECTED, plans.objected(flows.own(flow))),
        _since(Task.GOAL_REFUSED, plans.GOALS_REFUSED),
        _since(Task.NOT_WRITTEN, meetings.not_written_down(flows.own(flow))),
        _unread(cared_for),
        _without_phone(ours),
        _without(Task.NO_CONTACT, cared_for, Role.FAST_VARDKONTAKT),
        _without(Task.NO_CARE_WORKER, cared_for, Role.FAST_OMSORGSKONTAKT, _HELPS_AT_HOME),
        _dated(Task.CONTACT_ENDS, naming.ENDING_SOON),
        _dated(Task.CONSENT_ENDS, _consents_ending()),
        _ending(ours),
    ).subquery("found")
    return (
        select(found, cared_for.c.name)
        .join(cared_for, cared_for.c.person_id == found.c.person_id)
        .cte("lines")
    )


# The unit's own reminders; what came of those that went to several stands with the broadcast.
_REMINDERS = select(
    Reminder.id,
    Reminder.person_id,
    Reminder.set_by,
    Reminder.next_due_at,
    Reminder.ended_at,
    Reminder.from_on,
    Reminder.until_on,
    Reminder.reassess_on,
).where(Reminder.unit_id == UNIT, Reminder.to_several.is_(False))
_NEVER: Any = type_coerce(cast(null(), DateTime(timezone=True)), Instant())
_NO_DAY: Any = cast(null(), Date)


def _line(
    task: ColumnElement[str],
    rank: ColumnElement[int],
    person: Any,
    thing: Any,
    since: Any = _NEVER,
    until_on: Any = _NO_DAY,
) -> Select[Any]:
    return select(
        task.label("task"),
        rank.label("rank"),
        person.label("person_id"),
        thing.label("thing_id"),
        since.label("since"),
        until_on.label("until_on"),
    )


def _of(task: Task, person: Any, thing: Any, **when: Any) -> Select[Any]:
    """`when`: since, or until_on."""
    named, rank = literal(task.value, String(32)), literal(ORDER.index(task), Integer)
    return _line(named, rank, person, thing, **when)


def _since(task: Task, found: Query) -> Select[Any]:
    """A reason whose query gives person, thing and since when."""
    person, thing, since = found.selected_columns
    return _as(found, _of(task, person, thing, since=since))


def _dated(task: Task, found: Query) -> Select[Any]:
    """A reason whose query gives person, thing and the last day to do it."""
    person, thing, day = found.selected_columns
    return _as(found, _of(task, person, thing, until_on=day))


def _as(found: Query, line: Select[Any]) -> Select[Any]:
    """The same query with the columns of a line."""
    return found.with_only_columns(*line.selected_columns, maintain_column_froms=True)


def _without(task: Task, cared_for: CTE, role: Role, only: ColumnElement[bool] | None = None) -> Select[Any]:
    person = cared_for.c.person_id
    found = _of(task, person, person)
    return found.where(not_(contacts.has_contact(person, role)), *([] if only is None else [only]))


_newer = aliased(Occurrence)
_WAS_MISSED = or_(  # as words of the question, and not given later: so the index of what was missed is found
    *(Occurrence.outcome == literal_column(f"'{each.value}'") for each in _MISSED)
)


def _outcomes(ours: CTE) -> Select[Any]:
    """The last outcome of each of the unit's reminders, where nobody answered or nothing reached the person."""
    missed = type_coerce(Occurrence.outcome, String(32))
    ranks = {outcome.value: ORDER.index(Task(outcome.value)) for outcome in _MISSED}
    over_since = exists().where(
        _newer.reminder_id == Occurrence.reminder_id,
        tuple_(_newer.local_on, _newer.local_at) > tuple_(Occurrence.local_on, Occurrence.local_at),
        _newer.outcome != literal_column(f"'{Outcome.OPEN.value}'"),
    )
    rank = case(ranks, value=missed, else_=len(ORDER))
    return (
        _line(missed, rank, ours.c.person_id, ours.c.id, since=Occurrence.due_at)
        .join(Occurrence, Occurrence.reminder_id == ours.c.id)
        .where(
            ours.c.ended_at.is_(None),
            Occurrence.due_at > bindparam("look_back", type_=Instant()),
            _WAS_MISSED,
            not_(over_since),
        )
    )


def _unread(cared_for: CTE) -> Select[Any]:
    """Words shared with the team that nobody at the unit has said they have read: since the oldest of them."""
    person = cared_for.c.person_id
    return (
        _of(Task.UNREAD, person, person, since=func.min(AnswerVersion.written_at))
        .join(Answer, Answer.person_id == person)
        .join(
            AnswerVersion, and_(AnswerVersion.answer_id == Answer.id, AnswerVersion.number == Answer.version)
        )
        .where(
            Answer.for_team.is_(True),
            not_(exists().where(ReadReceipt.version_id == AnswerVersion.id, ReadReceipt.unit_id == UNIT)),
        )
        .group_by(person)
    )


def _without_phone(ours: CTE) -> Select[Any]:
    """People with reminders of the unit's, and no way to reach them."""
    reminded = (
        select(ours.c.person_id)
        .where(ours.c.set_by == SetBy.STAFF, ours.c.next_due_at.is_not(None))
        .distinct()
        .subquery("reminded")
    )
    person = reminded.c.person_id
    return _of(Task.NO_PHONE, person, person).where(not_(is_reached(person)))


def _ending(ours: CTE) -> Select[Any]:
    """Self-care that goes on, or went on to its last day, whose day to be assessed again is near or was lately."""
    return _of(Task.ENDING, ours.c.person_id, ours.c.id, until_on=ours.c.reassess_on).where(
        ours.c.set_by == SetBy.STAFF,
        ours.c.ended_at.is_(None),
        ours.c.reassess_on.between(bindparam("soon_past", type_=Date()), bindparam("soon", type_=Date())),
        ours.c.from_on < ours.c.until_on,
        or_(ours.c.until_on == ours.c.reassess_on, ours.c.until_on >= TODAY),
    )


def is_reached(person_id: _Id) -> ColumnElement[bool]:
    """The person has a phone that takes notices, or a number or mailbox of their own that is proven."""
    return or_(
        exists().where(Subscription.person_id == person_id, Subscription.retired_at.is_(None)),
        exists().where(Way.person_id == person_id, Way.verified_at.is_not(None)),
    )


_HELPS_AT_HOME = (  # a fast omsorgskontakt is the municipality's to name, for those it helps at home
    exists().where(
        Unit.id == UNIT,
        Unit.flow == Flow.ELDER,
        Organisation.id == Unit.organisation_id,
        Organisation.huvudman == Huvudman.KOMMUN,
    )
)


def _consents_ending() -> Query:
    """Consents to share a plan that name the unit, whose last day is near or was lately, with none after them.

    A task for the unit that began the plan; where there is no plan, for every unit that is named.
    """
    later = aliased(Consent)
    followed = exists().where(
        later.person_id == Consent.person_id,
        later.kind == ConsentKind.SIP,
        later.flow == Consent.flow,
        later.withdrawn_at.is_(None),
        later.until_on > Consent.until_on,
    )
    of_others = exists().where(
        Plan.person_id == Consent.person_id,
        Plan.ended_on.is_(None),
        or_(Plan.flow == Consent.flow, Plan.flow == Flow.ALL),
        Plan.unit_id != UNIT,
    )
    return (
        select(Consent.person_id, Consent.id, Consent.until_on)
        .join(ConsentUnit, ConsentUnit.consent_id == Consent.id)
        .where(
            ConsentUnit.unit_id == UNIT,
            Consent.kind == ConsentKind.SIP,
            Consent.withdrawn_at.is_(None),
            Consent.until_on.between(bindparam("soon_past", type_=Date()), bindparam("soon", type_=Date())),
            not_(followed),
            not_(of_others),
        )
    )
