"""How often the seven questions may be answered."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.patient_contract.rhythm import MOST, counts_until, may_answer, next_on

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_four_times_and_then_from_the_same_day_next_year() -> None:
    answered = [date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 10)]
    assert may_answer(answered[:3], date(2026, 4, 10))
    assert may_answer(answered, date(2026, 4, 10))  # the same day's are changed
    assert not may_answer(answered, date(2026, 4, 11))
    assert not may_answer(answered, date(2027, 1, 9))
    assert may_answer(answered, date(2027, 1, 10))
    assert next_on(answered, date(2026, 4, 11)) == date(2027, 1, 10)


def test_new_year_gives_no_four_more() -> None:
    december = [date(2026, 12, day) for day in (1, 2, 3, 4)]
    assert not may_answer(december, date(2027, 1, 1))


def test_a_leap_day_counts_until_the_last_of_february() -> None:
    assert counts_until(date(2028, 2, 29)) == date(2029, 2, 28)


def test_who_has_not_answered_may() -> None:
    assert next_on([], date(2026, 3, 9)) == date(2026, 3, 9)


@given(st.lists(days, max_size=40))
def test_no_twelve_months_hold_more_than_four(tried: list[date]) -> None:
    answered: list[date] = []
    for day in sorted(set(tried)):
        if may_answer(answered, day):
            answered.append(day)
    for day in answered:
        within = [other for other in answered if day <= other < counts_until(day)]
        assert len(within) <= MOST


@given(st.sets(days, max_size=8), days)
def test_the_day_it_opens_is_the_first_on_which_it_is_open(answered: set[date], today: date) -> None:
    past = {day for day in answered if day <= today}
    opens = next_on(past, today)
    assert may_answer(past, opens)
    assert not any(may_answer(past, today + timedelta(days=n)) for n in range((opens - today).days))
