"""What holds for every request and answer: size, form token, headers, compression."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import brotli
from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import LengthRequired

from webapp.core.form_token import form_token_field, holds

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_OCTETS = 64 * 1024  # of a form; 2000 characters of any alphabet fit many times
MOST_JSON = 8 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED, BAD_HOST = "naramig.transfer_encoding", "naramig.host"
UNREADABLE = "naramig.unreadable"  # the code with which the server refused what it could not read
HEALTH = "/halsa/"
_HOST = re.compile(
    r"(?:(?P<name>[a-z0-9.-]{1,253})|\[(?P<address>[0-9a-f:.]{2,45})\])(?::\d{1,5})?", re.IGNORECASE
)
WORTH_COMPRESSING = 500  # octets

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types naramig"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

View = TypeVar("View", bound=Callable[..., Any])


class RefuseOddRequests:
    """A body without a stated length never reaches the app: servers cut it at the limit and say nothing.

    Nor does a Host that is not ours: addresses are made from it. The request goes on empty and marked, so
    that the answer is a page in the reader's language. A balancer may ask for our health under any name.
    """

    def __init__(self, app: WSGIApplication, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING"):
            environ[REFUSED] = True
            environ["CONTENT_LENGTH"] = "0"
            environ["wsgi.input"] = io.BytesIO()
            environ.pop("wsgi.input_terminated", None)
        if not self._is_ours(environ.get("HTTP_HOST", "")):
            environ[BAD_HOST] = not environ.get("PATH_INFO", "").startswith(HEALTH)
            environ["HTTP_HOST"] = "localhost"
        return self._app(environ, start_response)

    def _is_ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        return found is not None and (found["name"] or found["address"]).lower().rstrip(".") in self._hosts


class SayHeaders:
    """Every answer carries each of HEADERS once, whoever gave it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app, self._headers = app, list(HEADERS.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            said = {name.lower() for name, _ in headers}  # what a page has said more strictly stays as it is
            more = [header for header in self._headers if header[0].lower() not in said]
            return start_response(status, headers + more, *fault)

        return self._app(environ, start)


def init_app(app: Flask, hosts: frozenset[str]) -> None:
    """`hosts` are the names, without port, under which the app answers."""
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_OCTETS,
        MAX_FORM_MEMORY_SIZE=MOST_OCTETS,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME="__Host-naramig",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.wsgi_app = SayHeaders(RefuseOddRequests(app.wsgi_app, hosts))  # type: ignore[method-assign]
    app.before_request(_refuse_odd)
    app.before_request(_check_form_token)
    app.after_request(_finish)
    app.jinja_env.globals["csrf"] = form_token_field


def _refuse_odd() -> None:
    if UNREADABLE in request.environ:
        abort(request.environ[UNREADABLE])
    if request.environ.get(BAD_HOST):
        abort(400)
    if request.environ.get(REFUSED):
        raise LengthRequired


# The form token


def keeps_typed(view: View) -> View:
    """For views with a form: a token that no longer holds is told in the form, which keeps what was typed."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def survives_sign_in(view: View) -> View:
    """For a long form on a person's page: what is typed there is kept when the sign-in ends meanwhile."""
    view.survives_sign_in = True  # type: ignore[attr-defined]
    return view


def token_in_address(view: View) -> View:
    """For views whose address is itself the secret: no form token is asked for, and no session read."""
    view.token_in_address = True  # type: ignore[attr-defined]
    return view


def signed_body(view: View) -> View:
    """For views that another machine calls with a signed message, which the view checks: no form token is asked for.

    Such a view reads no session: whoever calls has none, and one that is sent along gives no right.
    """
    view.signed_body = True  # type: ignore[attr-defined]
    return view


def takes_file(most: int) -> Callable[[View], View]:
    """For views whose form takes one file, of at most `most` octets; no other view is sent any."""

    def mark(view: View) -> View:
        view.takes_file = most  # type: ignore[attr-defined]
        return view

    return mark


def _check_form_token() -> None:
    if request.method in SAFE:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "takes_file", 0)
    if most:
        request.max_content_length = most + MOST_OCTETS
    if request.files and not most:
        abort(400)
    if view is None or getattr(view, "token_in_address", False) or getattr(view, "signed_body", False):
        return
    sent = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
    if holds(sent):
        return
    if not getattr(view, "keeps_typed", False):
        abort(400)
    g.token_fault = True


# Bodies that are not forms


def json_body() -> dict[str, Any]:
    """The request's JSON object. Answers 400 for anything else, 413 over MOST_JSON octets."""
    if (request.content_length or 0) > MOST_JSON:
        abort(413)
    try:
        body = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(body, dict) or not _is_storable(body):
        abort(400)
    return body


def _is_storable(body: dict[str, Any]) -> bool:
    """Whether every text in it is one that a database takes: no half signs, no NUL."""
    try:
        written = json.dumps(body, ensure_ascii=False)
        return "\\u0000" not in written and bool(written.encode())
    except (UnicodeEncodeError, RecursionError):
        return False


# Every answer


def _finish(response: Response) -> Response:
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return _compress(response)


def _compress(response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.mimetype not in ("text/html", "application/json", "application/manifest+json")
        or "Content-Encoding" in response.headers
        or response.status_code in (204, 304)
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < WORTH_COMPRESSING:
        return response
    wanted = request.accept_encodings
    if wanted["br"] > 0:
        response.set_data(brotli.compress(body, quality=5))
        response.headers["Content-Encoding"] = "br"
    elif wanted["gzip"] > 0:
        response.set_data(gzip.compress(body, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
