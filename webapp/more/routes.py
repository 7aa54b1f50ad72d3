"""Mer: the way to everything that is not one of the four first tabs; and who has looked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from webapp.core import db
from webapp.core.access import needs
from webapp.more import deeds, looked
from webapp.permissions import Permission

bp = Blueprint("more", __name__, url_prefix="/p/<uuid:person_id>")


@bp.get("/mer")
@needs(Permission.MORE_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template("more/show.html")


@bp.get("/logg")
@needs(Permission.LOG_SEE)
def log(person_id: UUID) -> ResponseReturnValue:
    page, only = min(max(request.args.get("sida", 1, type=int), 1), 1000), _only()
    names_staff = current_app.config["SETTINGS"].log_names
    visits, more = looked.at(db.session, person_id, page, only, names_staff=names_staff)
    return render_template(
        "more/log.html",
        visits=visits,
        page=page,
        more=more,
        only=only,
        lookers=looked.lookers(db.session, person_id),
        pages=looked.PAGES,
        with_pages=deeds.WITH_PAGES,
        whole=deeds.WHOLE,
    )


def _only() -> UUID | None:
    """Whose lines alone are asked for; anything but an id asks for everybody's."""
    try:
        return UUID(request.args.get("vem", ""))
    except ValueError:
        return None
