"""Så har det gått: what became of the reminders, and filling in days afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain, plain_n
from webapp.permissions import Permission
from webapp.reminders import history, telling
from webapp.reminders.history import Month, Week
from webapp.sharing import marks

bp = Blueprint("history", __name__, url_prefix="/p/<uuid:person_id>/paminnelser")


@bp.get("/historik")
@needs(Permission.REMINDERS_SEE)
def month(person_id: UUID) -> ResponseReturnValue:
    shown, today = _month(), clock.today()
    return render_template(
        "reminders/month.html",
        the_month=shown,
        this_month=Month.of(today),
        tallies=history.month_of(db.session, person_id, shown, sight().sees),
        goes_back=shown.before.first >= today - history.FURTHEST,
    )


@bp.get("/<uuid:reminder_id>/historik")
@needs(Permission.REMINDERS_SEE)
def one(person_id: UUID, reminder_id: UUID) -> ResponseReturnValue:
    """One reminder, each time by itself."""
    reminder = history.text_of(db.session, person_id, reminder_id, sight().sees) or abort(404)
    shown = _month()
    return render_template(
        "reminders/history.html",
        reminder=reminder,
        the_month=shown,
        this_month=Month.of(clock.today()),
        times=history.times_of(db.session, person_id, reminder_id, shown),
        told=_told(person_id, reminder_id, shown),
    )


@bp.route("/efterat", methods=["GET", "POST"])
@needs(Permission.REMINDER_ANSWER)
def afterwards(person_id: UUID) -> ResponseReturnValue:
    """Ticking what was done on days that have been, in one go."""
    today = clock.today()
    week = Week.named(request.values.get("till", ""), today)
    if request.method == "POST":
        told = history.tell_afterwards(
            db.session, person_id, _ticked(), clock.now(), marks.written_as(sight())
        )
        db.session.commit()
        flash(_said(told))
        return redirect(url_for(".afterwards", person_id=person_id, till=week.until_on.isoformat()))
    return render_template(
        "reminders/afterwards.html",
        week=week,
        before=week.before(today),
        after=week.after(today),
        days=history.not_told(db.session, person_id, week, sight().sees),
    )


def _told(person_id: UUID, reminder_id: UUID, month: Month) -> Mapping[UUID, Sequence[Any]]:
    """Which relatives were told: for the person alone, since relatives do not see each other."""
    if not sight().is_self:
        return {}
    return telling.told_in(db.session, person_id, reminder_id, month.first, month.last)


def _month() -> Month:
    return Month.named(request.args.get("manad", ""), clock.today())


def _ticked() -> Iterator[UUID]:
    """The ids that were ticked; anything else is none."""
    for typed in request.form.getlist("gjort"):
        try:
            yield UUID(typed)
        except ValueError:
            continue


def _said(told: int) -> str:
    if not told:
        return plain("Inget nytt var ikryssat.")
    return plain_n("Sparat. En gång är ifylld.", "Sparat. %(num)s gånger är ifyllda.", told, num=told)
