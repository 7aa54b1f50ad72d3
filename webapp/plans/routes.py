"""Min plan: one plan for the person and everybody who helps."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.contacts import domain as contacts
from webapp.contacts import words as contact_words
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory import numbers
from webapp.meetings import reading as meetings
from webapp.permissions import Permission
from webapp.plans import answering, domain, reading, rows, telling
from webapp.plans.answering import Answered
from webapp.plans.forms import ObjectionForm, OutcomeForm, OwnRowForm
from webapp.plans.models import How, PlanRow, RowStatus
from webapp.sharing import marks

bp = Blueprint("plans", __name__, url_prefix="/p/<uuid:person_id>/plan")
SAID = {"sa": How.YES, "delvis": How.PARTLY, "inte": How.NO}  # the buttons


@bp.get("")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now, session = clock.now(), db.current()
    view = reading.current_plan(session, sight())
    sees_contacts = sight().may(Permission.CONTACTS_SEE)
    first = contacts.call_first(session, sight(), now) if sees_contacts else None
    return render_template(
        "plans/show.html",
        view=view,
        meeting=meetings.next_time(session, sight(), now, meeting=True),
        first=first,
        first_hours=contact_words.hours(first.reach, clock.local(now)) if first else None,
        advice=numbers.number(numbers.ADVICE),
        emergency=numbers.number(numbers.EMERGENCY),
        printed_on=clock.today(),
        is_mine=rows.is_mine,
    )


@bp.route("/egen-rad", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ADD_OWN_ROW)
def add_own_row(person_id: UUID) -> ResponseReturnValue:
    form = OwnRowForm()
    if form.validate_on_submit():
        what, how_often = form.what.data or "", form.how_often.data or ""
        named = marks.written_as(sight())
        if domain.add_own_row(db.session, sight(), what, how_often, clock.now(), named, form.once_id) is None:
            abort(404)
        db.session.commit()
        flash(plain("Raden står i planen nu."))
        return redirect(url_for(".show", person_id=person_id))
    return render_template("plans/own_row.html", form=form)


@bp.post("/rad/<uuid:row_id>/svar")
@needs(Permission.PLAN_ANSWER)
def answer(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Yes at once; no leads to a page where the person can say why, and can also leave it at no."""
    row = _row(row_id)
    if request.form.get("svar") == "nej" and row.status is not RowStatus.ENDED:
        return redirect(url_for(".object_to", person_id=person_id, row_id=row_id))
    if request.form.get("svar") != "ja":
        abort(400 if row.status is not RowStatus.ENDED else 404)
    done = answering.say_yes(db.session, row, _started_from(row), clock.now())
    return _answered(row, done, plain("Du har sagt ja."))


@bp.route("/rad/<uuid:row_id>/nej", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ANSWER)
def object_to(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    row = _row(row_id)
    form = ObjectionForm(data={"words": row.objection, "revision": row.revision})
    changed = False
    if form.validate_on_submit():
        stood = row.revision
        done = answering.say_no(db.session, row, form.words.data or "", _started_from(row), clock.now())
        if done is not Answered.CHANGED:
            if row.revision != stood:
                telling.tell_owner(db.session, row, clock.now())
            return _answered(row, done, plain("Du har sagt nej. De som håller i raden får veta det."))
        changed, form.revision.data = True, str(row.revision)
    if row.status is RowStatus.ENDED:
        abort(404)
    return render_template("plans/object.html", form=form, row=row, changed=changed)


def _started_from(row: PlanRow) -> int:
    """The revision that the page showed; as it stands where a page said none."""
    sent = request.form.get("revision", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else row.revision


def _answered(row: PlanRow, done: Answered, said: str) -> ResponseReturnValue:
    if done is Answered.GONE:
        abort(404)
    if done is Answered.CHANGED:
        said = plain("Raden har ändrats sedan du öppnade sidan. Läs den igen. Inget är sparat.")
    else:
        db.session.commit()
    flash(said)
    anchor = f"rad-{row.revises_id or row.id}"
    return redirect(url_for(".show", person_id=row.person_id, _anchor=anchor))


@bp.route("/rad/<uuid:row_id>/hur-det-gick", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_TELL_OUTCOME)
def tell_outcome(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """How it went: each answer is a button of one form, with room for words."""
    row = _row(row_id)
    if row.status is not RowStatus.AGREED:
        abort(404)
    form = OutcomeForm()
    said = request.form.get("blev")
    if request.method == "POST" and said not in SAID:
        abort(400)
    if form.validate_on_submit():
        named = marks.written_as(sight())
        how, words = SAID[str(said)], form.words.data or ""
        domain.tell_outcome(db.session, row, clock.today(), how, words, clock.now(), named)
        db.session.commit()
        flash(plain("Det står i planen nu."))
        return redirect(url_for(".show", person_id=person_id, _anchor=f"rad-{row_id}"))
    return render_template("plans/outcome.html", form=form, row=row, done_by=reading.who_does(row, sight()))


def _row(row_id: UUID) -> PlanRow:
    return domain.row_of(db.session, sight(), row_id) or abort(404)
