"""The code that proves an own number or mailbox: six digits, for a quarter of an hour, five tries.

It is worked out, not kept: from the app's secret, the row, the address and a salt. Whoever reads the database, or a
copy of it, finds no code there, and could not find one by trying all million.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

DIGITS = 6
SALT_OCTETS = 16
LASTS = timedelta(minutes=15)
MOST_TRIES = 5


class Codes:
    """Makes and checks codes under the app's secret key."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"naramig.way" + secret_key.encode()).digest()

    def code(self, way_id: UUID, address: str, salt: bytes) -> str:
        digest = hmac.digest(self._key, way_id.bytes + salt + address.encode(), "sha256")
        return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"

    def is_right(self, typed: str, way_id: UUID, address: str, salt: bytes) -> bool:
        """However it was typed: spaces and hyphens do not matter."""
        digits = "".join(sign for sign in typed if sign.isdigit())
        return hmac.compare_digest(digits.encode(), self.code(way_id, address, salt).encode())


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_OCTETS)
