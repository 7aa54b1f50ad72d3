"""Where a person is signed in, ending it, and the lost phone."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import logins, lost_phone, session, words
from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import plain
from webapp.permissions import Permission
from webapp.reminders import phones

bp = Blueprint("devices", __name__, url_prefix="/p/<uuid:person_id>")


@bp.get("/enheter")
@needs(Permission.DEVICES_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "accounts/devices.html",
        logins=logins.open_logins(db.session, the_reader.account_id, clock.now()),
        this_one=the_reader.login_id,
        device=words.device,
    )


@bp.post("/enheter/avsluta")
@needs(Permission.DEVICES_SET)
def end(person_id: UUID) -> ResponseReturnValue:
    """Sign out one other device, or all the others."""
    now, named = clock.now(), request.form.get("enhet")
    if named is None:
        logins.end_other_logins(db.session, the_reader.account_id, the_reader.login_id, now)
    elif not logins.end_own_login(db.session, the_reader.account_id, _id(named), now):
        abort(404)
    db.session.commit()
    flash(plain("Utloggad. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


@bp.route("/tappad-telefon", methods=["GET", "POST"])
@needs(Permission.PHONE_LOST)
def lost(person_id: UUID) -> ResponseReturnValue:
    """One press ends all sign-ins and all phones, the one in hand too: a borrowed one is left as it was."""
    if request.method != "POST":
        return render_template("accounts/lost_phone.html", has_phone=phones.has_phone(db.session, person_id))
    lost_phone.end_everything(db.session, sight(), clock.now())
    db.session.commit()
    if sight().is_self:
        session.end()
        flash(plain("Klart. Alla dina enheter är utloggade."))
        response = redirect(url_for("accounts.sign_in"))
        response.headers["Clear-Site-Data"] = '"cache"'
        return response
    flash(plain("Klart. Alla enheter är utloggade."))
    return redirect(url_for("more.show", person_id=person_id))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(404)
