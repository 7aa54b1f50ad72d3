"""Staff: the people of the unit, and sending a reminder."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty
from webapp.core import clock, db
from webapp.core.access import needs, sight, signed_in, the_reader
from webapp.core.i18n import LANGUAGES, force_language, plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.reminders import answering, calling, judging, phones
from webapp.reminders import setting as reminders
from webapp.reminders import words as reminder_words
from webapp.reminders.models import Reminder
from webapp.reminders.staff_forms import JudgedForm, StaffReminderForm
from webapp.staff import domain, words
from webapp.staff.search_forms import SearchForm, page_of
from webapp.work_list import people

bp = Blueprint("staff", __name__, url_prefix="/personal")


@bp.route("/sok", methods=["GET", "POST"])
@keeps_typed
@signed_in("staff", Duty.CARE)
def search() -> ResponseReturnValue:
    """The people of one's own unit, by name. What is typed comes in a form and never stands in an address."""
    form = SearchForm()
    is_asked = request.method == "POST" and form.validate_on_submit()
    page = form.page.data if is_asked else page_of(request.args.get("sida"))
    found = people.found(db.session, _unit(), form.name.data if is_asked else "", page or 1, clock.today())
    return render_template(
        "staff/people.html",
        form=form,
        found=found,
        asked=is_asked,
        age=lambda person: words.age(person, clock.today()),
    )


@bp.get("/skickat")
@signed_in("staff", Duty.CARE)
def sent() -> ResponseReturnValue:
    return render_template(
        "staff/sent.html",
        sent=domain.sent_by(db.session, _unit(), clock.today()),
        outcomes=words.OUTCOMES,
        when=reminder_words.when,
    )


@bp.get("/ingen-vard")
@signed_in("staff")
def no_care() -> ResponseReturnValue:
    """Analysts and administrators open no persons; their own pages come later."""
    return render_template("staff/no_care.html")


@bp.route("/skicka/<uuid:person_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SEND)
def send(person_id: UUID) -> ResponseReturnValue:
    """Write, look at it as the person will see it and in Swedish, then send. Three steps of one form."""
    form = StaffReminderForm()
    form.offer(calling.choices_for(db.session, person_id, the_reader.unit_id, clock.today()))
    preview = False
    if request.method == "POST" and request.form.get("steg") != "andra" and form.validate_on_submit():
        wish = form.value_for(sight().language)
        if wish.rule.next_after(clock.now()) is None:
            form.never_due()
        elif request.form.get("steg") != "skicka":
            preview = True
        elif (sent := _send(person_id, form)) is not None:
            return sent
    return render_template(
        "staff/preview.html" if preview else "staff/send.html",
        form=form,
        their_language=sight().language,
        their_language_name=LANGUAGES[sight().language],
        in_their_language=lambda: force_language(sight().language),
        has_phone=phones.has_phone(db.session, person_id),
        first=form.rule().next_after(clock.now()) if preview else None,
        render_as=_render_as,
    )


def _render_as(language: str, form: StaffReminderForm) -> str:
    """The reminder as it will stand on the person's page, in one language."""
    wish, chosen = form.value_for(sight().language), form.chosen()
    with force_language(language):
        return render_template(
            "staff/as_seen.html",
            wish=wish,
            language=language,
            call=chosen.call if chosen else None,
            when=reminder_words.rule_in_words(wish.rule),
            upcoming=reminder_words.coming(wish.rule, clock.now()),
        )


def _send(person_id: UUID, form: StaffReminderForm) -> ResponseReturnValue | None:
    """None where it cannot be sent, which the form then says: what was written stays in it."""
    by = reminders.by_reader(sight())
    wish = form.value_for(sight().language)
    try:
        reminder = reminders.set_reminder(
            db.session, person_id, wish, by, clock.now(), form.once.data or None
        )
    except reminders.TooMany:
        form.form_errors.append(plain("Det gick inte att skicka. Personen har för många påminnelser."))
        return None
    except reminders.WasUndone:
        form.once.data = str(uuid4())
        form.form_errors.append(
            plain("Påminnelsen är ångrad, och inget har skickats. Vill du skicka den, granska den igen.")
        )
        return None
    db.session.commit()
    flash(plain("Skickat. Du kan ångra i en minut."))
    return redirect(url_for(".outcome", person_id=person_id, reminder_id=reminder.id))


@bp.get("/skickat/<uuid:person_id>/<uuid:reminder_id>")
@needs(Permission.REMINDER_SEND)
def outcome(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """What became of a reminder, each due time by itself."""
    reminder = _ours(person_id, reminder_id)
    now = clock.now()
    return render_template(
        "staff/outcome.html",
        reminder=reminder,
        outcomes=answering.outcomes_of(db.session, reminder.id),
        words=words.OUTCOMES,
        when=reminder_words.when(reminder),
        until=reminder_words.until(reminder),
        next_due=reminder_words.next_due(reminder, now),
        can_undo=now < reminder.held_until,
        undo_until=reminder.held_until,
        has_phone=phones.has_phone(db.session, person_id),
    )


@bp.post("/skickat/<uuid:person_id>/<uuid:reminder_id>/angra")
@needs(Permission.REMINDER_SEND)
def undo(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    reminder = _ours(person_id, reminder_id)
    if reminders.undo_send(db.session, reminder, clock.now()):
        db.session.commit()
        flash(plain("Ångrat. Påminnelsen är borta, och inget har skickats."))
        return redirect(url_for(".sent"))
    flash(plain("Minuten har gått. Avsluta påminnelsen i stället."), "warn")
    return redirect(url_for(".outcome", person_id=person_id, reminder_id=reminder_id))


@bp.route("/skickat/<uuid:person_id>/<uuid:reminder_id>/bedom", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.REMINDER_SEND)
def judge(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """It has been judged anew that this can be self-care: the reminder goes on, until a new day."""
    reminder, form = _ours(person_id, reminder_id), JudgedForm()
    if reminder.ended_at is not None:
        abort(404)
    form.begins_on = reminder.from_on
    if form.validate_on_submit():
        by, on = form.assessed_by.data or "", form.reassess_on.data or clock.today()
        judging.judge_anew(db.session, reminder, by, on, clock.now())
        db.session.commit()
        flash(reminder_words.saved(reminder, clock.now()))
        return redirect(url_for(".outcome", person_id=person_id, reminder_id=reminder_id))
    return render_template("staff/judge.html", form=form, reminder=reminder)


@bp.post("/skickat/<uuid:person_id>/<uuid:reminder_id>/avsluta")
@needs(Permission.REMINDER_SEND)
def end(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    reminders.end(db.session, _ours(person_id, reminder_id), clock.now())
    db.session.commit()
    flash(plain("Avslutad. Inget mer kommer."))
    return redirect(url_for(".outcome", person_id=person_id, reminder_id=reminder_id))


def _unit() -> UUID:
    """The unit of the assignment in use; staff without one have no such pages."""
    return the_reader.unit_id or abort(404)


def _ours(person_id: UUID, reminder_id: UUID) -> Reminder:
    """A reminder that the reader's own unit has sent."""
    reminder = reminders.reminder_of(db.session, person_id, reminder_id, ended_too=True)
    if reminder is None or not reminders.may_change(sight(), reminder):
        abort(404)
    return reminder
