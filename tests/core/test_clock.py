"""One clock, and the wall it hangs on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from webapp.core import clock

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_clock_runs() -> None:
    before = clock.now()
    assert before.tzinfo is UTC
    assert clock.now() >= before


def test_a_held_clock_stands_still_and_is_let_go_also_when_something_fails() -> None:
    at = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)

    def hold_and_fail() -> None:
        with clock.frozen(at):
            assert clock.now() == at
            assert clock.today() == date(2026, 7, 15)  # half past midnight in Sweden
            with clock.frozen(at + timedelta(days=1)):
                assert clock.now() == at + timedelta(days=1)
            assert clock.now() == at
            raise RuntimeError

    with pytest.raises(RuntimeError):
        hold_and_fail()
    assert clock.now() != at


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


@given(INSTANTS)
def test_the_wall_shows_the_same_moment(instant: datetime) -> None:
    assert clock.local(instant).astimezone(UTC) == instant
    assert clock.local(instant).utcoffset() in (timedelta(hours=1), timedelta(hours=2))


def test_summer_time_begins_and_ends_when_it_does() -> None:
    for instant, shown in (
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "01:59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "03:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30"),
    ):
        assert f"{clock.local(instant):%H:%M}" == shown


def test_the_clock_of_the_tests_stands_still() -> None:
    with clock.frozen(NOON):
        assert clock.now() == NOON
    with clock.frozen(NOON + timedelta(hours=20)):
        assert clock.today().isoformat() == "2026-03-10"
