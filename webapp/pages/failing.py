"""When something goes wrong: a page that says what, and whom to call; and what people tell us on /fel."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from webapp.pages.errors import error_page

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _refused(fault: HTTPException) -> ResponseReturnValue:
    if fault.response is not None:
        return make_response(fault.response)
    code = fault.code or 500
    if code < 400:
        return fault
    response = _answer(code)
    told = dict(fault.get_headers())
    for name in ("Allow", "Retry-After"):
        if name in told:
            response.headers[name] = told[name]
    return response


def _broken(fault: Exception) -> ResponseReturnValue:
    log.error("failed", exc_info=fault)
    return _answer(500)


def _answer(code: int) -> Response:
    if request.is_json:
        return make_response({"error": code}, code)
    return make_response(error_page(code, current_app.extensions["naramig.urgent"]()), code)


def keep_feedback(page: str, words: str, message_id: UUID) -> None:
    """What a person says is wrong goes to whoever runs the app, by the log: which page, and how long it was.

    The words may hold anything, so they are kept where only the app's owners read: `feedback` in the database.
    Twice is once.
    """
    from webapp.core import clock, db
    from webapp.pages.models import Feedback

    db.session.add(Feedback(id=message_id, page=page, words=words, told_at=clock.now()))
    try:
        db.session.commit()
    except IntegrityError:  # sent twice: it is there
        db.session.rollback()
        return
    log.info("feedback received", extra={"facts": {"page": page, "length": len(words)}})
