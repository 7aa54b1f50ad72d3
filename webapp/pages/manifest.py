"""The web app manifest: what a phone shows when the app lies on the home screen, in one language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.core.i18n import force_language, plain
from webapp.pages.sky import THEME

NAME = "Nära mig"  # the same in all languages: it is a name
BACKGROUND = "#f2f3fa"  # --bg in tokens.css


def manifest_for(code: str, asset: Callable[[str], str]) -> dict[str, Any]:
    """The manifest in the language `code`. Same id in all, so that a change of language is no new app."""
    with force_language(code):
        return {
            "id": "/",
            "name": NAME,
            "short_name": NAME,
            "description": plain("Nära mig: din plan, dina kontakter och dina påminnelser i Norrbotten."),
            "lang": code,
            "dir": "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": THEME["dag"][0],
            "background_color": BACKGROUND,
            "icons": [
                _icon(asset("icon-192.png"), 192, "any"),
                _icon(asset("icon-512.png"), 512, "any"),
                _icon(asset("icon-maskable-512.png"), 512, "maskable"),
            ],
            "shortcuts": [
                {
                    "name": plain("Vem ringer jag?"),
                    "url": "/ring",
                    "icons": [_icon(asset("icon-192.png"), 192, "any")],
                },
            ],
        }


def _icon(src: str, size: int, purpose: str) -> dict[str, str]:
    return {"src": src, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
