"""How often a reminder comes, as it is asked for, shown before it is saved, and said in words."""

from __future__ import annotations

import html
from datetime import date, time
from typing import Any

import pytest

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from webapp.core.db import Database
from webapp.core.i18n import force_language
from webapp.reminders import words
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import EVERY_DAY, Break, Rule
from webapp.reminders.setting import rule_of

GOOD: dict[str, Any] = {"text": "Byt plåster", "at": "13.00", "days": [0, 1, 2, 3, 4, 5, 6], "often": "vecka"}


def newest(database: Database) -> Reminder:
    with database.read() as session:
        found: Reminder = one_saying(session, Reminder.text, "Byt plåster")
        return found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"often": "dagar", "every_days": "3"}, "Var 3:e dag 13.00"),
        ({"often": "dagar", "every_days": "2"}, "Varannan dag 13.00"),
        ({"often": "vecka", "every_weeks": "2", "days": [0, 3]}, "Varannan vecka: måndag, torsdag 13.00"),
        ({"often": "vecka", "every_weeks": "22"}, "Var 22:a vecka: alla dagar 13.00"),
        ({"often": "engang", "once_on": "2026-03-12"}, "En gång, torsdag 12 mars 13.00"),
    ],
)
def test_she_chooses_how_often_and_reads_it_back(
    visit: Visitor, database: Database, asked: dict[str, Any], said: str
) -> None:
    aino = visit("aino")
    assert aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **asked}).status_code == 302
    assert said in html.unescape(aino.page(f"{aino.p}/paminnelser"))


def test_what_she_chose_stands_in_the_form_when_she_comes_back(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, "often": "dagar", "every_days": "5", "exact": "y"})
    page = aino.page(f"{aino.p}/paminnelser/{newest(database).id}")
    assert 'value="dagar" checked' in page
    assert 'name="every_days" type="number" value="5"' in page
    assert newest(database).exact


def test_every_other_day_stays_the_same_every_other_day_when_the_text_is_changed(
    visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    asked = {**GOOD, "often": "dagar", "every_days": "2", "from_on": "2026-03-10"}
    aino.post(f"{aino.p}/paminnelser/ny", asked)
    aino.post(f"{aino.p}/paminnelser/{newest(database).id}", {**asked, "at": "14.00"})
    assert rule_of(newest(database)) == Rule((time(14),), EVERY_DAY, date(2026, 3, 10), every_days=2)


def test_what_stands_under_another_answer_is_not_looked_at(visit: Visitor, database: Database) -> None:
    """Without scripts and without styles all the fields are there; only those of her answer count."""
    aino = visit("aino")
    other = {"every_days": "x", "once_on": "aldrig", "from_on": "2026-03-10"}
    assert aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **other}).status_code == 302
    assert newest(database).every_days == 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no answer": ({"often": "ibland"}, "Välj hur ofta den ska komma"),
    "every day that is none": ({"often": "dagar", "every_days": "0"}, "Skriv ett antal, 1 till 99"),
    "backwards": ({"often": "dagar", "every_days": "-3"}, "Skriv ett antal, 1 till 99"),
    "once in a thousand years": ({"often": "dagar", "every_days": "365000"}, "Skriv ett antal, 1 till 99"),
    "half a week": ({"every_weeks": "0,5"}, "Skriv ett antal, 1 till 52"),
    "other digits": ({"every_weeks": "٢"}, "Skriv ett antal, 1 till 52"),
    "once, on no day": ({"often": "engang", "once_on": ""}, "Skriv en dag som finns"),
    "once, in 1900": ({"often": "engang", "once_on": "1900-01-01"}, "har redan varit"),
    "once, in 9999": ({"often": "engang", "once_on": "9999-12-31"}, "Skriv en dag som finns"),
    "until 9999": ({"until_on": "9999-12-31"}, "Skriv en dag som finns"),
    "from 1900": ({"from_on": "1900-01-01"}, "har redan varit"),
    "once, this morning": (
        {"often": "engang", "once_on": "2026-03-09", "at": "07.00"},
        "kommer påminnelsen aldrig",
    ),
    "every tenth week, for a day": (
        {"every_weeks": "10", "days": [0], "from_on": "2026-03-10", "until_on": "2026-03-20"},
        "kommer påminnelsen aldrig",
    ),
}


@pytest.mark.parametrize("step", ["", "visa"])
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_refused_with_a_reason(
    visit: Visitor, database: Database, name: str, step: str
) -> None:
    typed, said = BAD[name]
    aino = visit("aino")
    response = aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **typed, "steg": step})
    assert response.status_code == 200
    assert said in html.unescape(response.text)
    assert "Byt plåster" in response.text
    assert "Byt plåster" not in html.unescape(aino.page(f"{aino.p}/paminnelser"))


def test_a_thousand_times_a_day_are_not_more_than_there_are_fields_for(
    visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    many = {f"at_{n}": f"{n % 24}.{n % 60:02}" for n in range(2, 1000)}
    aino.post(f"{aino.p}/paminnelser/ny", {**GOOD, **many})
    assert len(rule_of(newest(database)).times) == 8


def test_she_sees_the_next_ten_times_before_she_saves(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    asked = {**GOOD, "often": "dagar", "every_days": "3", "at_2": "20", "steg": "visa"}
    page = html.unescape(aino.post(f"{aino.p}/paminnelser/ny", asked).text)
    assert "Den är inte sparad än" in page
    for said in ("Idag 13.00", "Idag 20.00", "Torsdag 12 mars 13.00", "Lördag 21 mars 20.00"):
        assert said in page
    assert "Tisdag 24 mars" not in page  # that would be the eleventh
    assert "Byt plåster" not in html.unescape(aino.page(f"{aino.p}/paminnelser"))


@pytest.mark.parametrize("code", ["fit", "se", "smj", "sma"])
def test_the_coming_times_are_said_in_the_persons_language(app_without_data: Any, code: str) -> None:
    rule = Rule((time(8),), EVERY_DAY, date(2026, 3, 12), every_days=2)
    with app_without_data.test_request_context(), force_language("sv"):
        swedish = words.coming(rule, NOON, 3)
    with app_without_data.test_request_context(), force_language(code):
        theirs = words.coming(rule, NOON, 3)
    assert swedish == ["Torsdag 12 mars 08.00", "Lördag 14 mars 08.00", "Måndag 16 mars 08.00"]
    assert len(theirs) == 3
    assert not set(theirs) & set(swedish)


def test_a_break_is_said_by_its_days(app_without_data: Any) -> None:
    with app_without_data.test_request_context():
        single = Break(date(2026, 12, 24), date(2026, 12, 24))
        longer = Break(date(2026, 12, 24), date(2027, 1, 6))
        assert words.away(single, NOON.date()) == "torsdag 24 december"
        assert words.away(longer, NOON.date()) == "torsdag 24 december till onsdag 6 januari 2027"
