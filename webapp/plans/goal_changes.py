"""Changes of what the person wants: whoever else writes proposes, and the person answers.

What the person has written, or has said yes to in a plan, nobody changes in silence (docs/decisions, "A change of
what was agreed to is a proposal"). One open proposal a goal: the next one to write goes on from it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.permissions import Permission
from webapp.plans import earlier, goal_words, telling, versions
from webapp.plans.answering import Answered
from webapp.plans.document import PlanDocument
from webapp.plans.earlier import About
from webapp.plans.goal_words import GoalWords, ProposedGoal
from webapp.plans.models import Goal, Plan
from webapp.sharing import notices
from webapp.sharing.marks import written_as


def speaks(sight: Sight) -> bool:
    """Whether this reader says yes in the plan: the person, or who may speak for a small child."""
    return sight.may(Permission.PLAN_AGREE)


def needs_yes(session: Session, sight: Sight, plan: Plan, goal: Goal) -> bool:
    """Whether a change by this reader is for the person to answer."""
    if speaks(sight):
        return False
    return goal.written_as == "" or goal.proposal != "" or goal.id in _agreed(session, plan)


def _agreed(session: Session, plan: Plan) -> set[object]:
    last = versions.newest(session, plan)
    return {each.id for each in PlanDocument.from_json(last.document).goals} if last else set()


def open_change(goal: Goal) -> ProposedGoal | None:
    return goal_words.proposed(goal.proposal)


def words_of(goal: Goal) -> GoalWords:
    return GoalWords(goal.words, goal.noticed_by, goal.area, goal.answer_id)


def to_write_in(goal: Goal, sight: Sight) -> GoalWords:
    """What this reader goes on from: the open proposal, for those who can only propose; else the goal."""
    change = open_change(goal)
    return words_of(goal) if change is None or change.ends or speaks(sight) else change.says


def propose(session: Session, sight: Sight, goal: Goal, change: ProposedGoal, now: datetime) -> None:
    """Ask the person for a change. What was proposed before is kept. The same again changes nothing."""
    kept = change.kept()
    if goal.proposal == kept:
        return
    _keep_proposal(session, goal, now, written_as(sight))
    goal.proposal, goal.proposed_as, goal.revision = kept, written_as(sight), goal.revision + 1
    goal.proposed_unit_id, goal.refused_at = sight.reader.unit_id if sight.cares else None, None
    notices.tell(session, goal.person_id, notices.Kind.PLAN_ASKS, now)
    session.flush()


def say_yes(session: Session, goal: Goal, started_from: int, now: datetime) -> Answered:
    """The person says yes to the change as it stood at revision `started_from`: the goal says so, or has ended.

    Twice is once: CHANGED where the goal is another since.
    """
    change = open_change(goal)
    if change is None:
        return Answered.DONE if goal.revision == started_from + 1 else Answered.CHANGED
    if goal.revision != started_from:
        return Answered.CHANGED
    if change.ends:
        goal.ended_on = clock.local(now).date()
    else:
        earlier.keep(session, About.GOAL, goal, asdict(words_of(goal)), now, goal.proposed_as)
        for name, value in asdict(change.says).items():
            setattr(goal, name, value)
        goal.written_as = goal.proposed_as
    _clear(goal)
    session.flush()
    return Answered.DONE


def say_no(session: Session, goal: Goal, started_from: int, now: datetime) -> Answered:
    """The goal stands as it did; what was proposed can still be read, and who proposed it is told. Twice is once."""
    if open_change(goal) is None:
        return Answered.DONE if goal.revision == started_from + 1 else Answered.CHANGED
    if goal.revision != started_from:
        return Answered.CHANGED
    _keep_proposal(session, goal, now, "")
    _clear(goal)
    goal.refused_at = now
    telling.tell_proposer(session, goal, now)
    session.flush()
    return Answered.DONE


def take_back(session: Session, sight: Sight, goal: Goal, now: datetime) -> None:
    """Whoever may write takes back what is proposed. Twice is once."""
    if goal.proposal:
        _keep_proposal(session, goal, now, written_as(sight))
        _clear(goal)
        session.flush()


def _clear(goal: Goal) -> None:
    goal.proposal, goal.proposed_as, goal.revision = "", "", goal.revision + 1


def _keep_proposal(session: Session, goal: Goal, now: datetime, by: str) -> None:
    change = open_change(goal)
    if change is not None and not change.ends:
        earlier.keep(session, About.GOAL_PROPOSAL, goal, asdict(change.says), now, by)
