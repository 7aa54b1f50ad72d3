"""The work list: what needs somebody at the unit today."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.contacts import domain as contacts
from webapp.contacts import naming
from webapp.contacts.models import Role
from webapp.core import clock
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.meetings import reading as meetings
from webapp.plans import domain as plans
from webapp.reminders.models import Occurrence, Reminder, SetBy, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sharing import freezing
from webapp.what_matters.models import Answer, AnswerVersion, ReadReceipt
from webapp.work_list.people import Patient

LOOK_BACK = timedelta(days=3)
SOON = timedelta(days=14)
MOST_SHOWN = 200


class Task(StrEnum):
    """Why somebody stands on the work list, the most urgent first."""

    UNDELIVERED = "undelivered"
    UNANSWERED = "unanswered"
    LOOK_AGAIN = "look_again"
    FROZEN = "frozen"  # the consent to share the plan is withdrawn
    OBJECTED = "objected"
    NOT_WRITTEN = "not_written"  # a meeting that has been, without its next date
    UNREAD = "unread"
    NO_PHONE = "no_phone"
    NO_CONTACT = "no_contact"
    NO_CARE_WORKER = "no_care_worker"
    CONTACT_ENDS = "contact_ends"
    ENDING = "ending"


URGENT = frozenset({Task.UNDELIVERED, Task.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the work list."""

    task: Task
    person: Patient
    what: str
    since: datetime | None
    reminder_id: UUID | None = None
    until_on: date | None = None  # the last day, where the task is to be done before one


def work_list(
    session: Session,
    unit_id: UUID,
    organisation_id: UUID,
    people: Sequence[Patient],
    now: datetime,
    kinds: Set[str] = flows.EVERY,
) -> list[Item]:
    """What needs somebody at the unit: the most urgent first, then the oldest or the soonest to end first.

    `kinds`: the kinds of care that the unit sees of its organisation.
    """
    by_id, today = {person.id: person for person in people}, clock.local(now).date()
    items = [
        *_outcomes(session, unit_id, by_id, now),
        *(
            Item(Task.LOOK_AGAIN, by_id[each.person_id], "", None, until_on=each.look_again_on)
            for each in freezing.to_look_at(session, unit_id, list(by_id), today)
        ),
        *(
            Item(Task.FROZEN, by_id[person_id], "", at)
            for person_id, at in plans.frozen(session, list(by_id), unit_id)
        ),
        *(
            Item(Task.OBJECTED, by_id[person_id], what, at)
            for person_id, what, at in plans.objections(session, list(by_id), organisation_id, kinds)
        ),
        *(
            Item(Task.NOT_WRITTEN, by_id[person_id], "", at)
            for person_id, at in meetings.not_written_down(session, list(by_id), organisation_id, kinds, now)
        ),
        *_unread(session, unit_id, by_id),
        *_without_phone(session, unit_id, by_id),
        *(
            Item(Task.NO_CONTACT, by_id[person_id], "", None)
            for person_id in contacts.without_contact(session, list(by_id), today)
        ),
        *_without_care_worker(session, unit_id, by_id, now),
        *(
            Item(Task.CONTACT_ENDS, by_id[person_id], "", None, until_on=until_on)
            for person_id, _role, until_on in naming.ending_soon(
                session, list(by_id), unit_id, clock.local(now).date()
            )
        ),
        *_ending(session, unit_id, by_id, now),
    ]
    order = list(Task)

    def place(item: Item) -> tuple[int, bool, datetime, date]:
        return (order.index(item.task), item.since is None, item.since or now, item.until_on or date.max)

    return sorted(items, key=place)[:MOST_SHOWN]


def _outcomes(session: Session, unit_id: UUID, by_id: dict[UUID, Patient], now: datetime) -> list[Item]:
    """The last outcome of each of the unit's reminders, where nobody answered or nothing reached the phone."""
    rows = session.execute(
        select(Occurrence, Reminder.text)
        .join(Reminder, Reminder.id == Occurrence.reminder_id)
        .where(
            Reminder.unit_id == unit_id,
            Reminder.ended_at.is_(None),
            Occurrence.person_id.in_(by_id),
            Occurrence.due_at > now - LOOK_BACK,
            Occurrence.outcome != Outcome.OPEN,
        )
        .order_by(Occurrence.due_at)
    ).all()
    last = {occurrence.reminder_id: (occurrence, text) for occurrence, text in rows}
    tasks = {Outcome.UNANSWERED: Task.UNANSWERED, Outcome.UNDELIVERED: Task.UNDELIVERED}
    return [
        Item(
            tasks[occurrence.outcome],
            by_id[occurrence.person_id],
            text,
            occurrence.due_at,
            occurrence.reminder_id,
        )
        for occurrence, text in last.values()
        if occurrence.outcome in tasks
    ]


def _unread(session: Session, unit_id: UUID, by_id: dict[UUID, Patient]) -> list[Item]:
    """Words shared with the team that nobody at the unit has said they have read."""
    read = select(ReadReceipt.version_id).where(ReadReceipt.unit_id == unit_id)
    rows = session.execute(
        select(Answer.person_id, AnswerVersion.written_at)
        .join(
            AnswerVersion, (AnswerVersion.answer_id == Answer.id) & (AnswerVersion.number == Answer.version)
        )
        .where(Answer.person_id.in_(by_id), Answer.for_team.is_(True), AnswerVersion.id.not_in(read))
        .order_by(AnswerVersion.written_at)
    ).all()
    oldest: dict[UUID, datetime] = {}
    for row in rows:
        oldest.setdefault(row.person_id, row.written_at)
    return [Item(Task.UNREAD, by_id[person_id], "", at) for person_id, at in oldest.items()]


def _without_phone(session: Session, unit_id: UUID, by_id: dict[UUID, Patient]) -> list[Item]:
    """People with reminders of the unit's, and no phone that takes them."""
    reached = select(Subscription.person_id).where(Subscription.retired_at.is_(None))
    rows = session.scalars(
        select(Reminder.person_id)
        .where(
            Reminder.unit_id == unit_id,
            Reminder.set_by == SetBy.STAFF,
            Reminder.next_due_at.is_not(None),
            Reminder.person_id.in_(by_id),
            Reminder.person_id.not_in(reached),
        )
        .distinct()
    )
    return [Item(Task.NO_PHONE, by_id[person_id], "", None) for person_id in rows]


def _without_care_worker(
    session: Session, unit_id: UUID, by_id: dict[UUID, Patient], now: datetime
) -> list[Item]:
    """People with the unit's help at home and no fast omsorgskontakt: a task for the municipality's unit alone."""
    unit = session.get_one(Unit, unit_id)
    owner = session.get_one(Organisation, unit.organisation_id)
    if owner.huvudman is not Huvudman.KOMMUN or unit.flow is not Flow.ELDER:
        return []
    today = clock.local(now).date()
    without = contacts.without_contact(session, list(by_id), today, Role.FAST_OMSORGSKONTAKT)
    return [Item(Task.NO_CARE_WORKER, by_id[person_id], "", None) for person_id in without]


def _ending(session: Session, unit_id: UUID, by_id: dict[UUID, Patient], now: datetime) -> list[Item]:
    """Self-care whose last day is near: it is to be assessed again, or ended."""
    today = clock.local(now).date()
    rows = session.scalars(
        select(Reminder).where(
            Reminder.unit_id == unit_id,
            Reminder.set_by == SetBy.STAFF,
            Reminder.ended_at.is_(None),
            Reminder.until_on >= today,
            Reminder.until_on <= today + SOON,
            Reminder.person_id.in_(by_id),
        )
    )
    return [Item(Task.ENDING, by_id[row.person_id], row.text, None, row.id, row.until_on) for row in rows]
