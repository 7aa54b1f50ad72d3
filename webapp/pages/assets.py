"""Styles, script and pictures: put together once at the start, then served from memory.

`asset("app.css")` gives an address with the content's hash in it, so that a browser may keep the file
for a year and yet never shows an old one. No build step: what stands in static/ is what is served,
styles without their comments and spaces.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request
from markupsafe import Markup

from webapp.core.access import public

_ICON = Markup('<svg class="i" aria-hidden="true"><use href="{}"/></svg>')
STATIC = Path(__file__).parent.parent / "static"
YEAR = "public, max-age=31536000, immutable"

# The order is the cascade's: within a layer a later part may refine an earlier one.
PARTS = ("sky", "page", "card", "button", "person", "tag", "rows", "words", "notice", "form", "navigation")
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "app.css": (
        "tokens.css",
        "base.css",
        *(f"components/{part}.css" for part in PARTS),
        "frame.css",
        "print.css",
    ),
    "staff.css": ("staff.css",),
}
# Imported by name before the importer, so that the importer can be given the hashed name.
SCRIPTS = ("push.js", "stay.js", "passkey.js", "app.js")


@dataclass(frozen=True)
class Asset:
    """One file as the browser gets it."""

    name: str
    body: bytes

    @cached_property
    def hashed(self) -> str:
        """`app.css` as `app.0123456789.css`."""
        stem, _, kind = self.name.rpartition(".")
        return f"{stem}.{sha256(self.body).hexdigest()[:10]}.{kind}"

    @cached_property
    def type(self) -> str:
        kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return "text/javascript" if self.name.endswith(".js") else kind

    @cached_property
    def brotli(self) -> bytes | None:
        """The smallest form, made at the first request; None where it would not help (PNG)."""
        if self.type.startswith("image/") and not self.name.endswith(".svg"):
            return None
        mode = brotli.MODE_TEXT
        return bytes(brotli.compress(self.body, mode=mode, quality=11))


class Assets:
    """All files, found by their own name and by the hashed one."""

    def __init__(self, files: Iterable[Asset]) -> None:
        self.by_name = {file.name: file for file in files}
        self.by_hash = {file.hashed: file for file in self.by_name.values()}
        self._icons: dict[str, Markup] = {}

    def url(self, name: str) -> str:
        """The address of a file; an unknown name is a fault in a template and raises KeyError."""
        return f"/static/{self.by_name[name].hashed}"

    def icon(self, name: str) -> Markup:
        """One sign of icons.svg, always with text beside it. Names: the symbols of that file."""
        found = self._icons.get(name)
        if found is None:
            address = f"{self.url('icons.svg')}#{name}"
            found = self._icons[name] = _ICON.format(address)
        return found

    @public
    def answer(self, name: str) -> Response:
        """The file as a response: kept a year under its hashed name, asked for anew under its own."""
        file = self.by_hash.get(name) or self.by_name.get(name) or abort(404)
        packed = file.brotli if request.accept_encodings.quality("br") > 0 else None
        response = Response(packed or file.body, content_type=_with_charset(file.type))
        response.headers["Cache-Control"] = YEAR if name in self.by_hash else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        response.set_etag(sha256(packed or file.body).hexdigest()[:20])
        if packed:
            response.headers["Content-Encoding"] = "br"
        response.make_conditional(request)
        return response


def load(static: Path = STATIC) -> Assets:
    """Read static/: bundles first, then every script and picture as it stands."""
    files = [Asset(name, _style(static / "css", parts)) for name, parts in BUNDLES.items()]
    files += _scripts(static / "js")
    files += [Asset(path.name, path.read_bytes()) for path in sorted((static / "icons").iterdir())]
    return Assets(files)


def init_app(app: Flask) -> None:
    """Serve /static/ from memory and give templates `asset(name)`."""
    if app.has_static_folder:
        raise ValueError(
            'assets are served from memory: make the app with Flask("webapp", static_folder=None)'
        )
    assets = load()
    app.extensions["naramig.assets"] = assets
    app.add_template_global(assets.url, "asset")
    app.add_template_global(assets.icon, "icon")
    app.add_url_rule("/static/<name>", "static", assets.answer)


def _style(folder: Path, parts: Iterable[str]) -> bytes:
    return packed("\n".join((folder / part).read_text("utf-8") for part in parts)).encode()


def packed(css: str) -> str:
    """The same style without comments and needless spaces.

    Our own five lines: rcssmin takes a rule inside `@layer` for a declaration, and makes
    `.lit :is(.btn)` into `.lit:is(.btn)`, which is another rule. Strings hold no such signs here.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?|(:) ", r"\1\2", css)
    return css.replace(";}", "}").strip()


def _scripts(folder: Path) -> list[Asset]:
    made: list[Asset] = []
    for name in SCRIPTS:
        text = (folder / name).read_text("utf-8")
        for earlier in made:
            text = text.replace(f'"./{earlier.name}"', f'"./{earlier.hashed}"')
        made.append(Asset(name, text.encode()))
    return made


def _with_charset(kind: str) -> str:
    text = kind.startswith("text/") or kind in {"image/svg+xml", "application/javascript"}
    return f"{kind}; charset=utf-8" if text else kind
