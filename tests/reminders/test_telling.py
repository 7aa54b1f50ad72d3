"""When nobody answers: one repeat, and the relatives whom the person chose, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.people import Visitor, person_id
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.permissions import Level
from webapp.reminders import answering, planning, setting, telling
from webapp.reminders.models import Delivery, Occurrence, Purpose, Reminder, State, Told
from webapp.reminders.outcome import Outcome, Press
from webapp.reminders.telling import Choice
from webapp.sharing.domain import Grant, let_in
from webapp.sharing.models import Consent

DUE = MORNING + 10 * MINUTE
HOUR = 60 * MINUTE


@dataclass
class Home:
    """Somebody with two daughters, one after the other, an hour after nobody has answered."""

    person: Person
    first: Person
    second: Person
    reminder: Reminder


@pytest.fixture
def home(session: Session) -> Home:
    made, account = person(session)
    daughters = [person(session, name)[0] for name in ("Anna", "Berit")]
    for each in daughters:
        let_in(session, made, each, "dotter", Grant(reminders=Level.SEE), MORNING)
        phone(session, each.id, MORNING)
    phone(session, made.id, MORNING)
    reminder = remind(session, account, "08:10", "21:30", now=MORNING)
    home = Home(made, daughters[0], daughters[1], reminder)
    choose(session, home, repeat_after_minutes=30)
    return home


def choose(session: Session, home: Home, **more: Any) -> None:
    wish = {"tell_after_minutes": 60, "relatives": (home.first.id, home.second.id), "quiet": "22:00-07:00"}
    telling.choose(session, home.reminder, Choice(**{**wish, **more}), MORNING)


def due(session: Session, home: Home, at: datetime = DUE) -> Occurrence:
    planning.plan_due(session, at)
    return next(each for each in occurrences(session, home.reminder) if each.due_at == at)


def told(session: Session, occurrence: Occurrence) -> Sequence[UUID]:
    found = select(Told.relative_id).where(Told.occurrence_id == occurrence.id).order_by(Told.told_at)
    return session.scalars(found).all()


def go_by(session: Session, *moments: datetime) -> None:
    """The worker goes round at these moments, twice each."""
    for moment in moments:
        for _ in range(2):
            telling.tell_due(session, moment)
    session.expire_all()


def test_one_repeat_comes_after_the_chosen_delay(session: Session, home: Home) -> None:
    due(session, home)
    for at in (DUE, DUE + 29 * MINUTE, DUE + 30 * MINUTE, DUE + 31 * MINUTE, DUE + HOUR):
        answering.repeat_due(session, at)
    found = deliveries(session, home.reminder)
    assert [(each.number, each.state) for each in found] == [(1, State.CALLED_OFF), (2, State.DUE)]
    assert found[1].due_at == DUE + 30 * MINUTE


def test_what_is_answered_is_not_repeated(session: Session, home: Home) -> None:
    answering.answer(session, due(session, home), Press.NOT_TODAY, DUE + MINUTE)
    answering.repeat_due(session, DUE + HOUR)
    assert [each.number for each in deliveries(session, home.reminder)] == [1]


def test_later_takes_the_place_of_the_repeat(session: Session, home: Home) -> None:
    answering.answer(session, due(session, home), Press.LATER, DUE + MINUTE)
    answering.repeat_due(session, DUE + HOUR)
    waiting = [each.due_at for each in deliveries(session, home.reminder) if each.state is State.DUE]
    assert waiting == [DUE + 16 * MINUTE]


def test_the_first_is_told_after_an_hour_and_the_second_half_an_hour_later(
    session: Session, home: Home
) -> None:
    occurrence = due(session, home)
    go_by(session, DUE + 59 * MINUTE)
    assert told(session, occurrence) == []
    go_by(session, DUE + HOUR, DUE + HOUR + 29 * MINUTE)
    assert told(session, occurrence) == [home.first.id]
    go_by(session, DUE + HOUR + 30 * MINUTE, DUE + 2 * HOUR + 30 * MINUTE)
    assert told(session, occurrence) == [home.first.id, home.second.id]
    notices = session.scalars(select(Delivery).where(Delivery.purpose == Purpose.RELATIVE)).all()
    assert sorted(each.person_id for each in notices) == sorted((home.first.id, home.second.id))


def test_who_takes_it_is_the_last_to_be_told(session: Session, home: Home) -> None:
    occurrence = due(session, home)
    go_by(session, DUE + HOUR)
    row = telling.told_to(session, home.person.id, occurrence.id, home.first.id)
    assert row
    telling.see_to(session, row, DUE + HOUR + MINUTE, called=False)
    go_by(session, DUE + HOUR + 31 * MINUTE)
    assert told(session, occurrence) == [home.first.id]


@pytest.mark.parametrize("press", [Press.DONE, Press.NOT_TODAY])
def test_nobody_is_told_of_what_is_answered(session: Session, home: Home, press: Press) -> None:
    occurrence = due(session, home)
    answering.answer(session, occurrence, press, DUE + 59 * MINUTE)
    go_by(session, DUE + HOUR, DUE + 3 * HOUR)
    assert told(session, occurrence) == []


def test_later_waits_as_long_again(session: Session, home: Home) -> None:
    occurrence = due(session, home)
    answering.answer(session, occurrence, Press.LATER, DUE + 50 * MINUTE)
    go_by(session, DUE + HOUR + 64 * MINUTE)
    assert told(session, occurrence) == []
    go_by(session, DUE + HOUR + 65 * MINUTE)
    assert told(session, occurrence) == [home.first.id]


def test_an_answer_taken_back_waits_as_long_again(session: Session, home: Home) -> None:
    occurrence = due(session, home)
    answering.answer(session, occurrence, Press.DONE, DUE + MINUTE)
    answering.answer(session, occurrence, Press.UNDO, DUE + 2 * MINUTE)
    go_by(session, DUE + 61 * MINUTE)
    assert told(session, occurrence) == []
    go_by(session, DUE + 62 * MINUTE)
    assert told(session, occurrence) == [home.first.id]


def test_what_the_evening_left_unanswered_is_told_in_the_morning(session: Session, home: Home) -> None:
    evening = DUE + timedelta(hours=13, minutes=20)  # 21.30
    occurrence = due(session, home, evening)
    go_by(session, evening + HOUR, evening + 5 * HOUR)
    planning.close_due(session, evening + 6 * HOUR)
    assert told(session, occurrence) == []
    go_by(session, evening + timedelta(hours=9, minutes=30))
    assert told(session, occurrence) == [home.first.id]


def test_who_has_answered_the_next_time_is_well_and_nobody_is_told_of_the_one_before(
    session: Session, home: Home
) -> None:
    evening = DUE + timedelta(hours=13, minutes=20)
    occurrence = due(session, home, evening)
    morning = due(session, home, evening + timedelta(hours=10, minutes=40))
    answering.answer(session, morning, Press.DONE, morning.due_at - 20 * MINUTE)
    go_by(session, evening + timedelta(hours=10, minutes=40))
    assert told(session, occurrence) == []


def test_who_may_not_see_the_reminders_any_more_is_not_told(session: Session, home: Home) -> None:
    occurrence = due(session, home)
    consent = select(Consent).where(Consent.relative_id == home.first.id)
    session.scalars(consent).one().withdrawn_at = DUE
    session.flush()
    go_by(session, DUE + HOUR)
    assert told(session, occurrence) == [home.second.id]


@pytest.mark.parametrize("what", ["paused", "ended", "dead", "protected", "turned off"])
def test_nobody_is_told_when_it_is_over(session: Session, home: Home, what: str) -> None:
    occurrence = due(session, home)
    match what:
        case "paused":
            setting.pause(session, home.reminder, DUE + MINUTE)
        case "ended":
            setting.end(session, home.reminder, DUE + MINUTE)
        case "dead":
            home.person.deceased_at = DUE
        case "protected":
            home.person.protected = True
        case _:
            choose(session, home, relatives=())
    session.flush()
    go_by(session, DUE + HOUR, DUE + 2 * HOUR)
    assert told(session, occurrence) == []


def test_a_relative_without_a_phone_does_not_keep_the_next_one_waiting(session: Session, home: Home) -> None:
    without, _ = person(session, "Cia")
    let_in(session, home.person, without, "syster", Grant(reminders=Level.SEE), MORNING)
    choose(session, home, relatives=(without.id, home.first.id))
    occurrence = due(session, home)
    go_by(session, DUE + HOUR, DUE + HOUR + MINUTE)
    assert told(session, occurrence) == [without.id, home.first.id]


def test_after_a_long_outage_nobody_is_told_of_old_things(session: Session, home: Home) -> None:
    occurrence = due(session, home)
    go_by(session, DUE + 14 * HOUR)
    assert told(session, occurrence) == []
    planning.plan_due(session, DUE + timedelta(days=5))
    missed = [each for each in occurrences(session, home.reminder) if each.outcome is Outcome.OPEN]
    assert len([each for each in missed if each.tell_at]) <= 2  # this one, and the evening before at most


# The pages


def work(app: Flask, at: datetime) -> None:
    """The worker goes round, in its own role."""
    worker = Database(app.config["SETTINGS"].worker_url, app.config["SETTINGS"].keys)
    with clock.frozen(at), worker.writing() as session:
        assert answering.repeat_due(session, at) == 1
        assert telling.tell_due(session, at) == 1
    worker.dispose()


@pytest.fixture
def weighing(database: Database, app: Flask) -> Reminder:
    with database.read() as session:
        return session.scalars(
            select(Reminder).where(Reminder.person_id == person_id(app, "aino"), Reminder.times == "08:00")
        ).one()


def lisas(app: Flask) -> dict[str, str]:
    return {
        "repeat": "15",
        "first": str(person_id(app, "lisa")),
        "after": "60",
        "quiet_from": "22",
        "quiet_until": "7",
    }


def test_she_chooses_that_her_daughter_is_told_and_sees_that_she_has_called(
    app: Flask, visit: Visitor, database: Database, weighing: Reminder
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/paminnelser/{weighing.id}/om-jag-inte-svarar"
    assert "Lisa" in aino.page(path)
    response = aino.post(path, lisas(app))
    assert response.status_code == 302, response.text
    page = aino.page(path)
    assert (
        f'value="{lisas(app)["first"]}" selected' in page or f'selected value="{lisas(app)["first"]}"' in page
    )
    tomorrow = MORNING + timedelta(days=1)
    with database.writing() as session:
        occurrence = _planned(session, weighing, tomorrow)[-1]
    work(app, tomorrow + HOUR)
    with clock.frozen(tomorrow + HOUR + MINUTE):
        lisa = visit("lisa")
        to = lisa.get(f"/hjalp/{occurrence.id}").location
        assert "Aino har inte svarat" in lisa.page(to)
        lisa.post(to, {"jag": "tar"})
        assert "Du tar det sedan 09.01." in lisa.page(to)
        lisa.post(to, {"jag": "ringt"})
        assert "Du har ringt 09.01." in lisa.page(to)
    with clock.frozen(tomorrow + timedelta(days=1)):
        with database.writing() as session:
            planning.close_due(session, clock.now())
        aino = visit("aino")
        history = f"{aino.p}/paminnelser/{weighing.id}/historik"
        assert "Lisa fick veta 09.00 och har ringt." in aino.page(history)
        assert "fick veta" not in visit("nils").page(history)


@pytest.mark.parametrize("change", ["withdrawn", "protected", "dead"])
def test_the_notice_leads_nowhere_from_the_moment_she_may_no_longer_be_told(
    app: Flask, visit: Visitor, database: Database, weighing: Reminder, change: str
) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/{weighing.id}/om-jag-inte-svarar", lisas(app))
    tomorrow = MORNING + timedelta(days=1)
    with database.writing() as session:
        occurrence = _planned(session, weighing, tomorrow)[-1]
    work(app, tomorrow + HOUR)
    with clock.frozen(tomorrow + HOUR + MINUTE):
        lisa = visit("lisa")
        assert lisa.get(f"/hjalp/{occurrence.id}").status_code == 302
        with database.writing() as session:
            who = session.get_one(Person, aino.id)
            who.protected = change == "protected"
            who.deceased_at = clock.now() if change == "dead" else None
            if change == "withdrawn":
                for consent in session.scalars(select(Consent).where(Consent.person_id == aino.id)):
                    consent.withdrawn_at = clock.now()
        assert lisa.get(f"/hjalp/{occurrence.id}").status_code == 404


def _planned(session: Session, reminder: Reminder, at: datetime) -> Sequence[Occurrence]:
    planning.plan_due(session, at)
    return occurrences(session, reminder)


def test_nobody_but_the_relative_who_was_told_comes_to_the_page(
    app: Flask, visit: Visitor, database: Database, weighing: Reminder
) -> None:
    with database.writing() as session:
        occurrence = _planned(session, weighing, MORNING)[-1]
    page = f"{visit.p('aino')}/paminnelser/hjalp/{occurrence.id}"
    for who in ("lisa", "aino", "marit", "nils"):
        visitor = visit(who)
        assert visitor.get(page).status_code == 404
        assert visitor.get(f"/hjalp/{occurrence.id}").status_code == 404
        assert visitor.get(f"/hjalp/{uuid4()}").status_code == 404
        assert visitor.post(page, {"jag": "tar"}).status_code == 404


@pytest.mark.parametrize("who", ["lisa", "nils", "eino"])
def test_nobody_chooses_it_for_her(app: Flask, visit: Visitor, weighing: Reminder, who: str) -> None:
    path = f"{visit.p('aino')}/paminnelser/{weighing.id}/om-jag-inte-svarar"
    visitor = visit(who)
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, lisas(app)).status_code == 404


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"after": "30", "repeat": "30"}, "Välj en längre tid"),
        ({"quiet_until": ""}, "Skriv båda tiderna, eller ingen"),
        ({"quiet_from": "25.00"}, "Skriv en tid, till exempel 13.00"),
        ({"after": "1"}, "fel"),
        ({"repeat": "7"}, "fel"),
        ({"first": str(uuid4())}, "fel"),
        ({"first": "x", "after": "\x00", "repeat": "x"}, "fel"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_kept(
    app: Flask, visit: Visitor, database: Database, weighing: Reminder, more: dict[str, str], said: str
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/paminnelser/{weighing.id}/om-jag-inte-svarar"
    response = aino.post(path, {**lisas(app), **more})
    assert response.status_code == 200
    assert said in response.text
    with database.read() as session:
        kept = session.get_one(Reminder, weighing.id)
        assert (kept.tell_after_minutes, kept.repeat_after_minutes) == (None, None)


def test_the_same_relative_twice_is_said(app: Flask, visit: Visitor, weighing: Reminder) -> None:
    aino = visit("aino")
    path = f"{aino.p}/paminnelser/{weighing.id}/om-jag-inte-svarar"
    page = aino.post(path, {**lisas(app), "second": lisas(app)["first"]}).text
    assert "Välj någon annan här, eller ingen" in page
