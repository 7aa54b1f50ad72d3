"""Goals, and what stands around the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.plans import domain, earlier, goal_changes, goals, reading
from webapp.plans.answering import Answered
from webapp.plans.earlier import About
from webapp.plans.goal_words import GoalWords
from webapp.plans.goals import Ended
from webapp.plans.models import Goal, Plan
from webapp.plans.row_forms import ChangeGoalForm, NewGoalForm, SituationForm
from webapp.plans.together import Together, mark_of
from webapp.what_matters.questions import QUESTIONS

bp = Blueprint("goals", __name__, url_prefix="/p/<uuid:person_id>/plan")
ANSWERS = {"ja": goal_changes.say_yes, "nej": goal_changes.say_no}  # the buttons


@bp.route("/mal/nytt", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_EDIT)
def new(person_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    form = NewGoalForm()
    form.answer.choices = _choices()
    if form.validate_on_submit():
        goals.add(db.session, sight(), plan, form.value(), form.once_id, clock.now())
        db.session.commit()
        flash(plain("Målet står i planen nu."))
        return redirect(url_for("plans.show", person_id=person_id))
    return _page(form)


@bp.route("/mal/<uuid:goal_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_EDIT)
def change(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    goal = _going(plan, goal_id)
    stands = _fields(goal_changes.to_write_in(goal, sight()))
    form = ChangeGoalForm(data={**stands, "revision": goal.revision})
    form.answer.choices = _choices(goal)
    both = None
    if form.validate_on_submit():
        both = Together(form, goal.revision, stands)
        if not both.shown:
            asks = goal.proposal != "" and not goal_changes.speaks(sight())
            if not both.same:
                asks = goals.change(db.session, sight(), plan, goal, form.value(), clock.now())
                db.session.commit()
            flash(_asked() if asks else plain("Sparat."))
            return redirect(url_for("plans.show", person_id=person_id))
    return _page(
        form,
        goal,
        both=both,
        earlier=earlier.of(db.session, About.GOAL, goal.id),
        asks=goal_changes.needs_yes(db.session, sight(), plan, goal),
        refused=earlier.of(db.session, About.GOAL_PROPOSAL, goal.id),
        change=goal_changes.open_change(goal),
    )


@bp.post("/mal/<uuid:goal_id>/avsluta")
@needs(Permission.PLAN_EDIT)
def end(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    goal = _goal(plan, goal_id)
    ended = goals.end(db.session, sight(), plan, goal, _started_from(), clock.now())
    if ended is Ended.CHANGED:
        return _changed(goal)
    db.session.commit()
    flash(_asked() if ended is Ended.PROPOSED else plain("Målet är avslutat."))
    return redirect(url_for("plans.show", person_id=person_id))


@bp.post("/mal/<uuid:goal_id>/svar")
@needs(Permission.PLAN_ANSWER)
def answer(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    """The person's yes or no to what somebody else proposes."""
    goal, said = _goal(_plan(person_id), goal_id), request.form.get("svar")
    if said not in ANSWERS:
        abort(400)
    done = ANSWERS[said](db.session, goal, _started_from(), clock.now())
    if done is Answered.CHANGED:
        return _changed(goal)
    db.session.commit()
    flash(plain("Du har sagt ja.") if said == "ja" else plain("Du har sagt nej. Målet står som det gjorde."))
    return redirect(url_for("plans.show", person_id=person_id))


@bp.post("/mal/<uuid:goal_id>/ta-tillbaka")
@needs(Permission.PLAN_EDIT)
def take_back(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    goal_changes.take_back(db.session, sight(), _goal(_plan(person_id), goal_id), clock.now())
    db.session.commit()
    flash(plain("Förslaget är borttaget. Målet står som det gjorde."))
    return redirect(url_for("plans.show", person_id=person_id))


def _asked() -> str:
    return plain("Förslaget är sparat. %(name)s svarar på det.", name=sight().called)


def _started_from() -> int:
    """The revision that the page showed; 0, which nothing has, where it said none."""
    sent = request.form.get("revision", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _changed(goal: Goal) -> ResponseReturnValue:
    flash(plain("Målet har ändrats sedan du öppnade sidan. Läs det igen. Inget är sparat."))
    return redirect(url_for("plans.show", person_id=goal.person_id, _anchor=f"mal-{goal.id}"))


@bp.route("/lage", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_EDIT)
def describe(person_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    if not reading.sees_situation(plan, sight()):
        abort(404)
    stands = asdict(goals.situation_of(plan))
    form = SituationForm(data={**stands, "revision": mark_of(stands)})
    both = None
    if form.validate_on_submit():
        both = Together(form, mark_of(stands), stands)
        if not both.shown:
            if not both.same:
                goals.describe(db.session, sight(), plan, form.value(), clock.now())
                db.session.commit()
            flash(plain("Sparat."))
            return redirect(url_for("plans.show", person_id=person_id))
    before = goals.stood_before(db.session, sight(), plan)
    said = goals.answers(db.session, sight()) if sight().cares else ()
    return render_template(
        "plans/situation.html", form=form, both=both, earlier=before, said=said, questions=QUESTIONS
    )


def _page(form: NewGoalForm | ChangeGoalForm, goal: Goal | None = None, **more: Any) -> str:
    said = goals.answers(db.session, sight())
    return render_template(
        "plans/goal.html",
        form=form,
        goal=goal,
        said=said,
        questions=QUESTIONS,
        **{"both": None, "earlier": (), "refused": (), "change": None, "asks": False, **more},
    )


def _fields(says: GoalWords) -> Mapping[str, str]:
    return {
        "words": says.words,
        "noticed_by": says.noticed_by,
        "area": says.area,
        "answer": str(says.answer_id or ""),
    }


def _choices(goal: Goal | None = None) -> list[tuple[UUID | str, str]]:
    """The answers by their question. One that this reader may not read can stay, and is not shown."""
    said = goals.answers(db.session, sight())
    called = sight().called
    choices: list[tuple[UUID | str, str]] = [("", plain("Nej, inget av svaren"))]
    for each in said:
        question = QUESTIONS[each.prompt]
        text = question.to_me if sight().is_self else question.about % {"name": called}
        choices.append((each.answer_id, str(text)))
    stands = goal_changes.to_write_in(goal, sight()).answer_id if goal is not None else None
    if stands is not None and stands not in {each.answer_id for each in said}:
        choices.append((stands, plain("Ett svar som inte visas för dig")))
    return choices


def _plan(person_id: UUID) -> Plan:
    plan = domain.going_plan(db.session, person_id)
    if plan is None or not goals.may_edit(plan, sight()):
        abort(404)
    return plan


def _goal(plan: Plan, goal_id: UUID) -> Goal:
    return goals.goal_of(db.session, plan, goal_id) or abort(404)


def _going(plan: Plan, goal_id: UUID) -> Goal:
    goal = _goal(plan, goal_id)
    return goal if goal.ended_on is None else abort(404)
