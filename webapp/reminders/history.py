"""What became of the reminders, month by month; and telling afterwards what a paper calendar was ticked for.

It counts what was done and says the rest in words. Nothing is judged, and nobody is blamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.db import rows
from webapp.directory.models import Unit
from webapp.reminders.answering import answer
from webapp.reminders.models import Answered, Occurrence, Reminder
from webapp.reminders.outcome import DONE, PROVISIONAL, Outcome, Press
from webapp.reminders.setting import Sees, may_see

AFTERWARDS = timedelta(days=62)  # a paper calendar has a page a month: this one and the last can be filled in
WEEK = timedelta(days=7)
FURTHEST = timedelta(days=366 * 2)  # how far back the months go
MOST_TICKS = 1000  # in one form: 60 reminders at most, a few times a day, for a week
NOT_ANSWERED = PROVISIONAL - {Outcome.OPEN}


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month."""

    first: date

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.replace(day=1))

    @classmethod
    def named(cls, text: str, today: date) -> Month:
        """The month of "2026-03"; this month for anything else, for what is to come and for long ago."""
        try:
            asked = cls(date.fromisoformat(f"{text}-01"))
        except ValueError:
            return cls.of(today)
        return asked if today - FURTHEST <= asked.first <= today else cls.of(today)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        return Month.of(self.first + timedelta(days=31))

    @property
    def before(self) -> Month:
        return Month.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one reminder became what, in a month. What is still open is not counted."""

    reminder: Any  # id, text, own_language_text, own_language, set_by
    times: Counter[Outcome] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        return sum(self.times[each] for each in DONE)

    @property
    def all(self) -> int:
        return sum(self.times.values())


_TEXTS = (
    Reminder.id,
    Reminder.text,
    Reminder.own_language_text,
    Reminder.own_language,
    Reminder.set_by,
    Unit.organisation_id,
    Unit.flow,
)
_OF_PERSON = Reminder.person_id == bindparam("person_id", type_=Uuid())
_COUNTED = (
    select(Occurrence.reminder_id, Occurrence.outcome, func.count().label("times"))
    .where(
        Occurrence.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.local_on >= bindparam("first"),
        Occurrence.local_on <= bindparam("last"),
        Occurrence.outcome != Outcome.OPEN,
    )
    .group_by(Occurrence.reminder_id, Occurrence.outcome)
)
_ALL_TEXTS = (
    select(*_TEXTS)
    .outerjoin(Unit, Unit.id == Reminder.unit_id)
    .where(_OF_PERSON)
    .order_by(Reminder.set_at, Reminder.id)
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
_TIMES = (
    select(
        Occurrence.id,
        Occurrence.local_on,
        Occurrence.local_at,
        Occurrence.due_at,
        Occurrence.outcome,
        Occurrence.pressed_at,
        Occurrence.told_later,
        _PRESSED_AS.label("pressed_as"),
    )
    .where(
        Occurrence.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.reminder_id == bindparam("reminder_id", type_=Uuid()),
        Occurrence.local_on >= bindparam("first"),
        Occurrence.local_on <= bindparam("last"),
        Occurrence.outcome != Outcome.OPEN,
    )
    .order_by(Occurrence.due_at.desc())
)
_NOT_TOLD = (
    select(Occurrence.id, Occurrence.local_on, Occurrence.local_at, Occurrence.due_at, *_TEXTS[1:])
    .join(Reminder, Reminder.id == Occurrence.reminder_id)
    .outerjoin(Unit, Unit.id == Reminder.unit_id)
    .where(
        Occurrence.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.local_on >= bindparam("first"),
        Occurrence.local_on <= bindparam("last"),
        Occurrence.outcome.in_(NOT_ANSWERED),
    )
    .order_by(Occurrence.local_on.desc(), Occurrence.due_at, Occurrence.id)
)


def month_of(session: Session, person_id: UUID, month: Month, sees: Sees | None = None) -> Sequence[Tally]:
    """Each reminder that came in the month, also one that has ended since. Two queries.

    `sees`: whether what an organisation has set in a kind of care may be seen (core.access.Sight.sees).
    """
    given = {"person_id": person_id, "first": month.first, "last": month.last}
    counted: dict[UUID, Counter[Outcome]] = {}
    for row in rows(session, _COUNTED, given):
        counted.setdefault(row.reminder_id, Counter())[row.outcome] = row.times
    if not counted:
        return []
    texts = rows(session, _ALL_TEXTS, {"person_id": person_id})
    return [Tally(each, counted[each.id]) for each in texts if each.id in counted and may_see(each, sees)]


def times_of(session: Session, person_id: UUID, reminder_id: UUID, month: Month) -> Sequence[Any]:
    """Each time that one reminder came in the month, the newest first."""
    given = {
        "person_id": person_id,
        "reminder_id": reminder_id,
        "first": month.first,
        "last": month.last,
    }
    return rows(session, _TIMES, given)


_ONE = (
    select(*_TEXTS)
    .outerjoin(Unit, Unit.id == Reminder.unit_id)
    .where(_OF_PERSON, Reminder.id == bindparam("reminder_id", type_=Uuid()))
)


def text_of(session: Session, person_id: UUID, reminder_id: UUID, sees: Sees | None = None) -> Any | None:
    """What one reminder of this person's says, ended or not; None where there is none, or it is not to be seen."""
    found = rows(session, _ONE, {"person_id": person_id, "reminder_id": reminder_id})
    return found[0] if found and may_see(found[0], sees) else None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days that can be filled in, the last of them `until_on`."""

    until_on: date

    @classmethod
    def named(cls, text: str, today: date) -> Week:
        """The week that ends on this day; the one that ends today for anything else."""
        try:
            asked = date.fromisoformat(text)
        except ValueError:
            return cls(today)
        return cls(asked) if today - AFTERWARDS <= asked <= today else cls(today)

    @property
    def from_on(self) -> date:
        return self.until_on - WEEK + timedelta(days=1)

    def before(self, today: date) -> date | None:
        """The last day of the week before; None where it lies too far back."""
        day = self.until_on - WEEK
        return day if day >= today - AFTERWARDS else None

    def after(self, today: date) -> date | None:
        return min(self.until_on + WEEK, today) if self.until_on < today else None


def not_told(
    session: Session, person_id: UUID, week: Week, sees: Sees | None = None
) -> Sequence[tuple[date, Sequence[Any]]]:
    """What nobody has answered in these days, day by day, the newest day first."""
    given = {"person_id": person_id, "first": week.from_on, "last": week.until_on}
    found = [row for row in rows(session, _NOT_TOLD, given) if may_see(row, sees)]
    return [(day, list(times)) for day, times in groupby(found, key=lambda row: row.local_on)]


def tell_afterwards(
    session: Session, person_id: UUID, ticked: Iterable[UUID], now: datetime, pressed_as: str = ""
) -> int:
    """Take in that these due times were done at their time, told afterwards. Returns how many that changed.

    What has been answered meanwhile stands as it was answered, what is another person's or too long ago is
    left alone, and twice is once.
    """
    earliest = clock.local(now).date() - AFTERWARDS - WEEK
    found = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.person_id == person_id,
            Occurrence.id.in_(list(ticked)[:MOST_TICKS]),
            Occurrence.local_on >= earliest,
        )
        .order_by(Occurrence.id)
        .with_for_update()
    ).all()
    told = 0
    for occurrence in found:
        if occurrence.outcome in NOT_ANSWERED:
            answer(session, occurrence, Press.DONE, now, said_at=occurrence.due_at, pressed_as=pressed_as)
            told += 1
    return told
