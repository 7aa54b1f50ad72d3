from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.reminders.outcome import (
    EARLIEST,
    LATER,
    Outcome,
    Press,
    Pressed,
    Result,
    believable,
    settle,
)

DUE = datetime(2026, 3, 9, 7, tzinfo=UTC)
CLOSES = DUE + timedelta(hours=5)
MINUTE = timedelta(minutes=1)


def pressed(press: Press, minutes: float) -> Pressed:
    return Pressed(DUE + minutes * MINUTE, uuid4(), press)


def after(*presses: Pressed, minutes: float = 600, delivered: bool = True) -> Result:
    return settle(DUE, CLOSES, presses, delivered=delivered, now=DUE + minutes * MINUTE)


def test_done_within_the_hour_is_done_in_time() -> None:
    assert after(pressed(Press.DONE, 60)).outcome is Outcome.DONE_IN_TIME


def test_done_after_the_hour_is_done_late() -> None:
    assert after(pressed(Press.DONE, 61)).outcome is Outcome.DONE_LATE


def test_not_today_is_skipped_and_not_a_fault() -> None:
    assert after(pressed(Press.NOT_TODAY, 5)).outcome is Outcome.SKIPPED


def test_no_answer_to_a_notice_that_arrived_is_unanswered() -> None:
    assert after().outcome is Outcome.UNANSWERED


def test_no_answer_where_nothing_arrived_is_undelivered_not_unanswered() -> None:
    assert after(delivered=False).outcome is Outcome.UNDELIVERED


def test_it_stays_open_until_it_closes() -> None:
    assert after(minutes=299).outcome is Outcome.OPEN
    assert after(minutes=300).outcome is Outcome.UNANSWERED


def test_of_two_answers_the_one_pressed_first_counts() -> None:
    assert after(pressed(Press.NOT_TODAY, 10), pressed(Press.DONE, 5)).outcome is Outcome.DONE_IN_TIME


def test_an_answer_pressed_in_time_replaces_unanswered_when_it_comes_in_at_last() -> None:
    assert after(pressed(Press.DONE, 12), minutes=3000).outcome is Outcome.DONE_IN_TIME


def test_undo_opens_it_again_and_a_new_answer_counts() -> None:
    first, undo, second = pressed(Press.DONE, 5), pressed(Press.UNDO, 6), pressed(Press.NOT_TODAY, 7)
    assert after(first, undo, minutes=10).outcome is Outcome.OPEN
    assert after(first, undo, second).outcome is Outcome.SKIPPED


def test_later_puts_it_off_a_quarter_of_an_hour() -> None:
    result = after(pressed(Press.LATER, 3), minutes=4)
    assert result.outcome is Outcome.OPEN
    assert result.later_until == DUE + 3 * MINUTE + LATER


def test_later_promises_no_notice_when_it_would_be_over_by_then() -> None:
    assert after(pressed(Press.LATER, 285), minutes=286) == Result(Outcome.OPEN)
    assert after(pressed(Press.LATER, 284), minutes=285).later_until == DUE + 299 * MINUTE


def test_later_after_done_changes_nothing() -> None:
    assert after(pressed(Press.DONE, 3), pressed(Press.LATER, 4)).outcome is Outcome.DONE_IN_TIME


def test_a_phone_with_a_wrong_clock_is_believed_within_reason() -> None:
    received = DUE + 10 * MINUTE
    assert believable(received + timedelta(days=3), DUE, received) == received
    assert believable(DUE - timedelta(minutes=30), DUE, received) == DUE - timedelta(minutes=30)
    assert believable(None, DUE, received) == received
    assert believable(DUE + MINUTE, DUE, received) == DUE + MINUTE


@pytest.mark.parametrize(
    "said", [datetime(1, 1, 1, tzinfo=UTC), DUE - timedelta(days=3), DUE - timedelta(minutes=30, seconds=1)]
)
def test_a_press_before_any_could_be_counts_from_when_it_came_and_beats_no_real_one(said: datetime) -> None:
    received = DUE + 10 * MINUTE
    wrong = Pressed(believable(said, DUE, received), uuid4(), Press.NOT_TODAY)
    assert wrong.at == received
    assert after(wrong, pressed(Press.DONE, 5)).outcome is Outcome.DONE_IN_TIME


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-30, 10**6))
def test_a_believed_time_is_never_before_a_press_could_be_nor_after_it_came(
    said: datetime, minutes: int
) -> None:
    received = DUE + minutes * MINUTE
    assert DUE - EARLIEST <= believable(said, DUE, received) <= received


presses = st.lists(
    st.builds(
        Pressed,
        st.integers(-30, 400).map(lambda minutes: DUE + minutes * MINUTE),
        st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number)),
        st.sampled_from(list(Press)),
    ),
    max_size=8,
)


@given(presses, st.booleans(), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_in_which_presses_arrive_does_not_matter(
    said: list[Pressed], delivered: bool, minutes: int, chance: random.Random
) -> None:
    shuffled = said[:]
    chance.shuffle(shuffled)
    assert after(*said, delivered=delivered, minutes=minutes) == after(
        *shuffled, delivered=delivered, minutes=minutes
    )


@given(presses, st.booleans(), st.integers(0, 1000))
def test_the_same_press_twice_is_once(said: list[Pressed], delivered: bool, minutes: int) -> None:
    assert after(*said, *said, delivered=delivered, minutes=minutes) == after(
        *said, delivered=delivered, minutes=minutes
    )


@given(presses, st.booleans())
def test_once_closed_there_is_always_exactly_one_of_five_outcomes(
    said: list[Pressed], delivered: bool
) -> None:
    result = after(*said, delivered=delivered)
    assert result.outcome is not Outcome.OPEN
    assert (result.pressed_at is None) == (result.outcome in (Outcome.UNANSWERED, Outcome.UNDELIVERED))
