"""The service worker as served: static/js/sw.js, with what it must know put before it as one JSON literal."""

from __future__ import annotations

import json
from hashlib import sha256

from webapp.core.i18n import LANGUAGES, force_language, lang_of, plain
from webapp.pages.assets import STATIC, Assets

# Public pages that work without net. Nothing about a person is ever among them.
PAGES = ("/", "/ring", "/offline", "/tillganglighet")
FILES = ("app.css", "app.js", "push.js", "icons.svg", "mark.svg", "icon-192.png", "badge-96.png")


def worker_script(assets: Assets) -> str:
    """The script; its text changes exactly when a file or a text in it does, so that phones fetch it anew."""
    code = (STATIC / "js" / "sw.js").read_text("utf-8")
    facts = {
        "pages": PAGES,
        "files": [assets.url(name) for name in FILES],
        "icon": assets.url("icon-192.png"),
        "badge": assets.url("badge-96.png"),
        "texts": {language: _texts(language) for language in LANGUAGES},
    }
    version = sha256((json.dumps(facts) + code).encode()).hexdigest()[:10]
    return f"const SERVER = {json.dumps({'version': version, **facts}, ensure_ascii=False)};\n{code}"


def _texts(code: str) -> dict[str, str]:
    """What a notice says when nothing else is known: never anything about health."""
    with force_language(code):
        return {
            "lang": lang_of("Du har en påminnelse"),
            "title": plain("Du har en påminnelse"),
            "kept": plain("Ditt svar är sparat"),
            "kept_body": plain("Det skickas när du har nät."),
        }
