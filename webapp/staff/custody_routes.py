"""Staff: who acts for a person by custody, decision or document; freezing what one of them sees."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Person
from webapp.core import clock, db
from webapp.core.access import needs, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.sharing import custody, freezing, mandates, recorded
from webapp.sharing.guardians import AS_ADULT, age
from webapp.sharing.mandates import ByStaff, NotNow
from webapp.sharing.recorded import Recorded
from webapp.sharing.words import BASES, ROLES
from webapp.staff.custody_forms import AppointForm, FreezeForm, GuardianForm, WhyForm

bp = Blueprint("custody", __name__, url_prefix="/personal/person/<uuid:person_id>/foretrader")


@bp.get("")
@needs(Permission.CUSTODY_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    person = db.session.get_one(Person, person_id)
    return render_template(
        "staff/custody.html",
        recorded=_recorded(person_id),
        is_child=age(person.born_on, clock.today()) < AS_ADULT,
        roles=ROLES,
        bases=BASES,
    )


@bp.route("/vardnadshavare", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CUSTODY_SET)
def add_guardian(person_id: UUID) -> ResponseReturnValue:
    form = GuardianForm()
    if form.validate_on_submit():
        child = db.session.get_one(Person, person_id)
        try:
            guardian = form.holder(db.session)
            custody.verify_guardian(
                db.session, child, guardian, form.relation.data, form.proof(), _by(), clock.now()
            )
        except NotNow as fault:
            db.session.rollback()
            form.tell_why_not(fault.because)
        else:
            return _saved(person_id)
    return render_template("staff/guardian.html", form=form)


@bp.route("/god-man", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CUSTODY_SET)
def appoint(person_id: UUID) -> ResponseReturnValue:
    form = AppointForm()
    if form.validate_on_submit():
        person = db.session.get_one(Person, person_id)
        try:
            appointed = form.holder(db.session)
            mandates.appoint(
                db.session,
                person,
                form.appointed_as(),
                appointed,
                form.scope(),
                form.until_on.data or abort(400),
                form.proof(),
                _by(),
                clock.now(),
            )
        except NotNow as fault:
            db.session.rollback()
            form.tell_why_not(fault.because)
        else:
            return _saved(person_id)
    return render_template("staff/appoint.html", form=form)


@bp.route("/<uuid:consent_id>/avsluta", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CUSTODY_SET)
def end(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    form, one = WhyForm(), _one(person_id, consent_id)
    if form.validate_on_submit():
        mandates.end_mandate(db.session, person_id, consent_id, form.why.data, _by(), clock.now())
        return _saved(person_id)
    return render_template("staff/end_mandate.html", form=form, one=one, roles=ROLES)


@bp.route("/<uuid:consent_id>/frys", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CUSTODY_SET)
def freeze(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    """At once; or again, where it is frozen already, with a new day and reason, so that it stands without a gap."""
    form, one = FreezeForm(), _one(person_id, consent_id)
    if one.freeze_id is not None and one.frozen_why is None:
        abort(404)  # by another organisation, which decides
    if form.validate_on_submit():
        again = form.look_again_on.data or abort(400)
        freezing.freeze(db.session, person_id, consent_id, form.why.data, again, _by(), clock.now())
        return _saved(person_id)
    return render_template("staff/freeze.html", form=form, one=one, roles=ROLES)


@bp.route("/frysning/<uuid:freeze_id>/hav", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CUSTODY_SET)
def lift(person_id: UUID, freeze_id: UUID) -> ResponseReturnValue:
    """Only staff of the organisation that froze lift it: the others do not know why it stands."""
    frozen = [each for each in _recorded(person_id) if each.freeze_id == freeze_id]
    if not frozen or frozen[0].frozen_why is None:
        abort(404)
    form = WhyForm()
    if form.validate_on_submit():
        freezing.lift(db.session, person_id, freeze_id, form.why.data, _by(), clock.now())
        return _saved(person_id)
    return render_template("staff/lift.html", form=form, one=frozen[0], roles=ROLES)


def _by() -> ByStaff:
    return mandates.by_staff(the_reader)


def _saved(person_id: UUID) -> ResponseReturnValue:
    db.session.commit()
    flash(plain("Sparat. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


def _recorded(person_id: UUID) -> list[Recorded]:
    organisation_id = the_reader.organisation_id or abort(404)
    return [*recorded.mandates_of(db.session, person_id, organisation_id, clock.today())]


def _one(person_id: UUID, consent_id: UUID) -> Recorded:
    """A mandate that holds."""
    found = (each for each in _recorded(person_id) if each.consent_id == consent_id and each.holds)
    return next(found, None) or abort(404)
