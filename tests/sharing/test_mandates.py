"""God man, förvaltare and framtidsfullmakt: what staff recorded, until its day, and shown as what it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.sharing.deciding import at, by, person
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.sharing.decisions import Mandate
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNTIL = date(2026, 6, 30)


def form(database: Database, sub: str, **more: Any) -> dict[str, Any]:
    with database.read() as session:
        whose = person(session, sub)
    assert whose.number
    return {
        "kind": "god_man",
        "number": whose.number,
        "name": whose.name,
        "basis": "decision",
        "note": "Tingsrätten, mål Ä 1",
        "sees": ["plan", "contacts"],
        "until_on": UNTIL.isoformat(),
        **more,
    }


def place(visit: Visitor) -> str:
    return f"/personal/person/{visit('rolf').id}/foretrader"


def appointed(visit: Visitor, database: Database, **more: Any) -> Guest:
    """Lisa is god man for Rolf, recorded by Johan."""
    johan = visit("johan")
    answer = johan.post(f"{place(visit)}/god-man", form(database, "lisa", **more))
    assert answer.status_code == 302, answer.text
    return johan


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("god_man", "Du är god man för Rolf."),
        ("forvaltare", "Du är förvaltare för Rolf."),
        ("framtidsfullmakt", "Du har framtidsfullmakt för Rolf."),
    ],
)
def test_whoever_is_appointed_sees_what_was_recorded_and_no_more(
    app: Flask, database: Database, visit: Visitor, kind: str, said: str
) -> None:
    lisa, rolf = visit("lisa"), visit.p("rolf")
    assert lisa.get(f"{rolf}/plan").status_code == 404
    appointed(visit, database, kind=kind)
    assert said in lisa.page(f"{rolf}/plan")
    assert lisa.get(f"{rolf}/kontakter").status_code == 200
    for page in ("viktigt", "paminnelser", "delning", "logg", "plan/egen-rad"):
        assert lisa.get(f"{rolf}/{page}").status_code == 404, page
    assert "30 juni" in lisa.page("/mina")


def test_it_ends_by_itself_after_its_last_day(app: Flask, database: Database, visit: Visitor) -> None:
    appointed(visit, database)
    rolf = visit.p("rolf")
    with clock.frozen(at(UNTIL, "23:59")):
        assert visit("lisa").get(f"{rolf}/plan").status_code == 200
    with clock.frozen(at(UNTIL + timedelta(days=1), "00:01")):
        assert visit("lisa").get(f"{rolf}/plan").status_code == 404
        assert "Rolf" not in visit("lisa").page("/mina")


def test_the_person_is_told_sees_who_and_cannot_end_it_but_staff_can(
    app: Flask, database: Database, visit: Visitor
) -> None:
    johan, rolf = appointed(visit, database), visit("rolf")
    assert "Vården har skrivit in att Lisa får se dina sidor" in rolf.page(f"{rolf.p}/idag")
    page = rolf.page(f"{rolf.p}/delning")
    assert "God man" in page
    assert "Tingsrätten" not in page
    with database.read() as session:
        consent_id = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GOD_MAN)).one()
    assert rolf.post(f"{rolf.p}/delning/{consent_id}/sluta").status_code == 404
    for sub in ("nils", "lisa", "rolf"):
        assert visit(sub).post(f"{place(visit)}/{consent_id}/avsluta", {"why": "x"}).status_code == 404
    assert johan.post(f"{place(visit)}/{consent_id}/avsluta", {"why": "Upphört"}).status_code == 302
    assert visit("lisa").get(f"{rolf.p}/plan").status_code == 404
    assert "Lisa ser inte dina sidor längre" in rolf.page(f"{rolf.p}/idag")
    assert "Avslutat av Johan, biståndshandläggare" in rolf.page(f"{rolf.p}/delning")
    with database.read() as session:
        mandate = session.scalars(select(Mandate).where(Mandate.consent_id == consent_id)).one()
        assert (mandate.ended_why, mandate.ended_by) == ("Upphört", by(session, "johan").staff_id)


@ON_SQLITE
def test_nothing_follows_that_staff_have_not_written(app: Flask, database: Database, visit: Visitor) -> None:
    johan = visit("johan")
    path = f"{place(visit)}/god-man"
    for wrong, said in (
        ({"sees": []}, "Välj minst en sak"),
        ({"sees": ["log"]}, "Välj minst en sak"),
        ({"note": ""}, "Skriv vilket beslut"),
        ({"until_on": ""}, "Skriv sista dagen"),
        ({"until_on": "2026-03-08"}, "Den dagen har redan varit"),
        ({"kind": "relative"}, "Välj vad det gäller"),
        ({"basis": ""}, "Välj vad du har kontrollerat"),
        ({"number": "abc"}, "Skriv ett personnummer"),
        ({"name": "\u202eafsiL"}, "tecken som inte syns"),
    ):
        answer = johan.post(path, form(database, "lisa", **wrong))
        assert answer.status_code == 200, wrong
        assert said in answer.text, wrong
    assert "personens eget nummer" in johan.post(path, form(database, "rolf")).text
    appointed(visit, database)
    assert "redan inskriven" in johan.post(path, form(database, "lisa")).text


@ON_SQLITE
def test_a_number_gives_nothing_back_about_whom_the_app_knows(
    app: Flask, database: Database, visit: Visitor
) -> None:
    johan = visit("johan")
    johan.post(f"{place(visit)}/god-man", form(database, "vera", name="Namn i beslutet"))
    page = johan.page(place(visit))
    assert "Vera" not in page
    assert "Namn i beslutet" in page
    assert visit("vera").get(f"{visit.p('rolf')}/plan").status_code == 404  # protected: suspended


@ON_SQLITE
def test_somebody_the_app_does_not_know_is_taken_in_by_number(
    app: Flask, database: Database, visit: Visitor
) -> None:
    johan = visit("johan")
    answer = johan.post(
        f"{place(visit)}/god-man", form(database, "lisa", number="19700101-9802", name="Namn i beslutet")
    )
    if answer.status_code == 200:  # the check digit decides
        assert "Skriv ett personnummer" in answer.text
    appointed(visit, database)
    with database.read() as session:
        assert session.scalars(select(Person).where(Person.name == "Namn i beslutet")).all() == []
    assert NOON


def test_a_number_that_is_somebody_elses_is_asked_for_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """A slip in the number would let a stranger in under the right name."""
    johan, rolf, gun = visit("johan"), visit("rolf"), visit("gun")
    path = f"{place(visit)}/god-man"
    slip = form(database, "gun", name="Lisa Lundmark")
    page = johan.post(path, slip)
    assert page.status_code == 200
    assert "Den som har numret är inskriven med ett annat namn" in page.text
    assert 'name="again"' in page.text
    assert "Gun" not in page.text.partition("<main")[2]
    assert 'value="Lisa Lundmark"' in page.text  # what was typed stays
    for again in ("", "abc", form(database, "lisa")["number"]):
        assert johan.post(path, {**slip, "again": again}).status_code == 200, again
    assert gun.get(f"{rolf.p}/plan").status_code == 404
    right = form(database, "lisa", name="Lundmark, Lisa Maria")
    assert "again" not in johan.page(path)  # asked for only then
    assert johan.post(path, right).status_code == 302
    assert visit("lisa").get(f"{rolf.p}/plan").status_code == 200


def test_whoever_has_changed_name_is_let_in_once_the_number_was_typed_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    johan, rolf = visit("johan"), visit("rolf")
    path, former = f"{place(visit)}/god-man", form(database, "lisa", name="Lisa Berg")
    assert johan.post(path, former).status_code == 200
    typed = f"{former['number'][2:8]}-{former['number'][8:]}"  # another way of writing the same
    assert johan.post(path, {**former, "again": typed}).status_code == 302
    assert visit("lisa").get(f"{rolf.p}/plan").status_code == 200


@ON_SQLITE
def test_a_guardians_number_is_asked_for_again_too(app: Flask, database: Database, visit: Visitor) -> None:
    mats, jon = visit("mats"), visit("jon")
    page = mats.post(
        f"/personal/person/{jon.id}/foretrader/vardnadshavare",
        form(database, "gun", name="Lisa Lundmark", relation="mamma", basis="register"),
    )
    assert "Den som har numret är inskriven med ett annat namn" in page.text
    assert 'name="again"' in page.text
    assert visit("gun").get(f"{jon.p}/plan").status_code == 404
