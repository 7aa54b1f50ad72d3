"""The invitation's link in a browser: the address, the square to scan, and the token on its way through sign-in.

The token stands in the address for one request only: it is moved to a cookie of its own, so that it is in no
history of pages, no referrer, no `next` of the sign-in and no feedback form. The cookie lasts an hour.
"""

from __future__ import annotations

import re

from flask import Response, request, session, url_for
from markupsafe import Markup

from webapp.core import clock

COOKIE = "__Host-inbjudan"
LASTS = 3600  # seconds
SHOWN = "inbjudan"  # the field of the person's own cookie
SHOWN_FOR = 15 * 60  # seconds
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")


def address(token: str) -> str:
    return url_for("invitations.arrive", token=token, _external=True)


def square(link: str) -> Markup:
    """A QR code as an SVG element; black on white also in the dark, since cameras want it so."""
    import segno  # for this page alone

    drawn = segno.make(link, error="m").svg_inline(
        omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawn)  # noqa: S704 # segno's own drawing: numbers alone, no text of anybody's


def show_to_inviter(token: str) -> None:
    """Keep the token in the person's own cookie while its page is shown; nowhere else is it to be had."""
    session[SHOWN] = [token, int(clock.now().timestamp())]


def shown_to_inviter() -> str | None:
    held = session.get(SHOWN)
    if not isinstance(held, list) or clock.now().timestamp() - held[1] > SHOWN_FOR:
        return None
    return str(held[0])


def no_longer_shown() -> None:
    session.pop(SHOWN, None)


def carry(response: Response, token: str) -> None:
    """Let this browser carry the token to the page after sign-in."""
    if _TOKEN.fullmatch(token):
        response.set_cookie(
            COOKIE, token, max_age=LASTS, secure=True, httponly=True, samesite="Lax", path="/"
        )
    response.headers["Referrer-Policy"] = "no-referrer"


def carried() -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def put_down(response: Response) -> Response:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    return response
