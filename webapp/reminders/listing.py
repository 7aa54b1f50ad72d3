"""A person's reminders as the page "Påminnelser" lists them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from webapp.contacts.models import CareContact
from webapp.core import clock
from webapp.core.db import rows
from webapp.directory.models import Unit
from webapp.reminders import calling
from webapp.reminders.calling import Call
from webapp.reminders.models import Reminder, SetBy
from webapp.reminders.setting import Sees, may_see, rule_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One reminder that has not ended."""

    id: UUID
    text: str
    own_language_text: str
    own_language: str
    why: str
    how: str
    if_not: str
    assessed_by: str
    times: str
    days: int
    from_on: date
    until_on: date | None
    every_days: int
    every_weeks: int
    breaks: str
    set_by: SetBy
    set_as: str
    unit_id: UUID | None
    paused_at: datetime | None
    reassess_on: date | None
    call: Call | None


# Made once: putting a query together costs twice what running it does.
_NOT_ENDED = (
    select(
        Reminder.id,
        Reminder.text,
        Reminder.own_language_text,
        Reminder.own_language,
        Reminder.why,
        Reminder.how,
        Reminder.if_not,
        Reminder.assessed_by,
        Reminder.times,
        Reminder.days,
        Reminder.from_on,
        Reminder.until_on,
        Reminder.every_days,
        Reminder.every_weeks,
        Reminder.breaks,
        Reminder.set_by,
        Reminder.set_as,
        Reminder.unit_id,
        Reminder.paused_at,
        Reminder.reassess_on,
        *calling.COLUMNS,
        Unit.organisation_id,
        Unit.flow,
    )
    .outerjoin(Unit, Unit.id == Reminder.unit_id)
    .outerjoin(CareContact, calling.ON_CONTACT)
    .where(Reminder.person_id == bindparam("person_id", type_=Uuid()), Reminder.ended_at.is_(None))
    .order_by(Reminder.set_at, Reminder.id)
)


_OWN = [field.name for field in fields(Listed) if field.name != "call"]  # its columns


def reminders_of(
    session: Session, person_id: UUID, now: datetime, sees: Sees | None = None, *, by_relative: bool = False
) -> list[tuple[Listed, datetime | None]]:
    """The person's reminders that have not ended, each with when it comes next: that first, None last.

    None is paused, or past its last day. `sees`: whether what an organisation has set in a kind of care may be
    seen (core.access.Sight.sees). `by_relative`: a contact that is not for relatives is not named.
    """
    today = clock.local(now).date()
    found = rows(session, _NOT_ENDED, {"person_id": person_id, "today": today})
    shown = [
        Listed(
            call=calling.call_of(row, today, by_relative=by_relative),
            **{name: getattr(row, name) for name in _OWN},
        )
        for row in found
        if may_see(row, sees)
    ]
    listed = [(reminder, _next_at(reminder, now)) for reminder in shown]
    return sorted(listed, key=lambda each: (each[1] is None, each[1] or now))


def _next_at(reminder: Listed, now: datetime) -> datetime | None:
    due = None if reminder.paused_at else rule_of(reminder).next_after(now)
    return due.at if due else None
