"""Making, listing and removing passkeys, and signing in with one. All of it needs script, and the pages say so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, flash, jsonify, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from webapp.accounts import logins, paper, passkeys, session
from webapp.accounts.models import Account, Purpose
from webapp.core import access, clock, db
from webapp.core.access import needs, public, the_reader
from webapp.core.forms import clean, has_strange_signs
from webapp.core.i18n import plain
from webapp.core.limits import limited
from webapp.core.security import json_body
from webapp.pages.frame import own_page
from webapp.pages.routes import local_path
from webapp.permissions import Permission
from webapp.sharing import domain as sharing

MOST_NAME = 60
ASKED = "passkey"  # in the cookie: which challenge this browser was given

AT_THE_DOOR = "300 per 10 minutes"  # no code to guess here, and a whole town may share one address
bp = Blueprint("passkeys", __name__)


def _site() -> passkeys.Site:
    return passkeys.Site(current_app.config["SETTINGS"].origin)


@bp.get("/p/<uuid:person_id>/passnyckel")
@needs(Permission.PASSKEY_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "accounts/passkeys.html",
        keys=passkeys.keys_of(db.session, person_id),
        fresh=passkeys.is_fresh(the_reader, clock.now()),
        most=passkeys.MOST,
        by_paper=paper.state(db.session, person_id, clock.now()),
    )


@bp.post("/p/<uuid:person_id>/passnyckel/borja")
@needs(Permission.PASSKEY_SET)
@limited("passkey", "30 per hour")
def begin(person_id: UUID) -> ResponseReturnValue:
    """What the browser makes a key with."""
    now, known = clock.now(), passkeys.keys_of(db.session, person_id)
    if len(known) >= passkeys.MOST or not passkeys.is_fresh(the_reader, now):
        abort(409)
    asked, octets = passkeys.begin(db.session, Purpose.MAKE, now, the_reader.account_id)
    db.session.commit()
    cookie[ASKED] = asked.hex
    return _json(passkeys.to_make(_site(), the_reader, octets, known))


@bp.post("/p/<uuid:person_id>/passnyckel")
@needs(Permission.PASSKEY_SET)
@limited("passkey", "30 per hour")
def make(person_id: UUID) -> ResponseReturnValue:
    """Keep the key that the browser made."""
    body, now = json_body(), clock.now()
    answer, name = body.get("answer"), clean(str(body.get("name") or ""))
    if not isinstance(answer, dict) or not name or len(name) > MOST_NAME or has_strange_signs(name):
        abort(400)
    octets = _asked(Purpose.MAKE, the_reader.account_id)
    try:
        passkeys.make(db.session, _site(), the_reader, octets, answer, name, now)
    except passkeys.Refused:
        abort(400)
    db.session.commit()
    flash(plain("Klart. Nästa gång loggar du in med fingret, ansiktet eller telefonens kod."))
    return jsonify(to=url_for(".show", person_id=person_id)), 201


@bp.post("/p/<uuid:person_id>/passnyckel/<uuid:key_id>/ta-bort")
@needs(Permission.PASSKEY_SET)
def remove(person_id: UUID, key_id: UUID) -> ResponseReturnValue:
    if not passkeys.end(db.session, person_id, key_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Borttagen. Den som loggade in med den är utloggad."))
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/logga-in/passnyckel/borja")
@public
@limited("passkey", AT_THE_DOOR)
def ask() -> ResponseReturnValue:
    """What the browser signs in with."""
    asked, octets = passkeys.begin(db.session, Purpose.SIGN_IN, clock.now())
    db.session.commit()
    cookie[ASKED] = asked.hex
    return _json(passkeys.to_sign_in(_site(), octets))


@bp.post("/logga-in/passnyckel")
@public
@limited("passkey", AT_THE_DOOR)
def sign_in() -> ResponseReturnValue:
    """Sign in by a key: twelve hours from now, and as far as the key reaches."""
    body, now = json_body(), clock.now()
    octets, answer = _asked(Purpose.SIGN_IN), body.get("answer")
    try:
        if not isinstance(answer, dict):
            raise passkeys.Refused
        key = passkeys.sign_in(db.session, _site(), octets, answer, now)
    except passkeys.Copied:
        db.session.commit()
        abort(400)
    except passkeys.Refused:
        abort(400)
    before = access.reader()
    if before is not None:
        logins.end_login(db.session, before.login_id, now)
    token = logins.open_login(
        db.session,
        db.session.get_one(Account, key.account_id),
        now,
        device=session.device(),
        passkey_id=key.id,
        limited=key.limited,
    )
    db.session.flush()
    found = logins.reader_of(db.session, token, now) or abort(400)
    helps = not key.limited and sharing.only_helps(db.session, key.person_id)
    back = local_path(str(body.get("next") or ""))
    comes_back = back != "/" and access.opens(db.session, found[0], back)
    db.session.commit()
    session.begin(token)
    start = url_for("sharing.mine") if helps else own_page(found[0])
    return jsonify(to=back if comes_back else start)


def _asked(purpose: Purpose, account_id: UUID | None = None) -> bytes:
    """The challenge that this browser was given. It is used up whatever the answer is."""
    try:
        asked = UUID(str(cookie.pop(ASKED, "")))
        octets = passkeys.take(db.session, asked, purpose, clock.now(), account_id)
    except (ValueError, passkeys.Refused):
        db.session.commit()
        abort(400)
    db.session.commit()
    return octets


def _json(text: Any) -> Response:
    return Response(text, content_type="application/json")
