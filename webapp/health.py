"""For whoever runs the app: is it alive, and is it ready?"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock, db
from webapp.core.access import public
from webapp.migrations import fences, steps
from webapp.sending import queue

bp = Blueprint("health", __name__, url_prefix="/halsa")
SILENT = timedelta(seconds=60)  # a worker that has not been round for this long is not there


@bp.get("/liv")
@public
def alive() -> ResponseReturnValue:
    """The process answers. Needs no database."""
    return jsonify(alive=True)


@bp.get("/redo")
@public
def ready() -> ResponseReturnValue:
    """Database, migrations and the worker's heartbeat; 503 while one of them is missing.

    The second fence (docs/decisions) is looked at too: without it production is not ready.
    """
    try:
        migrated = steps.is_current(db.session.connection())
        beat = queue.last_beat(db.session) if migrated else None
        fenced = migrated and fences.hold(db.session.connection(), steps.metadata())
    except SQLAlchemyError:
        return jsonify(database=False, migrations=False, worker=False, fence=False), 503
    working = beat is not None and abs(clock.now() - beat) < SILENT
    well = migrated and working and (fenced or current_app.config["SETTINGS"].invented_people)
    state = jsonify(database=True, migrations=migrated, worker=working, fence=fenced)
    return state, 200 if well else 503
