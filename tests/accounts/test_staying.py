"""The warning before a sign-in ends: what its script is told, and what "Jag är kvar" does."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts.logins import AT_MOST, IDLE
from webapp.accounts.models import Login
from webapp.core import clock
from webapp.core.db import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LEFT = "/inloggning/kvar"
SECOND = timedelta(seconds=1)


def said(answer: TestResponse) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.text)
    return body


def stay(guest: Guest, token: str) -> int:
    answer = guest.client.post(LEFT, headers={"X-CSRFToken": token}, json={})
    return int(said(answer)["left"]) if answer.status_code == 200 else -answer.status_code


def test_a_page_says_how_long_its_sign_in_lasts(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert 'data-left="1800"' in aino.page(f"{aino.p}/idag")
    with clock.frozen(
        NOON + timedelta(seconds=30)
    ):  # a use so soon is not written down, so it does not count
        assert 'data-left="1770"' in aino.page(f"{aino.p}/idag")
    with clock.frozen(NOON + timedelta(minutes=20)):
        assert 'data-left="1800"' in aino.page(f"{aino.p}/idag")
    assert "data-left" not in visit.stranger().page("/ring")


def test_asking_how_long_is_left_lengthens_nothing(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    for seconds in (1620, 1790, 1800):
        with clock.frozen(NOON + timedelta(seconds=seconds)):
            answer = aino.get(LEFT)
            assert said(answer)["left"] == 1800 - seconds
            assert said(answer)["ending"]["stay"] == "Jag är kvar"
            assert said(answer)["most"] is False
    with database.read() as session:
        assert session.scalars(select(Login.seen_at)).all()[-1] == NOON
    with clock.frozen(NOON + IDLE + SECOND):
        gone = aino.get(LEFT)
        assert gone.status_code == 401
        assert said(gone)["ended"]["sign_in"] == "Logga in igen"
        assert "Aino" not in gone.text


def test_saying_that_one_is_still_there_gives_half_an_hour_more(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    token = aino.token()
    with clock.frozen(NOON + IDLE):
        assert stay(aino, token) == 1800
    with clock.frozen(NOON + 2 * IDLE):
        assert aino.get(f"{aino.p}/idag").status_code == 200
    with clock.frozen(NOON + 3 * IDLE + SECOND):
        assert stay(aino, token) == -401


@ON_SQLITE
def test_no_press_reaches_past_the_twelve_hours(app: Flask, visit: Visitor) -> None:
    aino, at = visit("aino"), NOON
    token = aino.token()
    while at < NOON + AT_MOST - timedelta(minutes=20):
        at += timedelta(minutes=20)
        with clock.frozen(at):
            assert stay(aino, token) > 0
    with clock.frozen(NOON + AT_MOST - timedelta(minutes=2)):
        assert stay(aino, token) == 120
        told = said(aino.get(LEFT))
        assert told["most"] is True
        assert told["ending"]["stay"] == "Jag förstår"
    with clock.frozen(NOON + AT_MOST + SECOND):
        assert stay(aino, token) == -401


@ON_SQLITE
def test_a_press_without_a_form_token_keeps_nobody_signed_in(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert aino.client.post(LEFT, json={}).status_code == 400


@ON_SQLITE
def test_a_script_is_told_401_and_a_person_is_led_to_the_door(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    token = aino.token()
    with clock.frozen(NOON + IDLE + SECOND):
        told = aino.client.post(f"{aino.p}/prenumeration", json={}, headers={"X-CSRFToken": token})
        assert (told.status_code, said(told)) == (401, {"error": 401})
        led = aino.get(f"{aino.p}/plan")
        assert led.location == f"/logga-in?next={aino.p}/plan"
        assert "Du har loggats ut" in aino.page("/logga-in")
        assert "Du har loggats ut" not in aino.page("/logga-in")  # said once


@ON_SQLITE
def test_the_words_come_in_the_readers_language(app: Flask, visit: Visitor) -> None:
    eino = visit("eino")
    with clock.frozen(NOON + timedelta(minutes=28)):
        ending = said(eino.get(LEFT))["ending"]
    assert len(ending["minutes"]) == 3
    assert not re.search(r"<", str(ending))
