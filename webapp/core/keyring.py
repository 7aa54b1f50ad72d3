"""The keys that personal texts are sealed with: a ring, so that one can be changed while the app runs.

`NARAMIG_KEYS` is `2:<key>,1:<key>`: the first seals, and each of them opens. A key is 32 random octets in base64url
and its number says which it is. What the keys are used for is derived from them by HKDF under a label of its
own, so that a text is never sealed with the octets that find a person. Why: docs/decisions/0016.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OCTETS = 32
LEAST_DIFFERENT = 16  # of 32 random octets about 30 differ from one another; fewer than 16 never happens
ENTRY = re.compile(r"([1-9][0-9]{0,5}):([A-Za-z0-9_-]{43})=?", re.ASCII)
TEXTS, NUMBERS = b"naramig: personal texts", b"naramig: finding a person by number"
MAKE_ONE = "`python -m webapp.makekeys --new-key` prints a key, and docs/running.md says how keys are kept"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One key of the ring, ready for use."""

    number: int
    texts: AESGCM
    numbers: bytes

    def __repr__(self) -> str:
        return f"Key({self.number})"


class Keys:
    """The ring. It can be looked at and printed: what it shows is the keys' numbers alone."""

    def __init__(self, ring: Iterable[tuple[int, bytes]]) -> None:
        """Give (number, octets), first the one that seals. Raises ValueError, which never holds a key."""
        given = list(ring)
        if not given:
            raise ValueError(f"there is no key; {MAKE_ONE}")
        for number, octets in given:
            if len(octets) != OCTETS:
                raise ValueError(f"key {number} must be {OCTETS} octets long; {MAKE_ONE}")
            if len(set(octets)) < LEAST_DIFFERENT:
                raise ValueError(f"key {number} is not random; {MAKE_ONE}")
        if len({number for number, _ in given}) < len(given):
            raise ValueError("two keys have the same number; a new key takes the next number")
        if len({octets for _, octets in given}) < len(given):
            raise ValueError(f"one key stands under two numbers; {MAKE_ONE}")
        self._ring = {number: _made(number, octets) for number, octets in given}
        self.newest = next(iter(self._ring.values()))

    @classmethod
    def read(cls, text: str) -> Keys:
        """Read `2:<key>,1:<key>`. Raises ValueError, which says what to do and never holds a key."""
        ring = []
        for place, part in enumerate(text.split(","), start=1):
            entry = ENTRY.fullmatch(part.strip())
            if entry is None:
                raise ValueError(
                    f"entry {place} is not NUMBER:KEY, a key being {OCTETS} octets in base64url; {MAKE_ONE}"
                )
            ring.append((int(entry[1]), base64.urlsafe_b64decode(entry[2] + "=")))
        return cls(ring)

    def __repr__(self) -> str:
        return f"Keys({', '.join(map(str, self._ring))})"

    @property
    def all(self) -> tuple[Key, ...]:
        """Every key, first the one that seals."""
        return tuple(self._ring.values())

    def get(self, number: int) -> Key | None:
        return self._ring.get(number)


def code(key: Key, text: str) -> bytes:
    """A code that finds `text` (a personal number) without showing it: HMAC-SHA256."""
    made = hmac.HMAC(key.numbers, hashes.SHA256())
    made.update(text.encode())
    return made.finalize()


def _made(number: int, octets: bytes) -> Key:
    return Key(number, AESGCM(_derived(octets, TEXTS)), _derived(octets, NUMBERS))


def _derived(octets: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), OCTETS, salt=None, info=purpose).derive(octets)
