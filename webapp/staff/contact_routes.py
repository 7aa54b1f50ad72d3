"""Staff name the contacts of a person from among their unit's own, replace them with a date, and end them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from webapp.contacts import naming
from webapp.contacts import words as contact_words
from webapp.contacts.domain import NAMED_IN_LAW
from webapp.contacts.models import CareContact, ContactHours, Role
from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation, Unit
from webapp.permissions import Area, Permission
from webapp.sharing import notices
from webapp.staff import words
from webapp.staff.contact_forms import ContactForm, ReachedForm, as_it_stands

bp = Blueprint("naming", __name__, url_prefix="/personal/person/<uuid:person_id>/kontakter")


@bp.get("")
@needs(Permission.CONTACT_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    """Whom the unit has named, who comes next, and who was."""
    today, unit_id = clock.today(), _unit().id
    return render_template(
        "staff/contacts.html",
        named=naming.contacts_at(db.session, person_id, unit_id, today),
        former=naming.former(db.session, person_id, unit_id, today),
        can_name=_roles(),
        roles=contact_words.ROLES,
        today=today,
    )


@bp.route("/valj/<role>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CONTACT_SET)
def name(person_id: UUID, role: str) -> ResponseReturnValue:
    """Name somebody. In a role of the law the one before ends the day before: the page says who that is."""
    as_what = next((each for each in _roles() if each == role), None) or abort(404)
    unit, today = _unit(), clock.today()
    found = naming.in_role(db.session, person_id, as_what, today) if as_what in NAMED_IN_LAW else []
    stands = " ".join(str(each.id) for each in found)
    form = ContactForm(
        data={"phone": unit.phone or "", "from_on": today, "for_relatives": True, "stands": stands}
    )
    form.offer(naming.colleagues(db.session, unit.id, today))
    if form.validate_on_submit():
        if form.stands.data == stands:
            return _named(person_id, as_what, unit, form)
        form.changed_meanwhile(stands)
    return render_template(
        "staff/contact.html",
        form=form,
        role=as_what,
        roles=contact_words.ROLES,
        stands=[(each, _sees(each)) for each in found],
        today=today,
    )


def _named(person_id: UUID, role: Role, unit: Unit, form: ContactForm) -> ResponseReturnValue:
    who, how = form.chosen(), form.value()
    naming.name_contact(
        db.session,
        person_id,
        role,
        who.name,
        unit.name,
        form.begins(),
        title=who.role,
        phone=how.phone,
        unit=unit,
        staff_id=who.staff_id,
        hours=how.hours,
        stand_in=how.stand_in,
        stand_in_phone=how.stand_in_phone,
        until_on=how.until_on,
        for_relatives=how.for_relatives,
        named_by=words.signature(the_reader),
    )
    notices.tell(db.session, person_id, notices.Kind.CONTACT_CHANGED, clock.now())
    db.session.commit()
    flash(plain("Sparat. Personen ser kontakten på sin sida Kontakter."))
    return redirect(url_for(".show", person_id=person_id))


@bp.route("/<uuid:contact_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CONTACT_SET)
def change(person_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Another number, other hours, another stand-in or last day: of the unit's own contacts alone."""
    contact = _own(person_id, contact_id)
    hours = db.session.scalars(select(ContactHours).where(ContactHours.contact_id == contact.id)).all()
    form = ReachedForm(data=as_it_stands(contact, hours))
    if form.validate_on_submit():
        naming.reach_at(db.session, contact, form.value())
        notices.tell(db.session, person_id, notices.Kind.CONTACT_CHANGED, clock.now())
        db.session.commit()
        flash(plain("Sparat. Personen ser kontakten på sin sida Kontakter."))
        return redirect(url_for(".show", person_id=person_id))
    return render_template("staff/contact_change.html", form=form, contact=contact, roles=contact_words.ROLES)


@bp.post("/<uuid:contact_id>/avsluta")
@needs(Permission.CONTACT_SET)
def end(person_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    naming.end_contact(_own(person_id, contact_id), clock.now())
    notices.tell(db.session, person_id, notices.Kind.CONTACT_CHANGED, clock.now())
    db.session.commit()
    flash(plain("Avslutat. Personen ser vem man ringer i stället."))
    return redirect(url_for(".show", person_id=person_id))


def _unit() -> Unit:
    return db.session.get_one(Unit, the_reader.unit_id or abort(404))


def _roles() -> tuple[Role, ...]:
    owner = db.session.get_one(Organisation, the_reader.organisation_id or abort(404))
    return naming.roles_of(owner.huvudman, Flow(the_reader.flow))


def _sees(contact: CareContact) -> bool:
    """Whether the reader may know who it is: another kind of care may be none of their business."""
    unit = db.session.get(Unit, contact.unit_id) if contact.unit_id else None
    if unit is None:
        return False
    return sight().sees(Area.CONTACTS, unit.organisation_id, unit.flow)


def _own(person_id: UUID, contact_id: UUID) -> CareContact:
    """One of the reader's own unit's that has not ended."""
    found = naming.contacts_at(db.session, person_id, the_reader.unit_id or abort(404), clock.today())
    return next((each for each in found if each.id == contact_id), None) or abort(404)
