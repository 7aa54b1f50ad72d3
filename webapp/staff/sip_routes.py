"""Staff write down that the person consents to a SIP, or no longer does."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Permission
from webapp.plans import freezing
from webapp.sharing import domain, sip
from webapp.sharing.domain import DEFAULT_LENGTH
from webapp.staff import words
from webapp.staff.forms import SipForm

bp = Blueprint("sip", __name__, url_prefix="/personal/person/<uuid:person_id>/sip")


@bp.route("/nytt", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.SIP_RECORD)
def record(person_id: UUID) -> ResponseReturnValue:
    own = db.session.get_one(Unit, the_reader.unit_id or abort(404))
    form = SipForm(data={"until_on": clock.today() + DEFAULT_LENGTH})
    form.offer(own, sip.units_for(db.session, own, sight().municipality))
    if form.validate_on_submit():
        now = clock.now()
        by = words.signature(the_reader)
        consent = sip.consent_to_sip(db.session, person_id, form.value(own), by, now)
        freezing.go_on(db.session, consent, now)
        sip.tell_recorded(db.session, person_id, now)
        db.session.commit()
        flash(plain("Sparat. Personen ser det på sin sida Vem får se vad."))
        return redirect(url_for("care.show", person_id=person_id))
    already = domain.sip_of(db.session, person_id, flows.plans_of(own.flow), own.id)
    return render_template("staff/sip.html", form=form, own=own, already=already)


@bp.post("/<uuid:consent_id>/tillbaka")
@needs(Permission.SIP_RECORD)
def withdraw(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    if not sip.names_unit(db.session, consent_id, the_reader.unit_id):
        abort(404)
    plans, by = flows.plans_of(Flow(the_reader.flow)), words.signature(the_reader)
    if not freezing.withdraw(db.session, person_id, consent_id, clock.now(), plans=plans, by=by):
        abort(404)
    db.session.commit()
    flash(plain("Samtycket är taget tillbaka. Det gäller direkt."))
    return redirect(url_for("care.show", person_id=person_id))
