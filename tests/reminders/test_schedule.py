from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MO, WEEKLY, rrule, rruleset
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.reminders.schedule import (
    BREAKS_LENGTH,
    EVERY_DAY,
    IN_TIME,
    LAST_DAY,
    MOST_BREAKS,
    BadRule,
    Break,
    Due,
    Rule,
    bits_to_days,
    breaks_to_text,
    days_to_bits,
    instant,
    text_to_breaks,
    text_to_times,
    tidy,
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


def test_every_third_day_is_counted_from_the_first_day_also_over_the_turn_of_the_year() -> None:
    rule = Rule((time(8),), EVERY_DAY, date(2026, 12, 27), every_days=3)
    found = [due.on for due in rule.upcoming(instant(date(2026, 1, 1), time()), 3)]
    assert found == [date(2026, 12, 27), date(2026, 12, 30), date(2027, 1, 2)]


def test_every_second_week_has_the_first_days_week_as_its_first() -> None:
    """She begins on a Thursday, for Mondays and Thursdays: that week's Monday lies behind."""
    rule = Rule((time(8),), frozenset({0, 3}), date(2026, 3, 5), every_weeks=2)
    found = [due.on for due in rule.upcoming(instant(date(2026, 3, 1), time()), 4)]
    assert found == [date(2026, 3, 5), date(2026, 3, 16), date(2026, 3, 19), date(2026, 3, 30)]


def test_one_single_time_comes_once() -> None:
    rule = daily("13:00", first=date(2026, 3, 9), last=date(2026, 3, 9))
    (only,) = rule.upcoming(instant(date(2026, 3, 1), time()), 10)
    assert only.on == date(2026, 3, 9)
    assert rule.next_after(only.at) is None


def test_nothing_comes_during_a_break_and_the_days_after_it_do_not_move() -> None:
    away = Break(date(2026, 3, 10), date(2026, 3, 12))
    rule = Rule((time(8),), EVERY_DAY, date(2026, 3, 9), every_days=2, breaks=(away,))
    found = [due.on for due in rule.upcoming(instant(date(2026, 3, 1), time()), 3)]
    assert found == [date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 15)]


def test_a_reminder_within_a_break_alone_never_comes() -> None:
    away = Break(date(2026, 3, 8), date(2026, 3, 20))
    rule = Rule((time(8),), EVERY_DAY, date(2026, 3, 9), date(2026, 3, 15), breaks=(away,))
    assert rule.next_after(instant(date(2026, 1, 1), time())) is None


def test_what_was_due_before_a_break_can_be_answered_until_midnight_and_no_longer() -> None:
    rule = Rule(
        (time(8),), EVERY_DAY, date(2026, 3, 9), breaks=(Break(date(2026, 3, 10), date(2026, 3, 20)),)
    )
    (due,) = rule.on(date(2026, 3, 9))
    assert rule.closes(due) == instant(date(2026, 3, 10), time())


def test_breaks_that_touch_become_one_and_those_behind_are_forgotten() -> None:
    days = [date(2026, 3, day) for day in range(1, 31)]
    kept = tidy([Break(days[9], days[11]), Break(days[12], days[12]), Break(days[0], days[2])], days[5])
    assert kept == (Break(days[9], days[12]),)


EVIL: dict[str, dict[str, Any]] = {
    "no time at all": {"times": ()},
    "a million times a year": {"times": tuple(time(at // 60, at % 60) for at in range(1440))},
    "no weekday": {"weekdays": frozenset()},
    "an eighth weekday": {"weekdays": frozenset({7})},
    "every day that is none": {"every_days": 0},
    "backwards": {"every_weeks": -1},
    "once in three years": {"every_days": 1000},
    "by days and by weeks at once": {"every_days": 2, "every_weeks": 2},
    "by days and on Mondays": {"every_days": 2, "weekdays": frozenset({0})},
    "the year 1900": {"from_on": date(1900, 1, 1)},
    "the year 9999": {"until_on": date.max},
    "a break until the year 9999": {"breaks": (Break(date(2026, 1, 1), date.max),)},
    "a break each day": {"breaks": (Break(date(2026, 1, 1), date(2026, 1, 1)),) * (MOST_BREAKS + 1)},
}


@pytest.mark.parametrize("name", EVIL)
def test_a_rule_nobody_could_live_with_is_no_rule(name: str) -> None:
    fine: dict[str, Any] = {"times": (time(8),), "weekdays": EVERY_DAY, "from_on": date(2026, 1, 1)}
    Rule(**fine)
    with pytest.raises(BadRule):
        Rule(**{**fine, **EVIL[name]})


@pytest.mark.parametrize("day", [date.min, date(1900, 1, 1), LAST_DAY, date.max])
def test_a_day_at_the_end_of_time_is_asked_about_without_harm(day: date) -> None:
    rule = Rule((time(8),), frozenset({2}), date(2026, 1, 1), every_weeks=52)
    assert rule.on(day) == []


clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
changes = st.sampled_from([SPRING, AUTUMN]).flatmap(
    lambda day: st.integers(-4, 4).map(lambda ahead: day + ahead * DAY)
)
spans = st.builds(lambda first, length: Break(first, first + length * DAY), days, st.integers(0, 400))
breaks = st.lists(spans, max_size=MOST_BREAKS).map(tuple)
times = st.lists(clocks, min_size=1, max_size=4).map(tuple)
by_weeks = st.builds(
    Rule,
    times,
    st.frozensets(st.integers(0, 6), min_size=1),
    days,
    st.none() | st.dates(date(2031, 1, 1), date(2040, 1, 1)),
    every_weeks=st.integers(1, 52),
    breaks=breaks,
)
by_days = st.builds(
    Rule, times, st.just(EVERY_DAY), days, st.none(), every_days=st.integers(1, 99), breaks=breaks
)
rules = by_weeks | by_days


def with_dateutil(rule: Rule, last: date) -> list[date]:
    """The days of the rule by dateutil's rule sets, which know nothing of ours."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time())

    step: dict[str, Any] = {"freq": WEEKLY, "interval": rule.every_weeks, "byweekday": sorted(rule.weekdays)}
    if rule.every_days > 1:
        step = {"freq": DAILY, "interval": rule.every_days}
    found = rruleset()
    until = min(last, rule.until_on or last)
    found.rrule(rrule(dtstart=midnight(rule.from_on), until=midnight(until), wkst=MO, **step))
    for each in rule.breaks:
        found.exrule(rrule(DAILY, dtstart=midnight(each.from_on), until=midnight(each.until_on)))
    return [at.date() for at in found]


@given(rules, st.integers(0, 900))
def test_it_falls_on_the_days_that_dateutils_rule_sets_say(rule: Rule, length: int) -> None:
    last = rule.from_on + length * DAY
    begin, end = instant(rule.from_on, time()) - DAY, instant(last + DAY, time()) - timedelta(microseconds=1)
    found = {due.on for due in rule.between(begin, end)}
    assert sorted(found) == with_dateutil(rule, last)


@given(rules, changes, st.integers(1, 12))
def test_at_the_clock_changes_each_time_of_each_day_comes_exactly_once(
    rule: Rule, day: date, length: int
) -> None:
    """Also those at half past two, which does not exist in March and comes twice in October."""
    rule = Rule(rule.times, rule.weekdays, day, every_days=rule.every_days, every_weeks=rule.every_weeks)
    begin = instant(day, time()) - timedelta(microseconds=1)
    found = list(rule.between(begin, instant(day + length * DAY, time()) - timedelta(microseconds=1)))
    wanted = [(on, at) for on in with_dateutil(rule, day + (length - 1) * DAY) for at in set(rule.times)]
    assert sorted((due.on, due.clock) for due in found) == sorted(wanted)
    for due in found:
        wall = due.at.astimezone(STOCKHOLM)
        assert wall.date() == due.on
        late = timedelta(hours=1) if due.on == SPRING and due.clock.hour == 2 else timedelta()
        assert datetime.combine(due.on, due.clock) + late == wall.replace(tzinfo=None)


@given(rules, changes)
def test_at_the_clock_changes_two_are_never_open_at_once(rule: Rule, day: date) -> None:
    found = rule.upcoming(instant(day, time()), 6)
    for due, following in pairwise(found):
        assert rule.closes(due) <= following.at or due.at == following.at


@given(rules)
def test_what_comes_next_is_the_same_from_wherever_one_looks(rule: Rule) -> None:
    """Planning may stop anywhere and go on: nothing is left out, nothing comes twice."""
    begin = instant(rule.from_on, time()) - DAY
    found = rule.upcoming(begin, 8)
    for due, following in pairwise(found):
        if due.at < following.at:
            assert rule.next_after(due.at) == following
            assert rule.next_after(following.at - timedelta(microseconds=1)) == following


@given(st.lists(spans, max_size=MOST_BREAKS), days)
def test_breaks_survive_being_kept_and_fit_in_their_column(given: list[Break], day: date) -> None:
    kept = tidy(given)
    text = breaks_to_text(kept)
    assert text_to_breaks(text) == kept
    assert len(text) <= BREAKS_LENGTH
    covered = any(each.from_on <= day <= each.until_on for each in given)
    assert covered == any(each.from_on <= day <= each.until_on for each in kept)


@given(rules, days)
def test_the_next_due_time_always_lies_ahead_and_reads_as_it_was_set(rule: Rule, day: date) -> None:
    moment = instant(day, time(12))
    due = rule.next_after(moment)
    if due is None:
        assert rule.until_on is not None
        return
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
    assume(due is not None)
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
