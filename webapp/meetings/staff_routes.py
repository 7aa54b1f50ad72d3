"""Staff call a meeting about the plan, move it, cancel it, and write down what was decided."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.meetings import domain, reading
from webapp.meetings.forms import MeetingForm, TimeForm, WrittenDownForm
from webapp.meetings.models import AgreedTime
from webapp.meetings.routes import seen_time
from webapp.permissions import Permission
from webapp.plans import ending
from webapp.plans.models import Plan

bp = Blueprint("meeting_calls", __name__, url_prefix="/p/<uuid:person_id>/tider")


@bp.route("/nytt-mote", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.MEETING_CALL)
def call(person_id: UUID) -> ResponseReturnValue:
    plan = _plan()
    participants = reading.participants(db.session, plan.id)
    form = MeetingForm(data={"invited": [key for key, _ in participants]})
    form.offer(participants)
    if form.validate_on_submit():
        invited = [UUID(key) for key in form.invited.data]
        domain.call_meeting(db.session, plan, form.wish(), the_reader, invited, clock.now(), form.once_id)
        db.session.commit()
        flash(
            plain("Mötet är inlagt. Personen och de anhöriga får veta det i appen. Säg till de andra själv.")
        )
        return redirect(url_for("meetings.show", person_id=person_id))
    return render_template("meetings/call.html", form=form)


@bp.route("/<uuid:time_id>/flytta", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.MEETING_CALL)
def move(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    agreed = _own(time_id)
    form = TimeForm(data=TimeForm.of(agreed))
    if form.validate_on_submit():
        if not domain.move(db.session, agreed, form.wish(), clock.now()):
            abort(404)
        db.session.commit()
        flash(
            plain("Mötet är flyttat. Personen och de anhöriga får veta det i appen. Säg till de andra själv.")
        )
        return redirect(url_for("meetings.show", person_id=person_id))
    return render_template("meetings/move.html", form=form, time=agreed)


@bp.post("/<uuid:time_id>/stall-in")
@needs(Permission.MEETING_CALL)
def cancel(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    if not domain.cancel(db.session, _own(time_id), clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Mötet är inställt. Personen och de anhöriga får veta det i appen. Säg till de andra själv."))
    return redirect(url_for("meetings.show", person_id=person_id))


@bp.route("/<uuid:time_id>/efter", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.MEETING_CALL)
def write_down(person_id: UUID, time_id: UUID) -> ResponseReturnValue:
    """What was decided; the next date is required, or the reason why the plan ends."""
    meeting = _called_here(time_id)
    if meeting.closed_at is not None:
        return _write_more(meeting)
    plan = _plan()
    if meeting.plan_id != plan.id or meeting.starts_at > clock.now() or not domain.is_open(meeting):
        abort(404)
    form = _form_after(meeting)
    if form.validate_on_submit():
        came = [UUID(key) for key in form.came.data]
        written, now = form.written(), clock.now()
        following = domain.close(db.session, meeting, plan, written, the_reader, came, now)
        if following is None:
            ending.end(db.session, sight(), plan, written.ends_because, now)
        db.session.commit()
        flash(plain("Sparat. Det ni bestämde står under Tider."))
        return redirect(_on_from(meeting))
    return render_template("meetings/after.html", form=form, time=meeting)


def _write_more(meeting: AgreedTime) -> ResponseReturnValue:
    """It was written down while this form stood open, or the first answer never came: no words are lost."""
    form = _form_after(meeting)
    if form.validate_on_submit():
        more = domain.write_more(db.session, meeting, form.written())
        db.session.commit()
        if more:
            flash(plain("Mötet var redan nedskrivet. Det du skrev står nu efter det som stod där."))
        else:
            flash(plain("Sparat. Det ni bestämde står under Tider."))
    elif form.is_submitted():
        return render_template("meetings/after.html", form=form, time=meeting)
    return redirect(_on_from(meeting))


def _form_after(meeting: AgreedTime) -> WrittenDownForm:
    invited = reading.one_time(db.session, sight(), meeting).invited
    form = WrittenDownForm(data={"came": [str(one.id) for one in invited]})
    form.offer(invited)
    return form


def _on_from(meeting: AgreedTime) -> str:
    ends = meeting.plan_ends and sight().may(Permission.PLAN_END)
    return url_for("ending.end" if ends else "meetings.show", person_id=meeting.person_id)


def _plan() -> Plan:
    """The plan, where this reader sees it whole and it is not frozen."""
    return domain.plan_to_meet_about(db.session, sight()) or abort(404)


def _own(time_id: UUID) -> AgreedTime:
    """A time of the reader's own organisation that is neither cancelled nor closed."""
    agreed = _called_here(time_id)
    return agreed if domain.is_open(agreed) else abort(404)


def _called_here(time_id: UUID) -> AgreedTime:
    agreed = seen_time(time_id)
    return agreed if agreed.organisation_id == the_reader.organisation_id else abort(404)
