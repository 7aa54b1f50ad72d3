"""What the worker does before and after sending: plan what is due soon, and close what nobody answered."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core.sealing import without_texts
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder, State, Subscription
from webapp.reminders.outcome import Outcome
from webapp.reminders.schedule import Due, Rule
from webapp.reminders.setting import rule_of

log = logging.getLogger(__name__)

AHEAD = timedelta(seconds=60)  # planned this long before it is due
MOST_MISSED = 400  # due times of one reminder written down after a long outage
JUST_BEFORE = timedelta(microseconds=1)
LET_GO = timedelta(hours=1)  # a reminder that cannot be read is looked at again after this


def plan_due(session: Session, now: datetime, most: int = 500) -> int:
    """Plan every reminder due by now + AHEAD: one occurrence a due time, one delivery a phone.

    Due times missed in an outage are written down, so that each has an outcome, but only the one that is
    still open is sent. Planning twice makes nothing twice. A reminder that cannot be read is logged by its
    id and let go for LET_GO, so that it stops nobody else's. Returns how many reminders were looked at.
    """
    soon = now + AHEAD
    reminders = session.scalars(
        select(Reminder)
        .options(*without_texts(Reminder))
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.next_due_at <= soon, Person.deceased_at.is_(None))
        .order_by(Reminder.next_due_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=Reminder)
    ).all()
    if not reminders:
        return 0
    planned = [(reminder, due, rule) for reminder in reminders for due, rule in _due_times(reminder, soon)]
    already = _already(session, reminders, planned)
    fresh = [
        (reminder, due, rule)
        for reminder, due, rule in planned
        if (reminder.id, due.on, due.clock) not in already
    ]
    phones = _phones(session, {reminder.person_id for reminder, _, _ in fresh})
    occurrences = [_occurrence(reminder, due, rule) for reminder, due, rule in fresh]
    if occurrences:
        session.execute(insert(Occurrence), occurrences)
    deliveries = [
        _delivery(occurrence, phone, reminder)
        for (reminder, _, _), occurrence in zip(fresh, occurrences, strict=True)
        if occurrence["closes_at"] > now
        for phone in phones.get(reminder.person_id, ())
    ]
    if deliveries:
        session.execute(insert(Delivery), deliveries)
    session.flush()
    return len(reminders)


def _due_times(reminder: Reminder, soon: datetime) -> Iterable[tuple[Due, Rule]]:
    """The due times from where planning stopped; moves the reminder on past them."""
    try:
        rule = rule_of(reminder)
    except ValueError:
        log.exception("reminder not planned: id=%s", reminder.id)
        reminder.next_due_at = soon + LET_GO
        return []
    begin = (reminder.next_due_at or soon) - JUST_BEFORE
    found = list(rule.between(begin, soon))[-MOST_MISSED:]
    following = rule.next_after(found[-1].at if found else soon)
    reminder.next_due_at = following.at if following else None
    return [(due, rule) for due in found]


def _already(
    session: Session, reminders: Sequence[Reminder], planned: Sequence[tuple[Reminder, Due, Rule]]
) -> set[tuple[UUID, date, time]]:
    if not planned:
        return set()
    rows = session.execute(
        select(Occurrence.reminder_id, Occurrence.local_on, Occurrence.local_at).where(
            Occurrence.reminder_id.in_([reminder.id for reminder in reminders]),
            Occurrence.due_at >= min(due.at for _, due, _ in planned),
        )
    )
    return {(row.reminder_id, row.local_on, row.local_at) for row in rows}


def _phones(session: Session, person_ids: set[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Each person's phones, and the push service of each."""
    phones: dict[UUID, list[tuple[UUID, str]]] = {}
    rows = session.execute(
        select(Subscription.person_id, Subscription.id, Subscription.origin).where(
            Subscription.person_id.in_(person_ids), Subscription.retired_at.is_(None)
        )
    )
    for row in rows:
        phones.setdefault(row.person_id, []).append((row.id, row.origin))
    return phones


def _occurrence(reminder: Reminder, due: Due, rule: Rule) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "person_id": reminder.person_id,
        "reminder_id": reminder.id,
        "local_on": due.on,
        "local_at": due.clock,
        "due_at": due.at,
        "closes_at": rule.closes(due),
        "outcome": Outcome.OPEN,
    }


def _delivery(occurrence: dict[str, Any], phone: tuple[UUID, str], reminder: Reminder) -> dict[str, Any]:
    due_at = max(occurrence["due_at"], reminder.held_until)  # staff's 60 seconds to undo
    return {
        "id": uuid4(),
        "person_id": occurrence["person_id"],
        "occurrence_id": occurrence["id"],
        "purpose": Purpose.REMINDER,
        "channel": Channel.PUSH,
        "subscription_id": phone[0],
        "lane": phone[1],
        "number": 1,
        "state": State.DUE,
        "due_at": due_at,
        "useless_at": occurrence["closes_at"],
        "attempts": 0,
        "worker": "",
        "lease_until": due_at,
        "cause": "",
    }


def occurrence_at(
    session: Session, reminder: Reminder, on: date, clock: time, now: datetime
) -> Occurrence | None:
    """The occurrence of one due time, made here, with its notices, if the worker has not been round yet.

    The reminder is locked, so that the worker does not plan it at the same moment. None when the reminder has
    no such due time, or planning never came to stand before it.
    """
    session.refresh(reminder, with_for_update={"key_share": True})
    known = session.scalars(
        select(Occurrence).where(
            Occurrence.reminder_id == reminder.id, Occurrence.local_on == on, Occurrence.local_at == clock
        )
    ).first()
    if known is not None:
        return known
    rule = rule_of(reminder)
    due = next((due for due in rule.on(on) if due.clock == clock), None)
    if due is None or reminder.next_due_at is None or due.at < reminder.next_due_at or due.at > now + AHEAD:
        return None
    made = _occurrence(reminder, due, rule)
    occurrence = Occurrence(**made)
    session.add(occurrence)
    session.flush()
    if occurrence.closes_at > now:  # an answer calls them off; one that is taken back before them does not
        phones = _phones(session, {reminder.person_id}).get(reminder.person_id, ())
        session.add_all(Delivery(**_delivery(made, phone, reminder)) for phone in phones)
        session.flush()
    return occurrence


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
