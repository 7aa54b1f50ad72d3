"""Staff: one person as the unit sees them, and the unit's care relation with its reason and end."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Person
from webapp.contacts import naming
from webapp.core import clock, db
from webapp.core.access import needs, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.permissions import Permission
from webapp.sharing import care
from webapp.sharing import domain as sharing
from webapp.sharing.models import CareRelation
from webapp.staff import domain, words
from webapp.staff.forms import CareForm

bp = Blueprint("care", __name__, url_prefix="/personal/person/<uuid:person_id>")


@bp.get("")
@needs(Permission.PERSON_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    """Who the person is, why the unit is here, what crosses, and the ways on."""
    unit_id, today = _unit(), clock.today()
    person = db.session.get_one(Person, person_id)
    return render_template(
        "staff/person.html",
        person=person,
        age=words.age(person, today),
        relations=care.relations_of(db.session, person_id, unit_id, today),
        sip=sharing.sip_of(db.session, person_id, flows.plans_of(Flow(the_reader.flow)), the_reader.unit_id),
        going=domain.going_from(db.session, unit_id, person_id),
    )


@bp.route("/vard/<uuid:relation_id>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.CARE_SET)
def change(person_id: UUID, relation_id: UUID) -> ResponseReturnValue:
    relation = _relation(person_id, relation_id)
    form = CareForm(data={"reason": relation.reason, "until_on": relation.until_on})
    if form.validate_on_submit():
        care.change_care(relation, form.reason.data, form.until_on.data)
        db.session.commit()
        flash(plain("Sparat."))
        return redirect(url_for(".show", person_id=person_id))
    return render_template("staff/care.html", form=form)


@bp.post("/vard/<uuid:relation_id>/avsluta")
@needs(Permission.CARE_SET)
def end(person_id: UUID, relation_id: UUID) -> ResponseReturnValue:
    relation = _relation(person_id, relation_id)
    care.end_care(relation, clock.now(), words.signature(the_reader))
    naming.end_at_unit(db.session, person_id, _unit(), clock.now())
    left = len(care.relations_of(db.session, person_id, _unit(), clock.today()))
    db.session.commit()
    if left:
        flash(plain("Avslutat."))
        return redirect(url_for(".show", person_id=person_id))
    flash(plain("Avslutat. Er enhet kan inte öppna sidorna mer."))
    return redirect(url_for("staff.search"))


def _unit() -> UUID:
    return the_reader.unit_id or abort(404)


def _relation(person_id: UUID, relation_id: UUID) -> CareRelation:
    """A care relation of the reader's own unit that is in force."""
    found = care.relations_of(db.session, person_id, _unit(), clock.today())
    return next((each for each in found if each.id == relation_id), None) or abort(404)
