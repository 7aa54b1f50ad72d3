"""What is typed survives the end of a sign-in: for the one who typed it, and nobody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.conftest import NOON
from tests.finding import saying
from tests.people import Guest, Visitor
from tests.sharing.deciding import custody_of_jon
from webapp.accounts import kept
from webapp.accounts.domain import add_account
from webapp.accounts.logins import IDLE, LAPSED_LASTS
from webapp.accounts.models import KeptForm, Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.plans.models import PlanRow

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LATE = NOON + IDLE + timedelta(seconds=1)
WORDS = "Går ut med hunden varje kväll"


def send_late(guest: Guest, path: str, data: dict[str, str], late: timedelta = timedelta()) -> str:
    """Press the button of a form that has stood open until the sign-in ended; where that leads."""
    token = guest.token()
    with clock.frozen(LATE + late):
        answer = guest.client.post(path, data={"csrf_token": token, **data})
    assert answer.status_code == 302
    return str(answer.location)


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(KeptForm)) or 0


def rows_with(database: Database, words: str) -> int:
    with database.read() as session:
        return len(saying(session, PlanRow.what, words))


def test_what_was_typed_is_back_after_signing_in_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    assert send_late(aino, path, {"what": WORDS, "how_often": "dagligen"}) == f"/logga-in?next={path}"
    with clock.frozen(LATE):
        door = aino.page("/logga-in")
        assert "finns kvar när du loggar in igen" in door
        assert WORDS not in door
        assert rows_with(database, WORDS) == 0, "nobody was signed in, so nothing was done"
        back = aino.post("/logga-in/demo", {"person": "aino", "next": path})
        page = aino.page(back.location)
        assert WORDS in page
        assert 'value="dagligen"' in page
        assert "inte sparat än" in page
        assert aino.post(path, {"what": WORDS}).status_code == 302
        assert rows_with(database, WORDS) == 1
        assert count(database) == 0, "used, so gone"
        assert WORDS not in aino.page(path)


@ON_SQLITE
def test_who_does_not_want_it_back_throws_it_away(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    send_late(aino, path, {"what": WORDS})
    with clock.frozen(LATE):
        visit("lisa").post("/osparat/ta-bort", {"plats": path})
        assert count(database) == 1
        again = visit("aino")
        assert again.post("/osparat/ta-bort", {"plats": path}).location == path
        assert WORDS not in again.page(path)
        assert again.post("/osparat/ta-bort", {"plats": "https://else.invalid/"}).location == "/"
    assert count(database) == 0


@ON_SQLITE
@pytest.mark.parametrize(
    ("page", "field"),
    [("viktigt/know", "words"), ("paminnelser/ny", "text"), ("plan/egen-rad", "what")],
)
def test_every_long_form_keeps_its_words(app: Flask, visit: Visitor, page: str, field: str) -> None:
    aino = visit("aino")
    send_late(aino, f"{aino.p}/{page}", {field: WORDS})
    with clock.frozen(LATE):
        assert WORDS in visit("aino").page(f"{aino.p}/{page}")


@ON_SQLITE
def test_it_is_kept_though_another_page_was_opened_meanwhile(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    path, token = f"{aino.p}/plan/egen-rad", aino.token()
    with clock.frozen(LATE):
        aino.page("/ring")
        assert aino.get(f"{aino.p}/idag").status_code == 302
        aino.client.post(path, data={"csrf_token": token, "what": WORDS})
        assert WORDS in visit("aino").page(path)


@ON_SQLITE
def test_nobody_else_sees_it_on_the_same_device_or_another(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    send_late(aino, path, {"what": WORDS})
    with clock.frozen(LATE):
        aino.post("/logga-in/demo", {"person": "lisa"})  # may add rows to the same plan
        assert WORDS not in aino.page(path)
        assert WORDS not in visit("lisa").page(path)
        assert WORDS in visit("aino").page(path)


@ON_SQLITE
def test_a_relatives_words_are_the_relatives(app: Flask, database: Database, visit: Visitor) -> None:
    lisa, aino = visit("lisa"), visit.p("aino")
    send_late(lisa, f"{aino}/plan/egen-rad", {"what": WORDS})
    with clock.frozen(LATE):
        assert WORDS not in visit("aino").page(f"{aino}/plan/egen-rad")
        assert WORDS in visit("lisa").page(f"{aino}/plan/egen-rad")


def test_the_same_person_gets_it_back_by_another_account_too(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """BankID in the morning, Freja in the evening."""
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    send_late(aino, path, {"what": WORDS})
    with database.writing() as session:
        add_account(session, "demo", "freja", session.get_one(Person, aino.id))
    with clock.frozen(LATE):
        other = visit("freja")
        assert WORDS in other.page(path)
        assert other.post(path, {"what": WORDS}).status_code == 302
    assert count(database) == 0


@ON_SQLITE
def test_a_sign_in_that_somebody_ended_keeps_nothing(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    token = aino.token()
    visit("aino").post(f"{aino.p}/enheter/avsluta")
    aino.client.post(f"{aino.p}/plan/egen-rad", data={"csrf_token": token, "what": WORDS})
    assert count(database) == 0


@ON_SQLITE
def test_a_form_without_its_token_or_far_too_late_keeps_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    with clock.frozen(LATE):
        aino.client.post(path, data={"what": WORDS})
    assert count(database) == 0
    other = visit("aino")
    send_late(other, path, {"what": WORDS}, LAPSED_LASTS)
    assert count(database) == 0
    visit.stranger().post(path, {"what": WORDS})
    assert count(database) == 0


@ON_SQLITE
def test_what_nobody_came_back_for_goes_after_a_week(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/egen-rad"
    send_late(aino, path, {"what": WORDS})
    with clock.frozen(LATE + kept.LASTS):
        assert WORDS not in visit("aino").page(path)
        with database.writing() as session:
            kept.drop_old(session, clock.now())
    assert count(database) == 0


def test_it_lies_sealed_and_in_bounded_number(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    send_late(aino, f"{aino.p}/plan/egen-rad", {"what": WORDS})
    with database.read() as session:
        (stored,) = session.execute(text("SELECT typed FROM kept_form")).one()
        account_id = session.scalars(select(KeptForm.account_id)).one()
    assert stored.startswith("s1.")
    assert WORDS not in stored
    with database.writing() as session:
        for number in range(kept.MOST + 5):
            kept.keep(session, account_id, aino.id, f"/p/{number}", {"what": [WORDS]}, NOON)
    assert count(database) <= kept.MOST + 1


@ON_SQLITE
def test_odd_signs_and_people_who_never_were_do_no_harm(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    nobody = "/p/00000000-0000-4000-8000-000000000000/plan/egen-rad"
    assert send_late(aino, nobody, {"what": WORDS}) == f"/logga-in?next={nobody}"
    again = visit("aino")
    send_late(again, f"{aino.p}/plan/egen-rad", {"what": "a\0b", "how_often": "ibland", "what2": "x" * 5000})
    with database.read() as session:
        typed = json.loads(session.scalars(select(KeptForm.typed)).one())
    assert set(typed) == {"how_often", "what2"}


def test_why_staff_freeze_is_back_too_for_them_alone(app: Flask, database: Database, visit: Visitor) -> None:
    """The form is kept while staff fetch what they lack, and nothing is frozen by it."""
    with database.read() as session:
        custody = custody_of_jon(session)
    mats, path = visit("mats"), f"/personal/person/{custody.person_id}/foretrader/{custody.id}/frys"
    why = "Oro efter samtalet i tisdags"
    send_late(mats, path, {"why": why, "look_again_on": "2026-03-20"})
    with clock.frozen(LATE):
        assert visit("sara").get(f"/p/{custody.person_id}/idag").status_code == 200
        assert why not in visit("ulla").page(path)
        mats.post("/logga-in/demo", {"person": "mats"})
        page = mats.page(path)
        assert why in page
        assert "2026-03-20" in page
