"""Vem får se vad: whom the person has let in; and, for a relative, whom they help."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.directory import numbers
from webapp.pages.frame import first_page
from webapp.pages.routes import local_path
from webapp.permissions import Permission
from webapp.sharing import domain, notices
from webapp.sharing.words import AREAS, ROLES

bp = Blueprint("sharing", __name__)


@bp.get("/p/<uuid:person_id>/delning")
@needs(Permission.SHARING_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "sharing/show.html", shared=domain.shared_by(db.session, person_id), areas=AREAS, roles=ROLES
    )


@bp.post("/p/<uuid:person_id>/delning/<uuid:consent_id>/sluta")
@needs(Permission.SHARING_SET)
def withdraw(person_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    if not domain.withdraw_consent(db.session, person_id, consent_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Du har slutat dela. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


@bp.get("/mina")
@signed_in("citizen")
def mine() -> ResponseReturnValue:
    """Those the reader helps."""
    person_id = the_reader.person_id or abort(404)
    return render_template(
        "sharing/mine.html",
        helped=domain.helped_by(db.session, person_id),
        news=notices.told_to(db.session, person_id),
        first_page=first_page,
        carers=[each for each in numbers.public_numbers() if each.group == "carers"],
    )


@bp.post("/mina/last")
@signed_in("citizen")
def press_away() -> ResponseReturnValue:
    """The reader has read what the app told them, and the words go."""
    person_id = the_reader.person_id or abort(404)
    notices.press_away(db.session, person_id, _pressed(request.form.getlist("nytt")), clock.now())
    db.session.commit()
    return redirect(local_path(request.form.get("next")))


def _pressed(ids: list[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in ids[: notices.MOST_OPEN]]
    except ValueError:
        abort(400)
