"""The app as Flask makes it, told once what Flask otherwise finds out at each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

_SIGNER = "naramig.cookie_signer"


class SignedCookie(SecureCookieSessionInterface):
    """Flask's signed cookie; what signs it is made once for a key, not twice a request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        made: URLSafeTimedSerializer | None
        key, made = app.extensions.get(_SIGNER, (None, None))
        if key != app.secret_key or made is None:
            made = super().get_signing_serializer(app)
            app.extensions[_SIGNER] = app.secret_key, made
        return made


class Website(Flask):
    session_interface = SignedCookie()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: nothing here is async."""
        return func
