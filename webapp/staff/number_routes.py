"""Staff find somebody by number. The number comes in a form and never stands in an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty, Person
from webapp.core import clock, db
from webapp.core.access import signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.settings import Settings
from webapp.sharing import emergency
from webapp.staff import intake
from webapp.staff.intake import Standing
from webapp.staff.looking_up import count_one
from webapp.staff.number_forms import EmergencyForm, FindForm, NewPersonForm

bp = Blueprint("numbers", __name__, url_prefix="/personal")


@bp.route("/ta-emot", methods=["GET", "POST"])
@keeps_typed
@signed_in("staff", Duty.CARE)
def take_in() -> ResponseReturnValue:
    """Begin to care for somebody: first the number and why; for somebody who is not here yet, who they are."""
    is_new = request.form.get("steg") == "ny"
    form = NewPersonForm() if is_new else FindForm()
    if not form.validate_on_submit():
        return _ask(form, is_new)
    count_one()
    standing, person = intake.stands(
        db.session, the_reader.unit_id or abort(404), form.number.number, clock.today()
    )
    if standing is Standing.BLOCKED:
        return render_template("staff/blocked.html")
    if person is not None:
        return _begin(form, standing, person)
    if not is_new:
        return _ask(NewPersonForm(formdata=None, data=form.data | {"step": "ny"}), is_new=True)
    return _take_in(cast(NewPersonForm, form))


def _ask(form: FindForm, is_new: bool) -> ResponseReturnValue:
    return render_template("staff/new_person.html" if is_new else "staff/find.html", form=form)


def _begin(form: FindForm, standing: Standing, person: Person) -> ResponseReturnValue:
    if standing is Standing.FREE:
        reason, until_on = form.reason.data, form.until_on.data
        intake.begin(db.session, the_reader, person, reason, until_on, clock.now())
        db.session.commit()
        flash(plain("Er enhet kan öppna sidorna nu. Personen ser det."))
    return redirect(url_for("care.show", person_id=person.id))


def _take_in(form: NewPersonForm) -> ResponseReturnValue:
    reason, until_on = form.reason.data, form.until_on.data
    try:
        person = intake.take_in(
            db.session, the_reader, form.number.number, form.value(), reason, until_on, clock.now()
        )
    except intake.CannotTakeIn:
        db.session.rollback()
        return render_template("staff/cannot.html")
    db.session.commit()
    flash(plain("Personen finns nu här. Er enhet kan öppna sidorna."))
    return redirect(url_for("care.show", person_id=person.id))


@bp.route("/nodoppning", methods=["GET", "POST"])
@keeps_typed
@signed_in("staff", Duty.CARE)
def open_in_emergency() -> ResponseReturnValue:
    form = EmergencyForm()
    if form.validate_on_submit():
        count_one(emergency=True)
        number, unit_id = form.number.number, the_reader.unit_id or abort(404)
        standing, person = intake.stands(db.session, unit_id, number, clock.today())
        if person is None:
            form.number.errors = [
                *form.number.errors,
                plain("Det går inte att öppna någon med det numret på det här sättet."),
            ]
        elif standing is Standing.CARED_FOR:
            return redirect(url_for("care.show", person_id=person.id))
        else:
            try:
                _open(person, form.reason.data)
            except emergency.TooMany:
                form.form_errors.append(
                    plain("Du har nödöppnat så många som går på ett dygn. Prata med din chef.")
                )
            else:
                return redirect(url_for("what_matters.show", person_id=person.id))
    return render_template("staff/emergency.html", form=form, hours=_length(), open_now=_open_now())


def _open(person: Person, reason: str) -> None:
    now = clock.now()
    emergency.open_in_emergency(db.session, the_reader, person, reason, now, _length())
    db.session.commit()
    flash(plain("Öppnat i en nödsituation. Personen ser vem du är och varför."))


def _open_now() -> Sequence[tuple[Person, datetime]]:
    staff_id, unit_id = the_reader.staff_id or abort(404), the_reader.unit_id or abort(404)
    return emergency.open_by(db.session, staff_id, unit_id, clock.now())


def _length() -> timedelta:
    return timedelta(hours=cast(Settings, current_app.config["SETTINGS"]).emergency_hours)
