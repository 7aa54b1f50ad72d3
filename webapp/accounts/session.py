"""The browser's side of a sign-in: the cookie's token, and the reader it stands for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Flask, flash, g, request
from flask import session as cookie
from sqlalchemy.exc import OperationalError

from webapp.accounts import devices, domain, logins
from webapp.core import access, clock, db
from webapp.core.i18n import plain
from webapp.core.security import SAFE
from webapp.pages.routes import device_language

TOKEN = "login"  # noqa: S105 # the name of a field in the cookie
LAPSED = "lapsed"  # the token of the sign-in that was here last, if it ended by itself
OPEN_TO_ALL = frozenset({"pages.static", "pages.service_worker", "pages.manifest", "health.alive", "static"})
_WHOSE: dict[
    str, UUID | None
] = {}  # whose each sign-in is (None: a member of staff), as this process has seen
_MOST_KNOWN = 10_000
NO_USE = frozenset({"staying.left"})  # asked by the page's own script, not by a person


def init_app(app: Flask) -> None:
    app.before_request(_find_reader)
    app.extensions["naramig.language_chosen"] = _keep_language
    app.context_processor(_whose_page)


def begin(token: str) -> None:
    """A new sign-in on this device: nothing of an earlier one stays in the cookie, the form token neither."""
    cookie.clear()
    cookie[TOKEN] = token


def end() -> None:
    cookie.clear()


def lapsed_account() -> UUID | None:
    """Whose sign-in time has ended in this browser, with nobody signed in after it."""
    token = cookie.get(LAPSED)
    return logins.lapsed(db.session, token, clock.now()) if isinstance(token, str) else None


def device() -> str:
    """What kind of device this request comes from, for the list of a person's open sign-ins."""
    return devices.kind_of(request.headers.get("User-Agent", ""))


def chosen_language() -> str | None:
    """The device's choice, which a sign-in sets to the person's own; None lets the browser decide."""
    who = access.reader()
    return who.language if who else device_language()


def _find_reader() -> None:
    g.reader = None
    g.writes = request.method not in SAFE
    if request.endpoint in OPEN_TO_ALL:
        return  # the cookie is not even looked at, so that such an answer is the same for everybody
    token = cookie.get(TOKEN)
    if not isinstance(token, str):
        return
    if token in _WHOSE:
        access.foresee(_WHOSE[token])
    now = clock.now()
    found = logins.reader_of(db.current(), token, now)
    if found is None:
        cookie[LAPSED] = cookie.pop(TOKEN)
        flash(plain("Du har loggats ut. Logga in igen för att fortsätta."), "warn")
        return
    g.reader, seen_at = found
    g.used_at = seen_at
    _keep_whose(token, g.reader.person_id)
    if request.endpoint not in NO_USE:
        _write_down_use(seen_at, now)


def _keep_whose(token: str, person_id: UUID | None) -> None:
    if token not in _WHOSE:
        if len(_WHOSE) >= _MOST_KNOWN:
            _WHOSE.clear()
        _WHOSE[token] = person_id


def _write_down_use(seen_at: datetime, now: datetime) -> None:
    """Keep the sign-in alive. In a transaction of its own on a GET; a busy database can wait a minute."""
    if now - seen_at < logins.SEEN_EVERY:
        return
    who = access.the_reader
    if g.writes:
        logins.was_used(db.session, who.login_id, now)
        db.session.commit()
        g.used_at = now
        return
    try:
        with db.database().writing() as session:
            logins.was_used(session, who.login_id, now)
        g.used_at = now
    except OperationalError:
        return


def seconds_left() -> int:
    """How long this sign-in lasts if nothing more is done; 0 where nobody is signed in."""
    who = access.reader()
    if who is None or who.began_at is None:
        return 0
    left = logins.ends_at(who.began_at, g.used_at) - clock.now()
    return max(0, int(left.total_seconds()))


def hours_are_up() -> bool:
    """Whether it is the twelve hours that end this sign-in next, and no press can change that."""
    began_at = access.the_reader.began_at
    return began_at is not None and began_at + logins.AT_MOST <= g.used_at + logins.IDLE


def stay() -> int:
    """Somebody said that they are still there: keep the sign-in, as far as its hours reach. The seconds left."""
    now = clock.now()
    logins.was_used(db.session, access.the_reader.login_id, now)
    g.used_at = now
    return seconds_left()


def _keep_language(code: str) -> None:
    who = access.reader()
    if who is not None:
        domain.choose_language(db.session, who, code)
        db.session.commit()


def _whose_page() -> dict[str, object]:
    """For base.html: who reads, and whose page it is."""
    return {
        "reader": access.reader(),
        "seen": g.get("sight"),
        "left": seconds_left(),
        "survives": g.get("survives", False),
    }
