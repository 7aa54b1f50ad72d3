"""How it has gone, month by month; and a paper calendar filled in afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.reminders.setting import occurrences, remind
from webapp.accounts.models import Account
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import answering, planning, setting
from webapp.reminders.history import AFTERWARDS, Month, Week
from webapp.reminders.models import Answered, Occurrence, Reminder
from webapp.reminders.outcome import Outcome, Press, Pressed, settle

EVENING = NOON + timedelta(days=20, hours=13)  # Sunday the 29th of March, summer time since the night
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.fixture
def walking(app: Flask, database: Database) -> Reminder:
    """Gun's walk at nine, every day of March since the tenth: done on two days, skipped on one, then no answer."""
    gun = person_id(app, "gun")
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.person_id == gun)).one()
        reminder = remind(session, account, "09:00", text="Gå en runda", now=NOON, first=date(2026, 3, 10))
        for day, press in enumerate((Press.DONE, Press.DONE, Press.NOT_TODAY, None, None)):
            assert reminder.next_due_at is not None
            due_at = reminder.next_due_at
            planning.plan_due(session, due_at)
            if press is not None:
                answering.answer(session, occurrences(session, reminder)[day], press, due_at)
        planning.close_due(session, EVENING)
        setting.end(session, reminder, due_at + timedelta(hours=1))
        return reminder


@pytest.fixture
def later(walking: Reminder) -> Iterator[None]:
    with clock.frozen(EVENING):
        yield


def ids(page: str, text: str = "Gå en runda") -> list[str]:
    """What can be ticked on the page, of the reminder with this text."""
    return re.findall(rf'name="gjort" value="([^"]+)"> <span>[0-9.]+ {text}', page)


def found(database: Database, reminder: Reminder) -> list[Outcome]:
    with database.read() as session:
        return [each.outcome for each in occurrences(session, reminder)]


@pytest.mark.usefixtures("later")
def test_she_sees_calmly_how_the_month_has_gone(visit: Visitor, walking: Reminder) -> None:
    gun = visit("gun")
    page = gun.page(f"{gun.p}/paminnelser/historik")
    assert "Gå en runda" in page
    assert "Gjort 2 av 5 gånger den här månaden." in page
    assert "En gång: inte idag." in page
    assert "2 gånger nådde den inte fram." in page


@pytest.mark.usefixtures("later")
def test_a_month_without_anything_says_so(visit: Visitor) -> None:
    gun = visit("gun")
    assert "Inget har kommit den här månaden" in gun.page(f"{gun.p}/paminnelser/historik?manad=2025-03")


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("month", ["2026-04", "9999-12", "1900-01", "0000-00", "mars", "2026-13", "%00"])
def test_a_month_that_is_none_shows_this_one(visit: Visitor, month: str) -> None:
    gun = visit("gun")
    assert "Mars 2026" in gun.page(f"{gun.p}/paminnelser/historik?manad={month}")


@pytest.mark.usefixtures("later")
def test_each_time_stands_by_itself_with_when_it_was_done(visit: Visitor, walking: Reminder) -> None:
    gun = visit("gun")
    page = gun.page(f"{gun.p}/paminnelser/{walking.id}/historik")
    assert page.count("Klar 09.00") == 2
    assert page.count("Nådde inte fram") == 2


@pytest.mark.usefixtures("later")
def test_a_paper_calendar_is_filled_in_at_one_go(
    visit: Visitor, database: Database, walking: Reminder
) -> None:
    gun = visit("gun")
    path = f"{gun.p}/paminnelser/efterat"
    path += "?till=2026-03-15"
    ticked = ids(gun.page(path))
    assert len(ticked) == 2
    response = gun.post(path, {"gjort": ticked, "till": "2026-03-15"})
    assert response.location.endswith("till=2026-03-15")
    page = gun.page(path)
    assert "Sparat. 2 gånger är ifyllda." in page
    assert ids(page) == []
    assert found(database, walking) == [
        Outcome.DONE_IN_TIME,
        Outcome.DONE_IN_TIME,
        Outcome.SKIPPED,
        Outcome.DONE_IN_TIME,
        Outcome.DONE_IN_TIME,
    ]
    page = gun.page(f"{gun.p}/paminnelser/{walking.id}/historik")
    assert page.count("Ifyllt efteråt.") == 2
    with database.read() as session:
        last = occurrences(session, walking)[-1]
        assert (last.told_later, last.pressed_at) == (True, last.due_at)


@pytest.mark.usefixtures("later")
def test_what_was_ticked_twice_is_once_and_can_be_taken_back(
    visit: Visitor, database: Database, walking: Reminder
) -> None:
    gun = visit("gun")
    path = f"{gun.p}/paminnelser/efterat"
    ticked = ids(gun.page(f"{path}?till=2026-03-15"))[:1]
    for _ in range(2):
        gun.post(path, {"gjort": ticked})
    with database.read() as session:
        kept = session.scalars(select(Answered).where(Answered.occurrence_id == UUID(ticked[0]))).all()
        assert len(kept) == 1
        due = session.get_one(Occurrence, UUID(ticked[0]))
    undo = f"{gun.p}/paminnelser/{walking.id}/{due.local_on}/09:00/angra"
    with clock.frozen(EVENING + timedelta(minutes=1)):
        response = gun.post(undo, {"sida": "historik"})
    assert response.location.endswith(f"/paminnelser/{walking.id}/historik?manad=2026-03")
    assert ticked[0] in gun.page(f"{path}?till=2026-03-15")


@pytest.mark.usefixtures("later")
def test_nobody_fills_in_what_is_anothers(
    app: Flask, visit: Visitor, database: Database, walking: Reminder
) -> None:
    with database.read() as session:
        ticked = [str(each.id) for each in occurrences(session, walking)]
    eino = visit("eino")
    before = found(database, walking)
    eino.post(f"{eino.p}/paminnelser/efterat", {"gjort": [*ticked, "", "nej", str(uuid4())]})
    assert found(database, walking) == before
    gun = visit.p("gun")
    for path in ("historik", f"{walking.id}/historik", "efterat"):
        assert eino.get(f"{gun}/paminnelser/{path}").status_code == 404
        assert Guest(app).get(f"{gun}/paminnelser/{path}").status_code == 302
    assert eino.get(f"{eino.p}/paminnelser/{walking.id}/historik").status_code == 404
    assert eino.get(f"{eino.p}/paminnelser/{uuid4()}/historik").status_code == 404


def test_a_helper_fills_in_and_is_named(visit: Visitor, database: Database, app: Flask) -> None:
    lisa, aino = visit("lisa"), visit.p("aino")
    path = f"{aino}/paminnelser/efterat"
    with clock.frozen(NOON + timedelta(days=1)), database.writing() as session:
        planning.plan_due(session, NOON)
        planning.close_due(session, clock.now())
    with clock.frozen(NOON + timedelta(days=1)):
        lisa = visit("lisa")
        ticked = ids(lisa.page(path), "")
        assert ticked
        lisa.post(path, {"gjort": ticked})
        with database.read() as session:
            press = select(Answered.pressed_as).where(Answered.occurrence_id == UUID(ticked[0]))
            assert "Lisa" in session.scalars(press).all()


@pytest.mark.usefixtures("later")
def test_staff_see_how_it_went_and_fill_in_nothing(visit: Visitor) -> None:
    britta, gun = visit("britta"), visit.p("gun")
    assert "Gå en runda" in britta.page(f"{gun}/paminnelser/historik")
    assert britta.get(f"{gun}/paminnelser/efterat").status_code == 404


DUE, CLOSES = datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 9, 23, tzinfo=UTC)


def test_what_was_pressed_at_the_time_comes_before_what_is_told_afterwards() -> None:
    told = Pressed(CLOSES + timedelta(days=3), uuid4(), Press.DONE, said_at=DUE)
    pressed = Pressed(DUE + timedelta(hours=2), uuid4(), Press.NOT_TODAY)
    for order in ([told, pressed], [pressed, told]):
        result = settle(DUE, CLOSES, order, delivered=True, now=told.at)
        assert (result.outcome, result.told_later) == (Outcome.SKIPPED, False)
    alone = settle(DUE, CLOSES, [told], delivered=True, now=told.at)
    assert (alone.outcome, alone.pressed_at, alone.told_later) == (Outcome.DONE_IN_TIME, DUE, True)


@given(DAYS)
def test_every_day_lies_in_its_month_and_months_follow_one_another(day: date) -> None:
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert month.next.before == month == Month.named(str(month), day)
    assert month.next.first == month.last + timedelta(days=1)


@given(DAYS)
def test_weeks_backwards_meet_without_gaps_and_end_where_a_calendar_does(today: date) -> None:
    week, weeks = Week(today), 0
    while (before := week.before(today)) is not None:
        assert before == week.from_on - timedelta(days=1)
        week, weeks = Week(before), weeks + 1
    assert week.until_on - timedelta(days=7) < today - AFTERWARDS <= week.until_on
    assert weeks == AFTERWARDS.days // 7
