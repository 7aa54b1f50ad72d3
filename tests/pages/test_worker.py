from __future__ import annotations

import json

from flask.testing import FlaskClient

from webapp.core.i18n import LANGUAGES
from webapp.pages.assets import STATIC, Asset, load
from webapp.pages.worker import worker_script


def _facts(script: str) -> dict[str, object]:
    first = script.splitlines()[0]
    facts: dict[str, object] = json.loads(first.removeprefix("const SERVER = ").removesuffix(";"))
    return facts


def test_the_worker_is_asked_for_anew_and_rules_the_whole_site(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_everything_the_worker_keeps_is_there_and_public(client: FlaskClient) -> None:
    facts = _facts(client.get("/sw.js").text)
    for address in (*facts["files"], *facts["pages"]):  # type: ignore[misc]
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not address.startswith(("/p/", "/s/", "/personal", "/mina"))


def test_a_notice_can_be_shown_in_every_language_and_names_no_illness(client: FlaskClient) -> None:
    texts = _facts(client.get("/sw.js").text)["texts"]
    assert isinstance(texts, dict)
    assert list(texts) == list(LANGUAGES)
    assert texts["sv"]["title"] == "Du har en påminnelse"
    assert all(all(words.values()) for words in texts.values())


def test_a_changed_file_makes_a_new_version() -> None:
    before = load()
    after = load()
    changed = Asset("app.css", b"a{}")
    after.by_name["app.css"] = changed
    assert _facts(worker_script(before))["version"] != _facts(worker_script(after))["version"]


def test_no_personal_address_is_written_into_the_worker() -> None:
    code = (STATIC / "js" / "sw.js").read_text("utf-8")
    assert not any(f'"{place}' in code for place in ("/p/", "/s/", "/personal", "/mina"))
