"""When a person has died: everything stops at the next request, and comes back if it was a mistake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.sharing.deciding import by, person
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.deliveries import SPREAD
from webapp.reminders.models import Delivery, Reminder, State, Subscription
from webapp.sending import queue
from webapp.sharing import blocks, deaths, protection
from webapp.sharing.decisions import Death
from webapp.sharing.models import Notice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = NOON.date()
CALM = "Sidorna för Aino är stängda"
LISTS = ("/personal/", "/personal/sok", "/personal/skickat")


def marked(visit: Visitor, sub: str = "nils", **more: str) -> Guest:
    staff = visit(sub)
    path = f"/personal/person/{person_id(visit)}/avliden"
    answer = staff.post(path, {"died_on": TODAY.isoformat(), "sure": "y", **more})
    assert answer.status_code == 302, answer.text
    return staff


def person_id(visit: Visitor) -> str:
    return visit.p("aino").removeprefix("/p/")


def undone(staff: Guest, database: Database) -> int:
    with database.read() as session:
        death_id = session.scalars(select(Death.id).where(Death.undone_at.is_(None))).one()
    return int(staff.post(f"/personal/avlidna/{death_id}/angra").status_code)


def test_all_stops_at_the_next_request_for_everybody(app: Flask, database: Database, visit: Visitor) -> None:
    aino, lisa, anna = visit("aino"), visit("lisa"), visit("anna")
    assert lisa.get(f"{aino.p}/plan").status_code == 200
    nils = marked(visit)
    assert aino.get(f"{aino.p}/idag").location.startswith("/logga-in")
    assert visit.stranger().post("/logga-in/demo", {"person": "aino"}).status_code == 404
    for staff in (nils, anna, visit("britta")):
        assert staff.get(f"{aino.p}/plan").status_code == 404
        for path in LISTS:
            assert "Aino" not in staff.page(path), path
    assert visit("marit").get(f"{aino.p}/plan").status_code == 404


def test_a_relative_comes_to_a_closing_page_and_is_told_nothing_else(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit.p("aino"), visit("lisa")
    marked(visit)
    for page in ("idag", "plan", "kontakter", "delning", "paminnelser"):
        answer = lisa.get(f"{aino}/{page}")
        assert answer.status_code == 410
        assert CALM in answer.text
        assert "Anhöriglinjen" in answer.text
        for closed in ("väg", "Nils", "Ludde", "Du ser: Aino"):
            assert closed not in answer.text, closed
    assert lisa.post(f"{aino}/plan/egen-rad", {"what": "x"}).status_code == 410
    own = lisa.page("/mina")
    assert "Sidorna är stängda" in own
    assert "avlid" not in own
    with database.read() as session:
        assert not session.scalars(select(Notice).where(Notice.person_id == lisa.id)).all()


def test_a_relative_who_was_not_let_in_any_more_gets_the_same_as_a_stranger(
    app: Flask, database: Database, visit: Visitor
) -> None:
    marked(visit)
    with clock.frozen(NOON + timedelta(days=400)):  # the consent would have ended long ago
        assert visit("lisa").get(f"{visit.p('aino')}/plan").status_code == 404
        assert "Aino" not in visit("lisa").page("/mina")


def test_nothing_is_planned_or_sent_and_undoing_restores_exactly_what_was(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        aino = person(session, "aino")
        session.add(
            Subscription(
                person_id=aino.id,
                endpoint="https://push.invalid/a",
                p256dh=b"\x04" * 65,
                auth=b"\x00" * 16,
                vapid_key="k",
                made_at=NOON,
                confirmed_at=NOON,
            )
        )
    before = (
        visit("lisa").page(f"{visit.p('aino')}/kontakter"),
        visit("aino").page(f"{visit.p('aino')}/delning"),
    )
    tomorrow = NOON + timedelta(days=1)
    with database.writing() as session:
        planning.plan_due(session, tomorrow)
    nils = marked(visit)
    with database.writing() as session:
        aino_id = person(session, "aino").id
        due = select(func.count()).select_from(Delivery).where(Delivery.person_id == aino_id)
        waiting = session.scalar(due.where(Delivery.state == State.DUE))
        assert waiting
        by_then = tomorrow + planning.AHEAD + SPREAD  # all that was planned is due
        leased = queue.lease_due(session, "w", by_then, 1000)
        mine = set(session.scalars(select(Subscription.id).where(Subscription.person_id == aino_id)))
        assert not [each for each in leased if each.subscription_id in mine]
        assert session.scalar(due.where(Delivery.state == State.DUE)) == 0
        planning.plan_due(session, tomorrow + timedelta(days=2))
        assert session.scalar(due.where(Delivery.state == State.DUE)) == 0
    assert undone(nils, database) == 302
    after = (
        visit("lisa").page(f"{visit.p('aino')}/kontakter"),
        visit("aino").page(f"{visit.p('aino')}/delning"),
    )
    assert [facts(page) for page in after] == [facts(page) for page in before]
    assert "Aino" in nils.page("/personal/sok")
    with database.writing() as session:
        assert session.scalars(select(Reminder).where(Reminder.person_id == aino_id)).first()
        planning.plan_due(session, tomorrow + timedelta(days=3))  # she is reminded again
        assert session.scalar(due.where(Delivery.state == State.DUE))


def facts(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_a_mistake_is_undone_by_those_who_cared_and_by_nobody_else(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils = marked(visit)
    assert "Aino" in nils.page("/personal/avlidna")
    for sub in ("britta", "mats", "lisa", "karin"):
        assert undone(visit(sub), database) == 404, sub
    assert "Aino" not in visit("britta").page("/personal/avlidna")
    assert undone(visit("anna"), database) == 302  # home care cares for her too
    assert visit("aino").get(f"{visit.p('aino')}/idag").status_code == 200
    assert "Aino" not in nils.page("/personal/avlidna")
    with database.read() as session:
        death = session.scalars(select(Death)).one()
        assert (death.undone_at, death.undone_by) == (NOON, by(session, "anna").staff_id)


def test_a_unit_that_the_person_had_blocked_learns_of_no_death(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        aino, anna = person(session, "aino"), by(session, "anna")
        assert blocks.block(session, aino.id, anna.unit_id, NOON)
    marked(visit)
    assert "Aino" not in visit("anna").page("/personal/avlidna")
    assert undone(visit("anna"), database) == 404
    assert undone(visit("nils"), database) == 302


@ON_SQLITE
def test_a_day_that_cannot_be_and_a_person_not_checked_are_refused(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils, path = visit("nils"), f"/personal/person/{person_id(visit)}/avliden"
    for day in ((TODAY + timedelta(days=1)).isoformat(), "1900-01-01"):
        assert "Välj idag eller en dag som har varit" in nils.post(path, {"died_on": day, "sure": "y"}).text
    assert "Kryssa för" in nils.post(path, {"died_on": TODAY.isoformat()}).text
    for sub in ("britta", "lisa", "karin", "aino"):
        assert visit(sub).post(path, {"died_on": TODAY.isoformat(), "sure": "y"}).status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Death)) == 0
        assert session.scalars(select(Person).where(Person.deceased_at.is_not(None))).all() == []


def test_a_relative_who_has_died_is_in_nobodys_list(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        deaths.mark_deceased(session, person(session, "lisa").id, date(2026, 3, 8), by(session, "nils"), NOON)
    aino = visit("aino")
    assert "Lisa" not in aino.page(f"{aino.p}/delning")


@ON_SQLITE
def test_a_protected_person_who_has_died_is_undone_by_those_who_are_named(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        aino, nils = person(session, "aino"), by(session, "nils")
        protection.protect(session, aino.id, nils, NOON)
        deaths.mark_deceased(session, aino.id, TODAY, nils, NOON)
    assert visit("lisa").get(f"{visit.p('aino')}/plan").status_code == 404  # and no closing page
    assert "Aino" not in visit("anna").page("/personal/avlidna")
    assert undone(visit("anna"), database) == 404
    assert undone(visit("nils"), database) == 302
