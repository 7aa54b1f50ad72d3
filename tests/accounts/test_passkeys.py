"""Passkeys, with real keys and signatures: making one, coming back with it, and everything that must not work."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from tests.accounts.authenticator import PRESENT, VERIFIED, Phone, b64
from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts.logins import AT_MOST, IDLE
from webapp.accounts.models import Account, Challenge, Login, Passkey, Person
from webapp.accounts.passkeys import CHALLENGE_LASTS, FRESH, MOST
from webapp.core import clock
from webapp.core.db import Database
from webapp.sharing.models import Notice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECOND = timedelta(seconds=1)
DOOR = "/logga-in/passnyckel"


def body(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)
    return found


def make(guest: Guest, phone: Phone, name: str = "Min telefon") -> int:
    """Save a key on this phone; the status that comes back."""
    asked = guest.post_json(f"{guest.p}/passnyckel/borja", {})
    if asked.status_code != 200:
        return int(asked.status_code)
    made = guest.post_json(f"{guest.p}/passnyckel", {"answer": phone.make(body(asked)), "name": name})
    return int(made.status_code)


def ask(guest: Guest) -> dict[str, Any]:
    return body(guest.post_json(f"{DOOR}/borja", {}))


def come_back(guest: Guest, phone: Phone, **more: str) -> Any:
    """Sign in with the phone's key."""
    return guest.post_json(DOOR, {"answer": phone.get(ask(guest)), **more})


@pytest.fixture
def phone(app: Flask, visit: Visitor) -> Phone:
    """Aino's phone, with a key on it."""
    made = Phone()
    assert make(visit("aino"), made) == 201
    return made


def test_a_key_brings_its_person_back_for_twelve_hours(
    app: Flask, database: Database, visit: Visitor, phone: Phone
) -> None:
    at = NOON + timedelta(days=3)
    aino = Guest(app, "aino")
    with clock.frozen(at):
        assert body(come_back(aino, phone)) == {"to": f"{aino.p}/idag"}
        assert aino.get(f"{aino.p}/delning").status_code == 200
        assert "Senast använd: Idag" in aino.page(f"{aino.p}/passnyckel")
    with database.read() as session:
        key = session.scalars(select(Passkey)).one()
        login = session.scalars(select(Login).where(Login.passkey_id == key.id)).one()
        assert (login.began_at, login.limited, key.used_at) == (at, False, at)
        (stored,) = session.execute(text("SELECT name FROM passkey")).one()
    assert stored.startswith("s1.")
    while at < NOON + timedelta(days=3) + AT_MOST - IDLE:
        at += IDLE
        with clock.frozen(at):
            assert aino.get(f"{aino.p}/idag").status_code == 200
    with clock.frozen(NOON + timedelta(days=3) + AT_MOST + SECOND):
        assert aino.get(f"{aino.p}/idag").status_code == 302


@ON_SQLITE
def test_the_key_leads_to_the_page_that_was_asked_for(app: Flask, phone: Phone) -> None:
    aino = Guest(app, "aino")
    assert body(come_back(aino, phone, next=f"{aino.p}/plan"))["to"] == f"{aino.p}/plan"
    for foreign in ("https://else.invalid/", "//else.invalid", "/\\else.invalid", "javascript:alert(1)"):
        assert body(come_back(Guest(app, "aino"), phone, next=foreign))["to"] == f"{aino.p}/idag"


@ON_SQLITE
def test_the_person_is_told_and_sees_the_key_by_its_name(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert make(aino, Phone(), "Blå <telefonen>") == 201
    page = aino.page(f"{aino.p}/passnyckel")
    assert "Blå &lt;telefonen&gt;" in page
    assert "Inloggningen har sparats på en enhet" in aino.page(f"{aino.p}/idag")


def wrong(**changes: Any) -> Callable[[Phone], None]:
    def change(phone: Phone) -> None:
        for name, value in changes.items():
            setattr(phone, name, value)

    return change


WRONG = {
    "another site's page": wrong(origin="https://naramig.invalid"),
    "the same host without its port": wrong(origin="http://localhost"),
    "another site's key": wrong(host="naramig.invalid"),
    "nobody was there": wrong(flags=VERIFIED),
    "whoever held the phone was not asked": wrong(flags=PRESENT),
    "of another kind": wrong(client={"type": "webauthn.payment"}),
    "another challenge": wrong(client={"challenge": b64(b"x" * 32)}),
    "no challenge": wrong(client={"challenge": ""}),
    "framed in another page": wrong(client={"crossOrigin": True}),
}


@ON_SQLITE
@pytest.mark.parametrize("fault", WRONG.values(), ids=WRONG.keys())
def test_a_key_is_not_made_from_a_wrong_answer(
    app: Flask, database: Database, visit: Visitor, fault: Callable[[Phone], None]
) -> None:
    phone = Phone()
    fault(phone)
    assert make(visit("aino"), phone) == 400
    with database.read() as session:
        assert session.scalars(select(Passkey)).all() == []
        assert session.scalars(select(Challenge)).all() == []


@ON_SQLITE
@pytest.mark.parametrize("fault", WRONG.values(), ids=WRONG.keys())
def test_nobody_comes_in_by_a_wrong_answer(
    app: Flask, database: Database, phone: Phone, fault: Callable[[Phone], None]
) -> None:
    fault(phone)
    aino = Guest(app, "aino")
    refused = come_back(aino, phone)
    assert (refused.status_code, body(refused)) == (400, {"error": 400})
    assert aino.get(f"{aino.p}/idag").status_code == 302
    with database.read() as session:
        assert session.scalars(select(Challenge)).all() == [], "used up all the same"


@ON_SQLITE
def test_another_phones_signature_opens_nothing(app: Flask, phone: Phone) -> None:
    thief = Phone(id=phone.id, handle=phone.handle)
    assert come_back(Guest(app, "aino"), thief).status_code == 400


@ON_SQLITE
def test_a_key_does_not_speak_for_another_account(
    app: Flask, database: Database, visit: Visitor, phone: Phone
) -> None:
    with database.read() as session:
        others = session.scalars(select(Account.id).where(Account.sub.in_(["lisa", "nils"]))).all()
    for handle in (*(other.bytes for other in others), b"", b"x" * 16):
        assert come_back(Guest(app, "aino"), replace(phone, handle=handle)).status_code == 400
    without = phone.get(options := ask(guest := Guest(app, "aino")))
    assert options
    del without["response"]["userHandle"]
    assert guest.post_json(DOOR, {"answer": without}).status_code == 400


@ON_SQLITE
def test_an_answer_serves_once(app: Flask, phone: Phone) -> None:
    guest = Guest(app, "aino")
    answer = phone.get(ask(guest))
    assert guest.post_json(DOOR, {"answer": answer}).status_code == 200
    assert guest.post_json(DOOR, {"answer": answer}).status_code == 400
    other = Guest(app, "aino")
    ask(other)
    assert other.post_json(DOOR, {"answer": answer}).status_code == 400, "another browser's challenge"


@ON_SQLITE
def test_a_challenge_lasts_five_minutes_and_not_a_second_more(app: Flask, phone: Phone) -> None:
    for late, status in ((timedelta(), 200), (SECOND, 400)):
        guest = Guest(app, "aino")
        options = ask(guest)
        with clock.frozen(NOON + CHALLENGE_LASTS + late):
            assert guest.post_json(DOOR, {"answer": phone.get(options)}).status_code == status


@ON_SQLITE
def test_a_challenge_for_signing_in_makes_no_key_and_the_other_way(
    app: Flask, visit: Visitor, phone: Phone
) -> None:
    aino = visit("aino")
    options = ask(aino)
    made = Phone().make({**options, "user": {"id": b64(b"x")}})
    assert aino.post_json(f"{aino.p}/passnyckel", {"answer": made, "name": "x"}).status_code == 400
    options = body(aino.post_json(f"{aino.p}/passnyckel/borja", {}))
    assert aino.post_json(DOOR, {"answer": phone.get(options)}).status_code == 400


@ON_SQLITE
def test_a_key_is_made_only_soon_after_showing_who_one_is(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    with clock.frozen(NOON + FRESH):
        assert "data-passkey-start" in aino.page(f"{aino.p}/passnyckel")
        assert make(aino, Phone()) == 201
    with clock.frozen(NOON + FRESH + SECOND):
        assert "data-passkey-start" not in aino.page(f"{aino.p}/passnyckel")
        assert make(aino, Phone()) == 409


@ON_SQLITE
def test_nobody_makes_or_takes_away_somebody_elses_key(
    app: Flask, database: Database, visit: Visitor, phone: Phone
) -> None:
    aino = visit.p("aino")
    with database.read() as session:
        key = session.scalars(select(Passkey.id)).one()
    for sub in ("lisa", "nils", "karin", "eino"):
        guest = visit(sub)
        assert guest.get(f"{aino}/passnyckel").status_code == 404
        assert guest.post_json(f"{aino}/passnyckel/borja", {}).status_code == 404
        assert guest.post(f"{aino}/passnyckel/{key}/ta-bort").status_code == 404
        if guest.sub == "eino":
            assert guest.post(f"{guest.p}/passnyckel/{key}/ta-bort").status_code == 404
    assert come_back(Guest(app, "aino"), phone).status_code == 200


def test_a_key_that_is_taken_away_is_dead_and_so_is_what_it_opened(
    app: Flask, database: Database, visit: Visitor, phone: Phone
) -> None:
    came, aino = Guest(app, "aino"), visit("aino")
    come_back(came, phone)
    with database.read() as session:
        key = session.scalars(select(Passkey.id)).one()
    path = f"{aino.p}/passnyckel/{key}/ta-bort"
    assert aino.post(path).status_code == 302
    assert came.get(f"{aino.p}/idag").status_code == 302
    assert aino.get(f"{aino.p}/idag").status_code == 200
    assert come_back(Guest(app, "aino"), phone).status_code == 400
    assert aino.post(path).status_code == 404


def test_a_key_that_counts_backwards_is_ended_and_its_person_told(
    app: Flask, database: Database, visit: Visitor
) -> None:
    phone = Phone(counts=True, count=5)
    assert make(visit("aino"), phone) == 201
    assert come_back(Guest(app, "aino"), phone).status_code == 200
    copied = copy.copy(phone)
    came = Guest(app, "aino")
    assert come_back(came, phone).status_code == 200
    assert come_back(Guest(app, "aino"), copied).status_code == 400
    assert come_back(Guest(app, "aino"), phone).status_code == 400, (
        "ended for both: nobody can say which is whose"
    )
    assert came.get(f"{came.p}/idag").status_code == 302
    aino = visit("aino")
    assert "kan ha kopierats" in aino.page(f"{aino.p}/idag")


@ON_SQLITE
def test_a_forged_answer_cannot_make_a_key_look_copied(
    app: Flask, database: Database, visit: Visitor
) -> None:
    phone = Phone(counts=True, count=5)
    assert make(visit("aino"), phone) == 201
    forger = Phone(id=phone.id, handle=phone.handle)
    assert come_back(Guest(app, "aino"), forger).status_code == 400
    assert come_back(Guest(app, "aino"), phone).status_code == 200


@ON_SQLITE
def test_a_key_opens_nothing_for_who_may_not_sign_in(app: Flask, database: Database, phone: Phone) -> None:
    with database.writing() as session:
        session.execute(update(Person).where(Person.name == "Aino Lundmark").values(deceased_at=NOON))
    assert come_back(Guest(app, "aino"), phone).status_code == 400
    with database.read() as session:
        assert session.scalars(select(Login).where(Login.passkey_id.is_not(None))).all() == []


@ON_SQLITE
def test_a_lost_phones_keys_are_dead(app: Flask, visit: Visitor, phone: Phone) -> None:
    visit("nils").post(f"{visit.p('aino')}/tappad-telefon")
    assert come_back(Guest(app, "aino"), phone).status_code == 400


@ON_SQLITE
def test_one_person_has_a_bounded_number_of_keys(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert [make(aino, Phone()) for _ in range(MOST)] == [201] * MOST
    assert make(aino, Phone()) == 409
    same = Phone()
    assert make(visit("eino"), same) == 201
    assert make(visit("elle"), replace(same)) == 400, "one key, one person"


@ON_SQLITE
@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\0b", None, 7, ["x"]])
def test_a_key_has_a_name_that_can_be_read(app: Flask, visit: Visitor, name: Any) -> None:
    status = make(visit("aino"), Phone(), name)
    assert status == (201 if name == 7 or name == ["x"] else 400)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(b64(b"\xa1\x00" * 20)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "rawId", "type", "response")
WITHIN = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


@ON_SQLITE
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(outer=st.sampled_from(FIELDS), within=st.sampled_from(WITHIN), junk=JUNK, deep=st.booleans())
def test_whatever_stands_in_an_answer_it_is_refused_calmly(
    app: Flask, monkeypatch: pytest.MonkeyPatch, phone: Phone, outer: str, within: str, junk: Any, deep: bool
) -> None:
    monkeypatch.setattr("webapp.core.limits.may_try", lambda *_: True)
    guest = Guest(app, "aino")
    answer = phone.get(ask(guest))
    if deep:
        if answer["response"].get(within) == junk or within == "attestationObject":
            return
        answer["response"][within] = junk
    else:
        answer[outer] = junk
    assert guest.post_json(DOOR, {"answer": answer}).status_code == 400


@ON_SQLITE
@pytest.mark.parametrize("sent", [{}, {"answer": None}, {"answer": "x"}, {"answer": {}}, {"answer": []}])
def test_an_empty_answer_is_refused(app: Flask, visit: Visitor, sent: dict[str, Any]) -> None:
    guest = Guest(app, "aino")
    ask(guest)
    assert guest.post_json(DOOR, sent).status_code == 400
    aino = visit("aino")
    aino.post_json(f"{aino.p}/passnyckel/borja", {})
    assert aino.post_json(f"{aino.p}/passnyckel", {**sent, "name": "x"}).status_code == 400


@ON_SQLITE
def test_without_script_the_door_says_so_and_offers_another_way(app: Flask, visit: Visitor) -> None:
    page = visit.stranger().page("/logga-in")
    assert "Det kräver JavaScript. Utan det loggar du in med e-legitimation." in page
    told = visit.stranger().get("/logga-in").headers["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in told


@ON_SQLITE
def test_making_and_taking_away_is_told_only_to_its_person(
    app: Flask, database: Database, phone: Phone, visit: Visitor
) -> None:
    with database.read() as session:
        told = session.scalars(select(Notice.person_id).where(Notice.kind == "passkey_made")).all()
    assert told == [visit("aino").id]
