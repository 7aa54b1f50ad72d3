"""Staff send a reminder: preview in both languages, then it stands on the person's page."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import NOON as MORNING
from tests.finding import saying
from tests.people import Guest, Visitor
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.models import Occurrence, Reminder

GOOD: dict[str, Any] = {
    "text": "Mät blodtrycket",
    "at": "09.30",
    "days": [0, 1, 2, 3, 4, 5, 6],
    "reassess_on": "2026-06-30",
    "why": "Vi vill se hur det ligger hemma.",
    "how": "Sitt fem minuter först.",
    "if_not": "Ring hälsocentralen.",
    "assessed_by": "Nils, distriktssköterska",
    "steg": "skicka",
}


def sent(database: Database, text: str = "Mät blodtrycket") -> Reminder | None:
    with database.read() as session:
        return next(iter(saying(session, Reminder.text, text)), None)


def send(guest: Guest, visit: Visitor, to: str, **more: Any) -> Any:
    return guest.post(f"/personal/skicka/{visit.p(to)[3:]}", {**GOOD, **more})


def test_her_nurse_sends_and_she_sees_who_and_why(visit: Visitor, database: Database) -> None:
    nils, aino = visit("nils"), visit("aino")
    response = send(nils, visit, "aino")
    assert "Du kan ångra i en minut" in nils.page(response.location)
    page = aino.page(f"{aino.p}/paminnelser")
    assert "Mät blodtrycket" in page
    assert "Nils, distriktssköterska" in page
    assert "Vi vill se hur det ligger hemma." in page
    made = sent(database)
    assert made is not None
    assert made.held_until == MORNING + timedelta(seconds=60)


def test_what_finds_no_room_stays_in_the_form(
    visit: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.reminders.setting.MOST_ACTIVE", 1)
    answer = send(visit("nils"), visit, "aino")
    assert answer.status_code == 200
    page = html.unescape(answer.text)
    assert "för många påminnelser" in page
    assert "Vi vill se hur det ligger hemma." in page
    assert sent(database) is None


def test_nothing_is_sent_by_looking_at_it_first(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    page = html.unescape(send(nils, visit, "aino", steg="granska").text)
    assert "Mät blodtrycket" in page
    assert sent(database) is None
    kept = re.findall(r'name="(\w+)" value="([^"]*)"', page)
    assert ("at", "09.30") in kept
    assert [value for name, value in kept if name == "days"] == list("0123456")


def test_the_preview_is_in_the_persons_language_and_in_swedish(visit: Visitor) -> None:
    tor = visit("tor")
    page = send(tor, visit, "elle", steg="granska", own_language_text="Dálkas").text
    assert 'lang="smj"' in page
    assert "Dálkas" in page
    assert "Mät blodtrycket" in page


def test_it_is_said_openly_when_the_text_is_missing_in_the_persons_language(visit: Visitor) -> None:
    page = html.unescape(send(visit("tor"), visit, "elle", steg="granska").text)
    assert "Julevsámegiella" in page
    assert "svenska" in page


def test_going_back_to_change_keeps_everything(visit: Visitor, database: Database) -> None:
    page = html.unescape(send(visit("nils"), visit, "aino", steg="andra").text)
    assert "Sitt fem minuter först." in page
    assert sent(database) is None


def test_she_answers_and_the_nurse_sees_it(visit: Visitor, database: Database) -> None:
    nils, aino = visit("nils"), visit("aino")
    send(nils, visit, "aino")
    made = sent(database)
    assert made is not None
    due = MORNING + timedelta(minutes=90)
    with database.writing() as session:
        planning.plan_due(session, due)
    with clock.frozen(due):
        aino = visit("aino")
        aino.post(f"{aino.p}/paminnelser/{made.id}/2026-03-09/09:30/svar", {"svar": "klar"})
        assert "Klar i tid" in visit("nils").page(f"/personal/skickat/{aino.id}/{made.id}")


def test_within_a_minute_it_can_be_undone_as_if_it_had_never_been(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    made_at = send(nils, visit, "aino").location
    with clock.frozen(MORNING + timedelta(seconds=59)):
        nils.post(f"{made_at}/angra")
    assert sent(database) is None


def test_what_was_undone_is_not_sent_by_the_same_press_tried_again(
    visit: Visitor, database: Database
) -> None:
    nils, once = visit("nils"), "0e5a4a0e-3333-4000-8000-000000000000"
    made_at = send(nils, visit, "aino", once=once).location
    nils.post(f"{made_at}/angra")
    page = send(nils, visit, "aino", once=once)
    assert page.status_code == 200
    assert "Påminnelsen är ångrad" in page.text
    assert "Mät blodtrycket" in page.text
    assert once not in page.text, "what is sent from here is a new one"
    assert sent(database) is None
    assert send(nils, visit, "aino", once="0e5a4a0e-4444-4000-8000-000000000000").status_code == 302


def test_after_a_minute_it_cannot(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    made_at = send(nils, visit, "aino").location
    with clock.frozen(MORNING + timedelta(seconds=61)):
        response = nils.post(f"{made_at}/angra")
        assert "Minuten har gått" in nils.page(response.location)
    assert sent(database) is not None


def test_a_second_press_sends_nothing_twice(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    for _ in range(2):
        send(nils, visit, "aino", once="0e5a4a0e-2222-4000-8000-000000000000")
    with database.read() as session:
        assert len(saying(session, Reminder.text, "Mät blodtrycket")) == 1


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("text", "Skriv vad påminnelsen gäller"),
        ("why", "Skriv varför"),
        ("assessed_by", "Skriv namn och yrke"),
        ("reassess_on", "Skriv vilken dag ni bedömer på nytt"),
        ("at", "Skriv en tid"),
    ],
)
def test_what_self_care_must_say_is_asked_for(
    visit: Visitor, database: Database, field: str, said: str
) -> None:
    for step in ("granska", "skicka"):
        response = send(visit("nils"), visit, "aino", **{field: "", "steg": step})
        assert said in html.unescape(response.text)
    assert sent(database) is None


@pytest.mark.parametrize("who", ["britta", "tor", "johan", "lisa", "aino", "karin", "lena"])
def test_nobody_sends_to_whom_their_unit_does_not_care_for(
    visit: Visitor, database: Database, who: str
) -> None:
    guest = visit(who)
    assert guest.get(f"/personal/skicka/{visit.p('aino')[3:]}").status_code == 404
    assert send(guest, visit, "aino").status_code == 404
    assert sent(database) is None


def test_another_unit_of_hers_sees_neither_outcome_nor_undo(visit: Visitor, database: Database) -> None:
    made_at = send(visit("nils"), visit, "aino").location
    anna = visit("anna")
    assert anna.get(made_at).status_code == 404
    for act in ("angra", "avsluta"):
        assert anna.post(f"{made_at}/{act}").status_code == 404
    assert sent(database) is not None


def test_staff_end_what_they_sent(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    made_at = send(nils, visit, "aino").location
    nils.post(f"{made_at}/avsluta")
    made = sent(database)
    assert made is not None
    assert made.ended_at is not None
    with database.writing() as session:
        planning.plan_due(session, MORNING + timedelta(days=1))
        assert not session.scalars(select(Occurrence).where(Occurrence.reminder_id == made.id)).all()
