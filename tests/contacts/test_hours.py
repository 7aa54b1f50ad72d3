"""Open now, closed now, and when next: by the clock on the wall and the Swedish holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.contacts.domain import is_swedish_holiday
from webapp.contacts.hours import AHEAD, Hours, Reach, reach

MINUTES = st.integers(0, 23 * 60 + 58)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    opens = draw(MINUTES)
    closes = draw(st.integers(opens + 1, 23 * 60 + 59))
    return Hours(draw(st.integers(0, 6)), _clock(opens), _clock(closes), draw(st.booleans()))


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31))  # noqa: DTZ001 # the clock on the wall
HOLIDAYS = st.sets(st.integers(0, 40), max_size=12)


def _open(known: Sequence[Hours], at: datetime, free: set[date]) -> bool:
    """The rule, said plainly."""
    return any(
        each.weekday == at.weekday()
        and each.opens <= at.time() < each.closes
        and (each.holidays_too or at.date() not in free)
        for each in known
    )


@given(st.lists(hours(), min_size=1, max_size=8), MOMENTS, HOLIDAYS)
def test_open_exactly_within_some_hours_that_are_not_on_a_holiday(
    known: list[Hours], at: datetime, days: set[int]
) -> None:
    free = {at.date() + timedelta(days=day) for day in days}
    found = reach(known, at, free.__contains__)
    assert found is not None
    assert found.is_open is _open(known, at, free)
    if found.is_open:
        assert found.closes is not None
        assert found.closes > at.time()


@given(st.lists(hours(), min_size=1, max_size=8), MOMENTS, HOLIDAYS)
def test_the_next_opening_is_open_and_there_is_none_before_it(
    known: list[Hours], at: datetime, days: set[int]
) -> None:
    free = {at.date() + timedelta(days=day) for day in days}
    found = reach(known, at, free.__contains__)
    assert found is not None
    if found.is_open:
        return
    candidates = sorted(
        datetime.combine(at.date() + timedelta(days=ahead), each.opens)
        for ahead in range(AHEAD + 1)
        for each in known
        if each.weekday == (at.date() + timedelta(days=ahead)).weekday()
        and (each.holidays_too or at.date() + timedelta(days=ahead) not in free)
    )
    coming = [each for each in candidates if each > at]
    if found.opens is None or found.opens_on is None:
        assert coming == []
    else:
        assert datetime.combine(found.opens_on, found.opens) == coming[0]
        assert _open(known, coming[0], free)


def test_no_hours_known_says_neither_open_nor_closed() -> None:
    assert reach([], datetime(2026, 3, 9, 8), lambda _day: False) is None  # noqa: DTZ001


FRIDAYS = [Hours(4, time(8), time(16))]


def test_a_friday_contact_opens_again_after_two_fridays_of_holidays() -> None:
    """Christmas Day and New Year's Day of 2026 are Fridays both."""
    evening = datetime(2026, 12, 18, 17)  # noqa: DTZ001
    assert reach(FRIDAYS, evening, is_swedish_holiday) == Reach(
        False, opens_on=date(2027, 1, 8), opens=time(8)
    )


def test_the_minute_it_opens_is_open_and_the_minute_it_closes_is_not() -> None:
    for at, is_open in ((time(7, 59), False), (time(8), True), (time(15, 59), True), (time(16), False)):
        found = reach(FRIDAYS, datetime.combine(date(2026, 3, 13), at), is_swedish_holiday)
        assert found is not None
        assert found.is_open is is_open, at


def test_a_lunch_break_opens_again_the_same_day() -> None:
    known = [Hours(0, time(13), time(16)), Hours(0, time(8), time(12))]
    monday = date(2026, 3, 9)
    assert reach(known, datetime.combine(monday, time(12, 30)), is_swedish_holiday) == Reach(
        False, opens_on=monday, opens=time(13)
    )


def test_swedish_holidays_and_the_eves_that_are_as_good_as_holidays() -> None:
    for day in (
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),  # Good Friday
        date(2026, 5, 1),
        date(2026, 6, 6),
        date(2026, 6, 19),  # Midsummer's Eve
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 3, 28),  # Easter Day
    ):
        assert is_swedish_holiday(day), day
    for day in (date(2026, 3, 9), date(2026, 12, 23), date(2026, 6, 18), date(2026, 11, 2)):
        assert not is_swedish_holiday(day), day


def test_home_care_answers_on_holidays_too() -> None:
    christmas = datetime(2026, 12, 25, 10)  # noqa: DTZ001
    always = [Hours(day, time(7), time(21), holidays_too=True) for day in range(7)]
    found = reach(always, christmas, is_swedish_holiday)
    assert found == Reach(True, closes=time(21))
