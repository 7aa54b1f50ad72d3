from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.core.i18n import LANGUAGES
from webapp.pages.forms import MOST_WORDS
from webapp.pages.routes import COOKIE, local_path

PUBLIC = ("/", "/sprak", "/tillganglighet", "/integritet", "/fel", "/offline")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_says_which_language_it_is_in(client: FlaskClient, path: str, code: str) -> None:
    page = client.get(path, headers={"Accept-Language": code})
    assert page.status_code == 200
    assert f'<html lang="{code}">' in page.text
    assert f"sprak={code}" in page.text  # the manifest
    for other, name in LANGUAGES.items():
        assert f'lang="{other}"' in page.text
        assert name in page.text


@pytest.mark.parametrize("path", ["/", "/offline", "/finns-inte"])
def test_the_numbers_to_call_stand_on_the_page(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert 'href="tel:112"' in page
    assert 'href="tel:1177"' in page


def test_the_chosen_language_is_kept_on_the_device(app: Flask, client: FlaskClient) -> None:
    kept: list[str] = []
    app.extensions["naramig.language_chosen"] = kept.append
    answer = client.post("/sprak", data={"sprak": "smj", "next": "/ring?kommun=jokkmokk"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/ring?kommun=jokkmokk"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=smj;")
    for part in ("Secure", "Path=/", "SameSite=Lax", "HttpOnly", "Max-Age=31536000"):
        assert part in cookie
    assert "Domain" not in cookie
    assert kept == ["smj"]


def test_a_language_we_do_not_speak_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/sprak", data={"sprak": "xx", "next": "/"})
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_looking_at_the_languages_changes_nothing(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/sprak?sprak=se").headers


@pytest.mark.parametrize(
    "target",
    ["https://ond.example/", "//ond.example/", "/\\ond.example", "javascript:x", "", None, "ring", "/a\nb"],
)
def test_nobody_is_sent_away_from_the_site(target: str | None) -> None:
    assert local_path(target) == "/"


def test_the_reader_comes_back_to_the_same_page() -> None:
    assert local_path("/p/1/idag?x=1") == "/p/1/idag?x=1"


def test_what_is_wrong_reaches_us_without_saying_whose_page_it_was(
    client: FlaskClient, told: list[tuple[str, str]]
) -> None:
    page = client.get("/fel?sida=/p/4f2c/plan").text
    assert 'value="/p/4f2c/plan"' in page
    answer = client.post("/fel", data={"words": "  Ordet är fel \n", "page": "/p/4f2c/plan"})
    assert answer.headers["Location"] == "/fel"
    assert told == [("/p/…/plan", "Ordet är fel")]
    assert "Tack." in client.get("/fel").text


@pytest.mark.parametrize(
    "words", ["", "   ", "x" * (MOST_WORDS + 1), "vänd\N{RIGHT-TO-LEFT OVERRIDE}", "noll\x00"]
)
def test_a_text_we_cannot_take_is_said_so_and_kept(
    client: FlaskClient, told: list[tuple[str, str]], words: str
) -> None:
    page = client.post("/fel", data={"words": words, "page": "/"})
    assert page.status_code == 200
    assert "<title>Fel: " in page.text
    assert 'class="errors" role="alert"' in page.text
    assert 'href="#words"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert words.strip()[:50].rstrip("\x00") in page.text
    assert told == []


def test_the_statement_has_all_that_the_law_asks_for(client: FlaskClient) -> None:
    page = client.get("/tillganglighet").text
    for part in (
        "Nära mig",
        "Region Norrbotten",
        "Delvis förenlig",
        "Det som inte fungerar än",
        "Skälet är",
        "Bedömd",
        "Senast ändrad",
        "Så har vi kontrollerat",
        "Undantag",
        'href="/fel?sida=/tillganglighet"',
        'href="https://www.digg.se/tdosanmalan"',
    ):
        assert part in page
    assert 'href="/tillganglighet"' in client.get("/").text


@pytest.mark.usefixtures("marit_sees_eino")
def test_a_page_that_is_not_ones_own_says_whose_it_is(client: FlaskClient) -> None:
    page = client.get("/offline").text
    assert "Du ser: Eino" in page
    assert "Du hjälper Eino." in page
    assert "Till min sida" in page
    assert 'data-sky="annan"' in page


def test_signing_out_is_a_press_and_never_a_link(client: FlaskClient, context: dict[str, Any]) -> None:
    assert "Logga ut" not in client.get("/").text
    context["reader"] = type(
        "Reader", (), {"name": "Aino", "kind": "citizen", "person_id": 1, "unit_name": None, "limited": False}
    )()
    page = client.get("/integritet").text
    assert re.search(r'<form method="post" action="/logga-ut">.*?<button>Logga ut</button>', page, re.DOTALL)


def test_an_error_page_needs_nothing_that_can_be_broken(app: Flask) -> None:
    def broken() -> dict[str, Any]:
        raise RuntimeError("the database is down")

    app.context_processor(broken)
    app.extensions["naramig.choose_language"] = broken
    page = app.test_client().get("/finns-inte")
    assert page.status_code == 404
    assert "Sidan finns inte" in page.text
    assert "<form" not in page.text
    assert 'href="tel:112"' in page.text
