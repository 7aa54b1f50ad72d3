"""The staff's side: what the unit has sent, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Person
from webapp.reminders.models import Occurrence, Reminder, SetBy
from webapp.reminders.outcome import Outcome
from webapp.work_list import reasons

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """One reminder that the unit has sent, with what its last due time came to."""

    reminder: Reminder
    called: str
    last: Outcome | None
    last_at: datetime | None


def sent_by(session: Session, unit_id: UUID, today: date) -> list[Sent]:
    """The unit's reminders to people it cares for, the newest first."""
    cared_for = reasons.people().subquery()
    rows = session.execute(
        select(Reminder, Occurrence.outcome, Occurrence.due_at, Person.called)
        .join(cared_for, cared_for.c.person_id == Reminder.person_id)
        .join(Person, Person.id == Reminder.person_id)
        .outerjoin(Occurrence, Occurrence.id == _LAST_DUE)
        .where(
            Reminder.unit_id == unit_id,
            Reminder.set_by == SetBy.STAFF,
            Reminder.to_several.is_(False),
        )
        .order_by(Reminder.set_at.desc(), Reminder.id)
        .limit(MOST_SHOWN),
        {"unit_id": unit_id, "today": today},
    )
    return [Sent(row.Reminder, row.called, row.outcome, row.due_at) for row in rows]


def going_from(session: Session, unit_id: UUID, person_id: UUID) -> int:
    """How many reminders of the unit's this person still gets."""
    going = select(func.count()).where(
        Reminder.person_id == person_id,
        Reminder.unit_id == unit_id,
        Reminder.set_by == SetBy.STAFF,
        Reminder.next_due_at.is_not(None),
    )
    return session.scalar(going) or 0


_last = aliased(Occurrence)
_LAST_DUE = (  # by the index of the unique key, however many years of due times there are
    select(_last.id)
    .where(_last.reminder_id == Reminder.id)
    .order_by(_last.local_on.desc(), _last.local_at.desc())
    .limit(1)
    .correlate(Reminder)
    .scalar_subquery()
)
