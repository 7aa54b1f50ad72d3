"""Goals, and what stands around the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.plans import domain, earlier, goals, reading
from webapp.plans.earlier import About
from webapp.plans.models import Goal, Plan
from webapp.plans.row_forms import ChangeGoalForm, NewGoalForm, SituationForm
from webapp.plans.together import Together, mark_of
from webapp.what_matters.questions import QUESTIONS

bp = Blueprint("goals", __name__, url_prefix="/p/<uuid:person_id>/plan")


@bp.route("/mal/nytt", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_EDIT)
def new(person_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    form = NewGoalForm()
    form.answer.choices = _choices()
    if form.validate_on_submit():
        goals.add(db.session, sight(), plan, form.value(), form.once_id)
        db.session.commit()
        flash(plain("Målet står i planen nu."))
        return redirect(url_for("plans.show", person_id=person_id))
    return _page(form)


@bp.route("/mal/<uuid:goal_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_EDIT)
def change(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    goal = _goal(person_id, goal_id)
    stands = _fields(goal)
    form = ChangeGoalForm(data={**stands, "revision": goal.revision})
    form.answer.choices = _choices(goal)
    both = None
    if form.validate_on_submit():
        both = Together(form, goal.revision, stands)
        if not both.shown:
            if not both.same:
                goals.change(db.session, sight(), goal, form.value(), clock.now())
                db.session.commit()
            flash(plain("Sparat."))
            return redirect(url_for("plans.show", person_id=person_id))
    return _page(form, goal, both=both, earlier=earlier.of(db.session, About.GOAL, goal.id))


@bp.post("/mal/<uuid:goal_id>/avsluta")
@needs(Permission.PLAN_EDIT)
def end(person_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    goals.end(db.session, sight(), _goal(person_id, goal_id), clock.now())
    db.session.commit()
    flash(plain("Målet är avslutat."))
    return redirect(url_for("plans.show", person_id=person_id))


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
        **{"both": None, "earlier": (), **more},
    )


def _fields(goal: Goal) -> Mapping[str, str]:
    return {
        "words": goal.words,
        "noticed_by": goal.noticed_by,
        "area": goal.area,
        "answer": str(goal.answer_id or ""),
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
    if (
        goal is not None
        and goal.answer_id is not None
        and goal.answer_id not in {each.answer_id for each in said}
    ):
        choices.append((goal.answer_id, plain("Ett svar som inte visas för dig")))
    return choices


def _plan(person_id: UUID) -> Plan:
    plan = domain.going_plan(db.session, person_id)
    if plan is None or not goals.may_edit(plan, sight()):
        abort(404)
    return plan


def _goal(person_id: UUID, goal_id: UUID) -> Goal:
    return goals.goal_of(db.session, _plan(person_id), goal_id) or abort(404)
