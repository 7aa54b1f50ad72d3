"""A sign-in that has begun: what this browser was sent away with, and must come back with.

Kept in the signed cookie, so that only the browser that began can end it, and nobody fills our database
by beginning. Each is taken out when it is used; that it was used is kept by `spent` (models), so that an
older copy of the cookie does not bring it back.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.accounts.oidc.refusal import Refused, Why

LASTS = timedelta(minutes=10)
AT_A_TIME = 4  # tabs; the oldest gives way
LONGEST_WAY_BACK = 300  # characters; the cookie has room for a few
FIELD = "away"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One tab's way to a provider and back."""

    provider: str
    state: str
    nonce: str
    verifier: str
    back: str
    began: int  # seconds since 1970


def begin(cookie: MutableMapping[str, Any], provider: str, back: str, now: datetime) -> Attempt:
    """Begin, and keep it in this browser's cookie. `back` is a path of our own."""
    attempt = Attempt(
        provider=provider,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(36),
        back=back if len(back) <= LONGEST_WAY_BACK else "/",
        began=int(now.timestamp()),
    )
    cookie[FIELD] = [asdict(each) for each in [*_open(cookie, now), attempt][-AT_A_TIME:]]
    return attempt


def take(cookie: MutableMapping[str, Any], provider: str, state: str, now: datetime) -> Attempt:
    """The attempt that this answer belongs to, which is now used; raises Refused(LATE) if there is none."""
    found = _open(cookie, now)
    mine = [each for each in found if each.state == state and each.provider == provider]
    keep(cookie, [each for each in found if each not in mine])
    if not mine:
        raise Refused(Why.LATE, "state")
    return mine[0]


def rest(cookie: MutableMapping[str, Any], now: datetime) -> list[Attempt]:
    """Those of other tabs: they are kept when one of them has signed in and the cookie begins anew."""
    return _open(cookie, now)


def keep(cookie: MutableMapping[str, Any], attempts: list[Attempt]) -> None:
    if attempts:
        cookie[FIELD] = [asdict(each) for each in attempts]
    else:
        cookie.pop(FIELD, None)


def _open(cookie: MutableMapping[str, Any], now: datetime) -> list[Attempt]:
    """Those that are not too old. The cookie is signed, so what stands there is what we wrote."""
    oldest = (now - LASTS).timestamp()
    return [Attempt(**each) for each in cookie.get(FIELD, []) if each["began"] >= oldest]
