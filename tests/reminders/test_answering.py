"""Answering on the page, as oneself and as a helper; and by the address of a notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.people import Guest, Visitor, person_id
from tests.reminders.setting import MINUTE, occurrences
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Answered, Occurrence, Reminder
from webapp.reminders.outcome import Outcome, Press

DUE = MORNING  # Aino's 08.00: "Väg dig före frukost"


def weigh(session: Session, app: Flask) -> Reminder:
    return session.scalars(
        select(Reminder).where(Reminder.person_id == person_id(app, "aino"), Reminder.times == "08:00")
    ).one()


def address(reminder: Reminder, on: datetime = DUE) -> str:
    local = clock.local(on)
    return f"/p/{reminder.person_id}/paminnelser/{reminder.id}/{local.date()}/{local:%H:%M}"


@pytest.fixture
def weighing(database: Database, app: Flask) -> Reminder:
    with database.writing() as session:
        planning.plan_due(session, DUE)
        return weigh(session, app)


def outcome(database: Database, reminder: Reminder) -> Outcome:
    with database.read() as session:
        return session.scalars(
            select(Occurrence.outcome).where(Occurrence.reminder_id == reminder.id, Occurrence.due_at == DUE)
        ).one()


@pytest.mark.parametrize(
    ("press", "said", "became"),
    [
        (Press.DONE, "Klar 08.00.", Outcome.DONE_IN_TIME),
        (Press.LATER, "Den står här igen 08.15.", Outcome.OPEN),
        (Press.NOT_TODAY, "Inte idag.", Outcome.SKIPPED),
    ],
)
def test_she_answers_and_the_page_says_what_stands(
    visit: Visitor, database: Database, weighing: Reminder, press: Press, said: str, became: Outcome
) -> None:
    aino = visit("aino")
    response = aino.post(f"{address(weighing)}/svar", {"svar": press.value})
    assert response.location.endswith("/idag")
    assert said in aino.page(f"{aino.p}/idag")
    assert outcome(database, weighing) is became


def test_later_just_before_it_is_over_promises_nothing(visit: Visitor, weighing: Reminder) -> None:
    with clock.frozen(MORNING + timedelta(hours=15, minutes=50)):  # 23.50
        aino = visit("aino")
        aino.post(f"{address(weighing)}/svar", {"svar": "senare"})
        page = aino.page(f"{aino.p}/idag")
    assert "Vi påminner igen" not in page
    assert "Det kommer ingen ny påminnelse den här gången" in page


def test_pressing_done_twice_is_once(visit: Visitor, database: Database, weighing: Reminder) -> None:
    aino = visit("aino")
    for _ in range(2):
        aino.post(f"{address(weighing)}/svar", {"svar": "klar"})
    assert outcome(database, weighing) is Outcome.DONE_IN_TIME


def test_she_can_take_an_answer_back(visit: Visitor, database: Database, weighing: Reminder) -> None:
    aino = visit("aino")
    aino.post(f"{address(weighing)}/svar", {"svar": "klar"})
    with clock.frozen(MORNING + MINUTE):
        aino.post(f"{address(weighing)}/angra")
    assert outcome(database, weighing) is Outcome.OPEN


def test_a_daughter_who_may_help_answers_and_it_is_marked_as_hers(
    visit: Visitor, database: Database, weighing: Reminder
) -> None:
    visit("lisa").post(f"{address(weighing)}/svar", {"svar": "klar"})
    assert outcome(database, weighing) is Outcome.DONE_IN_TIME
    with database.read() as session:
        named = select(Answered.pressed_as).join(Occurrence).where(Occurrence.reminder_id == weighing.id)
        assert "Lisa" in session.scalars(named).all()


@pytest.mark.parametrize("who", ["marit", "eino", "nils", "karin", "lena"])
def test_nobody_else_answers_for_her(
    visit: Visitor, database: Database, weighing: Reminder, who: str
) -> None:
    assert visit(who).post(f"{address(weighing)}/svar", {"svar": "klar"}).status_code == 404
    assert outcome(database, weighing) is Outcome.OPEN


@pytest.mark.parametrize("answer", ["", "ja", "KLAR", "klar ", "angra'--"])
def test_an_answer_that_is_none_changes_nothing(
    visit: Visitor, database: Database, weighing: Reminder, answer: str
) -> None:
    assert visit("aino").post(f"{address(weighing)}/svar", {"svar": answer}).status_code == 400
    assert outcome(database, weighing) is Outcome.OPEN


@pytest.mark.parametrize(
    "when", ["2026-03-09/08:01", "2026-03-10/08:00", "2026-02-30/08:00", "igår/nu", "2026-03-09/25:00"]
)
def test_a_due_time_that_is_none_is_not_found(visit: Visitor, weighing: Reminder, when: str) -> None:
    aino = visit("aino")
    at = f"{aino.p}/paminnelser/{weighing.id}/{when}/svar"
    assert aino.post(at, {"svar": "klar"}).status_code == 404


# By the notice


@pytest.fixture
def notice(app: Flask, database: Database, weighing: Reminder) -> str:
    with database.read() as session:
        due = next(each for each in occurrences(session, weighing) if each.due_at == DUE)
    return f"/s/{app.extensions[TOKENS].token(due.id)}"


def press(app: Flask, path: str, **data: str) -> int:
    """A press on the notice: no session, no form token."""
    return int(Guest(app).client.post(path, data=data).status_code)


def test_a_press_on_the_notice_needs_no_session(
    app: Flask, database: Database, weighing: Reminder, notice: str
) -> None:
    assert press(app, notice, svar="klar") == 303
    assert outcome(database, weighing) is Outcome.DONE_IN_TIME


def test_the_same_press_sent_again_and_again_is_once(
    app: Flask, database: Database, weighing: Reminder, notice: str
) -> None:
    for _ in range(5):
        assert press(app, notice, svar="klar", id="6f3d4b7e-0000-4000-8000-000000000001") == 303
    with database.read() as session:
        due = next(each for each in occurrences(session, weighing) if each.due_at == DUE)
        kept = session.scalar(select(func.count()).where(Answered.occurrence_id == due.id))
        assert kept == 1
    assert outcome(database, weighing) is Outcome.DONE_IN_TIME


def test_the_page_of_a_notice_says_neither_who_nor_what(app: Flask, weighing: Reminder, notice: str) -> None:
    page = Guest(app).page(notice)
    assert weighing.text not in page
    assert "Aino" not in page
    assert "Du har en påminnelse" in page


def test_the_text_is_given_only_if_the_person_chose_so(
    app: Flask, visit: Visitor, weighing: Reminder, notice: str
) -> None:
    stranger = Guest(app)
    assert stranger.get(f"{notice}/text").status_code == 404
    aino = visit("aino")
    aino.post(f"{aino.p}/installningar", {"lock_screen": "y"})
    answer = stranger.get(f"{notice}/text")
    assert answer.json == {"title": weighing.text, "body": weighing.why}


def test_a_notice_answers_until_it_closes_and_no_longer(
    app: Flask, database: Database, weighing: Reminder, notice: str
) -> None:
    with clock.frozen(MORNING + timedelta(days=1)):
        assert Guest(app).get(notice).status_code == 410
        press(app, notice, svar="klar")
    assert outcome(database, weighing) is Outcome.OPEN


def test_a_press_made_in_time_counts_when_the_phone_has_coverage_again(
    app: Flask, database: Database, weighing: Reminder, notice: str
) -> None:
    pressed = (DUE + 7 * MINUTE).isoformat()
    with clock.frozen(MORNING + timedelta(days=2)):
        press(app, notice, svar="klar", tryckt=pressed, id=str(uuid4()))
    assert outcome(database, weighing) is Outcome.DONE_IN_TIME


def test_a_notice_on_a_lost_phone_says_and_answers_nothing_more(
    app: Flask, database: Database, visit: Visitor, weighing: Reminder, notice: str
) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/installningar", {"lock_screen": "y"})
    assert Guest(app).get(f"{notice}/text").status_code == 200
    aino.post(f"{aino.p}/tappad-telefon")
    assert Guest(app).get(notice).status_code == 404
    assert Guest(app).get(f"{notice}/text").status_code == 404
    assert press(app, notice, svar="klar") == 404
    assert outcome(database, weighing) is Outcome.OPEN


def test_a_token_opens_nothing_else(app: Flask, notice: str, weighing: Reminder) -> None:
    guest = Guest(app)
    guest.get(notice)
    for path in (f"/p/{weighing.person_id}/idag", f"/p/{weighing.person_id}/paminnelser"):
        assert guest.get(path).status_code == 302
    assert guest.client.post(f"{address(weighing)}/svar", data={"svar": "klar"}).status_code in (302, 400)
    assert press(app, notice, svar="angra") == 400


def test_a_token_that_we_did_not_make_is_not_found(app: Flask, notice: str) -> None:
    forged = notice[:-2] + ("aa" if notice[-2:] != "aa" else "bb")
    for path in (forged, "/s/x", "/s/" + "A" * 3000, "/s/%00", "/s/é"):
        assert Guest(app).get(path).status_code == 404
        assert press(app, path, svar="klar") == 404


def test_a_reminder_taken_back_takes_its_notice_with_it(
    app: Flask, database: Database, weighing: Reminder, notice: str
) -> None:
    unknown = app.extensions[TOKENS].token(UUID(int=1))
    assert Guest(app).get(f"/s/{unknown}").status_code == 404
    assert Guest(app).get(notice).status_code == 200


def test_she_who_is_signed_in_is_led_to_her_own_page(visit: Visitor, notice: str) -> None:
    aino = visit("aino")
    assert aino.get(notice).location == f"{aino.p}/idag"
    assert visit("eino").get(notice).status_code == 200
