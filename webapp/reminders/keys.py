"""The push key and the tokens, ready for the app to use."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from webapp.core.push import Vapid
from webapp.reminders.tokens import Tokens
from webapp.settings import Settings, UnsafeSettings

VAPID, OLDER, TOKENS = "naramig.vapid", "naramig.vapid.older", "naramig.tokens"


def init_app(app: Flask, settings: Settings) -> None:
    """Raises UnsafeSettings for a push key or subject that no push service would take."""
    try:
        app.extensions[VAPID] = Vapid(settings.vapid_private_key, settings.vapid_subject)
    except ValueError as fault:
        raise UnsafeSettings(f"VAPID_PRIVATE_KEY, VAPID_SUBJECT: {fault}") from None
    try:
        older = tuple(Vapid(each, settings.vapid_subject) for each in settings.vapid_older_keys)
    except ValueError as fault:
        raise UnsafeSettings(f"VAPID_OLDER_PRIVATE_KEYS: {fault}") from None
    app.extensions[OLDER] = older
    app.extensions[TOKENS] = Tokens(settings.secret_key)


def vapid() -> Vapid:
    return cast(Vapid, current_app.extensions[VAPID])


def older_vapids() -> tuple[Vapid, ...]:
    """Our names of before, for the phones that subscribed under them."""
    return cast(tuple[Vapid, ...], current_app.extensions[OLDER])


def tokens() -> Tokens:
    return cast(Tokens, current_app.extensions[TOKENS])
