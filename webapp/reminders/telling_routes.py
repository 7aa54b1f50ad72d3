"""Om du inte svarar: what the person chooses; and the page of a relative who was told of a reminder not answered."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.reminders import answering, setting, telling
from webapp.reminders.models import Occurrence, Reminder, Told
from webapp.reminders.outcome import PROVISIONAL
from webapp.reminders.unanswered_forms import UnansweredForm, as_typed

bp = Blueprint("telling", __name__)
OF_PERSON = "/p/<uuid:person_id>/paminnelser"


@bp.route(f"{OF_PERSON}/<uuid:reminder_id>/om-jag-inte-svarar", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.SHARING_SET)
def choose(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """The person alone chooses who is told, for each reminder by itself."""
    reminder = setting.reminder_of(db.session, person_id, reminder_id) or abort(404)
    relatives = telling.whom(db.session, person_id)
    before = telling.chosen(db.session, reminder)
    form = UnansweredForm(data=as_typed(before, relatives)).offer(relatives)
    if form.validate_on_submit():
        telling.choose(db.session, reminder, form.value(), clock.now())
        db.session.commit()
        flash(plain("Sparat. Det gäller från nästa gång."))
        return redirect(url_for("reminders.show_all", person_id=person_id))
    return render_template(
        "reminders/unanswered.html", form=form, reminder=reminder, has_relatives=bool(relatives)
    )


@bp.get("/hjalp/<uuid:occurrence_id>")
@signed_in("citizen")
def find(occurrence_id: UUID) -> ResponseReturnValue:
    """Where the notice of a relative leads: to the page about whom they help."""
    me = the_reader.person_id
    person_id = telling.person_of(db.session, occurrence_id, me) if me else None
    if person_id is None:
        abort(404)
    return redirect(url_for(".help_with", person_id=person_id, occurrence_id=occurrence_id))


@bp.get(f"{OF_PERSON}/hjalp/<uuid:occurrence_id>")
@needs(Permission.REMINDERS_SEE)
def help_with(person_id: UUID, occurrence_id: UUID) -> ResponseReturnValue:
    told, occurrence = _told(person_id, occurrence_id)
    reminder = db.session.get_one(Reminder, occurrence.reminder_id)
    return render_template(
        "reminders/help.html",
        told=told,
        occurrence=occurrence,
        reminder=reminder,
        waits=occurrence.outcome in PROVISIONAL,
        taken_by_another=telling.taken_by_another(db.session, told),
    )


@bp.post(f"{OF_PERSON}/hjalp/<uuid:occurrence_id>")
@needs(Permission.REMINDERS_SEE)
def see_to(person_id: UUID, occurrence_id: UUID) -> ResponseReturnValue:
    """Jag tar det, or jag har ringt."""
    said = request.form.get("jag")
    if said not in ("tar", "ringt"):
        abort(400)
    told, _ = _told(person_id, occurrence_id)
    telling.see_to(db.session, told, clock.now(), called=said == "ringt")
    db.session.commit()
    flash(
        plain("Tack. %(name)s ser att du har ringt.", name=sight().called)
        if said == "ringt"
        else plain("Tack. %(name)s ser att du tar det.", name=sight().called)
    )
    return redirect(url_for(".help_with", person_id=person_id, occurrence_id=occurrence_id))


def _told(person_id: UUID, occurrence_id: UUID) -> tuple[Told, Occurrence]:
    """For the relative who was told, and nobody else."""
    me = sight().reader.person_id or abort(404)
    told = telling.told_to(db.session, person_id, occurrence_id, me) or abort(404)
    return told, answering.occurrence_of(db.session, person_id, occurrence_id) or abort(404)
