"""On to the provider's own sign-out after ours, so that the next person at the same machine meets no open door.

The protocol would have the id_token along (id_token_hint). It holds the personal number, and would stand in
an address: it is not kept, and the client's id with the provider's own name for the sign-in is sent instead.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any, cast

from flask import current_app

from webapp.accounts.oidc.client import Client
from webapp.accounts.oidc.logout import Opened

EXTENSION = "naramig.oidc"
FIELD = "leave"


def clients() -> dict[str, Client]:
    """The providers that can be used here, in the order of the settings."""
    return cast(dict[str, Client], current_app.extensions[EXTENSION])


def keep(cookie: MutableMapping[str, Any], opened: Opened) -> None:
    """Remember in the cookie, which has just been emptied, where this browser is to go on to."""
    cookie[FIELD] = {"provider": opened.provider, "sid": opened.sid}


def take(cookie: MutableMapping[str, Any], now: datetime) -> tuple[str | None, str]:
    """The address to go on to and the provider's name, once; None where there is nowhere to go."""
    held = cookie.pop(FIELD, None)
    client = clients().get(held["provider"]) if held else None
    if held is None or client is None:
        return None, ""
    return client.way_out(held["sid"], secrets.token_urlsafe(16), now), client.provider.name
