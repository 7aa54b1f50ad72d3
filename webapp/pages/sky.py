"""The sky over the page follows the clock on the kitchen wall."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from webapp.core.i18n import LazyText, _l

Sky = Literal["morgon", "dag", "kvall", "natt"]

# --sky in static/css/tokens.css, light and dark: the browser's own frame cannot read a style sheet.
THEME: Mapping[str, tuple[str, str]] = {
    "morgon": ("#d3d9f3", "#2a2f63"),
    "dag": ("#cfe1f7", "#24406d"),
    "kvall": ("#2b3272", "#22275c"),
    "natt": ("#151a40", "#0b0e26"),
    "annan": ("#cde5dc", "#123f3a"),
}

_GREETINGS: Mapping[Sky, LazyText] = {
    "morgon": _l("God morgon, %(name)s"),
    "dag": _l("God dag, %(name)s"),
    "kvall": _l("God kväll, %(name)s"),
    "natt": _l("God kväll, %(name)s"),
}
_SMALL_HOURS = _l("Hej, %(name)s")  # 00–04: no longer evening, and "God natt" is a goodbye


def sky(local: datetime) -> Sky:
    """Morning 04–10, day 10–17, evening 17–22, night 22–04; `local` is the time in Stockholm."""
    if 4 <= local.hour < 10:
        return "morgon"
    if 10 <= local.hour < 17:
        return "dag"
    if 17 <= local.hour < 22:
        return "kvall"
    return "natt"


def greeting(local: datetime, name: str) -> LazyText:
    """ "God morgon, Aino": what the sky says, in words; after midnight only "Hej, Aino"."""
    said = _SMALL_HOURS if local.hour < 4 else _GREETINGS[sky(local)]
    return said % {"name": name}


def theme_colours(mood: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """(scheme, colour) for the browser's frame, light and dark."""
    light, dark = THEME[mood]
    return ("light", light), ("dark", dark)
