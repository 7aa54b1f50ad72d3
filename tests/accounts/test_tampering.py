"""A sign-in that somebody else has touched: planted, altered, used again after its end, or ended under load."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.core import clock

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COOKIE = "__Host-naramig"


def cookie(guest: Guest) -> str:
    found = guest.client.get_cookie(COOKIE)
    assert found
    return str(found.value)


def with_cookie(app: Flask, value: str) -> Guest:
    guest = Guest(app)
    guest.client.set_cookie(COOKIE, value, secure=True)
    return guest


def signed(app: Flask, content: dict[str, Any]) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return str(serializer.dumps(content))


def test_a_cookie_planted_before_signing_in_is_not_signed_in_afterwards(app: Flask, visit: Visitor) -> None:
    thief = visit.stranger()
    thief.token()
    victim = with_cookie(app, cookie(thief))
    victim.sub = "aino"
    victim.post("/logga-in/demo", {"person": "aino"})
    assert victim.get(f"{victim.p}/idag").status_code == 200
    assert cookie(victim) != cookie(thief)
    assert thief.get(f"{victim.p}/idag").status_code == 302


@ON_SQLITE
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 400), sign=st.sampled_from("AZaz09-_.="))
def test_a_changed_cookie_signs_nobody_in(app: Flask, at: int, sign: str) -> None:
    aino = Visitor(app)("aino")
    value = cookie(aino)
    at %= len(value)
    if value[at] == sign or at == len(value) - 1:  # the last sign's low bits say nothing in base64
        return
    changed = with_cookie(app, value[:at] + sign + value[at + 1 :])
    assert changed.get(f"{aino.p}/idag").status_code == 302


@ON_SQLITE
@pytest.mark.parametrize(
    "content",
    [
        {"login": None},
        {"login": 7},
        {"login": ["x"]},
        {"login": ""},
        {"login": "x" * 2000},
        {"login": "\ud800"},
        {"login": "a\0b"},
        {"lapsed": 7},
        {"lapsed": "\ud800"},
        {"passkey": "x"},
        {"passkey": 7},
    ],
)
def test_odd_content_under_our_own_name_signs_nobody_in_and_breaks_nothing(
    app: Flask, visit: Visitor, content: dict[str, Any]
) -> None:
    guest = with_cookie(app, signed(app, content))
    assert guest.get(f"{visit.p('aino')}/idag").status_code == 302
    assert guest.page("/ring")
    guest = with_cookie(app, signed(app, content))
    assert guest.post(f"{visit.p('aino')}/plan/egen-rad", {"what": "x"}).status_code == 302
    guest = with_cookie(app, signed(app, content))
    assert guest.post_json("/logga-in/passnyckel", {"answer": {}}).status_code == 400


def test_after_all_devices_were_signed_out_no_request_that_begins_later_is_let_in(
    app: Flask, visit: Visitor
) -> None:
    aino, here = visit("aino"), visit("aino")
    value, path = cookie(aino), f"{aino.p}/idag"
    ended, wrong = Event(), []

    def read() -> None:
        with clock.frozen(NOON):
            for _ in range(8):
                after = ended.is_set()
                status = with_cookie(app, value).get(path).status_code
                if after and status != 302:
                    wrong.append(status)

    threads = [Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert here.post(f"{here.p}/enheter/avsluta").status_code == 302
    ended.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert with_cookie(app, value).get(path).status_code == 302
    assert here.get(path).status_code == 200
