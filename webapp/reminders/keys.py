"""The push key and the tokens, ready for the app to use."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from webapp.core.push import Vapid
from webapp.reminders.tokens import Tokens
from webapp.settings import Settings, UnsafeSettings

VAPID, TOKENS = "naramig.vapid", "naramig.tokens"


def init_app(app: Flask, settings: Settings) -> None:
    """Raises UnsafeSettings for a push key or subject that no push service would take."""
    try:
        app.extensions[VAPID] = Vapid(settings.vapid_private_key, settings.vapid_subject)
    except ValueError as fault:
        raise UnsafeSettings(f"VAPID_PRIVATE_KEY, VAPID_SUBJECT: {fault}") from None
    app.extensions[TOKENS] = Tokens(settings.secret_key)


def vapid() -> Vapid:
    return cast(Vapid, current_app.extensions[VAPID])


def tokens() -> Tokens:
    return cast(Tokens, current_app.extensions[TOKENS])
