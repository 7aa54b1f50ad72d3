"""The plan on paper: a PDF made here, for the reader who asks and as that reader may see the plan."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from webapp.contacts import domain as contacts
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.directory import numbers
from webapp.meetings import reading as meetings
from webapp.permissions import Permission
from webapp.plans import reading
from webapp.plans.paper import press
from webapp.plans.paper.document import Paper, document

bp = Blueprint("printed", __name__, url_prefix="/p/<uuid:person_id>/plan")


@bp.get("/plan.pdf")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    """The file's name says nothing of whose it is; nothing on the way keeps it."""
    paper = _paper()
    try:
        made = press.pdf(document(paper))
    except press.CannotPrint:
        abort(503)
    answer = Response(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="plan.pdf"'
    return answer


def _paper() -> Paper:
    session, seen, now = db.current(), sight(), clock.now()
    sees_contacts = seen.may(Permission.CONTACTS_SEE)
    return Paper(
        view=reading.current_plan(session, seen) or abort(404),
        called=seen.called,
        municipality=seen.municipality,
        mine=seen.is_self,
        meeting=meetings.next_time(session, seen, now, meeting=True),
        contacts=contacts.contacts_of(session, seen, now) if sees_contacts else (),
        numbers=[numbers.number(each) for each in (numbers.ADVICE, numbers.EMERGENCY)],
        printed_on=clock.today(),
    )
