"""Whether consent after consent has held without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.meetings.unbroken import Span, covers, end_of

START = datetime(2026, 3, 9, tzinfo=UTC)
minutes = st.integers(min_value=0, max_value=40)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


spans = st.lists(st.tuples(minutes, minutes).map(lambda pair: Span(at(pair[0]), at(pair[1]))), max_size=6)


def test_a_consent_ends_at_local_midnight_after_its_last_day_also_when_the_clock_changes() -> None:
    assert end_of(date(2026, 3, 28), None) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert end_of(date(2026, 3, 29), None) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert end_of(date(2026, 10, 25), None) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_consent_that_is_withdrawn_ends_then_if_it_has_not_ended_already() -> None:
    assert end_of(date(2026, 3, 9), at(5)) == at(5)
    assert end_of(date(2026, 3, 8), at(5)) == datetime(2026, 3, 8, 23, tzinfo=UTC)


def test_a_changed_consent_leaves_no_gap_and_one_given_anew_does() -> None:
    assert covers([Span(at(0), at(5)), Span(at(5), at(9))], at(1), at(7))
    assert not covers([Span(at(0), at(5)), Span(at(6), at(9))], at(1), at(7))
    assert not covers([Span(at(0), at(5))], at(1), at(5))  # withdrawn: from the very next request
    assert not covers([], at(1), at(1))


@given(spans, minutes, minutes)
def test_it_holds_only_where_each_moment_is_held(given_spans: list[Span], one: int, other: int) -> None:
    since, now = sorted((one, other))
    each_minute = all(
        any(span.begins <= at(minute) < span.ends for span in given_spans) for minute in range(since, now + 1)
    )
    assert covers(given_spans, at(since), at(now)) == each_minute
