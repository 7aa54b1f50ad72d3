"""The invented people's plans: begun by staff from a starter, answered by the person, as it is done in the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.plans import answering, beginning, domain
from webapp.plans.beginning import Beginning, ProposedRow, WishedGoal
from webapp.plans.models import Doer, How, Plan, PlanRow
from webapp.plans.row_reminders import Proposed
from webapp.plans.starters import files
from webapp.plans.starters.shape import Starter
from webapp.sharing import notices
from webapp.sharing.models import HowGiven
from webapp.sharing.sip import Agreed
from webapp.what_matters.models import Prompt

Facts = Mapping[str, Any]
Whom = Callable[[str], UUID]  # a person's id, by first name
TEXTS = ("situation", "held_together_by", "no_answer_reason", "if_worse_signs", "if_worse_do")


def begin(session: Session, sight: Sight, about: Facts, whom: Whom, began: datetime) -> Plan:
    """Begin the plan, and let the person answer its rows two days later."""
    starter = files.starter(about["starter"])
    if starter is None:
        raise LookupError(about["starter"])
    rows = [_proposed(facts, starter, whom) for facts in about["row"]]
    units = [_unit(session, name) for name in about.get("units", ())]
    own = session.get_one(Unit, sight.reader.unit_id)
    wish = Beginning(
        consent=Agreed(
            starter.flow,
            [own, *units],
            HowGiven.ORAL,
            given_by=whom(about["given_by"]) if "given_by" in about else None,
        ),
        overall=Doer(about["overall"]),
        starter=starter.key,
        goals=[_goal(facts) for facts in about.get("goal", ())],
        rows=rows,
        relatives=[whom(name) for name in about.get("relatives", ())],
        only_own=[_unit(session, name) for name in about.get("only_own", ())],
        **{key: about.get(key, "") for key in TEXTS},
    )
    plan = beginning.begin(session, sight, wish, began)
    told = [each.id for each in notices.told_to(session, plan.person_id)]
    notices.press_away(session, plan.person_id, told, began + timedelta(hours=1))
    made = session.scalars(select(PlanRow).where(PlanRow.plan_id == plan.id).order_by(PlanRow.place)).all()
    for row, facts in zip(made, about["row"], strict=True):
        _answered(session, row, facts, began)
    return plan


def _unit(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def _goal(facts: Facts) -> WishedGoal:
    prompt = Prompt(facts["prompt"]) if "prompt" in facts else None
    return WishedGoal(facts["words"], facts.get("noticed_by", ""), prompt)


def _proposed(facts: Facts, starter: Starter, whom: Whom) -> ProposedRow:
    """A row of the starter by its number, with what staff and the person changed in it; or one of their own."""
    effort = starter.rows[facts["of_starter"] - 1] if "of_starter" in facts else None
    often = effort.how_often.sv if effort and effort.how_often else ""
    suggested = effort.reminder if effort and "assessed_by" in facts else None
    reminder = suggested and Proposed(
        text=suggested.text.sv,
        why=suggested.why.sv,
        how=suggested.how.sv,
        if_not=suggested.if_not.sv,
        assessed_by=facts["assessed_by"],
        times=suggested.times,
        weekdays=suggested.weekdays,
        weeks=suggested.weeks,
        says=facts["says"],
    )
    return ProposedRow(
        what=facts["what"] if "what" in facts or effort is None else effort.what.sv,
        doer=Doer(facts["doer"] if "doer" in facts or effort is None else effort.doer),
        how_often=facts.get("how_often", often),
        who=facts.get("who", ""),
        phone=facts.get("phone"),
        flow=Flow(facts["flow"]) if "flow" in facts else None,
        relative_id=whom(facts["relative"]) if "relative" in facts else None,
        reminder=reminder,
    )


def _answered(session: Session, row: PlanRow, facts: Facts, began: datetime) -> None:
    at = began + timedelta(days=2)
    if facts.get("answer") == "ja":
        answering.say_yes(session, row, row.revision, at)
    elif facts.get("answer") == "nej":
        answering.say_no(session, row, facts.get("words", ""), row.revision, at)
    if "how" in facts:
        told = began + timedelta(days=6)
        domain.tell_outcome(session, row, clock.local(told).date(), How(facts["how"]), "", told)
