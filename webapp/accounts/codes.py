"""A code on paper: long enough that nobody guesses it, and made of signs that nobody mistakes for another."""

from __future__ import annotations

import secrets
from hashlib import sha256

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O, 1 I L, U V side by side
GROUPS, IN_GROUP = 6, 3  # 18 signs of 30: 88 bits
MOST_TYPED = 80  # characters, with spaces and hyphens of all kinds


def new_code() -> str:
    """A code as it is printed, such as "A2B-C3D-E4F-G5H-J6K-M7N"."""
    signs = [secrets.choice(SIGNS) for _ in range(GROUPS * IN_GROUP)]
    return "-".join("".join(signs[at : at + IN_GROUP]) for at in range(0, len(signs), IN_GROUP))


def as_kept(typed: str) -> bytes:
    """The hash that is kept of a code, however it was typed: small letters, spaces and hyphens do not matter.

    The code is random and of 88 bits, so a plain hash tells nobody what it is.
    """
    signs = "".join(sign for sign in typed[:MOST_TYPED].upper() if sign.isalnum())
    return sha256(signs.encode("utf-8", "surrogatepass")).digest()
