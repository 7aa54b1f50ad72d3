"""Signing in and out: how long it lasts, and that an ended one is dead everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON, in_production
from tests.people import Guest, Visitor
from webapp import create_app
from webapp.accounts.logins import AT_MOST, IDLE, SEEN_EVERY
from webapp.accounts.models import Login, Person, StaffMember
from webapp.core import clock
from webapp.core.db import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COOKIE = "__Host-naramig"
SECOND = timedelta(seconds=1)


def logins(database: Database) -> Sequence[Login]:
    with database.read() as session:
        return session.scalars(select(Login).where(Login.ended_at.is_(None)).order_by(Login.began_at)).all()


def cookie(guest: Guest) -> str:
    found = guest.client.get_cookie(COOKIE)
    assert found
    value: str = found.value
    return value


def is_open(guest: Guest, page: str) -> bool:
    return guest.get(page).status_code == 200


def test_half_an_hour_without_use_ends_it_and_not_a_second_less(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    page = f"{aino.p}/idag"
    with clock.frozen(NOON + IDLE):
        assert is_open(aino, page)
    with clock.frozen(NOON + 2 * IDLE):
        assert is_open(aino, page)  # the use before counted
    with clock.frozen(NOON + 3 * IDLE + SECOND):
        assert aino.get(page).location.startswith("/logga-in")
    with clock.frozen(NOON + 3 * IDLE):
        assert aino.get(page).status_code == 302  # the browser has let go of it


@ON_SQLITE
def test_twelve_hours_end_it_however_much_it_is_used(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    page, at = f"{aino.p}/idag", NOON
    while at < NOON + AT_MOST:
        at += timedelta(minutes=20)
        with clock.frozen(at):
            assert is_open(aino, page)
    with clock.frozen(NOON + AT_MOST + SECOND):
        assert not is_open(aino, page)


@ON_SQLITE
def test_the_last_use_is_written_once_a_minute_at_most(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    for seconds, written in ((59, 0), (60, 60), (119, 60), (120, 120)):
        with clock.frozen(NOON + timedelta(seconds=seconds)):
            aino.page(f"{aino.p}/idag")
        (login,) = logins(database)
        assert login.seen_at == NOON + timedelta(seconds=written)
    assert timedelta(seconds=60) == SEEN_EVERY


@ON_SQLITE
def test_a_page_opens_though_the_last_use_cannot_be_written(
    app: Flask, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def busy(*_args: object) -> None:
        raise OperationalError("busy", None, Exception("database is locked"))

    aino = visit("aino")
    monkeypatch.setattr("webapp.accounts.logins.was_used", busy)
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert is_open(aino, f"{aino.p}/idag")


def test_signing_out_ends_it_on_the_server_too(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    kept = cookie(aino)
    answer = aino.post("/logga-ut")
    assert answer.location == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert logins(database) == []
    thief = visit.stranger()
    thief.client.set_cookie(COOKIE, kept, secure=True)
    assert thief.get(f"{aino.p}/idag").location.startswith("/logga-in")


@ON_SQLITE
def test_every_sign_in_has_a_token_of_its_own(app: Flask, database: Database, visit: Visitor) -> None:
    guest = visit.stranger()
    form_token, before = guest.token(), cookie(guest)
    guest.post("/logga-in/demo", {"person": "aino"})
    first = cookie(guest)
    assert first != before
    guest.sub = "lisa"
    guest.post("/logga-in/demo", {"person": "lisa"})
    assert len(logins(database)) == 1  # the first one ended
    old = visit.stranger()
    old.client.set_cookie(COOKIE, first, secure=True)
    assert old.get(f"{visit.p('aino')}/idag").status_code == 302
    assert guest.get(f"{visit.p('aino')}/idag").status_code == 200
    refused = guest.client.post("/logga-ut", data={"csrf_token": form_token})
    assert refused.status_code == 400  # the form of before signing in no longer counts


@ON_SQLITE
def test_changing_assignment_is_a_new_sign_in(app: Flask, database: Database, visit: Visitor) -> None:
    from webapp.accounts.models import Assignment

    britta = visit("britta")
    before = cookie(britta)
    with database.read() as session:
        mine = session.scalars(
            select(Assignment.id)
            .join(StaffMember, StaffMember.id == Assignment.staff_id)
            .where(StaffMember.name == "Britta")
        ).all()
    in_use = logins(database)[0].assignment_id
    other = next(each for each in mine if each != in_use)
    with clock.frozen(NOON + timedelta(minutes=20)):
        assert britta.post("/personal/uppdrag", {"uppdrag": str(other)}).location == "/personal/"
    (login,) = logins(database)
    assert login.assignment_id == other
    assert login.began_at == NOON, "twelve hours count from the sign-in, not from the last change"
    old = visit.stranger()
    old.client.set_cookie(COOKIE, before, secure=True)
    assert old.get("/personal/").status_code == 302


@ON_SQLITE
def test_the_browser_holds_a_token_and_the_database_its_hash(
    app: Flask, database: Database, visit: Visitor
) -> None:
    visit("aino")
    (login,) = logins(database)
    assert len(login.token_hash) == 32


@ON_SQLITE
def test_who_is_signed_in_is_led_from_the_door_to_their_own_start(app: Flask, visit: Visitor) -> None:
    for sub, start in (
        ("aino", "{p}/idag"),
        ("nils", "/personal/"),
        ("lena", "/personal/ingen-vard"),
        ("karin", "/personal/enheter"),
    ):
        guest = visit(sub)
        expected = start.format(p=guest.p) if "{p}" in start else start
        assert guest.get("/logga-in").location == expected
        assert is_open(guest, expected)


def test_the_language_is_kept_with_the_person(app: Flask, database: Database, visit: Visitor) -> None:
    for sub, kind, name in (("aino", Person, "Aino Lundmark"), ("nils", StaffMember, "Nils")):
        guest = visit(sub)
        assert guest.post("/sprak", {"sprak": "sma", "next": "/ring"}).location == "/ring"
        with database.read() as session:
            assert session.scalars(select(kind.language).where(kind.name == name)).one() == "sma"
        again = visit(sub)  # on another device
        assert '<html lang="sma">' in again.page("/ring")


@ON_SQLITE
def test_somebody_elses_page_is_in_the_readers_own_language(app: Flask, visit: Visitor) -> None:
    assert '<html lang="sv">' in visit("marit").page(f"{visit.p('eino')}/idag")
    assert '<html lang="fit">' in visit("eino").page(f"{visit.p('eino')}/idag")


def test_whoever_came_by_e_id_says_which_municipality_is_theirs(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/installningar"
    with database.writing() as session:
        session.get_one(Person, aino.id).municipality = ""
    assert aino.post(path, {"municipality": "Kalix"}).location == path
    assert 'selected value="Kalix"' in aino.page(path)
    assert "Anhörigstöd i din kommun: Kalix" in aino.page("/mina")
    assert aino.post(path, {"lock_screen": "y", "municipality": "Gotham"}).status_code == 200
    assert aino.post(path, {"lock_screen": "y"}).location == path  # nothing is said of it: it stays
    with database.read() as session:
        person = session.get_one(Person, aino.id)
        assert (person.municipality, person.lock_screen_text) == ("Kalix", True)


def test_the_lock_screen_shows_the_text_only_by_the_persons_own_choice(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/installningar"

    def chosen() -> bool | None:
        with database.read() as session:
            return session.scalar(select(Person.lock_screen_text).where(Person.id == aino.id))

    assert chosen() is False
    assert aino.post(path, {"lock_screen": "y"}).location == path
    assert chosen() is True
    assert "checked" in aino.page(path)
    stale = aino.client.post(path, data={})
    assert stale.status_code == 200
    assert chosen() is True
    assert aino.post(path, {}).status_code == 302
    assert chosen() is False


@ON_SQLITE
def test_without_invented_people_nobody_signs_in_by_a_press(app: Flask, database_url: str) -> None:
    """Production has no such address at all; here its settings are given a database that would do."""
    made = create_app(in_production("postgresql://nowhere.invalid/x"))
    assert not any(rule.endpoint.startswith("demo") for rule in made.url_map.iter_rules())
    assert "demo" not in made.cli.commands
    at = "https://naramig.example"
    assert made.test_client().post("/logga-in/demo", data={"person": "aino"}, base_url=at).status_code == 404
    page = made.test_client().get("/logga-in", base_url=at)
    assert page.status_code == 200
    assert 'name="person"' not in page.text
    assert 'href="tel:1177"' in page.text
    assert 'href="/logga-in/med/bankid"' in page.text


@ON_SQLITE
def test_an_idle_session_ended_in_the_middle_of_writing_leads_to_the_door(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    token = aino.token()
    with database.writing() as session:
        session.execute(update(Login).values(ended_at=NOON))
    answer = aino.client.post(f"{aino.p}/plan/egen-rad", data={"csrf_token": token, "what": "x"})
    assert answer.location == "/logga-in"
