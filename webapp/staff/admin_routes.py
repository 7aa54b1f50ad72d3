"""Administrators: organisations, units, staff and their assignments; and what administrators have done."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty, StaffMember
from webapp.core import clock, db
from webapp.core.access import signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.directory.models import Huvudman, Unit
from webapp.sharing import emergency
from webapp.staff import administration, words
from webapp.staff.admin_forms import AssignmentForm, MemberForm, OrganisationForm, UnitForm, of_unit
from webapp.staff.administration import NotOneself, Taken

LOOK_BACK = timedelta(days=30)

bp = Blueprint("admin", __name__, url_prefix="/personal")
administrators = signed_in("staff", Duty.ADMINISTRATOR)


@bp.get("/enheter")
@administrators
def units() -> ResponseReturnValue:
    return render_template(
        "staff/admin/units.html",
        units=administration.units(db.session),
        organisations=administration.organisations(db.session),
        flows=words.FLOWS,
        emergencies=emergency.counts(db.session, clock.today() - LOOK_BACK),
    )


@bp.route("/enheter/organisation", methods=["GET", "POST"])
@keeps_typed
@administrators
def new_organisation() -> ResponseReturnValue:
    form = OrganisationForm()
    if form.validate_on_submit():
        huvudman = Huvudman(form.huvudman.data)
        try:
            administration.add_organisation(db.session, the_reader, form.name.data, huvudman, clock.now())
        except Taken:
            form.name_is_taken()
        else:
            return _saved()
    return render_template("staff/admin/organisation.html", form=form)


@bp.route("/enheter/ny", methods=["GET", "POST"])
@keeps_typed
@administrators
def new_unit() -> ResponseReturnValue:
    form = UnitForm()
    form.offer(administration.organisations(db.session))
    if form.validate_on_submit():
        try:
            administration.add_unit(db.session, the_reader, form.value(), clock.now())
        except Taken:
            form.is_taken()
        else:
            return _saved()
    return render_template("staff/admin/unit.html", form=form, unit=None)


@bp.route("/enheter/<uuid:unit_id>", methods=["GET", "POST"])
@keeps_typed
@administrators
def change_unit(unit_id: UUID) -> ResponseReturnValue:
    unit = db.session.get(Unit, unit_id) or abort(404)
    form = UnitForm(data=of_unit(unit))
    form.offer(administration.organisations(db.session))
    if form.validate_on_submit():
        try:
            administration.change_unit(db.session, the_reader, unit, form.value(), clock.now())
        except Taken:
            form.is_taken()
        else:
            return _saved()
    return render_template("staff/admin/unit.html", form=form, unit=unit)


@bp.get("/medarbetare")
@administrators
def members() -> ResponseReturnValue:
    page = _page()
    found, more = administration.members(db.session, page)
    given = administration.assignments(db.session, [each.id for each in found], clock.today())
    return render_template(
        "staff/admin/members.html", members=found, given=given, duties=words.DUTIES, page=page, more=more
    )


@bp.route("/medarbetare/ny", methods=["GET", "POST"])
@keeps_typed
@administrators
def new_member() -> ResponseReturnValue:
    form = MemberForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            member = (form.name.data, form.hsa_id.data)
            made = administration.add_member(db.session, the_reader, *member, now, form.once_id)
        except Taken:
            form.is_taken()
        else:
            return _saved(made.id)
    return render_template("staff/admin/new_member.html", form=form)


@bp.route("/medarbetare/<uuid:staff_id>", methods=["GET", "POST"])
@keeps_typed
@administrators
def member(staff_id: UUID) -> ResponseReturnValue:
    found = _member(staff_id)
    form = MemberForm(data={"name": found.name, "hsa_id": found.hsa_id or ""})
    if form.validate_on_submit():
        now = clock.now()
        try:
            administration.change_member(db.session, the_reader, found, form.name.data, form.hsa_id.data, now)
        except Taken:
            form.is_taken()
        except NotOneself:
            return _refused(staff_id)
        else:
            return _saved(staff_id)
    return _show(found, form)


@bp.route("/medarbetare/<uuid:staff_id>/uppdrag", methods=["GET", "POST"])
@keeps_typed
@administrators
def give_assignment(staff_id: UUID) -> ResponseReturnValue:
    found = _member(staff_id)
    form = AssignmentForm()
    form.offer(administration.units(db.session))
    if form.validate_on_submit():
        try:
            administration.give_assignment(db.session, the_reader, found, form.value(), clock.now())
        except NotOneself:
            return _refused(staff_id)
        return _saved(staff_id)
    return render_template("staff/admin/assignment.html", form=form, member=found)


@bp.post("/medarbetare/<uuid:staff_id>/uppdrag/<uuid:assignment_id>/avsluta")
@administrators
def end_assignment(staff_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    try:
        done = administration.end_assignment(
            db.session, the_reader, _member(staff_id), assignment_id, clock.now()
        )
    except NotOneself:
        return _refused(staff_id)
    if not done:
        abort(404)
    return _saved(staff_id)


@bp.post("/medarbetare/<uuid:staff_id>/stang-av")
@administrators
def switch_off(staff_id: UUID) -> ResponseReturnValue:
    try:
        administration.switch_off(db.session, the_reader, _member(staff_id), clock.now())
    except NotOneself:
        return _refused(staff_id)
    return _saved(staff_id)


@bp.post("/medarbetare/<uuid:staff_id>/slapp-in")
@administrators
def switch_on(staff_id: UUID) -> ResponseReturnValue:
    try:
        administration.switch_on(db.session, the_reader, _member(staff_id), clock.now())
    except NotOneself:
        return _refused(staff_id)
    return _saved(staff_id)


@bp.get("/andringar")
@administrators
def log() -> ResponseReturnValue:
    page = _page()
    lines, more = administration.log(db.session, page)
    return render_template("staff/admin/log.html", lines=lines, more=more, page=page, acts=words.ACTS)


def _page() -> int:
    return min(max(request.args.get("sida", 1, type=int), 1), 1000)


def _member(staff_id: UUID) -> StaffMember:
    return db.session.get(StaffMember, staff_id) or abort(404)


def _show(found: StaffMember, form: MemberForm) -> ResponseReturnValue:
    given = administration.assignments(db.session, [found.id], clock.today()).get(found.id, [])
    return render_template(
        "staff/admin/member.html", member=found, form=form, given=given, duties=words.DUTIES
    )


def _saved(staff_id: UUID | None = None) -> ResponseReturnValue:
    """Keep it, and go back to the staff member, or to the units."""
    db.session.commit()
    flash(plain("Sparat."))
    return redirect(url_for(".member", staff_id=staff_id) if staff_id else url_for(".units"))


def _refused(staff_id: UUID) -> ResponseReturnValue:
    db.session.rollback()
    flash(plain("Du kan inte ändra det som gäller dig själv. En annan administratör gör det."), "warn")
    return redirect(url_for(".member", staff_id=staff_id))
