"""De jag hjälper: a relative's own pages, and the support that is there for carers."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.contacts import words as contact_words
from webapp.core import clock, db
from webapp.core.access import signed_in, the_reader
from webapp.core.i18n import plain
from webapp.directory import near, numbers
from webapp.directory.listing import PlaceKind
from webapp.pages.frame import first_page
from webapp.pages.routes import local_path
from webapp.sharing import changing, domain, invitations, notices
from webapp.sharing.routes import bp
from webapp.sharing.words import AREAS


@bp.get("/mina")
@signed_in("citizen")
def mine() -> ResponseReturnValue:
    """Those the reader helps, those who have yet to say yes, and where the helper finds help."""
    person_id, municipality = _reader_id(), _municipality()
    return render_template(
        "sharing/mine.html",
        helped=domain.helped_by(db.session, person_id),
        waiting=invitations.waiting_for(db.session, person_id, clock.now()),
        news=notices.told_to(db.session, person_id),
        first_page=first_page,
        areas=AREAS,
        carers=[each for each in numbers.public_numbers() if each.group == "carers"],
        municipality=municipality,
        support=_carer_support(municipality),
        tel_hours=contact_words.hours,
        now=clock.local(clock.now()),
        municipalities=[each.name for each in numbers.municipalities()],
    )


def _municipality() -> str:
    """The one asked for, else the reader's own; only one of the county's."""
    wanted = request.args.get("kommun") or the_reader.municipality
    return next((each.name for each in numbers.municipalities() if each.name == wanted), "")


def _carer_support(municipality: str) -> list[near.Near]:
    """The municipality's anhörigstöd that can be called."""
    found = near.places_in(db.current(), municipality, clock.now()) if municipality else []
    return [place for place in found if place.kind is PlaceKind.CARER_SUPPORT and place.phone]


@bp.post("/mina/last")
@signed_in("citizen", paper=True)
def press_away() -> ResponseReturnValue:
    """The reader has read what the app told them, and the words go."""
    notices.press_away(db.session, _reader_id(), _pressed(request.form.getlist("nytt")), clock.now())
    db.session.commit()
    return redirect(local_path(request.form.get("next")))


def _pressed(ids: list[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in ids[: notices.MOST_OPEN]]
    except ValueError:
        abort(400)


@bp.route("/mina/<uuid:helped_id>/ga-ur", methods=["GET", "POST"])
@signed_in("citizen")
def leave(helped_id: UUID) -> ResponseReturnValue:
    """The relative helps no more: asked first, since only the person can let them in again."""
    person_id = _reader_id()
    helped = domain.helped_by(db.session, person_id)
    one = next((each for each in helped if each.person_id == helped_id and each.may_leave), None)
    if one is None:
        abort(404)
    if request.method != "POST":
        return render_template("sharing/leave.html", one=one)
    changing.leave(db.session, helped_id, person_id, clock.now())
    db.session.commit()
    flash(plain("Du har gått ur. Du ser inte de sidorna mer."))
    return redirect(url_for(".mine"))


def _reader_id() -> UUID:
    return the_reader.person_id or abort(404)
