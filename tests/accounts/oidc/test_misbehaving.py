"""Whatever a provider, or somebody who plays one, answers wrongly: nobody is let in, and nothing changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.oidc.conftest import SigningIn, number
from tests.accounts.oidc.provider import (
    KEY,
    NEW_KEY,
    OTHER_KEY,
    Behaviour,
    drip,
    drip_headers,
    half_hash,
    send,
    signed_with_public_key,
    unsigned,
)
from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.oidc import network
from webapp.core import clock
from webapp.core.db import Base, Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT = int(NOON.timestamp())
PERSON = {"pnr": number("19450312"), "name": "Hemlig Hemligsson", "given_name": "Hemlig"}
TITLE = "Det gick inte att logga in"
DOWN = "Inloggningen svarar inte just nu"

Change = Callable[[Behaviour], object]


def fingerprint(session: Session) -> list[tuple[object, ...]]:
    """Every row, apart from what counts tries and what has been used once."""
    return [
        (table.name, *row)
        for table in Base.metadata.sorted_tables
        if table.name not in ("used_once", "tries")
        for row in session.execute(select(table).order_by(*table.primary_key.columns))
    ]


def claims(**changed: Any) -> Change:
    return lambda behaviour: behaviour.claims.update(changed)


def header(**changed: Any) -> Change:
    return lambda behaviour: behaviour.header.update(changed)


def token(**changed: Any) -> Change:
    return lambda behaviour: behaviour.token.update(changed)


def published(**changed: Any) -> Change:
    return lambda behaviour: behaviour.metadata.update(changed)


def made(make: Callable[[dict[str, Any]], str]) -> Change:
    return lambda behaviour: setattr(behaviour, "make", make)


def signs_with(key: Any) -> Change:
    return lambda behaviour: setattr(behaviour, "key", key)


def both(*changes: Change) -> Change:
    def change(behaviour: Behaviour) -> None:
        for each in changes:
            each(behaviour)

    return change


def flipped(behaviour: Behaviour) -> None:
    """One letter of the signature is another."""
    behaviour.make = lambda said: behaviour.sign(said)[:-8] + "AAAAAAAA"


def swapped(behaviour: Behaviour) -> None:
    """The signature is of other claims."""
    behaviour.make = lambda said: ".".join(
        (*behaviour.sign({**said, "sub": "sub-2"}).split(".")[:2], behaviour.sign(said).split(".")[2])
    )


NOT_TRUSTED: dict[str, Change] = {
    "no id_token": token(id_token=None),
    "an empty id_token": token(id_token=""),
    "an id_token that is no text": token(id_token={"sub": "sub-1"}),
    "an id_token that is a number": token(id_token=7),
    "an id_token of one part": token(id_token="abc"),
    "an id_token of five parts": token(id_token="a.b.c.d.e"),
    "an id_token of strange signs": token(id_token="å.ä.ö"),
    "an id_token that holds a list": made(lambda _said: "eyJhbGciOiJSUzI1NiJ9.W10.AAAA"),
    "no access token": token(access_token=None),
    "another kind of access token": token(token_type="mac"),
    "no signature": made(unsigned),
    "a signature by the public key": made(signed_with_public_key),
    "a broken signature": flipped,
    "a signature of other claims": swapped,
    "a forger's key under the same name": signs_with(OTHER_KEY),
    "a forger's key in the header": both(header(jwk=OTHER_KEY.as_dict(private=False)), signs_with(OTHER_KEY)),
    "an unknown key": header(kid="unheard of"),
    "a key id that is no text": header(kid=7),
    "a critical header that we do not know": header(crit=["x"], x=1),
    "an algorithm that was not offered": both(
        signs_with(NEW_KEY),
        lambda b: b.published.append(NEW_KEY),
        published(id_token_signing_alg_values_supported=["RS256"]),
    ),
    "none offered as an algorithm": both(
        published(id_token_signing_alg_values_supported=["none", "HS256"]), made(unsigned)
    ),
    "another issuer": claims(iss="https://other.example"),
    "the issuer with a slash": lambda b: b.claims.update(iss=b.issuer + "/"),
    "no issuer": claims(iss=None),
    "an issuer that is a list": lambda b: b.claims.update(iss=[b.issuer]),
    "another audience": claims(aud="another"),
    "an audience beside ours": claims(aud=["naramig", "another"]),
    "an audience beside ours, and ours as party": claims(aud=["naramig", "another"], azp="naramig"),
    "no audience": claims(aud=None),
    "an empty audience": claims(aud=[]),
    "another authorised party": claims(azp="another"),
    "no nonce": claims(nonce=None),
    "another nonce": claims(nonce="another"),
    "an empty nonce": claims(nonce=""),
    "a nonce that is a list": claims(nonce=["x"]),
    "expired": claims(exp=AT - 61),
    "expired a minute after it was made": claims(iat=AT - 300, exp=AT - 240),
    "no end": claims(exp=None),
    "an end that is text": claims(exp=str(AT + 300)),
    "an end that is true": claims(exp=True),
    "an end beyond time": claims(exp=1e300),
    "an end before time": claims(exp=-1),
    "not valid yet": claims(nbf=AT + 300),
    "no beginning": claims(iat=None),
    "made eleven minutes ago": claims(iat=AT - 661),
    "made in the future": claims(iat=AT + 61),
    "made at no number": claims(iat="now"),
    "shown yesterday": claims(auth_time=AT - 24 * 3600),
    "shown in the future": claims(auth_time=AT + 3600),
    "shown at no number": claims(auth_time="today"),
    "no level": claims(acr=None),
    "too low a level": claims(acr="loa2"),
    "a level that is a list": claims(acr=["loa3"]),
    "a level in other letters": claims(acr="LOA3"),
    "no sub": claims(sub=None),
    "an empty sub": claims(sub=""),
    "a sub that is a number": claims(sub=1),
    "a sub that is a list": claims(sub=["sub-1"]),
    "a sub of 256 characters": claims(sub="a" * 256),
    "a sub of strange signs": claims(sub="åsa"),
    "a sub with a NUL": claims(sub="a\x00"),
    "a sub with space around it": claims(sub=" sub-1 "),
    "another access token's hash": claims(at_hash=half_hash("another")),
    "a hash that is no text": claims(at_hash=7),
    "a number that is a list": claims(pnr=[PERSON["pnr"]]),
    "a number that is an object": claims(pnr={"a": 1}),
    "a name that is a number": claims(name=7),
    "a name with a NUL": claims(name="Hemlig\x00"),
    "a name of half a sign": claims(name="Hemlig\ud800"),
    "a name of ten thousand letters": claims(name="H" * 10_000),
    "a sid that is a list": claims(sid=[1]),
    "the provider's own no": lambda b: b.raw.update(
        token=lambda r: send(r, {"error": "invalid_grant", "error_description": "Hemlig"}, 400)
    ),
    "an answer that is a list": lambda b: b.raw.update(token=lambda r: send(r, [])),
    "an answer that is no JSON": lambda b: b.raw.update(token=lambda r: send(r, b"<html>")),
    "an answer as deep as a well": lambda b: b.raw.update(token=lambda r: send(r, b"[" * 100_000)),
    "an answer that is not UTF-8": lambda b: b.raw.update(token=lambda r: send(r, b'{"a":"\xff"}')),
}


@ON_SQLITE
@pytest.mark.parametrize("change", NOT_TRUSTED.values(), ids=NOT_TRUSTED)
def test_an_answer_that_is_not_as_asked_lets_nobody_in(
    signing_in: SigningIn,
    visit: Visitor,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    change: Change,
) -> None:
    guest, provider = visit.stranger(), signing_in["bankid"]
    provider.claims = dict(PERSON)
    change(provider)
    assert_refused(signing_in, guest, database, caplog, TITLE, 403)


IS_DOWN: dict[str, Change] = {
    "it sends us elsewhere": lambda b: b.raw.update(
        token=lambda r: send(r, {}, 302, Location=f"{b.issuer}/jwks")
    ),
    "its keys are elsewhere": lambda b: b.raw.update(
        jwks=lambda r: send(r, {}, 307, Location=f"{b.issuer}/userinfo")
    ),
    "it breaks": lambda b: b.raw.update(token=lambda r: send(r, {}, 500)),
    "it has too much to do": lambda b: b.raw.update(token=lambda r: send(r, {}, 429, Retry_After="1")),
    "it hangs up": lambda b: b.raw.update(token=lambda r: r.connection.close()),
    "it speaks no HTTP": lambda b: b.raw.update(token=lambda r: r.wfile.write(b"hello\r\n\r\n")),
    "it says very much": lambda b: b.raw.update(token=lambda r: send(r, b" " * 300_000)),
    "it says very much in the headers": lambda b: b.raw.update(
        token=lambda r: send(r, {}, X_Long="a" * 100_000)
    ),
    "it has very many headers": lambda b: b.raw.update(
        token=lambda r: r.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n")
    ),
    "it says less than it promised": lambda b: b.raw.update(
        token=lambda r: send(r, b"{}", Content_Length="20")
    ),
    "it packs what it says": lambda b: b.raw.update(token=lambda r: send(r, {}, Content_Encoding="gzip")),
    "it drips": lambda b: b.raw.update(token=drip),
    "it drips before it says anything": lambda b: b.raw.update(token=drip_headers),
    "its keys drip": lambda b: b.raw.update(jwks=drip),
    "its keys are no JSON": lambda b: b.raw.update(jwks=lambda r: send(r, b"keys")),
}


@ON_SQLITE
@pytest.mark.parametrize("change", IS_DOWN.values(), ids=IS_DOWN)
def test_a_provider_that_is_down_is_said_to_be_down(
    signing_in: SigningIn,
    visit: Visitor,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
) -> None:
    monkeypatch.setattr(network, "DEADLINE_SECONDS", 0.5)
    guest, provider = visit.stranger(), signing_in["bankid"]
    provider.claims = dict(PERSON)
    change(provider)
    assert_refused(signing_in, guest, database, caplog, DOWN, 503)


NO_WAY_THERE: dict[str, Change] = {
    "another issuer": published(issuer="https://other.example"),
    "no issuer": published(issuer=None),
    "no address for signing in": published(authorization_endpoint=None),
    "an address without TLS": published(authorization_endpoint="http://login.example/authorize"),
    "a script for an address": published(authorization_endpoint="javascript:alert(1)"),
    "an address that is a list": published(authorization_endpoint=["https://login.example"]),
    "an address with a password": published(authorization_endpoint="https://a:b@login.example/"),
    "no metadata": lambda b: b.raw.update({".well-known/openid-configuration": lambda r: send(r, {}, 404)}),
    "metadata that is a list": lambda b: b.raw.update(
        {".well-known/openid-configuration": lambda r: send(r, [])}
    ),
    "metadata without end": lambda b: b.raw.update({".well-known/openid-configuration": drip}),
}


@ON_SQLITE
@pytest.mark.parametrize("change", NO_WAY_THERE.values(), ids=NO_WAY_THERE)
def test_nobody_is_sent_to_a_provider_that_does_not_say_who_it_is(
    signing_in: SigningIn, visit: Visitor, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    monkeypatch.setattr(network, "DEADLINE_SECONDS", 0.5)
    change(signing_in["bankid"])
    response = visit.stranger().get("/logga-in/med/bankid")
    assert response.status_code == 503
    assert DOWN in response.text
    assert 'href="tel:112"' in response.text


@ON_SQLITE
def test_a_provider_that_is_not_there_at_all_is_down_and_left_alone_for_a_while(
    signing_in: SigningIn, visit: Visitor
) -> None:
    provider = signing_in["bankid"]
    provider.raw[".well-known/openid-configuration"] = lambda r: send(r, {}, 500)
    guest = visit.stranger()
    for _ in range(3):
        assert guest.get("/logga-in/med/bankid").status_code == 503
    assert len(provider.asked) == 1
    provider.raw.clear()
    with clock.frozen(NOON + timedelta(seconds=16)):
        assert guest.get("/logga-in/med/bankid").status_code == 302


@ON_SQLITE
def test_what_a_provider_published_an_hour_ago_holds_a_day_while_it_is_down(
    signing_in: SigningIn, visit: Visitor
) -> None:
    provider, guest = signing_in["bankid"], visit.stranger()
    assert signing_in.whole(guest, "bankid", **PERSON).status_code == 302
    provider.raw[".well-known/openid-configuration"] = lambda r: send(r, {}, 500)
    with clock.frozen(NOON + timedelta(hours=2)):
        assert guest.get("/logga-in/med/bankid").status_code == 302
    with clock.frozen(NOON + timedelta(days=2)):
        assert guest.get("/logga-in/med/bankid").status_code == 503


WRONG_ANSWERS: dict[str, tuple[dict[str, str | None], str]] = {
    "an altered issuer": ({"iss": "https://other.example"}, TITLE),
    "no issuer although it is promised": ({"iss": None}, TITLE),
    "an empty issuer": ({"iss": ""}, TITLE),
    "no code": ({"code": None}, TITLE),
    "an empty code": ({"code": ""}, TITLE),
    "another code": ({"code": "another"}, TITLE),
    "a code of strange signs": ({"code": "å"}, TITLE),
    "a very long code": ({"code": "a" * 5000}, TITLE),
    "no state": ({"state": None}, "Inloggningen hann gå ut"),
    "an empty state": ({"state": ""}, "Inloggningen hann gå ut"),
    "a foreign state": ({"state": "a" * 32}, "Inloggningen hann gå ut"),
    "an error": ({"error": "invalid_request", "error_description": "<script>"}, TITLE),
    "an error beside a code": ({"error": "login_required"}, TITLE),
    "an error with another issuer": ({"error": "access_denied", "iss": "https://other.example"}, TITLE),
    "a no from the person": ({"code": None, "error": "access_denied"}, "Du avbröt inloggningen"),
    "a provider in trouble": ({"code": None, "error": "temporarily_unavailable"}, DOWN),
}


@ON_SQLITE
@pytest.mark.parametrize(("answer", "title"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_a_browser_that_comes_back_with_something_else_is_not_let_in(
    signing_in: SigningIn,
    visit: Visitor,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    answer: dict[str, str | None],
    title: str,
) -> None:
    guest = visit.stranger()
    signing_in["bankid"].claims = dict(PERSON)
    status = 503 if title == DOWN else 403
    page = assert_refused(signing_in, guest, database, caplog, title, status, **answer)
    assert "<script>" not in page


USERINFO: dict[str, dict[str, Any]] = {
    "about somebody else": {"sub": "sub-2"},
    "about nobody": {"sub": None},
    "about a list": {"sub": ["sub-1"]},
    "with another number": {"pnr": number("19500101")},
    "with a number that is a list": {"pnr": [1]},
    "with another sid": {"name": "Någon Annan"},
}


@ON_SQLITE
@pytest.mark.parametrize("said", USERINFO.values(), ids=USERINFO)
def test_a_userinfo_that_is_about_another_is_refused(
    signing_in: SigningIn,
    visit: Visitor,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    said: dict[str, Any],
) -> None:
    signing_in.agree("bankid", userinfo=True)
    signing_in["bankid"].claims = dict(PERSON)
    signing_in["bankid"].userinfo = said
    assert_refused(signing_in, visit.stranger(), database, caplog, TITLE, 403)


@ON_SQLITE
def test_what_only_the_userinfo_tells_is_used(signing_in: SigningIn, visit: Visitor) -> None:
    signing_in.agree("bankid", userinfo=True)
    signing_in["bankid"].userinfo = dict(PERSON)
    assert signing_in.whole(visit.stranger(), "bankid").status_code == 302


@ON_SQLITE
def test_an_old_showing_is_refused_where_a_fresh_one_is_agreed(
    signing_in: SigningIn, visit: Visitor, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    signing_in.agree("bankid", fresh_minutes=0)
    guest = visit.stranger()
    assert signing_in.away(guest, "bankid").asked["max_age"] == "0"
    for auth_time in (AT - 662, None):
        signing_in["bankid"].claims = {**PERSON, "auth_time": auth_time}
        assert_refused(signing_in, guest, database, caplog, TITLE, 403)
    assert signing_in.whole(guest, "bankid", **PERSON, auth_time=AT - 500).status_code == 302


@ON_SQLITE
def test_at_the_edges_of_time_it_still_holds(signing_in: SigningIn, visit: Visitor) -> None:
    for edge in (
        {"iat": AT + 60},
        {"iat": AT - 660},
        {"exp": AT - 59},
        {"auth_time": AT - 12 * 3600},
        {"auth_time": None},
        {"at_hash": None},
        {"aud": ["naramig"]},
        {"azp": "naramig"},
    ):
        assert signing_in.whole(visit.stranger(), "bankid", **PERSON, **edge).status_code == 302, edge


@ON_SQLITE
def test_a_new_key_is_fetched_once_and_a_forger_cannot_make_us_ask_all_day(
    signing_in: SigningIn, visit: Visitor
) -> None:
    provider = signing_in["bankid"]
    assert signing_in.whole(visit.stranger(), "bankid", **PERSON).status_code == 302
    provider.key, provider.published = NEW_KEY, [KEY, NEW_KEY]
    assert signing_in.whole(visit.stranger(), "bankid", **PERSON).status_code == 403  # asked just now
    with clock.frozen(NOON + timedelta(seconds=61)):
        provider.now = NOON + timedelta(seconds=61)
        assert signing_in.whole(visit.stranger(), "bankid", **PERSON).status_code == 302
        provider.header["kid"] = "unheard of"
        for _ in range(5):
            assert signing_in.whole(visit.stranger(), "bankid", **PERSON).status_code == 403
    assert provider.asked.count("jwks") == 2


def assert_refused(
    signing_in: SigningIn,
    guest: Any,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    title: str,
    status: int,
    **answer: str | None,
) -> str:
    """There and back: the calm page with whom to call, no sign-in, every row as it was, and nothing told."""
    with database.read() as session:
        before = fingerprint(session)
    away = signing_in.away(guest, "bankid")
    with caplog.at_level(logging.DEBUG):
        response = signing_in.back(guest, "bankid", away, **answer)
    assert response.status_code == status
    assert f"<h1>{title}</h1>" in response.text
    assert 'href="tel:112"' in response.text
    assert guest.get("/mina").location.startswith("/logga-in")
    with database.read() as session:
        assert fingerprint(session) == before
    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for secret in ("Hemlig", PERSON["pnr"], "sub-1", "a-code", away.asked["state"], away.asked["nonce"]):
        assert secret not in said, secret
    assert "refused" in said
    return response.text
