"""Vem får se vad: whom the person has let in, changing it and ending it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import domain as accounts
from webapp.core import clock, db
from webapp.core.access import needs
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.plans import freezing
from webapp.reminders import setting as reminders
from webapp.sharing import changing, domain, invitations, link, protection
from webapp.sharing.forms import GrantForm, as_chosen
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.words import AREAS, ROLES

bp = Blueprint("sharing", __name__)
ONE = "/p/<uuid:person_id>/delning/<uuid:consent_id>"


@bp.get("/p/<uuid:person_id>/delning")
@needs(Permission.SHARING_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    now = clock.now()
    link.no_longer_shown()
    return render_template(
        "sharing/show.html",
        shared=domain.shared_by(db.session, person_id),
        out=invitations.out_for(db.session, person_id, now),
        earlier=changing.earlier(db.session, person_id, now),
        protected=protection.is_protected(db.session, person_id),
        areas=AREAS,
        roles=ROLES,
    )


@bp.route(f"{ONE}/andra", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.SHARING_SET)
def change(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    consent = _consent(person_id, consent_id)
    if consent.kind is not ConsentKind.RELATIVE:
        abort(404)
    form = GrantForm(data=as_chosen(consent))
    if form.validate_on_submit():
        changing.change_consent(db.session, consent, form.relation.data or "", form.grant(), clock.now())
        db.session.commit()
        flash(plain("Sparat. Det gäller direkt."))
        return redirect(url_for(".show", person_id=person_id))
    return render_template("sharing/change.html", form=form, consent=consent, name=_name(consent))


@bp.route(f"{ONE}/sluta", methods=["GET", "POST"])
@needs(Permission.SHARING_SET)
def withdraw(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    """The first press asks what is to become of the reminders they have set, the second ends it.

    A page that stood open while it was changed or ended in another ends what holds now.
    """
    now = clock.now()
    asked = changing.once_given(db.session, person_id, consent_id) or abort(404)
    stands = changing.in_its_place(db.session, asked, now)
    theirs = reminders.set_by_relative(db.session, person_id, asked.relative_id) if asked.relative_id else ()
    if request.method != "POST":
        return render_template(
            "sharing/withdraw.html", stands=stands, consent=asked, name=_name(asked), reminders=theirs
        )
    if stands is not None:
        _end(stands, now)
    for reminder in theirs if request.form.get("paminnelser") == "avsluta" else ():
        reminders.end(db.session, reminder, now)
    db.session.commit()
    flash(plain("Du har slutat dela. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


def _end(consent: Consent, now: datetime) -> None:
    if consent.kind is ConsentKind.SIP:
        freezing.withdraw(db.session, consent.person_id, consent.id, now)
    else:
        domain.withdraw_consent(db.session, consent.person_id, consent.id, now)


def _consent(person_id: UUID, consent_id: UUID) -> Consent:
    return changing.consent_of(db.session, person_id, consent_id, clock.now()) or abort(404)


def _name(consent: Consent) -> str:
    return accounts.called(db.session, consent.relative_id) if consent.relative_id else ""
