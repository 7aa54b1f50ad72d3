"""A file's octets as JSON, or why not: nothing that grows, hides or has two meanings comes further."""

from __future__ import annotations

import base64
import json
import math
import zlib
from typing import Any

from webapp.core.i18n import LazyText, _l

MOST_OCTETS = 2_000_000
MOST_PACKED = 400_000  # signs: what a form of two pages carries
DEEPEST = 24  # levels; our own files have ten
LONGEST_FIGURE = 15  # signs: beyond that a number may not be the same in another system


class Unreadable(ValueError):
    """The file is not read; `why` says it to staff."""

    def __init__(self, why: LazyText) -> None:
        super().__init__(why.message)
        self.why = why


def packed(octets: bytes) -> str:
    """A file as a form can carry it between its two pages."""
    return base64.b64encode(zlib.compress(octets, 9)).decode()


def unpacked(text: str) -> bytes:
    """What `packed` made. Raises Unreadable: nothing grows beyond the largest file."""
    unpacker = zlib.decompressobj()
    try:
        octets = unpacker.decompress(base64.b64decode(text, validate=True), MOST_OCTETS + 1)
    except (ValueError, zlib.error):
        raise Unreadable(_l("Filen är inte hel. Välj den igen.")) from None
    return octets


def read(octets: bytes) -> dict[str, Any]:
    """The JSON object that the file holds. Raises Unreadable."""
    if len(octets) > MOST_OCTETS:
        raise Unreadable(_l("Filen är för stor. Den får vara högst 2 MB."))
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(_l("Filen har inte teckenkodningen UTF-8.")) from None
    try:
        found = json.loads(
            text,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_decimal,
            object_pairs_hook=_once_each,
        )
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable(_l("Filen har för många nivåer.")) from None
    except ValueError:
        raise Unreadable(_l("Filen är inte hel. Den är inte skriven som JSON.")) from None
    if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
        raise Unreadable(_l("Filen är inget FHIR-paket (Bundle)."))
    if not _is_shallow(found):
        raise Unreadable(_l("Filen har för många nivåer."))
    return found


def _no_number(_word: str) -> Any:
    raise Unreadable(_l("Filen har ett tal som inte är något tal."))


def _whole(figures: str) -> int:
    if len(figures) > LONGEST_FIGURE:
        raise Unreadable(_l("Filen har ett tal som är för stort."))
    return int(figures)


def _decimal(figures: str) -> float:
    number = float(figures)
    if not math.isfinite(number) or len(figures) > 2 * LONGEST_FIGURE:
        raise Unreadable(_l("Filen har ett tal som är för stort."))
    return number


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(_l("Filen har samma fält två gånger på ett ställe."))
    return found


def _is_shallow(found: Any) -> bool:
    level = [found]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return True
    return False
