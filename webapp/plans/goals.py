"""Goals in the person's own words, and the plan's own texts: the situation, and who holds the plan together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory.flows import Flow
from webapp.permissions import Area
from webapp.plans import domain, earlier, goal_changes, reading
from webapp.plans.earlier import About
from webapp.plans.goal_words import GoalWords, ProposedGoal
from webapp.plans.models import Goal, Plan
from webapp.plans.rows import is_frozen_for
from webapp.sharing import notices
from webapp.sharing.marks import written_as
from webapp.what_matters import domain as what_matters


class Ended(StrEnum):
    """What came of ending a goal."""

    DONE = "done"
    PROPOSED = "proposed"  # the person answers
    CHANGED = "changed"  # the goal was changed since the page was opened: nothing is written


class UnknownAnswer(LookupError):
    """There is no such "viktigt" answer of this person's, as far as this reader may know."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands around the rows, apart from the signs. `nobody_else`: none but the two huvudmän does anything."""

    situation: str
    held_together_by: str
    nobody_else: bool


def situation_of(plan: Plan) -> Situation:
    return Situation(plan.situation, plan.held_together_by, plan.nobody_else)


def may_edit(plan: Plan, sight: Sight) -> bool:
    """Whoever sees the whole plan, and may help; in a frozen plan, of staff only those who answer for it."""
    if plan.ended_on is not None or reading.only_own_tasks(sight):
        return False
    return sight.sees(Area.PLAN, plan.overall_id, plan.flow) and not is_frozen_for(
        plan, plan.overall_id, sight
    )


def goal_of(session: Session, plan: Plan, goal_id: UUID) -> Goal | None:
    """One goal of this plan, also where it has ended."""
    return session.scalars(select(Goal).where(Goal.id == goal_id, Goal.plan_id == plan.id)).first()


def add(session: Session, sight: Sight, plan: Plan, said: GoalWords, once: UUID, now: datetime) -> Goal:
    """The same `once` again gives the goal that was made then. Raises UnknownAnswer."""
    goal_id = domain.once_only(plan, once)
    made = session.get(Goal, goal_id)
    if made is not None:
        return made
    _refuse_unknown(session, sight, said.answer_id)
    goal = Goal(
        id=goal_id,
        person_id=plan.person_id,
        plan_id=plan.id,
        place=_next_place(session, plan),
        written_as=written_as(sight),
        **asdict(said),
    )
    session.add(goal)
    session.flush()
    _tell(session, sight, now)
    return goal


def change(session: Session, sight: Sight, plan: Plan, goal: Goal, said: GoalWords, now: datetime) -> bool:
    """Write a goal anew, and keep what it said before; True where that is proposed to the person instead.

    Raises UnknownAnswer.
    """
    if said.answer_id not in (goal.answer_id, goal_changes.to_write_in(goal, sight).answer_id):
        _refuse_unknown(session, sight, said.answer_id)
    if goal_changes.needs_yes(session, sight, plan, goal):
        goal_changes.propose(session, sight, goal, ProposedGoal(said), now)
        return True
    earlier.keep(session, About.GOAL, goal, asdict(goal_changes.words_of(goal)), now, written_as(sight))
    goal.words, goal.noticed_by, goal.area, goal.answer_id = (
        said.words,
        said.noticed_by,
        said.area,
        said.answer_id,
    )
    goal.written_as, goal.revision, goal.refused_at = written_as(sight), goal.revision + 1, None
    session.flush()
    _tell(session, sight, now)
    return False


def end(session: Session, sight: Sight, plan: Plan, goal: Goal, started_from: int, now: datetime) -> Ended:
    """End a goal as it stood at revision `started_from`, or propose to the person that it ends. Twice is once."""
    change = goal_changes.open_change(goal)
    if goal.ended_on is not None:
        return Ended.DONE
    if change is not None and change.ends and not goal_changes.speaks(sight):
        return Ended.PROPOSED
    if goal.revision != started_from:
        return Ended.CHANGED
    if goal_changes.needs_yes(session, sight, plan, goal):
        ends = ProposedGoal(goal_changes.words_of(goal), ends=True)
        goal_changes.propose(session, sight, goal, ends, now)
        return Ended.PROPOSED
    goal.ended_on, goal.revision = clock.local(now).date(), goal.revision + 1
    session.flush()
    _tell(session, sight, now)
    return Ended.DONE


def describe(session: Session, sight: Sight, plan: Plan, said: Situation, now: datetime) -> None:
    """Write the situation anew; what stood there is kept."""
    earlier.keep(session, About.SITUATION, plan, asdict(situation_of(plan)), now, written_as(sight))
    plan.situation, plan.held_together_by = said.situation, said.held_together_by
    plan.nobody_else, plan.revision = said.nobody_else, plan.revision + 1
    own_situation(plan, sight)
    session.flush()
    _tell(session, sight, now)


def own_situation(plan: Plan, sight: Sight) -> None:
    """The situation is whose staff wrote it last; nobody's but the person's where a citizen did."""
    plan.situation_by_id = sight.reader.organisation_id if sight.cares else None
    plan.situation_flow = Flow(sight.reader.flow) if sight.cares else Flow.ALL


def stood_before(session: Session, sight: Sight, plan: Plan) -> Sequence[earlier.Earlier]:
    """What stood there of the situation; staff read it only while the plan is shared: others may have written it."""
    if sight.cares and (Area.PLAN, plan.flow) not in sight.crosses:
        return ()
    return earlier.of(session, About.SITUATION, plan.id)


def _tell(session: Session, sight: Sight, now: datetime) -> None:
    """Nobody changes what stands there in silence: the person is told, and says yes to the whole plan anew."""
    if not sight.is_self:
        notices.tell(session, sight.person_id, notices.Kind.PLAN_ASKS, now)


def answers(session: Session, sight: Sight) -> Sequence[what_matters.Said]:
    """The "viktigt" answers that a goal can point at: the person's own, as far as this reader may read them."""
    return what_matters.said(session, sight)


def _refuse_unknown(session: Session, sight: Sight, answer_id: UUID | None) -> None:
    if answer_id is not None and answer_id not in {each.answer_id for each in answers(session, sight)}:
        raise UnknownAnswer


def _next_place(session: Session, plan: Plan) -> int:
    last = session.scalar(
        select(Goal.place).where(Goal.plan_id == plan.id).order_by(Goal.place.desc()).limit(1)
    )
    return (last or 0) + 1
