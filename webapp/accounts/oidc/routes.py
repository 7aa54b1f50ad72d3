"""To a provider and back, and out again. The page with the buttons is accounts.sign_in."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from webapp.accounts import logins, session
from webapp.accounts.domain import NumberTaken
from webapp.accounts.oidc import attempts, leaving, logout, once, people
from webapp.accounts.oidc.attempts import Attempt
from webapp.accounts.oidc.claims import Identity
from webapp.accounts.oidc.client import Client
from webapp.accounts.oidc.people import Arrival
from webapp.accounts.oidc.refusal import Refused, Why, not_trusted
from webapp.accounts.oidc.words import WORDS
from webapp.core import access, clock, db
from webapp.core.access import Reader, public, writes_on_get
from webapp.core.i18n import language
from webapp.core.limits import limited, may_try
from webapp.core.security import signed_body
from webapp.pages.frame import own_page
from webapp.pages.routes import local_path, urgent
from webapp.settings import Settings
from webapp.sharing import domain as sharing

SIGN_INS = "600 per 10 minutes"  # from one network: a hospital's morning comes from one address

TRIES = 3  # how often a first sign-in looks again when somebody else takes the same person in

log = logging.getLogger(__name__)
bp = Blueprint("oidc", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app a client for each provider in the settings."""
    made = (Client(each, settings.origin, loopback=settings.invented_people) for each in settings.providers)
    app.extensions[leaving.EXTENSION] = {client.provider.key: client for client in made}


@bp.get("/logga-in/med/<provider>")
@public
def begin(provider: str) -> ResponseReturnValue:
    """Off to the provider. Nothing is kept but in this browser's own cookie."""
    client = _client(provider)
    now = clock.now()
    attempt = attempts.begin(cookie, provider, local_path(request.args.get("next")), now)
    try:
        return redirect(client.way_there(attempt, language(), now))
    except Refused as fault:
        return _not_signed_in(client, fault)


@bp.get("/logga-in/svar/<provider>")
@public
@writes_on_get
def callback(provider: str) -> ResponseReturnValue:
    """Back from the provider, by a GET, as the protocol has it: docs/decisions says why this one may write."""
    client = _client(provider)
    if request.method != "GET":
        abort(405)
    now = clock.now()
    try:
        if any(len(request.args.getlist(name)) > 1 for name in request.args):
            raise not_trusted("answer twice")
        attempt = attempts.take(cookie, provider, request.args.get("state", ""), now)
        if not may_try("sign in", SIGN_INS):
            abort(429)
        _use(attempt, now)
        who = client.finish(attempt, request.args, now)
        db.begin_write()
        start = _sign_in(client, who, attempt.back, now)
    except Refused as fault:
        db.session.rollback()
        return _not_signed_in(client, fault)
    return redirect(start)


def _use(attempt: Attempt, now: datetime) -> None:
    """Once, also when two requests bring it at the same moment, or an older copy of the cookie does."""
    with db.database().writing() as session:
        if not once.use(session, f"state {attempt.state}", now + 2 * attempts.LASTS, now):
            raise Refused(Why.LATE, "state used")


def _sign_in(client: Client, who: Identity, back: str, now: datetime) -> str:
    """Open the login, give the browser its new token, and say where to begin.

    Raises Refused, and then nothing has changed.
    """
    token, reader, arrival = _open_anew(client, who, now)
    start = _start(reader, arrival, back)
    db.session.commit()
    others = attempts.rest(cookie, now)
    session.begin(token)
    attempts.keep(cookie, others)
    return start


def _start(reader: Reader, arrival: Arrival, back: str) -> str:
    if arrival.chooses:
        return url_for("accounts.assignments")
    if back != "/" and access.opens(db.session, reader, back):
        return back
    if reader.person_id is not None and sharing.only_helps(db.session, reader.person_id):
        return url_for("sharing.mine")
    return own_page(reader)


def _open_anew(client: Client, who: Identity, now: datetime) -> tuple[str, Reader, Arrival]:
    """Open the login; if the same person comes through another door at this very moment, look again."""
    for _ in range(TRIES):
        try:
            return _open(client, who, now)
        except (IntegrityError, NumberTaken):
            db.session.rollback()
    raise Refused(Why.DOWN, "crowded")


def _open(client: Client, who: Identity, now: datetime) -> tuple[str, Reader, Arrival]:
    arrival = people.arrive(db.session, who, client.provider, language(), now)
    before = access.reader()
    if before is not None:
        logins.end_login(db.session, before.login_id, now)
    token = logins.open_login(
        db.session, arrival.account, now, arrival.assignment_id, device=session.device()
    )
    db.session.flush()
    found = logins.reader_of(db.session, token, now)
    if found is None:
        raise Refused(Why.CLOSED, "no reader")
    logout.remember(db.session, found[0].login_id, client.provider.key, who.sid)
    return token, found[0], arrival


@bp.get("/utloggad")
@public
def signed_out() -> ResponseReturnValue:
    """After signing out: on to the provider's own sign-out once, if it has one."""
    way, name = leaving.take(cookie, clock.now())
    page = render_template("accounts/signed_out.html", way=way, provider=name)
    return page, {"Refresh": f"0; url={way}"} if way else {}


@bp.post("/logga-ut/fran/<provider>")
@limited("logout by provider", "600 per 10 minutes")
@public
@signed_body
def told_to_end(provider: str) -> ResponseReturnValue:
    """The provider itself says that somebody has signed out there (back-channel logout)."""
    client = _client(provider)
    if (request.content_length or 0) > logout.MOST_OCTETS:
        abort(413)
    try:
        token = request.form.get("logout_token", "")
        if not token or len(request.form.getlist("logout_token")) != 1:
            raise not_trusted("no logout_token")
        ended = logout.told_from_there(db.session, client, token, clock.now())
    except Refused as fault:
        db.session.rollback()
        _log(client, fault)
        return {"error": "invalid_request"}, 503 if fault.why is Why.DOWN else 400
    db.session.commit()
    log.info("signed out by provider", extra={"facts": {"provider": provider, "logins": ended}})
    return "", 200


def _client(key: str) -> Client:
    return leaving.clients().get(key) or abort(404)


def _not_signed_in(client: Client, fault: Refused) -> ResponseReturnValue:
    _log(client, fault)
    title, advice = WORDS[fault.why]
    page = render_template("accounts/not_signed_in.html", title=title, advice=advice, urgent=urgent())
    return page, 503 if fault.why is Why.DOWN else 403


def _log(client: Client, fault: Refused) -> None:
    facts = {"provider": client.provider.key, "why": fault.why, "reason": fault.reason}
    log.warning("sign-in refused", extra={"facts": facts})
