"""The form token: one for each session, kept in its signed cookie, and masked anew in each answer.

Masked, so that the compression of a page with words in it gives nothing away (BREACH): docs/decisions/0008.
"""

from __future__ import annotations

import base64
import hmac
import secrets

from flask import g
from flask import session as cookie
from markupsafe import Markup

KEY = "csrf_token"  # the name of a field in the cookie, and in each form
OCTETS = 20


def form_token() -> str:
    """The token as this answer carries it."""
    masked: str | None = g.get("masked_token")
    if masked is None:
        pad = secrets.token_bytes(OCTETS)
        masked = g.masked_token = base64.urlsafe_b64encode(pad + _xor(pad, _kept() or _made())).decode()
    return masked


def form_token_field() -> Markup:
    """The token as every form carries it; its letters need no escaping."""
    return Markup(f'<input type="hidden" name="{KEY}" value="{form_token()}">')  # noqa: S704


def holds(sent: str) -> bool:
    """Whether a token that was sent is this session's; False for all else, however odd."""
    kept, octets = _kept(), _octets(sent)
    return kept is not None and hmac.compare_digest(_xor(octets[:OCTETS], octets[OCTETS:]), kept)


def _kept() -> bytes | None:
    kept = cookie.get(KEY)
    return bytes.fromhex(kept) if isinstance(kept, str) else None


def _made() -> bytes:
    made = secrets.token_bytes(OCTETS)
    cookie[KEY] = made.hex()
    return made


def _octets(masked: str) -> bytes:
    """What was masked, of the right length; of anything else nothing but noughts, which is nobody's token."""
    try:
        octets = base64.urlsafe_b64decode(masked.encode("ascii"))
    except ValueError:
        octets = b""
    return octets if len(octets) == 2 * OCTETS else bytes(2 * OCTETS)


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(OCTETS)
