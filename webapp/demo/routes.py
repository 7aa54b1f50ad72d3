"""One press signs in as an invented person. Registered in demo and test alone: see create_app."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from webapp.accounts import domain, logins, session
from webapp.core import access, clock, db
from webapp.core.access import public
from webapp.core.i18n import _l
from webapp.demo.load import ISSUER, read
from webapp.pages.frame import own_page
from webapp.pages.routes import local_path
from webapp.sharing import domain as sharing

bp = Blueprint("demo", __name__)

RELATIVES = {
    "lisa": "Anhörig, dotter till Aino",
    "marit": "Anhörig, dotter till Eino",
    "sara": "Vårdnadshavare, mamma till Jon",
}


@bp.record
def tell_the_sign_in_page(state: BlueprintSetupState) -> None:
    state.app.extensions["naramig.demo_people"] = people


@bp.post("/logga-in/demo")
@public
def sign_in() -> ResponseReturnValue:
    sub = request.form.get("person", "").lower()
    account = domain.account_of(db.session, ISSUER, sub) if sub.isalpha() else None
    if account is None:
        abort(404)
    now = clock.now()
    before = access.reader()
    if before is not None:
        logins.end_login(db.session, before.login_id, now)
    token = logins.open_login(db.session, account, now, device=session.device())
    db.session.flush()
    found = logins.reader_of(db.session, token, now)
    if found is None:
        abort(404)
    helps = account.person_id is not None and sharing.only_helps(db.session, account.person_id)
    back = local_path(request.form.get("next"))
    comes_back = back != "/" and access.opens(db.session, found[0], back)
    db.session.commit()
    session.begin(token)
    if comes_back:
        return redirect(back)
    return redirect(url_for("sharing.mine") if helps else own_page(found[0]))


def people() -> list[tuple[Any, list[tuple[str, str, str]]]]:
    """For the sign-in page: groups of (first name in lower case, name, who that is)."""
    data = read()
    citizens = [each for each in data["person"] if each["sub"] not in RELATIVES]
    relatives = [each for each in data["person"] if each["sub"] in RELATIVES]
    return [
        (_l("Invånare"), [(each["sub"], each["called"], _about(each)) for each in citizens]),
        (_l("Anhöriga"), [(each["sub"], each["called"], RELATIVES[each["sub"]]) for each in relatives]),
        (_l("Personal"), [(each["sub"], each["name"], _work(each)) for each in data["staff"]]),
    ]


def _about(person: dict[str, Any]) -> str:
    place = person["municipality"] or "skyddade personuppgifter"
    return f"{person['age']} år, {place}"


def _work(staff: dict[str, Any]) -> str:
    return "; ".join(f"{work['role']}, {work['unit']}" for work in staff["assignments"])
