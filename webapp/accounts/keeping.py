"""Where a form meets the end of a sign-in: kept when it is sent too late, given back when it is opened again."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from webapp.accounts import kept, session
from webapp.core import access, clock, db
from webapp.core.i18n import plain

NOT_KEPT = frozenset({"csrf_token"})


def init_app(app: Flask) -> None:
    """After core.security: what is kept has come with a form token that holds."""
    app.before_request(_keep_or_give_back)


def _keep_or_give_back() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "survives_sign_in", False) or not _storable([request.path]):
        return None
    g.survives = True  # for base.html
    who, place = access.reader(), request.path
    if who is None:
        return _keep() if request.method == "POST" else None
    if request.method == "POST":
        kept.drop(db.session, who.account_id, place)  # if the view commits: then it has been used
    elif found := kept.find(db.session, who.account_id, place, clock.now()):
        g.kept_typed = MultiDict((name, value) for name, values in found.items() for value in values)
    return None


def _keep() -> ResponseReturnValue | None:
    """Nobody is signed in. If time alone ended it, the form is kept for whoever it was, and they sign in again."""
    args = request.view_args or {}
    account_id = None if g.get("token_fault") else session.lapsed_account()
    if account_id is None:
        return None
    typed: dict[str, Any] = {
        name: values for name, values in request.form.lists() if name not in NOT_KEPT and _storable(values)
    }
    kept.keep(db.session, account_id, args["person_id"], request.path, typed, clock.now())
    db.session.commit()
    flash(plain("Det du har skrivit finns kvar när du loggar in igen."), "warn")
    return redirect(url_for("accounts.sign_in", next=request.path))


def _storable(values: list[str]) -> bool:
    """PostgreSQL takes no NUL, and UTF-8 no half signs."""
    return all(
        "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value) for value in values
    )
