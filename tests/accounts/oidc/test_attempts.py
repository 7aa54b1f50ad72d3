"""The way to a provider and back belongs to one browser, holds ten minutes, and leads nowhere else."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.oidc.conftest import SigningIn, number
from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Login
from webapp.core import clock
from webapp.core.db import Database
from webapp.core.i18n import LANGUAGES

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COOKIE = "__Host-naramig"
MAJ = {"sub": "maj", "pnr": number("19450312"), "name": "Maj Lindgren"}
LATE = "Inloggningen hann gå ut"


def open_logins(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Login).where(Login.ended_at.is_(None))) or 0


@ON_SQLITE
def test_the_provider_is_asked_for_a_code_with_proof_level_and_language(
    signing_in: SigningIn, visit: Visitor
) -> None:
    guest = visit.stranger()
    first, second = (signing_in.away(guest, "bankid").asked for _ in range(2))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == "http://localhost/logga-in/svar/bankid"
    assert (first["scope"], first["acr_values"], first["ui_locales"]) == ("openid", "loa3", "sv")
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    se = guest.get("/logga-in/med/bankid", headers={"Accept-Language": "se"})
    assert parse_qs(urlsplit(se.location).query)["ui_locales"] == ["se sv"]


@ON_SQLITE
def test_the_page_has_a_button_for_each_provider_and_takes_the_way_back_along(
    signing_in: SigningIn, visit: Visitor
) -> None:
    page = visit.stranger().page("/logga-in?next=/mina")
    for name in ("Bankid", "Freja", "Siths"):
        assert f"Logga in med {name}" in page
    assert 'href="/logga-in/med/bankid?next=/mina"' in page
    assert visit.stranger().get("/logga-in/med/unknown").status_code == 404
    assert visit.stranger().get("/logga-in/svar/unknown").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/mina", "/mina"),
        ("/sprak?a=b", "/sprak?a=b"),
        ("https://other.example/", None),
        ("//other.example", None),
        ("/\\other.example", None),
        ("\\\\other.example", None),
        ("/\tother", None),
        ("javascript:alert(1)", None),
        ("/" + "a" * 400, None),
    ],
)
def test_the_way_back_is_a_page_of_our_own(
    signing_in: SigningIn, visit: Visitor, asked: str, led: str | None
) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(MAJ)
    response = signing_in.back(guest, "bankid", signing_in.away(guest, "bankid", back=asked))
    assert response.location == led if led else response.location.startswith("/p/")


@ON_SQLITE
def test_ten_minutes_are_enough_and_a_second_more_is_late(signing_in: SigningIn, visit: Visitor) -> None:
    signing_in["bankid"].claims = dict(MAJ)
    for later, status in ((timedelta(minutes=10), 302), (timedelta(minutes=10, seconds=1), 403)):
        guest = visit.stranger()
        away = signing_in.away(guest, "bankid")
        with clock.frozen(NOON + later):
            signing_in["bankid"].now = NOON + later
            response = signing_in.back(guest, "bankid", away)
        assert response.status_code == status
    assert LATE in response.text


@ON_SQLITE
def test_an_answer_is_used_once_also_with_an_older_copy_of_the_cookie(
    signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(MAJ)
    away = signing_in.away(guest, "bankid")
    copy = guest.client.get_cookie(COOKIE).value
    assert signing_in.back(guest, "bankid", away).status_code == 302
    again = signing_in.back(guest, "bankid", away)
    assert again.status_code == 403
    assert LATE in again.text
    other = visit.stranger()
    other.client.set_cookie(COOKIE, copy)
    asked = len(signing_in["bankid"].asked)
    assert signing_in.back(other, "bankid", away).status_code == 403
    assert len(signing_in["bankid"].asked) == asked  # the provider is not even asked
    assert open_logins(database) == 1


def test_of_twenty_that_bring_the_same_answer_at_once_one_is_let_in(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(MAJ)
    away = signing_in.away(guest, "bankid")
    copy = guest.client.get_cookie(COOKIE).value

    def bring(_: int) -> int:
        with clock.frozen(NOON):
            other = visit.stranger()
            other.client.set_cookie(COOKIE, copy)
            return signing_in.back(other, "bankid", away).status_code

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(bring, range(20)))
    assert found == [302, *[403] * 19]
    assert open_logins(database) == 1


def test_first_sign_ins_of_one_person_by_four_doors_at_once_make_one_person(
    app: Flask, signing_in: SigningIn, visit: Visitor
) -> None:
    for index in range(4):
        signing_in.agree(f"broker-{index}")
        signing_in[f"broker-{index}"].claims = dict(MAJ)

    def come(index: int) -> str:
        with clock.frozen(NOON):
            guest, name = visit.stranger(), f"broker-{index}"
            found: str = signing_in.back(guest, name, signing_in.away(guest, name)).location or ""
            return found

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(come, range(4)))
    assert len(found) == 1
    assert found.pop().startswith("/p/")


@ON_SQLITE
def test_an_answer_to_another_browser_or_from_another_provider_is_refused(
    signing_in: SigningIn, visit: Visitor
) -> None:
    mine, other = visit.stranger(), visit.stranger()
    for name in ("bankid", "freja"):
        signing_in[name].claims = dict(MAJ)
    away = signing_in.away(mine, "bankid")
    signing_in.away(other, "bankid")
    assert signing_in.back(other, "bankid", away).status_code == 403
    crossed = signing_in.back(mine, "freja", away)
    assert crossed.status_code == 403
    assert signing_in["freja"].asked == []


@ON_SQLITE
def test_several_tabs_each_come_back_to_their_own_page(signing_in: SigningIn, visit: Visitor) -> None:
    guest = visit.stranger()
    for name in ("bankid", "freja"):
        signing_in[name].claims = dict(MAJ)
    first = signing_in.away(guest, "bankid", back="/mina")
    second = signing_in.away(guest, "freja", back="/sprak")
    assert signing_in.back(guest, "freja", second).location == "/sprak"
    assert signing_in.back(guest, "bankid", first).location == "/mina"
    assert guest.page("/mina")


@ON_SQLITE
def test_the_fifth_tab_lets_go_of_the_first(signing_in: SigningIn, visit: Visitor) -> None:
    guest = visit.stranger()
    first = signing_in.away(guest, "bankid")
    for _ in range(4):
        signing_in.away(guest, "bankid", back="/" + "b" * 299)
    assert len(guest.client.get_cookie(COOKIE).value) < 3800
    assert signing_in.back(guest, "bankid", first).status_code == 403


@ON_SQLITE
def test_a_forged_cookie_begins_nothing(signing_in: SigningIn, visit: Visitor) -> None:
    guest = visit.stranger()
    away = signing_in.away(guest, "bankid")
    value = guest.client.get_cookie(COOKIE).value
    guest.client.set_cookie(COOKIE, value[:-4] + "AAAA")
    assert signing_in.back(guest, "bankid", away).status_code == 403


@ON_SQLITE
def test_an_answer_that_says_a_thing_twice_is_refused(signing_in: SigningIn, visit: Visitor) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(MAJ)
    away = signing_in.away(guest, "bankid")
    state, iss = away.asked["state"], signing_in["bankid"].issuer
    path = f"/logga-in/svar/bankid?code=a-code&state={state}&iss={iss}&iss=https://other.example"
    assert guest.get(path).status_code == 403


@ON_SQLITE
def test_looking_ahead_does_not_sign_in(signing_in: SigningIn, visit: Visitor, database: Database) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(MAJ)
    away = signing_in.away(guest, "bankid")
    path = f"/logga-in/svar/bankid?code=a-code&state={away.asked['state']}&iss={signing_in['bankid'].issuer}"
    assert guest.client.head(path).status_code == 405
    assert guest.client.post(path).status_code in (400, 405)
    assert open_logins(database) == 0
    assert guest.get(path).status_code == 302


@ON_SQLITE
def test_nothing_of_the_person_stands_in_address_cookie_or_title(
    signing_in: SigningIn, visit: Visitor
) -> None:
    guest = visit.stranger()
    response = signing_in.whole(guest, "bankid", **MAJ)
    for told in (response.location, response.headers["Set-Cookie"], response.text):
        assert MAJ["pnr"] not in told
        assert "Lindgren" not in told


@ON_SQLITE
def test_every_language_is_told_why_and_whom_to_call(signing_in: SigningIn, visit: Visitor) -> None:
    for code in LANGUAGES:
        guest = visit.stranger()
        guest.post("/sprak", {"sprak": code})
        for path in ("/logga-in/svar/bankid", "/logga-in", "/utloggad"):
            page = guest.get(path).text
            assert f'<html lang="{code}">' in page
            assert not re.search(r'="[^"<]*<span', page), path
