"""A month on paper: every day, every time with its box, for whoever may see the reminders."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Visitor
from tests.reminders.setting import person, remind
from webapp.reminders import listing, paper, setting
from webapp.reminders.history import Month

TODAY = date(2026, 3, 9)


def boxes(session: Session, *reminders: object, month: str = "2026-03") -> dict[int, list[str]]:
    (who,) = {getattr(each, "person_id") for each in reminders}  # noqa: B009
    found = [each for each, _ in listing.reminders_of(session, who, NOON)]
    days = paper.days_of(found, paper.named(month, TODAY), TODAY)
    return {day.on.day: [f"{box.due.clock:%H:%M} {box.reminder.text}" for box in day.boxes] for day in days}


def test_each_day_from_today_to_the_last_has_its_times_in_order(session: Session) -> None:
    _, account = person(session)
    both = remind(
        session, account, "20:00", "08:00", now=NOON, text="Ta tabletterna", until=date(2026, 3, 11)
    )
    walk = remind(session, account, "12:00", now=NOON, text="Gå ut", days=frozenset({1}))
    found = boxes(session, both, walk)
    assert list(found) == list(range(9, 32))
    assert found[10] == ["08:00 Ta tabletterna", "12:00 Gå ut", "20:00 Ta tabletterna"]
    assert (found[12], found[17]) == ([], ["12:00 Gå ut"])


def test_a_time_that_summer_time_leaps_over_has_its_box(session: Session) -> None:
    _, account = person(session)
    assert boxes(session, remind(session, account, "02:30", now=NOON))[29] == ["02:30 Ta tabletterna"]


def test_a_paused_reminder_has_no_box(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:00", now=NOON)
    setting.pause(session, reminder, NOON)
    assert set(map(tuple, boxes(session, reminder).values())) == {()}


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2026-03", "2026-03"),
        ("2027-03", "2027-03"),
        ("2027-04", "2026-03"),
        ("2026-02", "2026-03"),
        ("1900-01", "2026-03"),
        ("9999-12", "2026-03"),
        ("", "2026-03"),
        ("mars", "2026-03"),
        ("2026-3", "2026-03"),
    ],
)
def test_this_month_and_a_year_on_can_be_printed(written: str, month: str) -> None:
    assert str(paper.named(written, TODAY)) == month


def test_the_months_follow_each_other() -> None:
    assert paper.months(date(2026, 11, 30))[1:3] == [Month.of(date(2026, 12, 1)), Month.of(date(2027, 1, 1))]


def test_whoever_may_see_the_reminders_can_print_them_and_nobody_else(visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/paminnelser/papper"
    assert "☐" in aino.page(path)
    assert "April 2026" in aino.page(f"{path}?manad=2026-04")
    assert visit("eino").get(path).status_code == 404
