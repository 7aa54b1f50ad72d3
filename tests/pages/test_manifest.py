from __future__ import annotations

import struct

import pytest
from flask.testing import FlaskClient

from webapp.core.i18n import LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_app_can_be_put_on_the_home_screen_in_every_language(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/manifest.webmanifest?sprak={code}")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.get_json(force=True)
    assert manifest["lang"] == code
    assert (manifest["id"], manifest["start_url"], manifest["scope"]) == ("/", "/", "/")
    assert manifest["display"] == "standalone"
    assert manifest["name"] == manifest["short_name"] == "Nära mig"
    assert "/ring" in [shortcut["url"] for shortcut in manifest["shortcuts"]]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        width, height = struct.unpack(">II", client.get(icon["src"]).data[16:24])  # a PNG's first chunk
        assert icon["sizes"] == f"{width}x{height}"


def test_an_unknown_language_in_the_address_gives_the_readers(client: FlaskClient) -> None:
    answer = client.get("/manifest.webmanifest?sprak=xx", headers={"Accept-Language": "smj"})
    assert answer.get_json(force=True)["lang"] == "smj"
