"""Tider: the times that have been agreed with the person, coming and past, and the questions to them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.meetings import calendar, domain, questions, reading
from webapp.meetings.forms import QuestionForm
from webapp.meetings.models import AgreedTime
from webapp.permissions import Permission

bp = Blueprint("meetings", __name__, url_prefix="/p/<uuid:person_id>/tider")


@bp.get("")
@needs(Permission.TIMES_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now = clock.now()
    return render_template(
        "meetings/show.html",
        times=reading.times_of(db.session, sight(), now),
        now=now,
        printed_on=clock.today(),
        may_call=sight().may(Permission.MEETING_CALL)
        and domain.plan_to_meet_about(db.session, sight()) is not None,
    )


@bp.route("/<uuid:time_id>/fraga", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.MEETING_ASK)
def ask(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    agreed, now = seen_time(time_id), clock.now()
    if not questions.takes_questions(agreed, now):
        abort(404)
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            questions.ask(db.session, sight(), agreed, form.question.data or "", now, form.once_id)
        except questions.TooMany:
            form.question.errors = [plain("Du har redan skrivit många frågor. Ta bort någon först.")]
        else:
            db.session.commit()
            flash(plain("Sparat. De som är med kan läsa det före mötet."))
            return redirect(url_for(".ask", person_id=person_id, time_id=time_id))
    return render_template(
        "meetings/question.html", form=form, time=reading.one_time(db.session, sight(), agreed)
    )


@bp.post("/<uuid:time_id>/fraga/<uuid:question_id>/ta-bort")
@needs(Permission.MEETING_ASK)
def take_back(person_id: UUID, time_id: UUID, question_id: UUID) -> ResponseReturnValue:
    if not questions.take_back(db.session, sight(), seen_time(time_id), question_id):
        abort(404)
    db.session.commit()
    flash(plain("Frågan är borttagen."))
    return redirect(url_for(".ask", person_id=person_id, time_id=time_id))


@bp.get("/<uuid:time_id>/kalender.ics")
@needs(Permission.TIMES_SEE)
def one_file(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    """One time as a file that every calendar reads; with the place only where the reader asks for it."""
    agreed = seen_time(time_id)
    made = calendar.written([agreed], clock.now(), with_place="plats" in request.args)
    return calendar_file(made, "tid.ics")


def calendar_file(made: bytes, name: str) -> Response:
    answer = Response(made, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def seen_time(time_id: UUID) -> AgreedTime:
    return domain.time_of(db.session, sight(), time_id) or abort(404)
