"""Mer: the way to everything that is not one of the four first tabs; and who has looked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.core import db
from webapp.core.access import needs
from webapp.more import looked
from webapp.permissions import Permission

bp = Blueprint("more", __name__, url_prefix="/p/<uuid:person_id>")


@bp.get("/mer")
@needs(Permission.MORE_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    return render_template("more/show.html")


@bp.get("/logg")
@needs(Permission.LOG_SEE)
def log(person_id: UUID) -> ResponseReturnValue:
    page = min(max(request.args.get("sida", 1, type=int), 1), 1000)
    lines, more = looked.at(db.session, person_id, page)
    return render_template("more/log.html", lines=lines, page=page, more=more, pages=looked.PAGES)
