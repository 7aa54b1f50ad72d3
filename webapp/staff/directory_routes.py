"""What in the directory somebody ought to look at: told to staff, never to citizens."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import signed_in
from webapp.directory import near
from webapp.directory.listing import is_old
from webapp.directory.words import KINDS

bp = Blueprint("listing", __name__, url_prefix="/personal/katalog")


@bp.get("")
@signed_in("staff")
def to_check() -> ResponseReturnValue:
    today = clock.today()
    return render_template(
        "staff/directory.html",
        places=near.to_check(db.session, today),
        kinds=KINDS,
        today=today,
        is_old=is_old,
    )
