"""The starters' Swedish texts for the catalogues, so that translators meet them where all other texts are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from webapp.plans.starters.shape import SOURCE

Found = tuple[int, None, str, list[str]]


def extract(
    file: IO[bytes], _keywords: object, _comment_tags: object, options: Mapping[str, Any]
) -> Iterator[Found]:
    """What Babel asks of a file: line, function, text and comments of each."""
    text = file.read().decode(options.get("encoding", "utf-8"))
    lines = text.splitlines()
    for said in _swedish(tomllib.loads(text)):
        yield next((at for at, line in enumerate(lines, 1) if said in line), 1), None, said, []


def _swedish(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _swedish(each)
    elif isinstance(part, dict):
        if isinstance(part.get(SOURCE), str):
            yield part[SOURCE]
            return
        for each in part.values():
            yield from _swedish(each)
