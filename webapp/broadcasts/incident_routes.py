"""The unit's records of what must not happen (avvikelser), and what it did about each."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.broadcasts import domain, incidents
from webapp.broadcasts.forms import DoneForm
from webapp.broadcasts.routes import carers, page_asked_for, sender, unit_id
from webapp.core import clock, db
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed

bp = Blueprint("incidents", __name__, url_prefix="/personal/avvikelser")


@bp.get("")
@carers
def show_all() -> ResponseReturnValue:
    page = page_asked_for()
    found, more = incidents.listed(db.session, unit_id(), page)
    return render_template("broadcasts/incidents.html", found=found, more=more, page=page)


@bp.route("/<uuid:incident_id>", methods=["GET", "POST"])
@keeps_typed
@carers
def show(incident_id: UUID) -> ResponseReturnValue:
    incident = incidents.of_unit(db.session, unit_id(), incident_id) or abort(404)
    form = DoneForm(data={"done": incident.done})
    if form.validate_on_submit():
        incidents.write_done(db.session, incident, sender(), form.done.data or "", clock.now())
        db.session.commit()
        flash(plain("Sparat."))
        return redirect(url_for(".show", incident_id=incident_id))
    broadcast = domain.of_unit(db.session, unit_id(), incident.broadcast_id) or abort(404)
    text = domain.texts_of(broadcast.said).get("sv", "")
    return render_template(
        "broadcasts/incident.html", incident=incident, broadcast=broadcast, text=text, form=form
    )
