"""The warning before a sign-in ends, for the script that shows it, and the press that says "Jag är kvar".

Without script there is no warning: the next press leads to the sign-in page, and what was typed is kept.
"""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from webapp.accounts import kept, session
from webapp.core import access, db
from webapp.core.access import public
from webapp.core.i18n import plain, plain_n
from webapp.pages.routes import local_path

WARNING_MINUTES = 3

bp = Blueprint("staying", __name__)


@bp.get("/inloggning/kvar")
@public
def left() -> ResponseReturnValue:
    """How long is left, and the words to say it with. Asking is no use of the app, so it lengthens nothing."""
    if access.reader() is None:
        return jsonify(left=0, ended=_ended()), 401
    most = session.hours_are_up()
    return jsonify(left=session.seconds_left(), most=most, ending=_ending(most), ended=_ended())


@bp.post("/inloggning/kvar")
@public
def stay() -> ResponseReturnValue:
    """Somebody is still there."""
    if access.reader() is None:
        abort(401)
    seconds = session.stay()
    db.session.commit()
    return jsonify(left=seconds)


@bp.post("/osparat/ta-bort")
@public
def throw_away() -> ResponseReturnValue:
    """Throw away what was kept of one's own form, and open the form anew."""
    if access.reader() is None:
        return access.sign_in_first()
    place = local_path(request.form.get("plats"))
    kept.drop(db.session, access.the_reader.account_id, place)
    db.session.commit()
    return redirect(place)


def _ending(most: bool) -> dict[str, object]:
    return {
        "title": plain("Du loggas snart ut") if most else plain("Är du kvar?"),
        "why": plain("Du har varit inloggad länge. Spara det du skriver och logga in igen.")
        if most
        else plain("Annars loggas du ut, så att ingen annan kan läsa dina sidor."),
        "minutes": [
            plain_n("En minut kvar.", "%(num)s minuter kvar.", n) for n in range(1, WARNING_MINUTES + 1)
        ],
        "stay": plain("Jag förstår") if most else plain("Jag är kvar"),
        "leave": plain("Logga ut nu"),
    }


def _ended() -> dict[str, object]:
    return {
        "title": plain("Du har loggats ut"),
        "why": plain("Logga in igen, så kommer du tillbaka hit."),
        "kept": plain("Det du har skrivit här finns kvar när du loggar in igen."),
        "sign_in": plain("Logga in igen"),
    }
