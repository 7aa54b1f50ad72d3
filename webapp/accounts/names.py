"""Whether two names can be one person's: as somebody is called in a register and as a paper has it."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s\-.,]+")


def can_be_same(one: str, other: str) -> bool:
    """Whether every word of the shorter name stands in the longer: "Lisa Lundmark", "Lundmark, Lisa Maria".

    Capitals and order do not matter; å, ä and ö do. A name that has changed since is another.
    """
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFC", name).casefold()
    return frozenset(word for word in _BETWEEN.split(plain) if word)
