"""Staff: marking protected identity, and naming who may open the person."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from webapp.accounts import domain as accounts
from webapp.accounts.models import Duty
from webapp.core import audit, clock, db, fence
from webapp.core.access import needs, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.sharing import protection
from webapp.sharing.mandates import ByStaff, by_staff
from webapp.sharing.ties import one_by_one
from webapp.staff.custody_forms import ManagerForm, NameForm
from webapp.staff.looking_up import count_one

bp = Blueprint("protection", __name__, url_prefix="/personal")


@bp.route("/person/<uuid:person_id>/skydd", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.PROTECTION_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    """Whether the person is protected, and by whom opened; a colleague is named here."""
    named = protection.named_for(db.session, person_id)
    form = NameForm()
    form.staff.choices = _colleagues({each.staff_id for each in named})
    if form.validate_on_submit():
        protection.name_staff(db.session, person_id, UUID(form.staff.data), _by().staff_id, clock.now())
        db.session.commit()
        flash(plain("Sparat. Det gäller direkt."))
        return redirect(url_for(".show", person_id=person_id))
    is_protected = protection.is_protected(db.session, person_id)
    return render_template("staff/protection.html", form=form, named=named, is_protected=is_protected)


@bp.post("/person/<uuid:person_id>/skydd/markera")
@needs(Permission.PROTECTION_SET)
def protect(person_id: UUID) -> ResponseReturnValue:
    protection.protect(db.session, person_id, _by(), clock.now())
    db.session.commit()
    flash(plain("Markerat. Bara de som är namngivna öppnar sidorna nu."))
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/person/<uuid:person_id>/skydd/ta-bort")
@needs(Permission.PROTECTION_SET)
def unprotect(person_id: UUID) -> ResponseReturnValue:
    protection.unprotect(db.session, person_id)
    db.session.commit()
    flash(plain("Skyddet är borttaget. Det som gällde innan gäller igen."))
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/person/<uuid:person_id>/skydd/avsluta")
@needs(Permission.PROTECTION_SET)
def end_naming(person_id: UUID) -> ResponseReturnValue:
    try:
        staff_id = UUID(request.form.get("personal", ""))
    except ValueError:
        abort(400)
    if not protection.end_naming(db.session, person_id, staff_id, _by(), clock.now()):
        flash(plain("Någon måste kunna öppna sidorna. Namnge en till först."), "warn")
        return redirect(url_for(".show", person_id=person_id))
    db.session.commit()
    flash(plain("Sparat. Det gäller direkt."))
    return redirect(url_for(".show_all" if staff_id == the_reader.staff_id else ".show", person_id=person_id))


@bp.get("/skyddade")
@signed_in("staff", Duty.CARE)
def show_all() -> ResponseReturnValue:
    """Those with protected identity whom the reader is named for; they stand in no other list."""
    by = _by()
    found = protection.named_to(db.session, by.staff_id, by.unit_id, clock.today())
    return render_template("staff/protected.html", people=found)


@bp.route("/skyddade/namnge", methods=["GET", "POST"])
@keeps_typed
@signed_in("staff", Duty.MANAGER)
def manage() -> ResponseReturnValue:
    """A manager names who may open somebody, by the number, and sees nothing of the person."""
    form = ManagerForm()
    form.staff.choices = _colleagues(set())
    if form.validate_on_submit():
        count_one()
        person = accounts.person_by_number(db.session, form.identity())
        by, now = _by(), clock.now()
        if person and protection.cared_for_and_protected(db.session, person.id, by.unit_id, clock.today()):
            fence.about(db.session, person.id)
            one_by_one(db.session, person.id)
            protection.name_staff(db.session, person.id, UUID(form.staff.data), by.staff_id, now)
            audit.write(db.session, the_reader, person.id, audit.page_of("protection.manage"))
            db.session.commit()
            flash(plain("Sparat. Det gäller direkt."))
            return redirect(url_for(".manage"))
        form.number.errors = [plain("Numret hör inte till någon med skyddade uppgifter hos er.")]
    return render_template("staff/name_staff.html", form=form)


def _by() -> ByStaff:
    if the_reader.unit_id is None:
        abort(404)
    return by_staff(the_reader)


def _colleagues(but: set[UUID]) -> list[SelectChoice]:
    found = protection.colleagues_at(db.session, _by().unit_id, clock.today())
    return [SelectChoice(str(each.staff_id), each.name) for each in found if each.staff_id not in but]
