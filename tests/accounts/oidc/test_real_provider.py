"""The whole way at a real, certified provider: sign in, too low a level, a change of mind, and out both ways."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from tests.accounts.oidc.conftest import ADDRESS, agreed, number
from tests.accounts.oidc.test_people import HSA, hire
from tests.oidc_provider import running
from tests.people import Guest, Visitor
from webapp.accounts.oidc.client import Client
from webapp.accounts.oidc.leaving import EXTENSION
from webapp.accounts.oidc.providers import CITIZEN, PRIVATE_KEY, STAFF
from webapp.core import clock
from webapp.core.db import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEY = RSAKey.generate_key(2048, {"kid": "naramig", "use": "sig"})
PEOPLE = {
    "maj": {"name": "Maj Lindgren", "given_name": "Maj", "pnr": number("19450312")},
    "nils": {"name": "Nils", "employeeHsaId": HSA, "pnr": number("19700101")},
}


@dataclass
class Place:
    """The provider's address, and the port where it tells our app of logouts."""

    issuer: str
    port: int


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    public = KEY.as_dict(private=False)
    with running(ADDRESS, f"http://127.0.0.1:{port}", PEOPLE, public) as issuer:
        yield Place(issuer, port)


@pytest.fixture
def real(app: Flask, place: Place) -> Iterator[Place]:
    """The app knows the real provider, by the real clock."""
    made = (
        agreed("bankid", place.issuer, CITIZEN, client_id="bankid", scopes=("openid", "person")),
        agreed(
            "siths",
            place.issuer,
            STAFF,
            client_id="siths",
            scopes=("openid", "person"),
            secret=KEY.as_pem(private=True).decode(),
            authenticates_by=PRIVATE_KEY,
            userinfo=True,
            fresh_minutes=0,
        ),
    )
    app.extensions[EXTENSION] = {each.key: Client(each, ADDRESS, loopback=True) for each in made}
    with clock.frozen(datetime.now(UTC)):
        yield place
    app.extensions[EXTENSION] = {}


def now() -> Any:
    return clock.frozen(datetime.now(UTC))


def follow(browser: requests.Session, url: str, **typed: str) -> str:
    """Go where the provider leads, and fill in its page, until it leads back to our app."""
    response = browser.get(url, allow_redirects=False, timeout=20)
    for _ in range(12):
        if response.is_redirect:
            url = urljoin(url, response.headers["Location"])
            if url.startswith(ADDRESS + "/"):
                return url.removeprefix(ADDRESS)
            response = browser.get(url, allow_redirects=False, timeout=20)
            continue
        assert response.status_code == 200, response.text
        response = browser.post(url, data=typed, allow_redirects=False, timeout=20)
    raise AssertionError("the provider leads round and round")


def sign_in(guest: Guest, browser: requests.Session, key: str, **typed: str) -> TestResponse:
    with now():
        there = guest.get(f"/logga-in/med/{key}")
        assert there.status_code == 302, there.text
        back = follow(browser, there.location, **typed)
    with now():
        return guest.get(back)


def leave(browser: requests.Session, url: str) -> str:
    """Say yes on the provider's own page for signing out."""
    page = browser.get(url, timeout=20)
    token = re.search(r'name="xsrf" value="([^"]+)"', page.text)
    action = re.search(r'action="([^"]+)"', page.text)
    assert token, page.text
    assert action
    typed = {"xsrf": token[1], "logout": "yes"}
    response = browser.post(urljoin(url, action[1]), data=typed, allow_redirects=False, timeout=20)
    return response.headers.get("Location", "")


def test_a_person_signs_in_and_out_at_a_real_provider(real: Place, visit: Visitor) -> None:
    guest, browser = visit.stranger(), requests.Session()
    arrived = sign_in(guest, browser, "bankid", sub="maj", acr="loa3")
    assert re.fullmatch(r"/p/[0-9a-f-]{36}/idag", arrived.location), arrived.text
    with now():
        assert "Maj" in guest.page(arrived.location)
        assert guest.post("/logga-ut").location == "/utloggad"
        way = guest.get("/utloggad").headers["Refresh"].removeprefix("0; url=")
        back = leave(browser, way)
        assert back.startswith(ADDRESS + "/utloggad?state=")
        assert "Du är utloggad" in guest.page(back.removeprefix(ADDRESS))
        assert guest.get(arrived.location).location.startswith("/logga-in")


@ON_SQLITE
def test_too_low_a_level_is_not_let_in(real: Place, visit: Visitor) -> None:
    guest = visit.stranger()
    refused = sign_in(guest, requests.Session(), "bankid", sub="maj", acr="loa2")
    assert refused.status_code == 403
    assert "Det gick inte att logga in" in refused.text
    with now():
        assert guest.get("/mina").location.startswith("/logga-in")


@ON_SQLITE
def test_a_change_of_mind_at_the_provider_is_met_calmly(real: Place, visit: Visitor) -> None:
    refused = sign_in(visit.stranger(), requests.Session(), "bankid", sub="maj", acr="loa3", no="1")
    assert refused.status_code == 403
    assert "Du avbröt inloggningen" in refused.text


@ON_SQLITE
def test_staff_sign_in_with_our_key_in_place_of_a_secret(
    real: Place, visit: Visitor, database: Database
) -> None:
    hire(database, "nils")
    guest = visit.stranger()
    assert sign_in(guest, requests.Session(), "siths", sub="nils", acr="loa3").location == "/personal/"
    assert sign_in(visit.stranger(), requests.Session(), "siths", sub="maj", acr="loa3").status_code == 403


@ON_SQLITE
def test_a_code_that_another_brought_here_is_of_no_use(real: Place, visit: Visitor) -> None:
    mine, other = visit.stranger(), visit.stranger()
    with now():
        back = follow(requests.Session(), mine.get("/logga-in/med/bankid").location, sub="maj", acr="loa3")
        other.get("/logga-in/med/bankid")
        assert other.get(back).status_code == 403
        assert mine.get(back).status_code == 302
        assert mine.get(back).status_code == 403


@ON_SQLITE
def test_signing_out_at_the_provider_ends_the_sign_in_here(app: Flask, real: Place, visit: Visitor) -> None:
    """Its machine tells ours, which listens on a port of its own."""
    guest, browser = visit.stranger(), requests.Session()
    arrived = sign_in(guest, browser, "bankid", sub="maj", acr="loa3")
    elsewhere = visit.stranger()
    assert sign_in(elsewhere, requests.Session(), "bankid", sub="maj", acr="loa3").status_code == 302
    server = make_server("127.0.0.1", real.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        with now():
            assert guest.page(arrived.location)
            leave(browser, f"{real.issuer}/session/end?client_id=bankid")
            assert guest.get(arrived.location).location.startswith("/logga-in")
            assert elsewhere.page(arrived.location)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
