"""Telling a relative that nobody has answered: "säg till min dotter om jag inte svarat inom en timme".

The person alone chooses it, reminder by reminder: whom, in what order, after how long, and which hours are
quiet. One neutral notice a relative and due time. That the relative may still be told is asked here, and once
more as the notice goes out (sending/wanted.py). Whoever says "jag tar det" ends it: nobody else is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Integer, Uuid, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import rows
from webapp.permissions import Level
from webapp.reminders.deliveries import first_notice, ways_of
from webapp.reminders.models import Delivery, Occurrence, Purpose, RelativeToTell, Reminder, Told
from webapp.reminders.outcome import PROVISIONAL, Outcome
from webapp.reminders.quiet import TOO_OLD, TURN, Quiet, first_told, repeated
from webapp.sharing.guardians import OWN_LOGIN
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.ties import Relative, Today, binds

MOST_TOLD = 3  # relatives, one after another
FRESH = timedelta(hours=3)  # a notice to a relative is of no use after this
Helped = aliased(Person, name="helped")  # whose reminder a relative is told of


def born_before(today: date, years: int) -> date:
    """The last day on which somebody was born who is `years` old today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February, in a year without one before
        return date(today.year - years, 2, 28)


def child_since(today: date) -> date:
    """Whoever was born after this day is too young for a sign-in of their own."""
    return born_before(today, OWN_LOGIN)


def sees_reminders(today: Today, children_born_after: Any) -> ColumnElement[bool]:
    """Over Consent, Relative and Helped: the relative is bound, and may see the reminders of somebody who lives.

    A guardian sees them by the child's age, everybody else by what the consent says (sharing.guardians).
    """
    area = or_(
        and_(Consent.kind == ConsentKind.GUARDIAN, Helped.born_on > children_born_after),
        and_(Consent.kind != ConsentKind.GUARDIAN, Consent.reminders >= Level.SEE),
    )
    return and_(binds(today), area, Helped.deceased_at.is_(None), Helped.protected.is_(False))


def may_be_told(
    person_id: InstrumentedAttribute[UUID],
    relative_id: InstrumentedAttribute[UUID],
    today: Today,
    children_born_after: Any,
) -> ColumnElement[bool]:
    """Whether the relative may be told of this person's reminders today."""
    return (
        select(Consent.id)
        .join(Relative, Relative.id == Consent.relative_id)
        .join(Helped, Helped.id == Consent.person_id)
        .where(
            Consent.person_id == person_id,
            Consent.relative_id == relative_id,
            sees_reminders(today, children_born_after),
        )
        .correlate(person_id.class_, relative_id.class_)
        .exists()
    )


# What the person chooses


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to happen when the person has not answered one reminder."""

    repeat_after_minutes: int | None = None
    tell_after_minutes: int | None = None
    relatives: tuple[UUID, ...] = ()  # in turn
    quiet: str = ""


def whom(session: Session, person_id: UUID) -> Sequence[Any]:
    """The relatives who may be told of the person's reminders today: `id`, `called`, in the order they came."""
    today = clock.today()
    found = session.execute(
        select(Relative.id, Relative.called)
        .join(Consent, Consent.relative_id == Relative.id)
        .join(Helped, Helped.id == Consent.person_id)
        .where(Consent.person_id == person_id, sees_reminders(today, child_since(today)))
        .order_by(Consent.given_at, Consent.id)
    ).all()
    return list({row.id: row for row in found}.values())


def chosen(session: Session, reminder: Reminder) -> Choice:
    relatives = session.scalars(
        select(RelativeToTell.relative_id)
        .where(RelativeToTell.reminder_id == reminder.id)
        .order_by(RelativeToTell.place)
    )
    return Choice(
        reminder.repeat_after_minutes, reminder.tell_after_minutes, tuple(relatives), reminder.quiet_hours
    )


def choose(session: Session, reminder: Reminder, choice: Choice, now: datetime) -> None:
    """Keep what the person chose. It holds from the next due time; what is open now tells nobody anew."""
    reminder.repeat_after_minutes = choice.repeat_after_minutes
    reminder.tell_after_minutes = choice.tell_after_minutes if choice.relatives else None
    reminder.quiet_hours = choice.quiet if choice.relatives else ""
    session.execute(delete(RelativeToTell).where(RelativeToTell.reminder_id == reminder.id))
    session.add_all(
        RelativeToTell(
            person_id=reminder.person_id, reminder_id=reminder.id, relative_id=relative_id, place=place
        )
        for place, relative_id in enumerate(choice.relatives[:MOST_TOLD])
    )
    waiting = (Occurrence.reminder_id == reminder.id, Occurrence.outcome.in_(PROVISIONAL))
    if not choice.relatives:
        session.execute(update(Occurrence).where(*waiting).values(tell_at=None))
    for occurrence in session.scalars(select(Occurrence).where(*waiting, Occurrence.due_at > now)):
        occurrence.tell_at = first_told(occurrence.due_at, reminder.tell_after_minutes, reminder.quiet_hours)
        occurrence.repeat_at = repeated(
            occurrence.due_at, reminder.repeat_after_minutes, occurrence.closes_at
        )
    session.flush()


# What an answer does


def after_answer(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Nobody is told of what has been answered, nor of what came before it; one put off waits as long again.

    What is opened again by Ångra waits as long once more, for those who have not been told yet.
    """
    if occurrence.outcome not in PROVISIONAL:
        session.execute(
            update(Occurrence)
            .where(
                Occurrence.reminder_id == occurrence.reminder_id,
                Occurrence.due_at <= occurrence.due_at,
                Occurrence.tell_at.is_not(None),
            )
            .values(tell_at=None)
        )
        return
    if occurrence.outcome is not Outcome.OPEN or _is_taken(session, occurrence.id):
        return
    chose = session.execute(
        select(Reminder.tell_after_minutes, Reminder.quiet_hours).where(Reminder.id == occurrence.reminder_id)
    ).one()
    begins = max(now, occurrence.later_until or occurrence.due_at)
    occurrence.tell_at = first_told(begins, *chose)
    session.flush()


def _is_taken(session: Session, occurrence_id: UUID) -> bool:
    taken = select(Told.id).where(
        Told.occurrence_id == occurrence_id, or_(Told.taken_at.is_not(None), Told.called_at.is_not(None))
    )
    return session.scalar(taken.limit(1)) is not None


# What the worker does


_WAITING = (
    select(
        Occurrence.id,
        Occurrence.person_id,
        Occurrence.reminder_id,
        Occurrence.outcome,
        Occurrence.tell_at,
        Reminder.paused_at,
        Reminder.ended_at,
        Reminder.quiet_hours,
    )
    .join(Reminder, Reminder.id == Occurrence.reminder_id)
    .where(Occurrence.tell_at <= bindparam("now"))
    .order_by(Occurrence.tell_at)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True, of=Occurrence)
)
_IN_TURN = (
    select(RelativeToTell.reminder_id, RelativeToTell.relative_id)
    .where(
        RelativeToTell.reminder_id.in_(bindparam("reminders", type_=Uuid(), expanding=True)),
        may_be_told(
            RelativeToTell.person_id,
            RelativeToTell.relative_id,
            bindparam("today"),
            bindparam("children_born_after"),
        ),
    )
    .order_by(RelativeToTell.reminder_id, RelativeToTell.place)
)


def tell_due(session: Session, now: datetime, most: int = 200) -> int:
    """Tell the next relative of each due time that nobody has answered in time. Returns how many were looked at.

    Called twice it tells nobody twice. What was to be told long ago, in an outage, is let go.
    """
    waiting = rows(session, _WAITING, {"now": now, "most": most})
    if not waiting:
        return 0
    today = clock.local(now).date()
    asked = {
        "reminders": list({row.reminder_id for row in waiting}),
        "today": today,
        "children_born_after": child_since(today),
    }
    in_turn: dict[UUID, list[UUID]] = {}
    for row in rows(session, _IN_TURN, asked):
        in_turn.setdefault(row.reminder_id, []).append(row.relative_id)
    for row in waiting:
        at = _tell_next(session, row, in_turn.get(row.reminder_id, []), now)
        session.execute(
            update(Occurrence)
            .where(Occurrence.id == row.id)
            .values(tell_at=at)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    return len(waiting)


def _tell_next(session: Session, waiting: Any, relatives: Sequence[UUID], now: datetime) -> datetime | None:
    """Tell the first who has not been told; when the next one's turn comes, or None when all have been told."""
    is_over = waiting.outcome not in PROVISIONAL or waiting.paused_at or waiting.ended_at
    if is_over or now - waiting.tell_at > TOO_OLD or _is_taken(session, waiting.id):
        return None
    quiet = Quiet.read(waiting.quiet_hours)
    if (calm := quiet.over(now)) > now:
        return calm
    told = set(session.scalars(select(Told.relative_id).where(Told.occurrence_id == waiting.id)))
    left = [relative_id for relative_id in relatives if relative_id not in told]
    if not left:
        return None
    session.add(
        Told(
            id=uuid4(),
            person_id=waiting.person_id,
            occurrence_id=waiting.id,
            relative_id=left[0],
            told_at=now,
        )
    )
    notified = _notify(session, waiting, left[0], now)
    if len(left) == 1:
        return None
    return quiet.over(now + TURN) if notified else now + timedelta(seconds=1)


def _notify(session: Session, waiting: Any, relative_id: UUID, now: datetime) -> bool:
    """One neutral notice by each way to the relative; False where there is none, and the turn goes on."""
    facts = {"id": waiting.id, "person_id": relative_id, "closes_at": now + FRESH}
    notices = [
        {**first_notice(facts, way, now), "purpose": Purpose.RELATIVE}
        for way in ways_of(session, {relative_id}).get(relative_id, ())
    ]
    if notices:
        session.execute(insert(Delivery), notices)
    return bool(notices)


# What the relative does, and what the person sees


def person_of(session: Session, occurrence_id: UUID, relative_id: UUID) -> UUID | None:
    """Whose due time this is that the relative was told of; None where they were not, or may not be any more."""
    today = clock.today()
    return session.scalar(
        select(Told.person_id).where(
            Told.occurrence_id == occurrence_id,
            Told.relative_id == relative_id,
            may_be_told(Told.person_id, Told.relative_id, today, child_since(today)),
        )
    )


def told_to(session: Session, person_id: UUID, occurrence_id: UUID, relative_id: UUID) -> Told | None:
    return session.scalars(
        select(Told).where(
            Told.person_id == person_id, Told.occurrence_id == occurrence_id, Told.relative_id == relative_id
        )
    ).first()


def taken_by_another(session: Session, told: Told) -> bool:
    """Whether another relative has said that they see to it. Who is not told: relatives do not see each other."""
    others = select(Told.id).where(
        Told.occurrence_id == told.occurrence_id,
        Told.id != told.id,
        or_(Told.taken_at.is_not(None), Told.called_at.is_not(None)),
    )
    return session.scalar(others.limit(1)) is not None


def see_to(session: Session, told: Told, now: datetime, *, called: bool) -> None:
    """ "Jag tar det", or "jag har ringt": nobody else is told. Twice is once."""
    told.taken_at = told.taken_at or now
    if called:
        told.called_at = told.called_at or now
    session.execute(update(Occurrence).where(Occurrence.id == told.occurrence_id).values(tell_at=None))
    session.flush()


_TOLD = (
    select(
        Told.occurrence_id,
        Told.relative_id,
        Told.told_at,
        Told.taken_at,
        Told.called_at,
        Person.called,
        Person.protected,
    )
    .join(Occurrence, Occurrence.id == Told.occurrence_id)
    .join(Person, Person.id == Told.relative_id)
    .where(
        Told.person_id == bindparam("person_id", type_=Uuid()),
        Occurrence.reminder_id == bindparam("reminder_id", type_=Uuid()),
        Occurrence.local_on >= bindparam("first"),
        Occurrence.local_on <= bindparam("last"),
    )
    .order_by(Told.told_at, Told.id)
)


def told_in(
    session: Session, person_id: UUID, reminder_id: UUID, first: date, last: date
) -> dict[UUID, list[Any]]:
    """Whom the app has told of one reminder's due times in these days, by due time. For the person alone."""
    given = {"person_id": person_id, "reminder_id": reminder_id, "first": first, "last": last}
    found: dict[UUID, list[Any]] = {}
    for row in rows(session, _TOLD, given):
        found.setdefault(row.occurrence_id, []).append(row)
    return found
