from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from webapp.reminders.schedule import (
    EVERY_DAY,
    IN_TIME,
    Due,
    Rule,
    bits_to_days,
    days_to_bits,
    instant,
    text_to_times,
    times_to_text,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
DAY = timedelta(days=1)


def daily(*clocks: str, first: date = date(2026, 1, 1), last: date | None = None) -> Rule:
    return Rule(tuple(time.fromisoformat(at) for at in clocks), EVERY_DAY, first, last)


def test_eight_o_clock_stays_eight_o_clock_when_summer_time_begins() -> None:
    rule = daily("08:00")
    before, on, after = (rule.on(day)[0].at for day in (SPRING - DAY, SPRING, SPRING + DAY))
    assert before == datetime(2027, 3, 27, 7, tzinfo=UTC)
    assert on == datetime(2027, 3, 28, 6, tzinfo=UTC)
    assert after == datetime(2027, 3, 29, 6, tzinfo=UTC)


def test_eight_o_clock_stays_eight_o_clock_when_summer_time_ends() -> None:
    rule = daily("08:00")
    before, on, after = (rule.on(day)[0].at for day in (AUTUMN - DAY, AUTUMN, AUTUMN + DAY))
    assert before == datetime(2026, 10, 24, 6, tzinfo=UTC)
    assert on == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert after == datetime(2026, 10, 26, 7, tzinfo=UTC)


def test_half_past_two_that_does_not_exist_comes_at_half_past_three() -> None:
    assert instant(SPRING, time(2, 30)).astimezone(STOCKHOLM).time() == time(3, 30)
    assert [due.clock for due in daily("02:30").on(SPRING)] == [time(2, 30)]


def test_half_past_two_that_comes_twice_comes_once_the_first_time() -> None:
    due_times = list(daily("02:30").between(instant(AUTUMN, time(0)), instant(AUTUMN + DAY, time(0))))
    assert [due.at for due in due_times] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_two_times_that_meet_in_one_instant_are_both_remembered() -> None:
    midnight, next_midnight = instant(SPRING, time(0)), instant(SPRING + DAY, time(0))
    due_times = list(daily("02:30", "03:30").between(midnight, next_midnight))
    assert [due.clock for due in due_times] == [time(2, 30), time(3, 30)]
    assert due_times[0].at == due_times[1].at


def test_nothing_is_due_before_the_first_day_or_after_the_last() -> None:
    rule = daily("08:00", first=date(2026, 3, 10), last=date(2026, 3, 11))
    found = list(rule.between(instant(date(2026, 1, 1), time()), instant(date(2027, 1, 1), time())))
    assert [due.on for due in found] == [date(2026, 3, 10), date(2026, 3, 11)]
    assert rule.next_after(found[-1].at) is None


def test_only_the_chosen_weekdays_count() -> None:
    mondays = Rule((time(8),), frozenset({0}), date(2026, 3, 3))
    first = mondays.next_after(instant(date(2026, 3, 3), time()))
    assert first is not None
    assert first.on == date(2026, 3, 9)
    following = mondays.next_after(first.at)
    assert following is not None
    assert following.on == date(2026, 3, 16)


def test_a_reminder_can_be_answered_late_until_the_next_one_or_midnight() -> None:
    rule = daily("08:00", "20:00")
    morning, evening = rule.on(date(2026, 3, 9))
    assert rule.closes(morning) == evening.at
    assert rule.closes(evening) == instant(date(2026, 3, 10), time())


def test_a_reminder_just_before_midnight_keeps_its_hour() -> None:
    late = daily("23:50").on(date(2026, 3, 9))[0]
    assert daily("23:50").closes(late) == late.at + IN_TIME


clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
rules = st.builds(
    Rule,
    st.lists(clocks, min_size=1, max_size=4).map(tuple),
    st.frozensets(st.integers(0, 6), min_size=1),
    days,
    st.none(),
)


@given(rules, days)
def test_the_next_due_time_always_lies_ahead_and_reads_as_it_was_set(rule: Rule, day: date) -> None:
    moment = instant(day, time(12))
    due = rule.next_after(moment)
    assert due is not None
    assert due.at > moment
    assert due.on >= rule.from_on
    assert due.on.weekday() in rule.weekdays
    assert due.clock in rule.times
    wall = due.at.astimezone(STOCKHOLM)
    skipped = wall.date() == due.on and wall.time() != due.clock
    assert wall.date() == due.on
    assert wall.time() == due.clock or (skipped and due.at == instant(due.on, due.clock))


@given(rules, days, st.integers(1, 40))
def test_every_due_time_comes_once_and_in_order(rule: Rule, day: date, length: int) -> None:
    begin, end = instant(day, time()), instant(day + timedelta(days=length), time())
    found = list(rule.between(begin, end))
    assert len({(due.on, due.clock) for due in found}) == len(found)
    assert [due.at for due in found] == sorted(due.at for due in found)
    expected = [
        due
        for ahead in range(length + 1)
        for due in rule.on(day + timedelta(days=ahead))
        if begin < due.at <= end
    ]
    assert sorted(found) == sorted(expected)


@given(rules, days)
def test_a_window_ends_after_it_begins_and_never_reaches_past_the_next_due_time(
    rule: Rule, day: date
) -> None:
    due = rule.next_after(instant(day, time()))
    assert isinstance(due, Due)
    closes = rule.closes(due)
    following = rule.next_after(due.at)
    assert closes > due.at
    assert following is None or closes <= following.at


@given(st.frozensets(st.integers(0, 6)))
def test_weekdays_survive_being_kept(weekdays: frozenset[int]) -> None:
    assert bits_to_days(days_to_bits(weekdays)) == weekdays


@given(st.lists(clocks, min_size=1, max_size=6))
def test_times_survive_being_kept(times: list[time]) -> None:
    assert text_to_times(times_to_text(tuple(times))) == tuple(sorted(set(times)))
