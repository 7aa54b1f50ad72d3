"""For whoever runs the app: is it alive, and is it ready?"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock, db
from webapp.core.access import public
from webapp.migrations import steps
from webapp.reminders import queue

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
    """Database, migrations and the worker's heartbeat; 503 while one of them is missing."""
    try:
        migrated = steps.is_current(db.session.connection())
        beat = queue.last_beat(db.session) if migrated else None
    except SQLAlchemyError:
        return jsonify(database=False, migrations=False, worker=False), 503
    working = beat is not None and abs(clock.now() - beat) < SILENT
    return jsonify(database=True, migrations=migrated, worker=working), 200 if migrated and working else 503
