"""Om det blir sämre: one press from every page of a person."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.contacts import domain as contacts
from webapp.contacts import words as contact_words
from webapp.contacts.instead import with_instead
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory import numbers
from webapp.permissions import Permission
from webapp.worse import domain
from webapp.worse.forms import WorseForm

bp = Blueprint("worse", __name__, url_prefix="/p/<uuid:person_id>/om-det-blir-samre")


@bp.get("")
@needs(Permission.WORSE_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    """Whom to call now, the signs and what to do, and the numbers by day and by night."""
    now, session = clock.now(), db.current()
    named = contacts.contacts_of(session, sight(), now) if sight().may(Permission.CONTACTS_SEE) else []
    known = with_instead(session, sight(), named, now)
    return render_template(
        "worse/show.html",
        stands=domain.what_stands(session, sight()),
        to_call=[each for each in known if each.phone],
        now_open=domain.open_now(known),
        at_night=domain.at_night(known),
        hours=contact_words.hours,
        roles=contact_words.ROLES,
        now=clock.local(now),
        emergency=numbers.number(numbers.EMERGENCY),
        advice=numbers.number(numbers.ADVICE),
        printed_on=clock.today(),
    )


@bp.route("/skriv", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.WORSE_WRITE)
def write(person_id: UUID) -> ResponseReturnValue:
    """The person writes, or a helper; what staff write becomes a proposal."""
    stands = _stands()
    if sight().cares and stands.is_frozen:
        abort(404)
    form = WorseForm(data={"signs": stands.signs, "do": stands.do, "revision": stands.revision})
    changed = False
    if form.validate_on_submit():
        signs, do = form.signs.data or "", form.do.data or ""
        if not (signs or do):
            form.nothing_written()
        elif sight().cares:
            domain.propose(db.session, sight(), stands, signs, do, clock.now())
            return _saved(
                plain("Förslaget står på sidan nu. %(name)s kan ta det eller låta bli.", name=sight().called)
            )
        else:
            try:
                revision = form.revision.data or 0
                domain.write(db.session, sight(), stands, signs, do, revision, clock.now())
                return _saved(plain("Sparat."))
            except domain.ChangedMeanwhile:
                changed, form.revision.data, form.revision.raw_data = True, stands.revision, None
    return render_template("worse/write.html", form=form, stands=stands, changed=changed)


def _saved(said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(url_for(".show", person_id=sight().person_id))


@bp.post("/forslag/<uuid:proposal_id>/ja")
@needs(Permission.PLAN_ANSWER)
def take(person_id: UUID, proposal_id: UUID) -> ResponseReturnValue:
    if not domain.take(db.session, sight(), _stands(), proposal_id, clock.now()):
        abort(404)
    return _saved(plain("Det står i planen nu. Du kan ändra det när du vill."))


@bp.post("/forslag/<uuid:proposal_id>/nej")
@needs(Permission.PLAN_ANSWER)
def decline(person_id: UUID, proposal_id: UUID) -> ResponseReturnValue:
    if not domain.decline(db.session, sight(), proposal_id, clock.now()):
        abort(404)
    return _saved(plain("Förslaget är borta."))


def _stands() -> domain.Worse:
    return domain.what_stands(db.session, sight()) or abort(404)
