"""Så når påminnelserna dig: the person's ways, their order, and proving an own number or mailbox."""

from __future__ import annotations

from typing import NoReturn, cast
from uuid import UUID

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from webapp.channels import addresses, codes, domain
from webapp.channels.codes import Codes
from webapp.channels.domain import Proof
from webapp.channels.forms import FORMS, CodeForm, TextForm
from webapp.channels.models import Way
from webapp.core import clock, db, limits
from webapp.core.access import needs
from webapp.core.i18n import plain
from webapp.core.limits import limited
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.reminders import phones
from webapp.reminders.models import Channel
from webapp.settings import Settings

bp = Blueprint("ways", __name__, url_prefix="/p/<uuid:person_id>/paminnelser/satt")
CODES = "naramig.codes"
PATHS = {"telefon": Channel.PUSH, "sms": Channel.SMS, "e-post": Channel.EMAIL}  # as the address says it
WORDS = {channel: word for word, channel in PATHS.items()}
CODES_EACH = "6 per hour"  # one account asks for codes
PROOFS_EACH = "30 per hour"
CODES_TO_ONE = "6 per day"  # and one number or mailbox is sent them, whoever asks
PRESSED_ONCE = (
    "1 per 10 seconds"  # the same number or mailbox by the same person: a second press asks for nothing
)


def init_app(app: Flask, secret_key: str) -> None:
    app.extensions[CODES] = Codes(secret_key)


@bp.get("")
@needs(Permission.PHONE_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    ways = domain.ways_of(db.session, person_id)
    return render_template(
        "channels/show.html",
        chosen=[way for way in ways if domain.is_open(way)],
        missing=[
            each for each in _carried() if each not in {way.channel for way in ways if domain.is_open(way)}
        ],
        has_phone=bool(phones.live_phones(db.session, person_id)),
        words=WORDS,
        covered=addresses.covered,
    )


@bp.route("/<way>", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.PHONE_SET)
def ask(person_id: UUID, way: str) -> ResponseReturnValue:
    """Write an own number or mailbox; a code is sent there."""
    channel = _addressed(way)
    form = FORMS[channel]()
    if form.validate_on_submit():
        address = form.value()
        if not limits.may_try("way asked", PRESSED_ONCE, f"{person_id}:{address}"):
            return redirect(url_for(".prove", person_id=person_id, way=way))
        _refuse_too_many("way code", CODES_EACH)
        _refuse_too_many("way code to", CODES_TO_ONE, addresses.counted(address))
        domain.ask(db.session, person_id, channel, address, clock.now())
        db.session.commit()
        return redirect(url_for(".prove", person_id=person_id, way=way))
    return render_template("channels/ask.html", form=form, way=way)


@bp.route("/<way>/kod", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.PHONE_SET)
def prove(person_id: UUID, way: str) -> ResponseReturnValue:
    """Write the code that came."""
    channel, now = _addressed(way), clock.now()
    form, asked = CodeForm(), _of(person_id, channel)
    if asked is None or not domain.waits_for_code(asked, now):
        return redirect(url_for(".ask", person_id=person_id, way=way))
    if form.validate_on_submit():
        _refuse_too_many("way proof", PROOFS_EACH)
        proof = domain.prove(db.session, person_id, channel, form.code.data or "", _codes(), now)
        db.session.commit()
        if proof is Proof.RIGHT:
            flash(plain("Klart. Påminnelserna kan komma dit nu."))
            return redirect(url_for(".show", person_id=person_id))
        if proof is Proof.OVER:
            flash(plain("Den koden gäller inte längre. Be om en ny."), "warn")
            return redirect(url_for(".ask", person_id=person_id, way=way))
        form.code.errors = [plain("Det var inte rätt kod. Läs den en gång till.")]
    return render_template(
        "channels/prove.html",
        form=form,
        way=way,
        address=addresses.covered(asked.asked_address),
        minutes=int(codes.LASTS.total_seconds() // 60),
    )


@bp.post("/<way>/forst")
@needs(Permission.PHONE_SET)
def put_first(person_id: UUID, way: str) -> ResponseReturnValue:
    if not domain.put_first(db.session, person_id, _channel(way)):
        abort(404)
    return _done(person_id, plain("Nu prövar vi det sättet först."))


@bp.post("/<way>/text")
@needs(Permission.PHONE_SET)
def show_text(person_id: UUID, way: str) -> ResponseReturnValue:
    chosen = bool(TextForm().with_text.data)
    domain.show_text(db.session, person_id, _addressed(way), chosen)
    if chosen:
        return _done(person_id, plain("Nu står det där vad påminnelsen gäller."))
    return _done(person_id, plain("Nu står det bara att du har en påminnelse."))


@bp.post("/<way>/prova")
@limited("way trial", CODES_EACH)
@needs(Permission.PHONE_SET)
def try_out(person_id: UUID, way: str) -> ResponseReturnValue:
    channel, now = _addressed(way), clock.now()
    if not domain.try_out(db.session, person_id, channel, now):
        asked = _of(person_id, channel)
        if asked is None or not domain.waits_for_code(asked, now):
            abort(404)
        flash(plain("Skriv först koden som vi har skickat."), "warn")
        return redirect(url_for(".prove", person_id=person_id, way=way))
    return _done(person_id, plain("En provpåminnelse är på väg."))


@bp.post("/<way>/ta-bort")
@needs(Permission.PHONE_SET)
def take_away(person_id: UUID, way: str) -> ResponseReturnValue:
    domain.take_away(db.session, person_id, _addressed(way))
    return _done(person_id, plain("Borttaget. Inga fler påminnelser kommer den vägen."))


def _done(person_id: UUID, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(url_for(".show", person_id=person_id))


def _refuse_too_many(what: str, each: str, who: str | None = None) -> None:
    if not limits.may_try(what, each, who):
        raise TooManyRequests(retry_after=limits.parsed(each).get_expiry())


def _of(person_id: UUID, channel: Channel) -> Way | None:
    return next((way for way in domain.ways_of(db.session, person_id) if way.channel is channel), None)


def _channel(word: str) -> Channel:
    return PATHS.get(word) or _nothing()


def _addressed(word: str) -> Channel:
    """A way with an own address, which this app has somebody to carry for."""
    channel = _channel(word)
    return channel if channel in _carried() else _nothing()


def _carried() -> list[Channel]:
    settings: Settings = current_app.config["SETTINGS"]
    return [
        channel
        for channel, there in ((Channel.SMS, settings.sms), (Channel.EMAIL, settings.smtp))
        if there is not None
    ]


def _codes() -> Codes:
    return cast(Codes, current_app.extensions[CODES])


def _nothing() -> NoReturn:
    abort(404)
