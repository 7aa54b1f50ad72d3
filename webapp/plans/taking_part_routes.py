"""Vilka är med: who takes part in the plan, and by which consent it is shared; the person chooses somebody
more, and ends somebody's part.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.plans import domain, joining, taking_part
from webapp.plans.joining_forms import GONE, ChooseForm
from webapp.plans.models import Plan
from webapp.plans.participants import NoParticipant
from webapp.sharing.words import AREAS

bp = Blueprint("taking_part", __name__, url_prefix="/p/<uuid:person_id>/plan/vilka-ar-med")


@bp.get("")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    return render_template(
        "plans/taking_part.html",
        parts=taking_part.everybody(db.session, sight(), plan, clock.now()),
        shares=taking_part.consents(db.session, sight(), plan, clock.now()),
        areas=AREAS,
        more_can=sight().may(Permission.PLAN_PART_CHOOSE)
        or (plan.frozen_at is None and sight().may(Permission.PLAN_PART_RECORD)),
    )


@bp.route("/fler", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.PLAN_PART_CHOOSE)
def choose(person_id: UUID) -> ResponseReturnValue:
    """The person chooses one of those they have let in to the plan."""
    plan, form, now = _plan(person_id), ChooseForm(), clock.now()
    if form.is_submitted() and joining.is_made(db.session, plan, form.once_id):
        return redirect(url_for(".show", person_id=person_id))
    form.offer(joining.relatives(db.session, sight(), plan, now))
    if form.validate_on_submit():
        try:
            joining.join(db.session, sight(), plan, form.value(), now, form.once_id)
        except NoParticipant:
            form.relative.errors = [GONE]
        else:
            db.session.commit()
            flash(plain("Sparat. Det gäller direkt."))
            return redirect(url_for(".show", person_id=person_id))
    return render_template("plans/choose.html", form=form)


@bp.post("/<uuid:part_id>/sluta")
@needs(Permission.PLAN_PART_END)
def end(person_id: UUID, part_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    part = taking_part.part_of(db.session, sight(), plan, part_id) or abort(404)
    stopped = taking_part.end(db.session, sight(), plan, part, clock.now())
    db.session.commit()
    if stopped:
        flash(plain("Sparat. Ingen är kvar att dela planen med, så den är pausad."))
    else:
        flash(plain("Sparat. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


def _plan(person_id: UUID) -> Plan:
    plan = domain.going_plan(db.session, person_id)
    if plan is None or not taking_part.sees(plan, sight()):
        abort(404)
    return plan
