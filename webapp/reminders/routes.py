"""Påminnelser: a person's own, and those that staff set; answering what is due."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import _l, plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.reminders import answering, history, listing, phones, setting, words
from webapp.reminders.forms import ReminderForm
from webapp.reminders.models import Reminder
from webapp.reminders.outcome import Press
from webapp.reminders.planning import occurrence_at
from webapp.sharing import marks

bp = Blueprint("reminders", __name__, url_prefix="/p/<uuid:person_id>/paminnelser")


@bp.get("")
@needs(Permission.REMINDERS_SEE)
def show_all(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "reminders/all.html",
        reminders=listing.reminders_of(
            db.session, person_id, clock.now(), sight().sees, by_relative=_by_relative()
        ),
        when=words.when,
        breaks=lambda reminder: words.breaks_of(reminder, clock.today()),
        comes=words.comes,
        may_change=lambda reminder: setting.may_change(sight(), reminder),
        may_stop=lambda reminder: setting.may_stop(sight(), reminder),
        has_phone=phones.has_phone(db.session, person_id) if sight().is_self else None,
    )


@bp.route("/ny", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SET)
def new(person_id: UUID) -> ResponseReturnValue:
    form = _ask(ReminderForm())
    upcoming = _asked_to_show(form)
    if upcoming is None and form.validate_on_submit() and (reminder := _set(person_id, form)):
        return _done(person_id, words.saved(reminder, clock.now()))
    return render_template("reminders/edit.html", form=form, reminder=None, upcoming=upcoming)


def _set(person_id: UUID, form: ReminderForm) -> Reminder | None:
    """The new reminder; None where it cannot be, and the form says why."""
    try:
        by, key = setting.by_reader(sight()), form.once.data or None
        return setting.set_reminder(db.session, person_id, form.value(), by, clock.now(), key)
    except setting.NeverDue:
        form.never_due()
    except setting.TooMany:
        form.form_errors.append(plain("Det är för många påminnelser. Avsluta någon först."))
    return None


@bp.route("/<uuid:reminder_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SET)
def change(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    reminder = _reminder(reminder_id)
    if not setting.may_change(sight(), reminder):
        abort(404)
    form = _ask(ReminderForm(data=words.as_typed(reminder)))
    form.first_day, form.breaks = reminder.from_on, setting.rule_of(reminder).breaks
    upcoming = _asked_to_show(form)
    if upcoming is None and form.validate_on_submit():
        try:
            setting.change(db.session, reminder, form.value(), setting.by_reader(sight()), clock.now())
        except setting.NeverDue:
            form.never_due()
        else:
            return _done(person_id, words.saved(reminder, clock.now()))
    return render_template("reminders/edit.html", form=form, reminder=reminder, upcoming=upcoming)


def _asked_to_show(form: ReminderForm) -> list[str] | None:
    """When what stands in the form would come, if that alone was asked; None where it is to be saved."""
    if request.form.get("steg") != "visa" or not form.validate_on_submit():
        return None
    upcoming = words.coming(form.rule(), clock.now())
    if not upcoming:
        form.never_due()
    return upcoming


@bp.post("/<uuid:reminder_id>/pausa")
@needs(Permission.REMINDER_SET)
def pause(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    setting.pause(db.session, _stoppable(reminder_id), clock.now())
    return _done(person_id, plain("Pausad. Inget kommer förrän du startar den igen."))


@bp.post("/<uuid:reminder_id>/starta")
@needs(Permission.REMINDER_SET)
def resume(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    reminder = _stoppable(reminder_id)
    setting.resume(db.session, reminder, clock.now())
    return _done(person_id, words.saved(reminder, clock.now()))


@bp.route("/<uuid:reminder_id>/avsluta", methods=["GET", "POST"])
@needs(Permission.REMINDER_SET)
def end(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """Ending cannot be undone, so it is asked first."""
    reminder = _stoppable(reminder_id)
    if request.method != "POST":
        return render_template("reminders/end.html", reminder=reminder)
    setting.end(db.session, reminder, clock.now())
    return _done(person_id, plain("Avslutad."))


@bp.post("/<uuid:reminder_id>/<on>/<at>/svar")
@needs(Permission.REMINDER_ANSWER)
def answer(person_id: UUID, reminder_id: UUID, on: str, at: str) -> ResponseReturnValue:
    """Klar, Senare or Inte idag for one due time."""
    try:
        press = Press(request.form.get("svar", ""))
    except ValueError:
        abort(400)
    return _press(person_id, reminder_id, on, at, press)


@bp.post("/<uuid:reminder_id>/<on>/<at>/angra")
@needs(Permission.REMINDER_ANSWER)
def undo(person_id: UUID, reminder_id: UUID, on: str, at: str) -> ResponseReturnValue:
    return _press(person_id, reminder_id, on, at, Press.UNDO)


def _press(person_id: UUID, reminder_id: UUID, on: str, at: str, press: Press) -> ResponseReturnValue:
    now = clock.now()
    reminder = _reminder(reminder_id, ended_too=True)
    occurrence = occurrence_at(db.session, reminder, *_due_time(on, at), now) or abort(404)
    try:
        result = answering.answer(db.session, occurrence, press, now, pressed_as=marks.written_as(sight()))
    except answering.NotYet:
        abort(404)
    has_phone = phones.has_phone(db.session, person_id)
    db.session.commit()
    flash(words.answered(press, result, has_phone=has_phone))
    if request.form.get("sida") == "historik":
        month = history.Month.of(occurrence.local_on)
        return redirect(
            url_for("history.one", person_id=person_id, reminder_id=reminder_id, manad=str(month))
        )
    return redirect(url_for("today.show", person_id=person_id))


def _due_time(on: str, at: str) -> tuple[date, time]:
    try:
        return date.fromisoformat(on), time.fromisoformat(at)
    except ValueError:
        abort(404)


def _by_relative() -> bool:
    return not (sight().is_self or sight().cares)


def _ask(form: ReminderForm) -> ReminderForm:
    """The form asks a helper what the person is to remember."""
    if not sight().is_self:
        form.text.label.text = _l("Vad ska %(name)s komma ihåg?", name=sight().called)
    return form


def _reminder(reminder_id: UUID, *, ended_too: bool = False) -> Reminder:
    return setting.reminder_of(db.session, sight().person_id, reminder_id, ended_too=ended_too) or abort(404)


def _stoppable(reminder_id: UUID) -> Reminder:
    reminder = _reminder(reminder_id)
    return reminder if setting.may_stop(sight(), reminder) else abort(404)


def _done(person_id: UUID, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(url_for(".show_all", person_id=person_id))
