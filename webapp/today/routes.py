"""Idag: what is next and when, first; then the rest of the day."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.meetings import reading as meetings
from webapp.pages import sky
from webapp.permissions import Area, Permission
from webapp.reminders import day
from webapp.sharing import notices

JUST_NOW = timedelta(minutes=60)  # after that "now" would ask for a dose that may be too late

bp = Blueprint("today", __name__, url_prefix="/p/<uuid:person_id>/idag")


@bp.get("")
@needs(Permission.TODAY_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now, session = clock.now(), db.current()
    shown = sight()
    sees_reminders = shown.may(Permission.REMINDERS_SEE)
    sees_times = shown.is_self or shown.cares or shown.ties.level(Area.PLAN) or shown.ties.level(Area.TIMES)
    near = not (shown.is_self or shown.cares)
    found = day.day_of(session, person_id, now, shown.sees, by_relative=near) if sees_reminders else None
    return render_template(
        "today/show.html",
        now=now,
        just_now=JUST_NOW,
        today=clock.today(),
        greeting=sky.greeting(clock.local(now), shown.called),
        day=found,
        next_time=meetings.next_time(session, shown, now) if sees_times else None,
        has_phone=found.has_phone if found else None,
        news=notices.told_to(session, person_id) if shown.is_self else (),
        may_answer=shown.may(Permission.REMINDER_ANSWER),
    )
