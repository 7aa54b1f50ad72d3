"""Switching notices on for a phone: its own explaining page first, then the browser is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, public
from webapp.core.i18n import plain
from webapp.core.push import BadSubscription, CheckedSubscription, check_subscription
from webapp.core.security import json_body, token_in_address
from webapp.permissions import Permission
from webapp.reminders import keys, phones

bp = Blueprint("phones", __name__)


@bp.get("/p/<uuid:person_id>/paminnelser/telefon")
@needs(Permission.PHONE_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "reminders/phone.html",
        phones=phones.live_phones(db.session, person_id),
        key=keys.vapid().public_key,
    )


@bp.post("/p/<uuid:person_id>/prenumeration")
@needs(Permission.PHONE_SET)
def subscribe(person_id: UUID) -> ResponseReturnValue:
    """Keep this phone's subscription; a new one gets a trial notice at once.

    With "again" the phone only says that it is still there; 410 tells it that it was switched off.
    """
    body = json_body()
    checked, unasked = _checked(body), body.get("again") is True
    key = keys.vapid().public_key
    try:
        phone, is_new = phones.subscribe(db.session, person_id, checked, key, clock.now(), unasked=unasked)
    except phones.SwitchedOff:
        abort(410)
    except phones.TooManyPhones:
        abort(409)
    if is_new:
        phones.try_out(db.session, phone, clock.now())
    db.session.commit()
    return jsonify(new=is_new), 201 if is_new else 200


@bp.post("/prenumeration/byt")
@token_in_address
@public
def replace() -> ResponseReturnValue:
    """The browser changed its subscription. It has no session then; the old, secret endpoint speaks for it."""
    body = json_body()
    old, new = body.get("old"), body.get("new")
    if not isinstance(old, str) or not isinstance(new, dict):
        abort(400)
    try:
        known = phones.replace(db.session, old, _checked(new), keys.vapid().public_key, clock.now())
    except phones.SwitchedOff:
        abort(410)
    except phones.TooManyPhones:
        abort(409)
    if not known:
        abort(404)
    db.session.commit()
    return "", 204


@bp.post("/p/<uuid:person_id>/paminnelser/telefon/prova")
@needs(Permission.PHONE_SET)
def try_out(person_id: UUID) -> ResponseReturnValue:
    """A trial notice to every phone, at any time later."""
    found = phones.live_phones(db.session, person_id)
    for phone in found:
        phones.try_out(db.session, phone, clock.now())
    db.session.commit()
    flash(plain("En provpåminnelse är på väg.") if found else plain("Ingen telefon är kopplad än."))
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/p/<uuid:person_id>/paminnelser/telefon/av")
@needs(Permission.PHONE_SET)
def switch_off(person_id: UUID) -> ResponseReturnValue:
    """Switch off one phone, or all of them."""
    phone_id: UUID | None = None
    if request.form.get("telefon"):
        try:
            phone_id = UUID(request.form["telefon"])
        except ValueError:
            abort(404)
    phones.forget(db.session, person_id, phone_id, clock.now())
    db.session.commit()
    flash(plain("Avstängt. Den telefonen får inga fler påminnelser."))
    return redirect(url_for(".show", person_id=person_id))


def _checked(body: dict[str, Any]) -> CheckedSubscription:
    given = body.get("keys")
    given = given if isinstance(given, dict) else {}
    endpoint, p256dh, auth = body.get("endpoint"), given.get("p256dh"), given.get("auth")
    if not (isinstance(endpoint, str) and isinstance(p256dh, str) and isinstance(auth, str)):
        abort(400)
    try:
        return check_subscription(endpoint, p256dh, auth, current_app.config["SETTINGS"].extra_push_origins)
    except BadSubscription:
        abort(400)
