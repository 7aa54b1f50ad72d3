"""Påminnelser på papper: a month to print, and to tick with a pen."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.permissions import Permission
from webapp.reminders import listing, paper

bp = Blueprint("reminders_on_paper", __name__)


@bp.get("/p/<uuid:person_id>/paminnelser/papper")
@needs(Permission.REMINDERS_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    """This month, or one of the twelve after it by `?manad=2026-12`."""
    today = clock.today()
    month = paper.named(request.args.get("manad", ""), today)
    found = listing.reminders_of(db.session, person_id, clock.now(), sight().sees)
    return render_template(
        "reminders/paper.html",
        the_month=month,
        earlier=month.before if month != paper.named("", today) else None,
        later=month.next if month != paper.months(today)[-1] else None,
        days=paper.days_of([reminder for reminder, _ in found], month, today),
        printed_on=today,
    )
