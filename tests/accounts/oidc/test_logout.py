"""Signing out: on to the provider from here, and from the provider to here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.oidc.conftest import SigningIn, number
from tests.accounts.oidc.provider import NEW_KEY, OTHER_KEY, Behaviour, send, signed_with_public_key, unsigned
from tests.accounts.oidc.test_people import HSA, hire
from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts.models import Login
from webapp.core import clock
from webapp.core.db import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT = int(NOON.timestamp())
MAJ = {"sub": "maj", "sid": "s-1", "pnr": number("19450312"), "name": "Maj Lindgren"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def tell(app: Flask, token: str | None, to: str = "bankid", **more: Any) -> TestResponse:
    """The provider's own machine calls: no cookie, no form token."""
    data = {} if token is None else {"logout_token": token}
    response: TestResponse = app.test_client().post(f"/logga-ut/fran/{to}", data={**data, **more})
    return response


def is_in(guest: Guest) -> bool:
    return guest.get("/mina").status_code == 200


def come(signing_in: SigningIn, visit: Visitor, key: str = "bankid", **more: Any) -> Guest:
    guest = visit.stranger()
    assert signing_in.whole(guest, key, **{**MAJ, **more}).status_code == 302
    return guest


# From here to there


def test_signing_out_here_goes_on_to_the_provider_once(signing_in: SigningIn, visit: Visitor) -> None:
    guest = come(signing_in, visit)
    out = guest.post("/logga-ut")
    assert out.location == "/utloggad"
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert not is_in(guest)
    page = guest.get("/utloggad")
    assert "Logga ut hos Bankid" in page.text
    way = page.headers["Refresh"].removeprefix("0; url=")
    parts = urlsplit(way)
    asked = parse_qs(parts.query)
    assert way.startswith(signing_in["bankid"].issuer + "/end?")
    assert asked["post_logout_redirect_uri"] == ["http://localhost/utloggad"]
    assert (asked["client_id"], asked["logout_hint"]) == (["naramig"], ["s-1"])
    assert "id_token_hint" not in asked  # it would put the personal number in an address
    again = guest.get(f"/utloggad?state={asked['state'][0]}")
    assert "Refresh" not in again.headers
    assert "Du är utloggad" in again.text


@ON_SQLITE
def test_a_provider_without_such_a_place_leaves_it_at_ours(signing_in: SigningIn, visit: Visitor) -> None:
    signing_in["bankid"].metadata["end_session_endpoint"] = None
    guest = come(signing_in, visit)
    assert guest.post("/logga-ut").location == "/utloggad"
    page = guest.get("/utloggad")
    assert page.status_code == 200
    assert "Refresh" not in page.headers


@ON_SQLITE
def test_a_provider_that_is_down_does_not_hinder_signing_out(signing_in: SigningIn, visit: Visitor) -> None:
    guest = come(signing_in, visit)
    signing_in["bankid"].raw[".well-known/openid-configuration"] = lambda r: send(r, {}, 500)
    with clock.frozen(NOON + timedelta(minutes=20)):
        assert is_in(guest)
    with clock.frozen(NOON + timedelta(minutes=49)):
        assert guest.post("/logga-ut").location == "/utloggad"
    with clock.frozen(NOON + timedelta(days=2)):
        assert guest.page("/utloggad")
    assert not is_in(guest)


@ON_SQLITE
def test_who_came_without_a_provider_goes_to_the_first_page(signing_in: SigningIn, visit: Visitor) -> None:
    aino = visit("aino")
    assert aino.post("/logga-ut").location == "/"
    assert "Refresh" not in aino.get("/utloggad").headers


# From there to here


def test_the_provider_ends_what_it_opened_and_nothing_else(
    app: Flask, signing_in: SigningIn, visit: Visitor
) -> None:
    here, there = come(signing_in, visit), come(signing_in, visit, sid="s-2")
    by_freja, aino = come(signing_in, visit, "freja"), visit("aino")
    signing_in["bankid"].claims = dict(MAJ)
    token = signing_in["bankid"].logout_token(sid="s-1")
    response = tell(app, token)
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Cache-Control"] == "no-store"
    assert [is_in(each) for each in (here, there, by_freja)] == [False, True, True]
    assert aino.page("/mina")
    assert tell(app, signing_in["bankid"].logout_token()).status_code == 200  # all of this sub
    assert [is_in(each) for each in (there, by_freja)] == [False, True]
    assert tell(app, signing_in["bankid"].logout_token(sub=None, sid="s-1")).status_code == 200  # nobody left


@ON_SQLITE
def test_a_change_of_assignment_does_not_let_a_sign_in_slip_away_from_its_provider(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    hire(database, "britta")
    guest = visit.stranger()
    signing_in.whole(guest, "siths", sub="b", sid="s-b", employeeHsaId=HSA)
    page = guest.page("/personal/uppdrag")
    chosen = page.split('name="uppdrag" value="')[2].split('"')[0]
    assert guest.post("/personal/uppdrag", {"uppdrag": chosen}).status_code == 302
    assert guest.get("/personal/").status_code == 200
    token = signing_in["siths"].logout_token(sub=None, sid="s-b")
    assert tell(app, token, "siths").status_code == 200
    assert guest.get("/personal/").status_code == 302


@ON_SQLITE
def test_a_logout_token_is_taken_once(app: Flask, signing_in: SigningIn, visit: Visitor) -> None:
    come(signing_in, visit)
    token = signing_in["bankid"].logout_token()
    assert tell(app, token).status_code == 200
    guest = come(signing_in, visit)
    assert tell(app, token).status_code == 400
    assert is_in(guest)


Make = Callable[[Behaviour], str | None]


def with_key(key: Any) -> Make:
    def make(behaviour: Behaviour) -> str:
        behaviour.key = key
        return behaviour.logout_token()

    return make


def made(maker: Callable[[dict[str, Any]], str]) -> Make:
    def make(behaviour: Behaviour) -> str:
        behaviour.make = maker
        return behaviour.logout_token()

    return make


def of_kind(typ: str) -> Make:
    def make(behaviour: Behaviour) -> str:
        behaviour.header["typ"] = typ
        return behaviour.logout_token()

    return make


BAD: dict[str, Make] = {
    "none": lambda _b: None,
    "an empty one": lambda _b: "",
    "no token": lambda _b: "abc",
    "strange signs": lambda _b: "å.ä.ö\x00",
    "an id_token": lambda b: b.id_token(),
    "an id_token with the event": lambda b: b.logout_token(nonce="n"),
    "another issuer": lambda b: b.logout_token(iss="https://other.example"),
    "no issuer": lambda b: b.logout_token(iss=None),
    "another audience": lambda b: b.logout_token(aud="other"),
    "no audience": lambda b: b.logout_token(aud=None),
    "two audiences": lambda b: b.logout_token(aud=["naramig", "other"]),
    "another party": lambda b: b.logout_token(azp="other"),
    "an old one": lambda b: b.logout_token(iat=AT - 661, exp=AT + 10),
    "one of tomorrow": lambda b: b.logout_token(iat=AT + 86400),
    "no beginning": lambda b: b.logout_token(iat=None),
    "no end": lambda b: b.logout_token(exp=None),
    "an ended one": lambda b: b.logout_token(exp=AT - 61),
    "an end that is text": lambda b: b.logout_token(exp="soon"),
    "no jti": lambda b: b.logout_token(jti=None),
    "a jti that is a list": lambda b: b.logout_token(jti=["a"]),
    "nobody": lambda b: b.logout_token(sub=None),
    "a sub that is an object": lambda b: b.logout_token(sub={}),
    "a sid that is a number": lambda b: b.logout_token(sid=1),
    "no events": lambda b: b.logout_token(events=None),
    "events that are a list": lambda b: b.logout_token(events=[EVENT]),
    "another event": lambda b: b.logout_token(events={"http://other.example": {}}),
    "an event that is no object": lambda b: b.logout_token(events={EVENT: "yes"}),
    "another kind of token": of_kind("at+jwt"),
    "a forger's key": with_key(OTHER_KEY),
    "an unknown key": with_key(NEW_KEY),
    "no signature": made(unsigned),
    "a signature by the public key": made(signed_with_public_key),
}


@ON_SQLITE
@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_a_logout_that_the_provider_did_not_send_ends_nothing(
    app: Flask, signing_in: SigningIn, visit: Visitor, make: Make
) -> None:
    guest = come(signing_in, visit)
    response = tell(app, make(signing_in["bankid"]))
    assert response.status_code == 400
    assert response.json == {"error": "invalid_request"}
    assert is_in(guest)


@ON_SQLITE
def test_one_provider_does_not_end_what_another_opened(
    app: Flask, signing_in: SigningIn, visit: Visitor
) -> None:
    guest = come(signing_in, visit)
    signing_in["freja"].claims = dict(MAJ)
    assert tell(app, signing_in["freja"].logout_token(), "bankid").status_code == 400
    assert tell(app, signing_in["freja"].logout_token(), "freja").status_code == 200
    assert is_in(guest)


@ON_SQLITE
def test_a_logout_has_a_size_of_its_own_and_is_sent_as_a_form(
    app: Flask, signing_in: SigningIn, visit: Visitor, database: Database
) -> None:
    guest, token = come(signing_in, visit), signing_in["bankid"].logout_token()
    assert tell(app, token, more="a" * 20_000).status_code == 413
    as_json = app.test_client().post("/logga-ut/fran/bankid", json={"logout_token": token})
    assert as_json.status_code == 400
    twice = app.test_client().post("/logga-ut/fran/bankid", data={"logout_token": [token, token]})
    assert twice.status_code == 400
    assert app.test_client().get("/logga-ut/fran/bankid").status_code == 405
    assert tell(app, token, "unknown").status_code == 404
    assert is_in(guest)
    with database.read() as session:
        assert session.scalars(select(Login).where(Login.ended_at.is_(None))).all()


@ON_SQLITE
def test_a_sign_in_that_is_sent_along_gives_the_caller_no_right(
    signing_in: SigningIn, visit: Visitor
) -> None:
    guest, other = come(signing_in, visit), come(signing_in, visit, "freja")
    response = guest.client.post("/logga-ut/fran/bankid", data={"logout_token": "abc"})
    assert response.status_code == 400
    assert is_in(guest)
    assert is_in(other)


@ON_SQLITE
def test_when_the_keys_cannot_be_had_the_provider_is_asked_to_come_again(
    app: Flask, signing_in: SigningIn
) -> None:
    signing_in["bankid"].raw["jwks"] = lambda r: send(r, {}, 500)
    assert tell(app, signing_in["bankid"].logout_token()).status_code == 503
