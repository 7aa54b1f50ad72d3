"""Ending the plan: a page that says what follows, and one press."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.plans import domain, ending
from webapp.plans.forms import EndForm

bp = Blueprint("ending", __name__, url_prefix="/p/<uuid:person_id>/plan")


@bp.route("/avsluta", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_END)
def end(person_id: UUID) -> ResponseReturnValue:
    plan = domain.going_plan(db.session, person_id)
    if plan is None or not ending.may_end(plan, sight()):
        abort(404)
    form = EndForm()
    if not sight().cares:
        del form.wanted
    if form.validate_on_submit():
        ending.end(db.session, sight(), plan, form.reason.data or "", clock.now())
        db.session.commit()
        flash(plain("Planen är avslutad."))
        return redirect(url_for("plans.show", person_id=person_id))
    return render_template("plans/end.html", form=form)
