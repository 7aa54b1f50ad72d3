"""A journey, a hospital stay, a single day: nothing comes meanwhile, and then it comes again by itself."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from webapp.core.db import Database
from webapp.reminders import breaks, planning
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import MOST_BREAKS, Break
from webapp.reminders.setting import rule_of

GOOD: dict[str, Any] = {"text": "Vattna", "at": "13.00", "days": [0, 1, 2, 3, 4, 5, 6]}
DAY = timedelta(days=1)
TODAY = NOON.date()


def kept(database: Database, text: str) -> Reminder:
    with database.read() as session:
        found: Reminder = one_saying(session, Reminder.text, text)
        return found


def test_what_is_planned_and_not_yet_due_is_forgotten_and_nothing_is_sent(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, NOON)
    reminder = remind(session, account, "08:01", now=NOON)
    planning.plan_due(session, NOON + MINUTE / 2)
    assert deliveries(session, reminder)
    breaks.take_break(session, reminder, Break(TODAY, TODAY + DAY), NOON + MINUTE / 2)
    assert not deliveries(session, reminder)
    assert not occurrences(session, reminder)
    assert reminder.next_due_at is not None
    assert reminder.next_due_at.date() == TODAY + 2 * DAY
    for day in range(3):
        planning.plan_due(session, NOON + day * DAY + MINUTE)
    assert [each.local_on for each in occurrences(session, reminder)] == [TODAY + 2 * DAY]


def test_what_is_due_already_can_still_be_answered(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:01", now=NOON)
    planning.plan_due(session, NOON + MINUTE)
    breaks.take_break(session, reminder, Break(TODAY, TODAY), NOON + 2 * MINUTE)
    (open_,) = occurrences(session, reminder)
    assert open_.closes_at > NOON + 2 * MINUTE


def test_a_break_that_is_taken_back_is_as_if_it_had_never_been(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "13:00", now=NOON)
    before = reminder.next_due_at
    for _ in range(2):
        breaks.take_break(session, reminder, Break(TODAY, TODAY + 9 * DAY), NOON)
    assert reminder.next_due_at != before
    for _ in range(2):
        breaks.come_again(session, reminder, TODAY + 3 * DAY, NOON)
    assert (reminder.next_due_at, reminder.breaks) == (before, "")


def test_there_is_a_limit_and_those_behind_do_not_count(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "13:00", now=NOON)
    for number in range(MOST_BREAKS):
        breaks.take_break(session, reminder, Break(TODAY + 2 * number * DAY, TODAY + 2 * number * DAY), NOON)
    far = Break(TODAY + 99 * DAY, TODAY + 99 * DAY)
    with pytest.raises(breaks.TooManyBreaks):
        breaks.take_break(session, reminder, far, NOON)
    with pytest.raises(breaks.TooManyBreaks):
        breaks.take_break_from_all(session, reminder.person_id, far, lambda _: True, NOON)
    assert len(rule_of(reminder).breaks) == MOST_BREAKS
    breaks.take_break(session, reminder, far, NOON + DAY)
    assert len(rule_of(reminder).breaks) == MOST_BREAKS


def test_she_skips_one_day_and_takes_it_back(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", GOOD)
    at = f"{aino.p}/paminnelser/{kept(database, 'Vattna').id}/tider"
    assert "Idag 13.00" in aino.page(at)
    aino.post(f"{at}/hoppa", {"dag": "2026-03-09"})
    page = html.unescape(aino.page(at))
    assert "Idag 13.00" not in page
    assert "I morgon 13.00" in page
    assert "måndag 9 mars</span>" in page
    assert "Uppehåll: måndag 9 mars" in html.unescape(aino.page(f"{aino.p}/paminnelser"))
    aino.post(f"{at}/kom", {"dag": "2026-03-09"})
    assert "Idag 13.00" in aino.page(at)


def test_she_goes_away_and_changing_the_text_meanwhile_keeps_the_break(
    visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    aino.post(f"{aino.p}/paminnelser/ny", GOOD)
    at = f"{aino.p}/paminnelser/{kept(database, 'Vattna').id}"
    aino.post(f"{at}/tider", {"from_on": "2026-03-10", "until_on": "2026-03-20"})
    assert kept(database, "Vattna").breaks == "2026-03-10/2026-03-20"
    aino.post(at, {**GOOD, "at": "14.00"})
    assert kept(database, "Vattna").breaks == "2026-03-10/2026-03-20"
    page = html.unescape(aino.page(f"{at}/tider"))
    assert "Lördag 21 mars 14.00" in page
    assert "11 mars 14.00" not in page


BAD = {
    "no day": ({"from_on": "", "until_on": ""}, "Skriv en dag som finns"),
    "no such day": ({"from_on": "2026-02-30", "until_on": "2026-03-10"}, "Skriv en dag som finns"),
    "behind": ({"from_on": "2026-03-01", "until_on": "2026-03-10"}, "har redan varit"),
    "1900": ({"from_on": "1900-01-01", "until_on": "2026-03-10"}, "har redan varit"),
    "9999": ({"from_on": "2026-03-10", "until_on": "9999-12-31"}, "Skriv en dag som finns"),
    "backwards": ({"from_on": "2026-03-12", "until_on": "2026-03-10"}, "före den första"),
}


@pytest.mark.parametrize("name", BAD)
def test_days_that_cannot_be_are_refused_with_a_reason(visit: Visitor, database: Database, name: str) -> None:
    typed, said = BAD[name]
    aino = visit("aino")
    own = kept(database, "Morgonens tabletter")
    for page in (f"{aino.p}/paminnelser/{own.id}/tider", f"{aino.p}/paminnelser/uppehall"):
        response = aino.post(page, typed)
        assert response.status_code == 200
        assert said in html.unescape(response.text)
    assert kept(database, "Morgonens tabletter").breaks == ""


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-99-99"])
def test_a_day_that_is_none_is_no_day_to_skip(visit: Visitor, database: Database, day: str) -> None:
    aino = visit("aino")
    at = f"{aino.p}/paminnelser/{kept(database, 'Morgonens tabletter').id}/tider"
    for act in ("hoppa", "kom"):
        assert aino.post(f"{at}/{act}", {"dag": day}).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2026-03-08", "9999-12-31"])
def test_a_day_behind_or_beyond_changes_nothing(visit: Visitor, database: Database, day: str) -> None:
    aino = visit("aino")
    at = f"{aino.p}/paminnelser/{kept(database, 'Morgonens tabletter').id}/tider"
    assert aino.post(f"{at}/hoppa", {"dag": day}).status_code == 302
    page = aino.page(at)
    assert "Den dagen går inte att hoppa över. Inget är ändrat." in page
    assert "Sparad" not in page
    assert kept(database, "Morgonens tabletter").breaks == ""
    assert aino.get(f"{aino.p}/idag").status_code == 200


def test_in_hospital_none_of_hers_comes(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    away = {"from_on": "2026-03-10", "until_on": "2026-03-20"}
    assert aino.post(f"{aino.p}/paminnelser/uppehall", away).status_code == 302
    for text in ("Morgonens tabletter", "Väg dig före frukost", "Kvällens tabletter"):
        assert kept(database, text).breaks == "2026-03-10/2026-03-20"
    assert "påminnelser väntar så länge" in html.unescape(aino.page(f"{aino.p}/paminnelser"))


def test_her_daughter_stops_what_is_hers_to_stop_and_not_what_the_nurse_assessed(
    visit: Visitor, database: Database
) -> None:
    lisa, p = visit("lisa"), visit.p("aino")
    lisa.post(f"{p}/paminnelser/uppehall", {"from_on": "2026-03-10", "until_on": "2026-03-20"})
    assert kept(database, "Morgonens tabletter").breaks == "2026-03-10/2026-03-20"
    assessed = kept(database, "Väg dig före frukost")
    assert assessed.breaks == ""
    assert lisa.get(f"{p}/paminnelser/{assessed.id}/tider").status_code == 404
    for act in ("hoppa", "kom"):
        posted = lisa.post(f"{p}/paminnelser/{assessed.id}/tider/{act}", {"dag": "2026-03-10"})
        assert posted.status_code == 404


@pytest.mark.parametrize("who", ["marit", "eino", "nils", "britta", "karin"])
def test_nobody_else_takes_a_break_for_her(visit: Visitor, database: Database, who: str) -> None:
    guest, p = visit(who), visit.p("aino")
    own = kept(database, "Morgonens tabletter")
    away = {"from_on": "2026-03-10", "until_on": "2026-03-20", "dag": "2026-03-10"}
    at = f"{p}/paminnelser/{own.id}/tider"
    for page in (at, f"{at}/hoppa", f"{at}/kom", f"{p}/paminnelser/uppehall"):
        assert guest.post(page, away).status_code == 404
    assert kept(database, "Morgonens tabletter").breaks == ""
    assert date(2026, 3, 10) not in [each.from_on for each in rule_of(own).breaks]
