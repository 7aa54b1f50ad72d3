"""Tider: the times that have been agreed with the person."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import db
from webapp.core.access import needs
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.meetings import domain
from webapp.meetings.forms import QuestionForm
from webapp.permissions import Permission

bp = Blueprint("meetings", __name__, url_prefix="/p/<uuid:person_id>/tider")


@bp.route("/<uuid:time_id>/fraga", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ANSWER)
def ask(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    agreed = domain.time_of(db.session, person_id, time_id)
    if agreed is None:
        abort(404)
    form = QuestionForm(data={"question": agreed.question})
    if form.validate_on_submit():
        agreed.question = form.question.data or ""
        db.session.commit()
        flash(plain("Sparat. De som är med kan läsa det före mötet."))
        return redirect(url_for("plans.show", person_id=person_id))
    return render_template("meetings/question.html", form=form, time=agreed)
