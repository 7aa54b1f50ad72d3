"""Recalling a broadcast: what has happened is written down first, and it stops for everybody."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.broadcasts import incidents
from webapp.broadcasts.forms import RecallForm
from webapp.broadcasts.routes import carers, of_unit, sender
from webapp.core import clock, db
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed

bp = Blueprint("recall", __name__, url_prefix="/personal/utskick")


@bp.route("/<uuid:broadcast_id>/aterkalla", methods=["GET", "POST"])
@keeps_typed
@carers
def recall(broadcast_id: UUID) -> ResponseReturnValue:
    broadcast, form = of_unit(broadcast_id), RecallForm()
    if form.validate_on_submit():
        made = incidents.recall(db.session, broadcast, sender(), form.happened.data or "", clock.now())
        if made is not None:
            db.session.commit()
            flash(plain("Återkallat. De som har fått den får veta att det var ett misstag."))
            return redirect(url_for("incidents.show", incident_id=made.id))
    if not incidents.may_recall(broadcast, clock.now()):
        return redirect(url_for("broadcasts.show", broadcast_id=broadcast_id))
    return render_template("broadcasts/recall.html", form=form, broadcast=broadcast)
