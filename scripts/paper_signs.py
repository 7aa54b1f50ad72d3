"""Find which signs typst's own fonts can show, and write them down for the plan on paper.

Run it again when typst has a new version: `python scripts/paper_signs.py`.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import typst

TO = Path(__file__).parents[1] / "webapp/plans/paper/signs.txt"
TRIAL = b"""#set document(title: "trial")
#set text(font: "Libertinus Serif")
= trial
#sys.inputs.signs.split(" ").map(sign => [#sign]).join(linebreak())"""
NOT_SHOWN = re.compile(r'the text `"(.*?)"`')
ACCENTS = range(0x0300, 0x0370)  # set over the letter before: each is tried by itself
IDEOGRAPHS = ((0x3400, 0xA000), (0xAC00, 0xF900))  # no font of typst's has any


def shown(signs: Iterable[str], fonts: typst.Fonts, root: str) -> set[str]:
    """Those of the signs that PDF/UA-1 lets through: it refuses a text that no font has."""
    left = set(signs)
    while left:
        given = {"signs": " ".join(sorted(left))}
        try:
            typst.compile(TRIAL, root=root, font_paths=fonts, sys_inputs=given, pdf_standards=["ua-1"])
            return left
        except typst.TypstError as fault:
            said = set("".join(NOT_SHOWN.findall(fault.diagnostic)))
            if not said & left:
                raise
            left -= said
    return set()


def accent_is_shown(accent: str, fonts: typst.Fonts, root: str) -> bool:
    given = {"signs": f"a{accent}"}
    try:
        typst.compile(TRIAL, root=root, font_paths=fonts, sys_inputs=given, pdf_standards=["ua-1"])
    except typst.TypstError:
        return False
    return True


def candidates() -> Iterator[list[str]]:
    for first in range(0, 0x20000, 256):
        if not any(start <= first < end for start, end in IDEOGRAPHS):
            yield [
                sign for sign in map(chr, range(first, first + 256)) if unicodedata.category(sign)[0] in "LNPS"
            ]


def ranges(codes: Iterable[int]) -> Iterator[str]:
    first = last = -2
    for code in [*codes, -1]:
        if code != last + 1:
            if first >= 0:
                yield f"{first:04X}-{last:04X}"
            first = code
        last = code


def main() -> None:
    fonts = typst.Fonts(include_system_fonts=False)
    with tempfile.TemporaryDirectory() as root:
        found = {sign for block in candidates() if block for sign in shown(block, fonts, root)}
        found |= {accent for accent in map(chr, ACCENTS) if accent_is_shown(accent, fonts, root)}
    TO.write_text("\n".join(ranges(sorted(map(ord, found)))) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
