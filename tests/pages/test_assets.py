from __future__ import annotations

import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.pages.assets import Asset, Assets, init_app, load, packed

ASSETS = load()
MOST_STYLE = 6000  # bytes of brotli on a citizen's page (design section 11)
MOST_SCRIPT = 10000


def test_a_changed_style_gets_a_new_address() -> None:
    before, after = Asset("app.css", b"a{}"), Asset("app.css", b"b{}")
    assert re.fullmatch(r"app\.[0-9a-f]{10}\.css", before.hashed)
    assert before.hashed != after.hashed


def test_a_hashed_file_is_kept_a_year(client: FlaskClient) -> None:
    answer = client.get(ASSETS.url("app.css"), headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert brotli.decompress(answer.data) == ASSETS.by_name["app.css"].body


def test_a_file_under_its_own_name_is_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/static/icons.svg")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    again = client.get("/static/icons.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["okand.css", "app.0000000000.css", "..%2fsettings.py", "tokens.css"])
def test_only_what_was_put_together_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_wrong_name_in_a_template_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        ASSETS.url("okand.css")


def test_what_a_citizens_page_loads_stays_small() -> None:
    def size(name: str) -> int:
        return len(ASSETS.by_name[name].brotli or b"")

    assert size("app.css") <= MOST_STYLE
    assert (
        size("app.js")
        + size("push.js")
        + size("stay.js")
        + size("passkey.js")
        + len(brotli.compress(_worker()))
        <= MOST_SCRIPT
    )


def test_the_script_imports_by_the_hashed_name() -> None:
    for name in ("push.js", "stay.js", "passkey.js"):
        assert f'import("./{ASSETS.by_name[name].hashed}")'.encode() in ASSETS.by_name["app.js"].body


@pytest.mark.parametrize(
    ("style", "same"),
    [
        ("@layer x {\n  .lit :is(.btn, .tel) { color: red; }\n}", "@layer x{.lit :is(.btn,.tel){color:red}}"),
        (".a > .b { margin: max(1rem, 50vw - 2rem) }", ".a>.b{margin:max(1rem,50vw - 2rem)}"),
        ("/* why */ @media (a) and (b) { a:hover { c: d } }", "@media (a) and (b){a:hover{c:d}}"),
        ("a + :is(b) { x: y }", "a + :is(b){x:y}"),
    ],
)
def test_a_packed_style_means_the_same(style: str, same: str) -> None:
    assert packed(style) == same


def test_flasks_own_static_route_would_hide_ours() -> None:
    with pytest.raises(ValueError, match="static_folder=None"):
        init_app(Flask("webapp"))


def _worker() -> bytes:
    from webapp.pages.worker import worker_script

    return worker_script(Assets(ASSETS.by_name.values())).encode()
