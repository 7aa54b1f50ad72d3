"""/s/<token>: answering one due time from its notice, without signing in, and nothing else.

Every morning's press comes after the session has ended. The token can answer its own due time until that
closes, and give the text only if the person chose to read it on a locked screen.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import access, clock, db
from webapp.core.access import public
from webapp.core.i18n import force_language
from webapp.core.security import token_in_address
from webapp.pages.routes import device_language
from webapp.reminders import answering, keys
from webapp.reminders.answering import ByToken
from webapp.reminders.outcome import Press

bp = Blueprint("answers", __name__, url_prefix="/s")


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """The person signed in on this phone is led to their own page; anybody else sees the buttons alone."""
    found, now = _found(token), clock.now()
    who = access.reader()
    if who is not None and who.person_id == found.person_id:
        return redirect(url_for("today.show", person_id=found.person_id))
    is_open = found.is_open(now)
    with force_language(device_language() or found.language):
        page = render_template(
            "reminders/answer.html",
            found=found,
            token=token,
            is_open=is_open,
            put_off=found.later_until is not None and found.later_until > now,
        )
    return page, 200 if is_open else 410


@bp.post("/<token>")
@token_in_address
@public
def answer(token: str) -> ResponseReturnValue:
    """Take the press in. What the phone says of when it was pressed is believed within reason."""
    found, now = _found(token), clock.now()
    press, pressed_at = _press(request.form.get("svar")), _instant(request.form.get("tryckt"))
    if not found.takes(pressed_at, now):
        return redirect(url_for(".show", token=token), 303)
    occurrence = answering.occurrence_of(db.session, found.person_id, found.occurrence_id) or abort(404)
    try:
        answering.answer(
            db.session,
            occurrence,
            press,
            now,
            pressed_at=pressed_at,
            press_id=_uuid(request.form.get("id")),
            endpoint=request.form.get("fran", ""),
            most=answering.MOST_BY_TOKEN,
        )
    except answering.NotYet:
        abort(404)
    db.session.commit()
    return redirect(url_for(".show", token=token), 303)


@bp.get("/<token>/text")
@public
def text(token: str) -> ResponseReturnValue:
    """For the phone's notice, and only by the person's own choice."""
    found = _found(token)
    if not found.shows_text or not found.is_open(clock.now()):
        abort(404)
    return jsonify(title=found.text, body=found.why)


def _found(token: str) -> ByToken:
    occurrence_id = keys.tokens().read(token) or abort(404)
    return answering.by_token(db.session, occurrence_id) or abort(404)


def _press(typed: str | None) -> Press:
    """Klar, Senare or Inte idag. Ångra is for the person's own page."""
    try:
        press = Press(typed or "")
    except ValueError:
        abort(400)
    return press if press is not Press.UNDO else abort(400)


def _instant(typed: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(typed or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
