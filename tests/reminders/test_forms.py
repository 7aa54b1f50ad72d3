"""Making and changing reminders through the page, with everything people and others can type."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.fields import read_clock
from webapp.reminders.models import Occurrence, Reminder

GOOD: dict[str, Any] = {"text": "Vattna blommorna", "at": "13.00", "days": [0, 1, 2, 3, 4, 5, 6]}


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Reminder)) or 0


def newest(database: Database, text: str = "Vattna blommorna") -> Reminder:
    with database.read() as session:
        found: Reminder = one_saying(session, Reminder.text, text)
        return found


def test_she_makes_a_reminder_and_is_told_when_it_comes(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    response = aino.post(f"{aino.p}/paminnelser/ny", GOOD)
    assert response.location.endswith("/paminnelser")
    page = aino.page(f"{aino.p}/paminnelser")
    assert "Nästa gång: idag 13.00" in page
    assert "Vattna blommorna" in page
    made = newest(database)
    assert (made.times, made.days, made.from_on, made.until_on) == ("13:00", 127, clock.today(), None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13.00", "13:00"),
        ("13:00", "13:00"),
        ("1300", "13:00"),
        ("8", "08:00"),
        ("kl 8.05", "08:05"),
        ("0:30", "00:30"),
    ],
)
def test_a_time_can_be_written_as_people_write_it(
    visit: Visitor, database: Database, typed: str, kept: str
) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "at": typed})
    assert newest(database).times == kept


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no text": ({"text": ""}, "Skriv vad du vill komma ihåg"),
    "only spaces": ({"text": "   "}, "Skriv vad du vill komma ihåg"),
    "too long": ({"text": "å" * 121}, "högst 120 tecken"),
    "a sign that turns the text": ({"text": "ta \u202egnitsep"}, "tecken som inte syns"),
    "a null": ({"text": "ta\x00bort"}, "tecken som inte syns"),
    "an invisible sign": ({"text": "ta\u200bbort"}, "tecken som inte syns"),
    "two lines": ({"text": "en\ntvå"}, "på en rad"),
    "no time": ({"at": ""}, "Skriv en tid, till exempel 13.00"),
    "no clock": ({"at": "snart"}, "Skriv en tid, till exempel 13.00"),
    "twenty-five o'clock": ({"at": "25.00"}, "Skriv en tid, till exempel 13.00"),
    "half past never": ({"at": "12.60"}, "Skriv en tid, till exempel 13.00"),
    "other digits": ({"at": "١٣.٠٠"}, "Skriv en tid, till exempel 13.00"),
    "no day": ({"days": []}, "Välj minst en dag"),
    "an eighth day": ({"days": [7]}, "Välj minst en dag"),
    "a day that is none": ({"days": ["x"]}, "Välj minst en dag"),
    "a date that does not exist": ({"until_on": "2026-02-30"}, "Skriv en dag som finns"),
    "a date in words": ({"until_on": "snart"}, "Skriv en dag som finns"),
    "ended already": ({"until_on": "2026-03-08"}, "har redan varit"),
    "begins in the past": ({"from_on": "2020-01-01"}, "har redan varit"),
    "ends before it begins": ({"from_on": "2026-04-02", "until_on": "2026-04-01"}, "före den första"),
    "in a thousand years": ({"until_on": "3026-01-01"}, "Skriv en dag som finns"),
    "today, earlier": ({"at": "07.00", "until_on": "2026-03-09"}, "kommer påminnelsen aldrig"),
    "a day that never falls": (
        {"from_on": "2026-03-10", "until_on": "2026-03-10", "days": [0]},
        "kommer påminnelsen aldrig",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_said_kept_and_changes_nothing(
    visit: Visitor, database: Database, name: str
) -> None:
    typed, said = BAD[name]
    aino = visit("aino")
    before = count(database)
    response = aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **typed})
    assert response.status_code == 200
    page = html.unescape(response.text)
    assert said in page
    assert "Fel: " in page
    for field in ("text", "at", "until_on"):
        value = str({**GOOD, **typed}.get(field, "")).strip()
        assert "\x00" in value or "\n" in value or value in page
    assert count(database) == before


def test_a_form_sent_twice_makes_one(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    for _ in range(2):
        aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "once": "0e5a4a0e-1111-4000-8000-000000000000"})
    assert newest(database)


def test_fields_that_nobody_was_asked_for_are_not_taken(visit: Visitor, database: Database) -> None:
    aino, eino = visit("aino"), visit.p("eino")
    forged = {
        "person_id": eino[3:],
        "set_by": "staff",
        "assessed_by": "Nils",
        "unit_id": eino[3:],
        "id": eino[3:],
    }
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **forged})
    made = newest(database)
    assert (made.person_id, made.set_by, made.assessed_by, made.unit_id) == (aino.id, "self", "", None)


def test_a_form_that_stood_open_too_long_keeps_what_was_typed(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    before = count(database)
    for token in ("", "x", "é", "A" * 500, visit("eino").token()):
        response = aino.client.post(f"{aino.p}/paminnelser/ny", data={**GOOD, "csrf_token": token})
        assert "Vattna blommorna" in response.text
        assert "Tryck en gång till" in response.text
    assert count(database) == before


def test_she_changes_pauses_starts_and_ends_her_own(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", GOOD)
    at = f"{aino.p}/paminnelser/{newest(database).id}"
    assert "13.00" in aino.page(at)
    aino.post(at, {**GOOD, "at": "14.30", "at_2": "16"})
    assert newest(database).times == "14:30 16:00"
    aino.post(f"{at}/pausa")
    assert newest(database).next_due_at is None
    aino.post(f"{at}/starta")
    assert newest(database).next_due_at is not None
    assert aino.get(f"{at}/avsluta").status_code == 200
    aino.post(f"{at}/avsluta")
    assert newest(database).ended_at is not None
    assert aino.get(at).status_code == 404


def test_what_staff_set_can_be_paused_and_ended_but_not_rewritten(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    at = f"{aino.p}/paminnelser/{newest(database, 'Väg dig före frukost').id}"
    assert aino.get(at).status_code == 404
    assert aino.post(at, GOOD).status_code == 404
    assert aino.post(f"{at}/pausa").status_code == 302


@pytest.mark.parametrize("who", ["marit", "eino", "nils", "britta", "karin"])
def test_nobody_else_changes_hers(visit: Visitor, database: Database, who: str) -> None:
    at = f"{visit.p('aino')}/paminnelser/{newest(database, 'Morgonens tabletter').id}"
    guest = visit(who)
    for path in (at, f"{at}/pausa", f"{at}/avsluta"):
        assert guest.post(path, GOOD).status_code == 404


def test_a_reminder_of_another_person_is_as_if_it_did_not_exist(visit: Visitor, database: Database) -> None:
    eino = visit("eino")
    at = f"{eino.p}/paminnelser/{newest(database, 'Morgonens tabletter').id}"
    assert eino.post(f"{at}/pausa").status_code == 404


def test_there_is_a_limit_to_how_many(visit: Visitor, database: Database) -> None:
    from webapp.reminders.setting import MOST_ACTIVE

    aino = visit("aino")
    for _ in range(MOST_ACTIVE):
        response = aino.post(f"{aino.p}/paminnelser/ny", GOOD)
    assert response.status_code == 200
    assert "för många påminnelser" in response.text


@given(st.text(max_size=12))
def test_whatever_is_typed_as_a_time_is_a_time_or_none(typed: str) -> None:
    found = read_clock(typed)
    assert found is None or (found.second == 0 and found.tzinfo is None)


@given(st.times())
def test_every_time_can_be_typed(at: Any) -> None:
    for form in ("%H.%M", "%H:%M", "%H%M"):
        assert read_clock(at.strftime(form)) == at.replace(second=0, microsecond=0)


def test_coming_back_to_the_page_and_writing_another_makes_another(
    visit: Visitor, database: Database
) -> None:
    aino, key = visit("aino"), "0e5a4a0e-3333-4000-8000-000000000000"
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "once": key})
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "text": "Mata katten", "at": "17", "once": key})
    assert newest(database).times == "13:00"
    assert newest(database, "Mata katten").times == "17:00"


def test_a_helper_ends_what_she_set_but_not_what_the_nurse_assessed(
    visit: Visitor, database: Database
) -> None:
    lisa, hers = visit("lisa"), visit.p("aino")
    assessed = f"{hers}/paminnelser/{newest(database, 'Väg dig före frukost').id}"
    own = f"{hers}/paminnelser/{newest(database, 'Morgonens tabletter').id}"
    for act in ("pausa", "starta", "avsluta"):
        assert lisa.post(f"{assessed}/{act}").status_code == 404
    assert lisa.post(f"{own}/pausa").status_code == 302
    assert f"{assessed}/avsluta" not in lisa.page(f"{hers}/paminnelser")


def test_asking_for_a_pages_head_ends_nothing(visit: Visitor, database: Database) -> None:
    for sub in ("aino", "lisa"):
        at = f"{visit.p('aino')}/paminnelser/{newest(database, 'Morgonens tabletter').id}/avsluta"
        assert visit(sub).client.head(at).status_code == 200
    assert newest(database, "Morgonens tabletter").ended_at is None


def test_changing_the_time_never_leaves_two_open_at_once(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "at": "08.10"})
    made = newest(database)
    with database.writing() as session:
        planning.plan_due(session, NOON + timedelta(minutes=10))
    with clock.frozen(NOON + timedelta(minutes=15)):
        aino.post(f"{aino.p}/paminnelser/{made.id}", {**GOOD, "at": "08.30"})
    with database.read() as session:
        (due,) = session.scalars(select(Occurrence).where(Occurrence.reminder_id == made.id)).all()
        assert due.closes_at == NOON + timedelta(minutes=30)
