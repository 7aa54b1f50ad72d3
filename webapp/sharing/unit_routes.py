"""Enheter som hjälper dig: the units that can open the person's pages, and blocking one (spärr)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs
from webapp.core.i18n import plain
from webapp.permissions import Permission
from webapp.sharing import blocks, emergency

bp = Blueprint("units", __name__, url_prefix="/p/<uuid:person_id>/delning/enheter")


@bp.get("")
@needs(Permission.SHARING_SET)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template(
        "sharing/units.html",
        units=blocks.units_of(db.session, person_id, clock.today()),
        emergencies=emergency.opened_for(db.session, person_id),
        now=clock.now(),
    )


@bp.post("/<uuid:unit_id>/sparra")
@needs(Permission.SHARING_SET)
def block(person_id: UUID, unit_id: UUID) -> ResponseReturnValue:
    if not blocks.block(db.session, person_id, unit_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Spärrat. Enheten kan inte öppna dina sidor. Det gäller direkt."))
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/<uuid:unit_id>/hav")
@needs(Permission.SHARING_SET)
def lift(person_id: UUID, unit_id: UUID) -> ResponseReturnValue:
    if not blocks.lift(db.session, person_id, unit_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Spärren är borta. Enheten kan öppna dina sidor igen."))
    return redirect(url_for(".show", person_id=person_id))
