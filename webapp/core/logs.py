"""Logs for machines: one JSON object a line, with a request id, and without names, texts or addresses."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

log = logging.getLogger("naramig")


class JsonLines(logging.Formatter):
    """One line a record. Of an exception it keeps kind and place, not its text: that may hold personal words."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        line.update(getattr(record, "facts", {}))
        if has_request_context():
            line["request"] = g.get("request_id")
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["places"] = _places(record)
        return json.dumps(line, ensure_ascii=False)


def _places(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def set_up() -> None:
    """Send everything to standard output as JSON lines; once a process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    for name in ("waitress", "webapp"):  # the server's and Flask's own words hold the address
        logging.getLogger(name).addFilter(_without_address)


def _without_address(record: logging.LogRecord) -> bool:
    record.msg, record.args = "request failed", ()
    return True


def init_app(app: Flask) -> None:
    """Give every request an id, and log its route (never its address), status and time."""

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = secrets.token_hex(8), time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if log.isEnabledFor(logging.INFO) and request.endpoint != "static":
            milliseconds = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
            facts = {
                "route": request.endpoint or "none",
                "method": request.method,
                "status": response.status_code,
                "ms": milliseconds,
            }
            log.info("answered", extra={"facts": facts})
        return response
