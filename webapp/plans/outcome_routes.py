"""Så har det gått: for the person, and for staff to read before the next meeting."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.meetings import reading as meetings
from webapp.permissions import Permission
from webapp.plans import outcomes

bp = Blueprint("outcomes", __name__, url_prefix="/p/<uuid:person_id>/plan")


@bp.get("/sa-har-det-gatt")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now, session = clock.now(), db.current()
    summary = outcomes.since_last_meeting(session, sight(), now) or abort(404)
    return render_template(
        "plans/outcomes.html",
        summary=summary,
        meeting=meetings.next_time(session, sight(), now, meeting=True),
        printed_on=clock.today(),
    )


@bp.get("/rad/<uuid:row_id>/sa-har-det-gatt")
@needs(Permission.PLAN_SEE)
def history(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    went = outcomes.history(db.current(), sight(), row_id, clock.now()) or abort(404)
    return render_template("plans/outcome_history.html", went=went)
