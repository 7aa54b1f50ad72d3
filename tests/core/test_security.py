"""What holds for every request: tokens, sizes, headers, cookies, and pages that say what went wrong."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder

from tests.conftest import KEYS, NOON
from tests.finding import saying
from tests.people import TOKEN, Guest, Visitor
from webapp.core import clock, security
from webapp.core.db import EXTENSION, Database
from webapp.core.i18n import LANGUAGES
from webapp.core.keyring import Keys
from webapp.pages.models import Feedback
from webapp.plans.models import PlanRow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rows_called(app: Flask, what: str) -> int:
    database: Database = app.extensions[EXTENSION]
    with database.read() as session:
        return len(saying(session, PlanRow.what, what))


# The form token


def test_the_token_differs_in_every_answer_and_each_of_them_works(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    tokens = [aino.token() for _ in range(5)]
    assert len(set(tokens)) == 5
    for number, token in enumerate(tokens):
        answer = aino.client.post(
            f"{aino.p}/plan/egen-rad", data={"csrf_token": token, "what": f"Rad {number}"}
        )
        assert answer.status_code == 302


@pytest.mark.parametrize("sent", ["none", "empty", "nonsense", "foreign", "of the session before"])
def test_a_form_whose_token_does_not_hold_keeps_what_was_typed_and_says_so(
    app: Flask, visit: Visitor, sent: str
) -> None:
    aino = visit("aino")
    old = aino.token()
    if sent == "of the session before":
        aino.post("/logga-ut")
        aino.post("/logga-in/demo", {"person": "aino"})
    token: str | None = {
        "none": None,
        "empty": "",
        "nonsense": "å<>" * 40,
        "foreign": visit("lisa").token(),
        "of the session before": old,
    }[sent]
    data = {"what": "Gå ut med Ludde", "how_often": "Varje dag"}
    if token is not None:
        data["csrf_token"] = token
    path = f"{aino.p}/plan/egen-rad"
    page = aino.client.post(path, data=data)
    assert page.status_code == 200
    assert "Sidan hade stått öppen för länge" in page.text
    assert 'value="Gå ut med Ludde"' in page.text
    assert 'value="Varje dag"' in page.text
    assert rows_called(app, "Gå ut med Ludde") == 0
    once_more = TOKEN.search(page.text)
    assert once_more
    assert aino.client.post(path, data={**data, "csrf_token": once_more[1]}).status_code == 302
    assert rows_called(app, "Gå ut med Ludde") == 1


def test_a_press_whose_token_does_not_hold_changes_nothing(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    answer = aino.client.post("/logga-ut", data={"csrf_token": visit("lisa").token()})
    assert answer.status_code == 400
    assert aino.get(f"{aino.p}/idag").status_code == 200


def test_the_token_may_come_in_a_header(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/viktigt/know/utkast"
    assert (
        aino.client.post(path, data={"words": "x"}, headers={"X-CSRFToken": aino.token()}).status_code == 204
    )
    assert aino.client.post(path, data={"words": "x"}, headers={"X-CSRFToken": "x"}).status_code == 400


def test_what_was_refused_is_said_in_the_persons_own_language(app: Flask, visit: Visitor) -> None:
    eino = visit("eino")  # reads Meänkieli
    refused = eino.client.post("/logga-ut", data={})
    assert refused.status_code == 400
    assert '<html lang="fit">' in refused.text
    assert '<html lang="fit">' in eino.get("/finns-inte").text
    assert '<html lang="fit">' in eino.client.post("/logga-ut", data={"x": "x" * 70_000}).text


# Bodies


def _html(lang: str) -> str:
    return f'<html lang="{lang}">'


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_body_over_its_limit_is_said_so_in_the_readers_language(
    app: Flask, visit: Visitor, code: str
) -> None:
    guest = visit.stranger()
    token = guest.token()
    for data in (
        {"csrf_token": token, "words": "ö" * security.MOST_OCTETS},
        {"csrf_token": token, "words": (io.BytesIO(b"x" * (security.MOST_OCTETS + 1)), "x.txt")},
    ):
        answer = guest.client.post("/fel", data=data, headers={"Accept-Language": code})
        assert answer.status_code == 413
        assert _html(code) in answer.text
        assert 'href="tel:112"' in answer.text
    for fields in ({str(number): "x" for number in range(120)},):
        many = {**fields, "file": (io.BytesIO(b""), "x.txt")}
        assert guest.client.post("/fel", data=many).status_code == 413


def test_a_body_at_its_limit_is_read(app: Flask, visit: Visitor) -> None:
    guest = visit.stranger()
    rest = security.MOST_OCTETS - 1000
    answer = guest.post("/fel", {"words": "x" * rest})
    assert answer.status_code == 200
    assert "högst 2000 tecken" in answer.text


def _unstated(guest: Guest, path: str, body: bytes, coding: str = "chunked") -> tuple[int, str]:
    builder = EnvironBuilder(
        path=path,
        method="POST",
        input_stream=io.BytesIO(body),
        content_type="application/x-www-form-urlencoded",
        headers=[("Transfer-Encoding", coding)],
    )
    environ = builder.get_environ()
    environ["wsgi.input_terminated"] = True
    environ.pop("CONTENT_LENGTH", None)
    answer = guest.client.open(environ)
    return answer.status_code, answer.text


@pytest.mark.parametrize("coding", ["chunked", "gzip, chunked", "identity", "CHUNKED", "x"])
def test_a_body_that_does_not_say_its_length_is_refused_with_a_page_and_changes_nothing(
    app: Flask, visit: Visitor, coding: str
) -> None:
    aino = visit("aino")
    body = f"csrf_token={aino.token()}&what=Stycken".encode()
    status, page = _unstated(aino, f"{aino.p}/plan/egen-rad", body, coding)
    assert status == 411
    assert "Det gick inte att ta emot" in page
    assert 'href="tel:112"' in page
    assert rows_called(app, "Stycken") == 0
    stranger = visit.stranger()
    assert _unstated(stranger, "/fel", b"words=Stycken&csrf_token=" + stranger.token().encode())[0] == 411
    database: Database = app.extensions[EXTENSION]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


NESTED: Mapping[str, tuple[str, int]] = {
    "60 000 levels": ("[" * 60_000 + "]" * 60_000, 413),
    "60 000 levels, not closed": ("[" * 60_000, 413),
    "8 kB of arrays": ("[" * 4_000 + "]" * 4_000, 400),
    "8 kB of objects": ('{"a":' * 1_500, 400),
    "an array": ("[]", 400),
    "a number": ("9" * 5_000, 400),
    "a text": ('"x"', 400),
    "nothing": ("", 400),
    "no text at all": ("\udcff", 400),
    "null": ("null", 400),
    "not a number": ("NaN", 400),
}


@pytest.mark.parametrize("name", NESTED)
def test_json_of_any_shape_is_answered_and_never_breaks(app: Flask, visit: Visitor, name: str) -> None:
    text, status = NESTED[name]
    body = text.encode("utf-8", "surrogateescape")
    aino = visit("aino")
    headers = {"X-CSRFToken": aino.token()}
    answer = aino.client.post(
        f"{aino.p}/prenumeration", data=body, headers=headers, content_type="application/json"
    )
    assert answer.status_code == status
    assert json.loads(answer.text) == {"error": status}
    public = visit.stranger().client.post("/prenumeration/byt", data=body, content_type="application/json")
    assert public.status_code == status


# Every answer


def test_every_answer_carries_the_headers_errors_and_files_too(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    style = re.search(r'href="(/static/app\.[^"]+css)"', aino.page("/"))
    assert style
    for path, status in (
        ("/", 200),
        (f"{aino.p}/idag", 200),
        ("/finns-inte", 404),
        (f"/p/{aino.id}x/idag", 404),
        ("/logga-ut", 405),
        ("/personal", 308),
        (style[1], 200),
        ("/sw.js", 200),
        ("/manifest.webmanifest", 200),
        ("/halsa/liv", 200),
        ("/static/../settings.py", 404),
    ):
        answer = aino.get(path)
        assert answer.status_code == status, path
        for name, value in security.HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert answer.headers["X-Request-Id"]
        assert "Server" not in answer.headers
        assert "*" not in answer.headers.get("Access-Control-Allow-Origin", "")


def test_nothing_personal_is_kept_by_a_cache(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for path in ("idag", "viktigt", "plan", "kontakter", "mer", "logg", "finns-inte"):
        answer = aino.get(f"{aino.p}/{path}")
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "ETag" not in answer.headers
    for path in ("/personal/", "/logga-in", "/mina", "/finns-inte"):
        assert visit("nils").get(path).headers["Cache-Control"] == "no-store", path


def test_a_file_is_the_same_for_everybody(app: Flask, visit: Visitor) -> None:
    style = re.search(r'href="(/static/app\.[^"]+css)"', visit.stranger().page("/"))
    assert style
    answer = visit("aino").get(style[1])
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers
    assert "immutable" in answer.headers["Cache-Control"]


def test_cookies_are_for_this_host_alone_and_no_script_reads_them(app: Flask, visit: Visitor) -> None:
    guest = visit.stranger()
    answers = [
        guest.get("/logga-in"),
        guest.post("/logga-in/demo", {"person": "aino"}),
        guest.post("/sprak", {"sprak": "se", "next": "/"}),
        guest.post("/logga-ut"),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 3
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert part in cookie, cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_pages_are_packed_as_the_browser_asks(app: Flask, visit: Visitor, coding: str) -> None:
    answer = visit.stranger().get("/ring", headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.data) < 8_000
    assert visit.stranger().get("/halsa/liv", headers={"Accept-Encoding": coding}).json == {"alive": True}


def test_a_405_says_what_the_address_takes(app: Flask, visit: Visitor) -> None:
    answer = visit.stranger().get("/logga-ut")
    assert "POST" in answer.headers["Allow"]
    assert 'href="tel:112"' in answer.text


@pytest.mark.parametrize(
    "target",
    ["https://ond.example/", "//ond.example", "//[", "http://[", "/\\ond.example", "/\x00", "", "x" * 3000],
)
def test_nobody_is_led_away_and_nothing_breaks(app: Flask, visit: Visitor, target: str) -> None:
    guest = visit.stranger()
    chosen = guest.post("/sprak", {"sprak": "sv", "next": target})
    assert chosen.status_code == 302
    assert chosen.location == "/"
    assert guest.get("/logga-in", query_string={"next": target}).status_code == 200
    signed_in = guest.post("/logga-in/demo", {"person": "aino", "next": target})
    assert signed_in.location == f"{visit.p('aino')}/idag"


def test_the_error_pages_need_no_database(
    app: Flask, visit: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    aino, stranger = visit("aino"), visit.stranger()
    own_page = f"{aino.p}/idag"
    assert stranger.get("/ring").status_code == 200
    empty = tmp_path_factory.mktemp("empty") / "nothing.sqlite"
    whole, broken = app.extensions[EXTENSION], Database(f"sqlite:///{empty}", Keys.read(KEYS))
    app.extensions[EXTENSION] = broken
    try:
        for path in (own_page, "/finns-inte", "/ring"):
            answer = aino.get(path, headers={"Accept-Language": "se"})
            assert answer.status_code == 500, path
            assert 'href="tel:112"' in answer.text
            assert 'href="tel:1177"' in answer.text
            assert "no such table" not in answer.text
            assert security.HEADERS["X-Frame-Options"] == answer.headers["X-Frame-Options"]
        assert stranger.get("/ring").status_code == 200
        assert stranger.get("/halsa/liv").status_code == 200
        assert stranger.get("/halsa/redo").status_code == 503
    finally:
        app.extensions[EXTENSION] = whole
        broken.dispose()


def test_a_failure_says_nothing_of_what_was_typed(
    app: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    aino = visit("aino")

    def broken(*_args: object, **_more: object) -> object:
        raise RuntimeError("Jag är rädd")

    monkeypatch.setattr("webapp.plans.domain.add_own_row", broken)
    answer = aino.post(f"{aino.p}/plan/egen-rad", {"what": "Jag är rädd"})
    assert answer.status_code == 500
    assert "rädd" not in answer.text
    assert "Det är inte ditt fel" in answer.text


def test_a_session_of_another_key_is_no_session(
    app: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    aino = visit("aino")
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret of the same app: 9876543210")
    assert aino.get(f"{aino.p}/idag").location.startswith("/logga-in")
    with clock.frozen(NOON + timedelta(seconds=1)):
        assert aino.get("/").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("a..b", ".", "x" * 64, "a b", "a/b", "[::", "å.se", "localhost:999999", "@b", "[::2]", "10.0.0.1"),
        *("other.example", "localhost.other.example", "localhost@other.example", "1177.se:443"),
    ],
)
def test_a_host_that_is_not_ours_gets_a_clear_page(visit: Visitor, host: str) -> None:
    for path in ("/", "/ring", "/sw.js", "/finns-inte"):
        answer = visit.stranger().get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "112" in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:80", "[::1]:8000"])
def test_our_own_names_are_answered(visit: Visitor, host: str) -> None:
    assert visit.stranger().get("/ring", headers={"Host": host}).status_code == 200


def test_a_balancer_may_ask_for_our_health_under_any_name(visit: Visitor) -> None:
    assert visit.stranger().get("/halsa/liv", headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_a_file_where_words_are_expected_is_refused(visit: Visitor) -> None:
    aino = visit("aino")
    for path in ("/fel", f"{aino.p}/paminnelser/ny", f"{aino.p}/viktigt/know", f"{aino.p}/plan/egen-rad"):
        data = {
            "csrf_token": aino.token(),
            "words": (io.BytesIO(b"x"), "x.txt"),
            "text": (io.BytesIO(b"x"), "x"),
        }
        assert aino.client.post(path, data=data, content_type="multipart/form-data").status_code == 400


@pytest.mark.parametrize("old", ["\ud800", "a\x00b"])
def test_half_signs_in_json_are_refused(visit: Visitor, old: str) -> None:
    body = json.dumps({"old": old, "new": {"endpoint": "x", "keys": {}}})
    answer = visit.stranger().client.post("/prenumeration/byt", data=body, content_type="application/json")
    assert answer.status_code == 400
