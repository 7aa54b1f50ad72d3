"""Find which signs typst's own fonts can show, and write them down for the plan on paper.

Run it again when typst has a new version: `python scripts/paper_signs.py`.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import typst

TO = Path(__file__).parents[1] / "webapp/plans/paper/signs.txt"
TRIAL = b"""#set document(title: "trial")
#set text(font: "Libertinus Serif")
= trial
#sys.inputs.text
#strong(sys.inputs.text)"""
ACCENTS = range(0x0300, 0x0370)  # set over the letter before
IDEOGRAPHS = ((0x3400, 0xA000), (0xAC00, 0xF900))  # no font of typst's has any


def is_shown(text: str, fonts: typst.Fonts, root: str) -> bool:
    """Whether PDF/UA-1 lets the text through: it refuses one that no font has. Tried one by one, since what
    stands beside a sign can hide that it is missing."""
    given = {"text": text}
    try:
        typst.compile(TRIAL, root=root, font_paths=fonts, sys_inputs=given, pdf_standards=["ua-1"])
    except typst.TypstError:
        return False
    return True


def candidates() -> Iterator[int]:
    for code in range(0x21, 0x20000):
        ideograph = any(start <= code < end for start, end in IDEOGRAPHS)
        if not ideograph and (code in ACCENTS or unicodedata.category(chr(code))[0] in "LNPS"):
            yield code


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
        found = [
            code
            for code in candidates()
            if is_shown(f"a{chr(code)}" if code in ACCENTS else chr(code), fonts, root)
        ]
    TO.write_text("\n".join(ranges(found)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
