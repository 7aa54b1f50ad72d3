"""Making the PDF: tagged for screen readers (PDF/UA-1), from data alone, without any network.

The texts are read as JSON and shown as they are; nothing in them is ever markup. typst may read no file but
those in its root, which holds nothing else than the template. Its own fonts are used, never the machine's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

ROOT = Path(__file__).with_name("template")
TEMPLATE = ROOT / "plan.typ"
MOST_CHARACTERS = 400_000  # of data: many times the largest plan, and made within a second or two
MOST_AT_ONCE = 2  # each takes a processor; whoever comes next waits, but not long
PATIENCE = 10  # seconds


class CannotPrint(Exception):
    """There is more text than we take, or too many are printing; the page itself can be printed."""


_PRESSES = BoundedSemaphore(MOST_AT_ONCE)


def pdf(document: Mapping[str, Any]) -> bytes:
    """The document of paper.document as a PDF. Raises CannotPrint."""
    data = json.dumps(document, ensure_ascii=False)
    if len(data) > MOST_CHARACTERS or not _PRESSES.acquire(timeout=PATIENCE):
        raise CannotPrint
    try:
        return _press(data)
    finally:
        _PRESSES.release()


def _press(data: str) -> bytes:
    import typst  # 80 MB of compiler and fonts, needed on one page

    return typst.compile(
        TEMPLATE,
        root=ROOT,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        package_path=ROOT,
        package_cache_path=ROOT,
        format="pdf",
        pdf_standards=["ua-1"],
    )


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False)
