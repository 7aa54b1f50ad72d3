"""The work list of a unit: what needs somebody today, one page of it at a time.

One question gives the page, its people, and the counts of the whole list; two more its sealed texts, by their
keys. Made once for each kind of unit and order: putting them together costs more than asking them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, Uuid, and_, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from webapp.accounts.models import Assignment, Duty, Person, StaffMember
from webapp.core import clock
from webapp.core.db import rows
from webapp.directory.flows import Flow
from webapp.plans.models import PlanRow
from webapp.reminders.models import Reminder
from webapp.work_list import marks, reasons
from webapp.work_list.models import Call, WorkMark
from webapp.work_list.reasons import ORDER, SOON, TODAY, UNIT, Task

LINES = 50  # on a page


class Show(StrEnum):
    """Which lines of the list."""

    ALL = "alla"
    MINE = "mina"  # handed over to the reader
    CALLED = "ringda"  # those that rest, since somebody has called


class Order(StrEnum):
    URGENT = "bradskar"
    OLDEST = "aldst"
    NAME = "namn"


@dataclass(frozen=True, slots=True)
class Where:
    """Whose list: of a unit with this kind of care, at an organisation, as one of its staff reads it."""

    unit_id: UUID
    organisation_id: UUID
    flow: Flow
    staff_id: UUID


@dataclass(frozen=True, slots=True)
class Wish:
    """Which lines, in which order; pages from 1. `task`: of this reason alone."""

    show: Show = Show.ALL
    task: Task | None = None
    order: Order = Order.URGENT
    page: int = 1


@dataclass(frozen=True, slots=True)
class Patient:
    """The person of a line."""

    id: UUID
    called: str
    name: str
    born_on: date
    municipality: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the work list."""

    task: Task
    person: Patient
    thing_id: UUID  # what it is about: a reminder, a row of the plan, or the person
    what: str
    since: datetime | None
    until_on: date | None = None  # the last day, where the task is to be done before one
    rests: bool = False  # somebody has called, and nothing new has happened
    call: Call | None = None
    called_at: datetime | None = None
    called_as: str = ""
    handed_to: UUID | None = None  # a colleague who still works at the unit
    handed_name: str = ""
    handed_as: str = ""
    handed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkList:
    """One page of a unit's list. `open`: how many lines of each reason, those at rest left out."""

    items: list[Item]
    found: int  # lines in all that the wish is for
    page: int
    pages: int
    open: Mapping[Task, int]
    mine: int
    called: int
    people: int

    @property
    def urgent(self) -> int:
        return sum(self.open[task] for task in reasons.URGENT)

    @property
    def all(self) -> int:
        return sum(self.open.values())


def work_list(session: Session, where: Where, wish: Wish, now: datetime) -> WorkList:
    """What needs somebody at the unit. A page past the last is the last."""
    found = _ask(session, where, wish, now)
    pages = max(1, -(-found[0].found_all // LINES))
    page = min(wish.page, pages)
    if page != wish.page:
        found = _ask(session, where, Wish(wish.show, wish.task, wish.order, page), now)
    first = found[0]
    lines = [row for row in found if row.task is not None]
    texts = _texts(session, lines)
    return WorkList(
        items=[_item(row, texts) for row in lines],
        found=first.found_all,
        page=page,
        pages=pages,
        open={task: getattr(first, task.value) or 0 for task in ORDER},
        mine=first.mine_all or 0,
        called=first.called_all or 0,
        people=first.people_all,
    )


def line(
    session: Session, where: Where, person_id: UUID, task: str, thing_id: UUID, now: datetime
) -> Item | None:
    """One line as it stands now, at rest or not; None where there is nothing to do any more."""
    given = _given(where, now) | {"person_id": person_id, "task": task, "thing_id": thing_id}
    found = rows(session, _one(where.flow), given)
    return _item(found[0], _texts(session, found)) if found else None


def _ask(session: Session, where: Where, wish: Wish, now: datetime) -> Any:
    given = _given(where, now) | {
        "show": wish.show.value,
        "task": wish.task.value if wish.task else "",
        "most": LINES,
        "past": (wish.page - 1) * LINES,
    }
    return rows(session, _list(where.flow, wish.order), given)


def _given(where: Where, now: datetime) -> dict[str, Any]:
    today = clock.local(now).date()
    return {
        "unit_id": where.unit_id,
        "organisation_id": where.organisation_id,
        "staff_id": where.staff_id,
        "now": now,
        "today": today,
        "soon": today + SOON,
        "soon_past": today - SOON,
        "look_back": now - reasons.LOOK_BACK,
        "rested": now - marks.REST,
        "handed": now - marks.HANDED_FOR,
    }


@cache
def _list(flow: Flow, order: Order) -> Select[Any]:
    """One page with the counts of all: a single row, without a line, where the page is empty."""
    cared_for = reasons.people().cte("people")
    marked = _marked(reasons.lines(flow, cared_for)).cte("marked")
    show, task = bindparam("show", type_=String()), bindparam("task", type_=String())
    wanted = and_(
        or_(task == "", marked.c.task == task),
        case((marked.c.rests == 1, Show.CALLED.value), else_=Show.ALL.value)
        == case((show == Show.CALLED.value, Show.CALLED.value), else_=Show.ALL.value),
        or_(show != Show.MINE.value, marked.c.mine == 1),
    )
    page = (
        select(marked)
        .where(wanted)
        .order_by(*_by(order, marked.c))
        .limit(bindparam("most", type_=Integer()))
        .offset(bindparam("past", type_=Integer()))
        .cte("page")
    )
    opened = [
        func.sum(case((and_(marked.c.task == each.value, marked.c.rests == 0), 1), else_=0)).label(each.value)
        for each in ORDER
    ]
    counts = (
        select(
            *opened,
            func.sum(marked.c.rests).label("called_all"),
            func.sum(marked.c.mine * (1 - marked.c.rests)).label("mine_all"),
            func.count(case((wanted, 1))).label("found_all"),
            select(func.count()).select_from(cared_for).scalar_subquery().label("people_all"),
        )
        .select_from(marked)
        .cte("counts")
    )
    return _with_people(select(counts).select_from(counts.outerjoin(page, true())), page).order_by(
        *_by(order, page.c)
    )


@cache
def _one(flow: Flow) -> Select[Any]:
    """One person's one line."""
    cared_for = reasons.people().where(Person.id == bindparam("person_id", type_=Uuid())).cte("people")
    marked = _marked(reasons.lines(flow, cared_for)).cte("marked")
    return _with_people(select(), marked).where(
        marked.c.task == bindparam("task", type_=String()),
        marked.c.thing_id == bindparam("thing_id", type_=Uuid()),
    )


def _marked(lines: Any) -> Select[Any]:
    """The lines with what the unit has noted by them."""
    return select(
        lines,
        WorkMark.call,
        WorkMark.called_at,
        WorkMark.called_as,
        WorkMark.handed_to,
        WorkMark.handed_at,
        WorkMark.handed_as,
        case((marks.rests(lines.c.since, lines.c.until_on), 1), else_=0).label("rests"),
        case((marks.is_handed_to(marks.ME), 1), else_=0).label("mine"),
    ).outerjoin_from(
        lines,
        WorkMark,
        and_(
            WorkMark.unit_id == UNIT,
            WorkMark.person_id == lines.c.person_id,
            WorkMark.task == lines.c.task,
            WorkMark.thing_id == lines.c.thing_id,
        ),
    )


def _with_people(query: Select[Any], page: Any) -> Select[Any]:
    """The lines of a page with their people, and who has taken which in hand."""
    works = exists().where(
        Assignment.staff_id == StaffMember.id,
        Assignment.unit_id == UNIT,
        Assignment.duty == Duty.CARE,
        or_(Assignment.ends_on.is_(None), Assignment.ends_on >= TODAY),
    )
    named = and_(marks_hold(page), StaffMember.id == page.c.handed_to, StaffMember.active, works)
    return (
        query.add_columns(
            page,
            Person.called.label("person_called"),
            Person.born_on,
            Person.municipality,
            Person.phone,
            StaffMember.id.label("staff_id"),
            StaffMember.name.label("staff_name"),
        )
        .outerjoin(Person, Person.id == page.c.person_id)
        .outerjoin(StaffMember, named)
    )


def marks_hold(page: Any) -> Any:
    return page.c.handed_at > bindparam("handed", type_=page.c.handed_at.type)


def _by(order: Order, of: Any) -> tuple[Any, ...]:
    """The most urgent first, then the oldest or the soonest to end; the same every time."""
    age = (of.since.is_(None), of.since, of.until_on, of.thing_id)
    match order:
        case Order.OLDEST:
            return (of.since.is_(None), of.since, of.rank, of.until_on, of.thing_id)
        case Order.NAME:
            return (of.name, of.person_id, of.rank, *age)
    return (of.rank, *age)


def _texts(session: Session, lines: Sequence[Any]) -> Mapping[UUID, str]:
    """What each line is about, in words: of the reminder or the plan's row. Sealed texts are opened for these alone.

    Asked by their keys: joined to the page, the server would rather read every text there is.
    """
    if not lines:
        return {}
    things = [row.thing_id for row in lines] + [lines[0].thing_id] * (LINES - len(lines))
    given = {f"thing_{place}": thing for place, thing in enumerate(things)}
    return {row[0]: row[1] for asked in (_REMINDERS, _ROWS) for row in rows(session, asked, given)}


_THINGS = [bindparam(f"thing_{place}", type_=Uuid()) for place in range(LINES)]
_REMINDERS = select(Reminder.id, Reminder.text).where(Reminder.id.in_(_THINGS))
_ROWS = select(PlanRow.id, PlanRow.what).where(PlanRow.id.in_(_THINGS))


def _item(row: Any, texts: Mapping[UUID, str]) -> Item:
    return Item(
        task=Task(row.task),
        person=Patient(row.person_id, row.person_called, row.name, row.born_on, row.municipality, row.phone),
        thing_id=row.thing_id,
        what=texts.get(row.thing_id, ""),
        since=row.since,
        until_on=row.until_on,
        rests=bool(row.rests),
        call=row.call,
        called_at=row.called_at,
        called_as=row.called_as or "",
        handed_to=row.staff_id,
        handed_name=row.staff_name or "",
        handed_as=row.handed_as or "",
        handed_at=row.handed_at,
    )
