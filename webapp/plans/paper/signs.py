"""Which signs can be put on paper: those of typst's own fonts. Others, such as emoji, become a square."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("signs.txt")  # made by scripts/paper_signs.py
SQUARE = "\N{WHITE SQUARE}"
_UNSEEN = frozenset("\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}\N{SOFT HYPHEN}")
_LONG = re.compile(r"\S{30}")  # a word that might not fit on a line
_BREAK_HERE = "\N{ZERO WIDTH SPACE}"


@cache
def printable() -> Set[str]:
    """Every sign that the fonts have, and those that only part words and lines."""
    signs = {" ", "\n", "\N{NO-BREAK SPACE}"}
    for line in FILE.read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        signs.update(map(chr, range(int(first, 16), int(last, 16) + 1)))
    return frozenset(signs)


def on_paper(text: str) -> str:
    """The text with one square for what cannot be shown, however many signs it was; long words can be broken."""
    whole = unicodedata.normalize("NFC", text)
    kept = "".join(sign if sign in printable() else SQUARE for sign in whole if sign not in _UNSEEN)
    return _LONG.sub(lambda long: long[0] + _BREAK_HERE, re.sub(f"{SQUARE}+", SQUARE, kept))
