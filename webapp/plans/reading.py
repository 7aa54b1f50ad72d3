"""The plan as one reader may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, or_, select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.core.db import rows
from webapp.core.i18n import plain
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation
from webapp.permissions import Area
from webapp.plans.goal_words import ProposedGoal, proposed
from webapp.plans.models import Doer, Goal, How, Plan, PlanRow, PlanVersion, RowOutcome, RowStatus
from webapp.sharing.marks import another, is_protected, is_relatives
from webapp.what_matters.models import Answer, Prompt


class Row(NamedTuple):
    """One row as it is shown: who does it, under whom, and what the person last said of it."""

    id: UUID
    what: str
    doer: Doer
    organisation_id: UUID | None
    flow: Flow
    relative_id: UUID | None
    who: str
    phone: str | None
    how_often: str
    from_on: date | None
    status: RowStatus
    objection: str
    written_as: str
    organisation: str | None
    told_on: date | None
    how: How | None
    told_words: str | None
    told_as: str | None
    until_on: date | None
    next_step: str
    waits_for: str
    unit_id: UUID | None
    revises_id: UUID | None
    ends_row: bool
    revision: int
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Whole:
    """What stands around the rows; `overall`: who has the overall responsibility."""

    situation: str
    if_worse_signs: str
    if_worse_do: str
    held_together_by: str
    begun_on: date
    overall: str
    nobody_else: bool
    frozen_at: datetime | None
    versions: int  # how many times it has been agreed to
    agreed_at: datetime | None  # the last time


@dataclass(frozen=True, slots=True)
class Wanted:
    """A goal, and how the person will notice it; `prompt`: the question whose answer it comes from."""

    id: UUID
    words: str
    noticed_by: str
    area: str
    prompt: Prompt | None
    written_as: str = ""  # who wrote it last; empty for the person
    revision: int = 1
    proposed_as: str = ""
    change: ProposedGoal | None = None  # what waits for the person's answer


@dataclass(frozen=True)
class PlanView:
    """The plan as one reader may see it. `some_hidden`: there are rows that this reader may not see."""

    plan: Whole
    goals: Sequence[Wanted]
    rows: Sequence[Row]
    some_hidden: bool
    only_own_tasks: bool
    whole: bool  # not whole: the rows alone, without situation, goals and signs
    begun_here: bool = False  # by the unit of the staff who read
    frozen: bool = False  # the consent to share it is withdrawn: each organisation keeps to its own rows
    situation_hidden: bool = False  # another organisation wrote it, and shares it with this reader no more

    @cached_property
    def waiting(self) -> list[Row]:
        """What the person has not answered yet: rows, and changes of rows that go on."""
        changes = {change.id for change in self.changes.values()}
        return [
            row
            for row in self.rows
            if row.status is RowStatus.PROPOSED and (row.revises_id is None or row.id in changes)
        ]

    @cached_property
    def asks(self) -> list[str]:
        """Where on the page something waits for the person's answer: goals, then rows."""
        goals = [f"mal-{goal.id}" for goal in self.goals if goal.change]
        return goals + [f"rad-{row.revises_id or row.id}" for row in self.waiting]

    @cached_property
    def ready(self) -> bool:
        """Every row has its answer, and the person has said yes to something since they last said yes to it all."""
        agreed_at = self.plan.agreed_at
        yes = [row.answered_at for row in self.rows if row.status is RowStatus.AGREED and row.answered_at]
        new = any(agreed_at is None or answered_at > agreed_at for answered_at in yes)
        return new and self.whole and not self.asks and not self.frozen

    @cached_property
    def going(self) -> list[Row]:
        return [row for row in self.rows if row.status is not RowStatus.ENDED and row.revises_id is None]

    @cached_property
    def ended(self) -> list[Row]:
        return [row for row in self.rows if row.status is RowStatus.ENDED and row.revises_id is None]

    @cached_property
    def changes(self) -> Mapping[UUID, Row]:
        """The open change of each row that has one."""
        going = {row.id for row in self.going}
        return {
            row.revises_id: row
            for row in self.rows
            if row.revises_id in going and row.status is not RowStatus.ENDED and row.revises_id is not None
        }


# Made once: putting a query together costs twice what running it does.
_VERSIONS = select(func.count()).where(PlanVersion.plan_id == Plan.id).correlate(Plan)
_AGREED_AT = (
    select(PlanVersion.agreed_at)
    .where(PlanVersion.plan_id == Plan.id)
    .order_by(PlanVersion.number.desc())
    .limit(1)
    .correlate(Plan)
)
_PLAN = (
    select(
        Plan.situation,
        Plan.if_worse_signs,
        Plan.if_worse_do,
        Plan.held_together_by,
        Plan.begun_on,
        Organisation.name,
        Plan.nobody_else,
        Plan.frozen_at,
        _VERSIONS.scalar_subquery().label("versions"),
        _AGREED_AT.scalar_subquery().label("agreed_at"),
        Goal.id.label("goal_id"),
        Goal.words,
        Goal.noticed_by,
        Goal.area,
        Answer.prompt,
        Goal.written_as,
        Plan.id,
        Plan.overall_id,
        Plan.flow,
        Plan.unit_id,
        Plan.situation_by_id,
        Plan.situation_flow,
        Goal.revision,
        Goal.proposed_as,
        Goal.proposal,
    )
    .join(Organisation, Organisation.id == Plan.overall_id)
    .outerjoin(Goal, (Goal.plan_id == Plan.id) & Goal.ended_on.is_(None))
    .outerjoin(Answer, Answer.id == Goal.answer_id)
    .where(Plan.person_id == bindparam("person_id", type_=Uuid()), Plan.ended_on.is_(None))
    .order_by(Goal.place, Goal.id)
)
_LAST_TOLD = select(func.max(RowOutcome.on)).where(RowOutcome.row_id == PlanRow.id).correlate(PlanRow)
_ROWS = (
    select(
        PlanRow.id,
        PlanRow.what,
        PlanRow.doer,
        PlanRow.organisation_id,
        PlanRow.flow,
        PlanRow.relative_id,
        PlanRow.who,
        PlanRow.phone,
        PlanRow.how_often,
        PlanRow.from_on,
        PlanRow.status,
        PlanRow.objection,
        PlanRow.written_as,
        Organisation.name,
        RowOutcome.on,
        RowOutcome.how,
        RowOutcome.words,
        RowOutcome.written_as.label("told_as"),
        PlanRow.until_on,
        PlanRow.next_step,
        PlanRow.waits_for,
        PlanRow.unit_id,
        PlanRow.revises_id,
        PlanRow.ends_row,
        PlanRow.revision,
        PlanRow.answered_at,
    )
    .outerjoin(Organisation, Organisation.id == PlanRow.organisation_id)
    .outerjoin(
        RowOutcome, (RowOutcome.row_id == PlanRow.id) & (RowOutcome.on == _LAST_TOLD.scalar_subquery())
    )
    .where(
        PlanRow.plan_id == bindparam("plan_id", type_=Uuid()),
        or_(PlanRow.revises_id.is_(None), PlanRow.status != RowStatus.ENDED),
    )
    .order_by(PlanRow.place, PlanRow.written_at)
)


def current_plan(session: Session, sight: Sight) -> PlanView | None:
    """The person's one plan, or None. Two queries, whatever its size."""
    found = rows(session, _PLAN, {"person_id": sight.person_id})
    if not found:
        return None
    plan = found[0]
    own_tasks = only_own_tasks(sight)
    whole = not own_tasks and _sees_whole(plan, sight)
    everything = list(map(Row._make, rows(session, _ROWS, {"plan_id": plan.id})))
    if sight.is_self:
        shown = [_without_other_relatives(row, sight) if row.relative_id else row for row in everything]
    else:
        shown = _shown(everything, sight, whole)
    goals = [_wanted(row) for row in found if row.words is not None] if whole else []
    hidden = len(shown) < len(everything)
    begun_here = sight.cares and plan.unit_id is not None and plan.unit_id == sight.reader.unit_id
    around, frozen, others = Whole(*plan[:10]), plan.frozen_at is not None, not sees_situation(plan, sight)
    if others:
        around = replace(around, situation="", held_together_by="")
    return PlanView(around, goals, shown, hidden, own_tasks, whole, begun_here, frozen, others)


def _wanted(row: Any) -> Wanted:  # a row of _PLAN
    goal_id, words, noticed_by, area, prompt, written_as = row[10:16]
    change = proposed(row.proposal)
    return Wanted(goal_id, words, noticed_by, area, prompt, written_as, row.revision, row.proposed_as, change)


def only_own_tasks(sight: Sight) -> bool:
    """A guardian of a 13–15-year-old sees what they do themselves, and no other row."""
    return not sight.is_self and not sight.cares and not sight.ties.level(Area.PLAN)


def _sees_whole(plan: Any, sight: Sight) -> bool:  # a row of _PLAN
    """Staff of another organisation than the plan's see more than rows only by the person's SIP consent."""
    return sight.sees(Area.PLAN, plan.overall_id, plan.flow)


def sees_situation(plan: Any, sight: Sight) -> bool:  # a Plan, its document, or a row of _PLAN
    """What staff wrote of the situation is their organisation's: others' staff read it by the SIP consent alone."""
    by = plan.situation_by_id
    return by is None or not plan.situation or sight.sees(Area.PLAN, by, plan.situation_flow)


def _shown(everything: Sequence[Row], sight: Sight, whole: bool) -> list[Row]:
    return [_as_known(row, sight, whole) for row in everything if visible(row, sight)]


def visible(row: Any, sight: Sight) -> bool:
    """Whether this reader may see a row (Row or PlanRow). Staff see across organisations on consent alone."""
    if only_own_tasks(sight):
        return bool(row.relative_id == sight.reader.person_id)
    return sight.sees(Area.PLAN, row.organisation_id, row.flow) and not _of_another_unit(row, sight)


def _of_another_unit(row: Any, sight: Sight) -> bool:
    """What somebody outside does, as another unit wrote it down: that unit's, and shared by consent alone."""
    if not sight.cares or row.organisation_id is not None or row.doer != Doer.OTHER:
        return False
    mine = row.unit_id in (None, sight.reader.unit_id)
    return not mine and (Area.PLAN, row.flow) not in sight.crosses


def _as_known(row: Row, sight: Sight, whole: bool) -> Row:
    """Staff who see their own rows alone are not told where else the person is cared for: not by who wrote them."""
    mark = mark_as_known(row.written_as, row.unit_id, sight, whole)
    if mark != row.written_as:
        row = row._replace(written_as=mark)
    return _without_other_relatives(row, sight) if row.relative_id else row


def mark_as_known(mark: str, unit_id: UUID | None, sight: Sight, whole: bool) -> str:
    """The mark of a row that this unit's staff wrote, as staff may know it who see their own rows alone."""
    others = sight.cares and not whole and unit_id != sight.reader.unit_id
    return plain("personal på en annan enhet") if others and mark and not is_relatives(mark) else mark


def _without_other_relatives(row: Row, sight: Sight) -> Row:
    return row._replace(who=another(), phone=None) if is_another_relatives(row, sight) else row


def who_does(row: PlanRow, sight: Sight) -> str:
    """Who does a row, as this reader may know it."""
    return another() if is_another_relatives(row, sight) else row.who


class _OfRelative(Protocol):
    @property
    def relative_id(self) -> UUID | None: ...


def is_another_relatives(row: _OfRelative, sight: Sight) -> bool:
    """What another relative does is in the plan; who that is, a relative is not told.

    Nor is anybody, of a relative with protected identity.
    """
    if row.relative_id is None or row.relative_id == sight.reader.person_id:
        return False
    reads_as_relative = not sight.is_self and not sight.cares
    return reads_as_relative or is_protected(sight, row.relative_id)
