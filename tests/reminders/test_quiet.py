"""Nobody is told at night, and a repeat comes only while it is of use."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.reminders.quiet import NIGHT, NONE, Quiet, first_told, repeated
from webapp.reminders.schedule import STOCKHOLM

MOMENTS = st.integers(0, 5 * 366 * 24 * 60).map(
    lambda m: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
HOURS = st.builds(Quiet, CLOCKS, CLOCKS)


def at(day: int, clock: str, month: int = 3) -> datetime:
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), STOCKHOLM)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (at(9, "21:59"), at(9, "21:59")),
        (at(9, "22:00"), at(10, "07:00")),
        (at(10, "00:01"), at(10, "07:00")),
        (at(10, "06:59"), at(10, "07:00")),
        (at(10, "07:00"), at(10, "07:00")),
        (at(28, "23:00"), at(29, "07:00")),  # the night that loses an hour
        (at(24, "23:00", 10), at(25, "07:00", 10)),  # the night that gains one
    ],
)
def test_what_falls_at_night_waits_until_seven(moment: datetime, told: datetime) -> None:
    assert NIGHT.over(moment) == told


@given(HOURS, MOMENTS)
def test_after_quiet_hours_it_is_never_quiet_nor_more_than_a_day_later(
    quiet: Quiet, moment: datetime
) -> None:
    over = quiet.over(moment)
    assert moment <= over <= moment + timedelta(hours=25)
    if over != moment:
        assert not quiet.holds(quiet.ends)
    assert (
        quiet.over(over) == over or over.astimezone(STOCKHOLM).time() != quiet.ends
    )  # an hour that is not there


@given(HOURS)
def test_quiet_hours_are_kept_as_they_were_chosen(quiet: Quiet) -> None:
    kept = Quiet.read(str(quiet))
    assert kept == quiet or (kept == NONE and quiet.begins == quiet.ends)
    assert len(str(quiet)) <= 11


def test_nobody_is_told_where_nobody_was_chosen() -> None:
    assert first_told(at(9, "08:00"), None, "22:00-07:00") is None
    assert first_told(at(9, "08:00"), 60, "") == at(9, "09:00")
    assert first_told(at(9, "21:30"), 60, "22:00-07:00") == at(10, "07:00")


def test_a_repeat_comes_once_and_not_when_it_is_over() -> None:
    assert repeated(at(9, "08:00"), 15, at(9, "12:00")) == at(9, "08:15")
    assert repeated(at(9, "08:00"), 60, at(9, "09:00")) is None
    assert repeated(at(9, "08:00"), None, at(9, "12:00")) is None
