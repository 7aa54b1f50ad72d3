"""Logs for machines: one JSON object a line, and nothing personal in any of them."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.people import Visitor
from webapp.core.logs import JsonLines

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def record(message: str, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("naramig", logging.INFO, __file__, 1, message, None, None)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@given(st.text())
def test_a_line_is_one_object_on_one_line_whatever_it_says(message: str) -> None:
    line = JsonLines().format(record(message.replace("%", "")))
    assert "\n" not in line
    assert json.loads(line)["says"] == message.replace("%", "")


def test_of_a_failure_it_keeps_kind_and_place_and_never_its_words() -> None:
    try:
        raise ValueError("Aino Lundmark, 0980-319 200")
    except ValueError as fault:
        line = JsonLines().format(record("failed", exc_info=(ValueError, fault, fault.__traceback__)))
    found = json.loads(line)
    assert found["error"] == "ValueError"
    assert any("test_logs.py" in place for place in found["places"])
    assert "Aino" not in line
    assert "/" not in found["places"][0].split(" ")[0]


@ON_SQLITE
def test_a_request_is_logged_by_its_route_and_nothing_that_is_anybodys(
    app: Flask, visit: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    aino, nils = visit("aino"), visit("nils")
    with caplog.at_level(logging.INFO):
        answer = aino.get(f"{aino.p}/plan?x=hemligt")
        nils.page(f"{aino.p}/viktigt")
        aino.post(f"{aino.p}/viktigt/now", {"words": "Mina egna ord", "version": "1"})
        aino.get("/finns-inte/hemligt")
        aino.client.post("/fel", data={"words": "Hemligt", "page": f"{aino.p}/plan"})
        aino.post("/fel", {"words": "Hemligt", "page": f"{aino.p}/plan"})
        lines = [json.loads(JsonLines().format(each)) for each in caplog.records]
    answered = [line for line in lines if line["says"] == "answered"]
    assert answered[0]["route"] == "plans.show"
    assert answered[0]["status"] == 200
    assert answered[0]["method"] == "GET"
    assert len(answer.headers["X-Request-Id"]) == 16
    told = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    for private in (
        "Aino",
        "Lundmark",
        "Ludde",
        "Mina egna ord",
        "emligt",
        str(aino.id),
        aino.id.hex,
        "Nils",
    ):
        assert private not in told, private
    assert '"page": "/p/…/plan"' in told


@ON_SQLITE
def test_what_is_told_on_staff_pages_names_nobody_either(
    app: Flask, visit: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    aino = visit.p("aino").rpartition("/")[2]
    with caplog.at_level(logging.INFO):
        visit("nils").post("/fel", {"words": "Fel", "page": f"/personal/skicka/{aino}?x={aino}"})
        told = "\n".join(JsonLines().format(each) for each in caplog.records)
    assert aino not in told
    assert "/personal/skicka/…" in told


@ON_SQLITE
def test_every_answer_has_an_id_of_its_own(app: Flask, visit: Visitor) -> None:
    guest = visit.stranger()
    ids = {guest.get(path).headers["X-Request-Id"] for path in ("/", "/ring", "/finns-inte", "/halsa/liv")}
    assert len(ids) == 4
