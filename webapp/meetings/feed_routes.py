"""Kalender i telefonen: making the address of a calendar, ending it, and what is fetched there."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from webapp.core import clock, db, limits
from webapp.core.access import needs, public, sight
from webapp.core.i18n import force_language, plain
from webapp.core.limits import limited
from webapp.meetings import calendar, feeds
from webapp.meetings.forms import CalendarForm
from webapp.meetings.routes import calendar_file
from webapp.permissions import Permission

bp = Blueprint("calendars", __name__)
MINE = "/p/<uuid:person_id>/tider/kalender"
SHOWN = "kalender"  # the field of the reader's own cookie
SHOWN_FOR = 15 * 60  # seconds
FETCHES, GUESSES = "60 per hour", "60 per hour"  # with one address; from one network, in vain


@bp.get(MINE)
@needs(Permission.CALENDAR_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    """The reader's calendars; a new address is shown here for some minutes, and nowhere afterwards."""
    token = _shown(person_id)
    return render_template(
        "meetings/calendar.html",
        feeds=feeds.of(db.session, sight(), clock.now()),
        form=CalendarForm(),
        address=url_for(".fetch", token=token, _external=True) if token else None,
    )


@bp.post(MINE)
@limited("calendar", "20 per hour")
@needs(Permission.CALENDAR_SET)
def begin(person_id: UUID) -> ResponseReturnValue:
    form, now = CalendarForm(), clock.now()
    try:
        token = feeds.begin(
            db.session,
            sight(),
            bool(form.with_place.data),
            now,
            form.once_id,
            with_reminders=bool(form.with_reminders.data),
        )
    except feeds.TooMany:
        flash(plain("Du har redan många kalendrar. Ta bort någon först."), "warn")
    except feeds.NotForProtected:
        flash(plain("Det går inte att ha tiderna i en kalender. Prata med din vårdkontakt."), "warn")
    else:
        db.session.commit()
        session[SHOWN] = [str(person_id), token, int(now.timestamp())]
    return redirect(url_for(".show", person_id=person_id))


@bp.post(f"{MINE}/<uuid:feed_id>/ta-bort")
@needs(Permission.CALENDAR_SET)
def end(person_id: UUID, feed_id: UUID) -> ResponseReturnValue:
    if not feeds.end(db.session, sight(), feed_id, clock.now()):
        abort(404)
    db.session.commit()
    session.pop(SHOWN, None)
    flash(plain("Kalendern är borttagen. Den får inga tider mer."))
    return redirect(url_for(".show", person_id=person_id))


def _shown(person_id: UUID) -> str | None:
    held = session.get(SHOWN)
    if not isinstance(held, list) or held[0] != str(person_id):
        return None
    return str(held[1]) if clock.now().timestamp() - held[2] <= SHOWN_FOR else None


@bp.get("/kalender/<token>.ics")
@public
def fetch(token: str) -> ResponseReturnValue:
    """A calendar asks, without a sign-in. An address that is of no use, for whatever reason, is not there."""
    found = feeds.fetched(db.current(), db.database(), token, clock.now())
    if found is None:
        _refuse_too_many("calendar guess", GUESSES)
        abort(404)
    _refuse_too_many("calendar fetch", FETCHES, feeds.hashed(token).hex())
    with force_language(found.language):
        made = calendar.written(found.times, clock.now(), with_place=found.with_place, due=found.reminders)
    return calendar_file(made, "tider.ics")


def _refuse_too_many(what: str, each: str, who: str | None = None) -> None:
    """A calendar service fetches for many from one network, so those that find something are counted one by one."""
    if not limits.may_try(what, each, who):
        raise TooManyRequests(retry_after=limits.parsed(each).get_expiry())
