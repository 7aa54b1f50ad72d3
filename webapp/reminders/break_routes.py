"""The coming times of a reminder, and breaks from it: one reminder, or all of a person's at once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain, plain_n
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.reminders import breaks, setting, words
from webapp.reminders.break_forms import BreakForm
from webapp.reminders.breaks import TooManyBreaks
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import LAST_DAY, Break

bp = Blueprint("breaks", __name__, url_prefix="/p/<uuid:person_id>/paminnelser")


@bp.route("/<uuid:reminder_id>/tider", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SET)
def times(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """When it comes next, each time by itself; the POST takes a break from one day to another."""
    reminder, form, now = _stoppable(reminder_id), BreakForm(), clock.now()
    if form.validate_on_submit() and _takes(reminder, form.value(), form):
        return _done(reminder)
    return render_template(
        "reminders/coming.html",
        form=form,
        reminder=reminder,
        when=words.when(reminder),
        upcoming=words.upcoming(reminder, now),
        breaks=words.breaks_of(reminder, clock.today()),
    )


@bp.post("/<uuid:reminder_id>/tider/hoppa")
@needs(Permission.REMINDER_SET)
def skip(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """It does not come on one single day."""
    reminder, day = _stoppable(reminder_id), _day()
    if not clock.today() <= day <= LAST_DAY:
        flash(plain("Den dagen går inte att hoppa över. Inget är ändrat."), "warn")
    elif _takes(reminder, Break(day, day)):
        return _done(reminder)
    return redirect(url_for(".times", person_id=person_id, reminder_id=reminder_id))


@bp.post("/<uuid:reminder_id>/tider/kom")
@needs(Permission.REMINDER_SET)
def come_again(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """The break that this day lies in is taken back."""
    reminder = _stoppable(reminder_id)
    breaks.come_again(db.session, reminder, _day(), clock.now())
    return _done(reminder)


@bp.route("/uppehall", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SET)
def from_all(person_id: UUID) -> ResponseReturnValue:
    """A journey or a hospital stay: none of the reminders comes meanwhile."""
    form = BreakForm()
    if form.validate_on_submit():
        try:
            number = breaks.take_break_from_all(
                db.session, person_id, form.value(), lambda each: setting.may_stop(sight(), each), clock.now()
            )
        except TooManyBreaks:
            form.form_errors.append(_too_many())
        else:
            db.session.commit()
            days = words.away(form.value(), clock.today())
            flash(
                plain_n(
                    "Uppehåll %(days)s. En påminnelse väntar så länge.",
                    "Uppehåll %(days)s. %(n)s påminnelser väntar så länge.",
                    number,
                    days=days,
                )
                if number
                else plain("Det finns inga påminnelser som du kan göra uppehåll i.")
            )
            return redirect(url_for("reminders.show_all", person_id=person_id))
    return render_template("reminders/break_all.html", form=form)


def _takes(reminder: Reminder, span: Break, form: BreakForm | None = None) -> bool:
    """Take the break; False where there are too many, which the form or the next page says."""
    try:
        breaks.take_break(db.session, reminder, span, clock.now())
    except TooManyBreaks:
        if form is None:
            flash(_too_many(), "warn")
        else:
            form.form_errors.append(_too_many())
        return False
    return True


def _too_many() -> str:
    return plain("Det finns redan för många uppehåll. Ta bort något först.")


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("dag", ""))
    except ValueError:
        abort(400)


def _stoppable(reminder_id: UUID) -> Reminder:
    """A reminder that the reader may stop; any other is as if it did not exist."""
    reminder = setting.reminder_of(db.session, sight().person_id, reminder_id) or abort(404)
    return reminder if setting.may_stop(sight(), reminder) else abort(404)


def _done(reminder: Reminder) -> ResponseReturnValue:
    db.session.commit()
    flash(words.saved(reminder, clock.now()))
    return redirect(url_for(".times", person_id=reminder.person_id, reminder_id=reminder.id))
