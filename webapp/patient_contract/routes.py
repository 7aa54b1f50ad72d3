"""Patientkontrakt: the same plan seen as an agreement with the care, and seven short questions about it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.contacts import domain as contacts
from webapp.contacts import words as contact_words
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.meetings import reading as meetings
from webapp.patient_contract import domain, rhythm
from webapp.patient_contract.forms import SevenForm
from webapp.patient_contract.questions import QUESTIONS, SAID
from webapp.permissions import Permission
from webapp.plans import reading as plans
from webapp.plans.models import Doer, RowStatus

bp = Blueprint("patient_contract", __name__, url_prefix="/p/<uuid:person_id>/plan/patientkontrakt")
BOTH_SIDES = (Doer.ME, Doer.RELATIVE, Doer.REGION)  # what others do stands in the whole plan


@bp.get("")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now, session = clock.now(), db.current()
    view = plans.current_plan(session, sight())
    agreed = [row for row in view.rows if row.status is RowStatus.AGREED] if view else []
    sees_contacts = sight().may(Permission.CONTACTS_SEE)
    found = contacts.contacts_of(session, sight(), now) if sees_contacts else []
    return render_template(
        "patient_contract/show.html",
        view=view,
        rows=[row for row in agreed if row.doer in BOTH_SIDES],
        others=any(row.doer not in BOTH_SIDES for row in agreed),
        contacts=[each for each in found if each.role in contacts.NAMED_IN_LAW],
        roles=contact_words.ROLES,
        next_time=meetings.next_time(session, sight(), now),
        answered=domain.answered(session, sight())[:1],
        questions=QUESTIONS,
        said=SAID,
        printed_on=clock.today(),
    )


@bp.route("/sju-fragor", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.SEVEN_ANSWER)
def ask(person_id: UUID) -> ResponseReturnValue:
    """Voluntary: the page can be found, and nothing in the app asks for it."""
    now, today = clock.now(), clock.today()
    open_on = rhythm.next_on(domain.days_of(db.session, person_id), today)
    form = SevenForm()
    if open_on == today and form.validate_on_submit():
        domain.answer(db.session, person_id, form.said(), now, shared=bool(form.shared.data))
        db.session.commit()
        flash(plain("Tack. Dina svar är sparade."))
        return redirect(url_for(".ask", person_id=person_id))
    return render_template(
        "patient_contract/seven.html",
        form=form,
        open_on=open_on if open_on > today else None,
        answered=domain.answered(db.session, sight()),
        questions=QUESTIONS,
        said=SAID,
    )


@bp.post("/sju-fragor/<uuid:answers_id>/dela")
@needs(Permission.SEVEN_ANSWER)
def share(person_id: UUID, answers_id: UUID) -> ResponseReturnValue:
    shared = request.form.get("dela") == "ja"
    if not domain.share(db.session, person_id, answers_id, shared):
        abort(404)
    db.session.commit()
    flash(plain("Personalen får läsa svaren.") if shared else plain("Bara du kan läsa svaren nu."))
    return redirect(url_for(".ask", person_id=person_id))
