from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind, wish
from webapp.core import clock
from webapp.reminders import answering, listing, planning, setting
from webapp.reminders.day import day_of
from webapp.reminders.models import SetBy, State
from webapp.reminders.outcome import Outcome, Press
from webapp.reminders.setting import By

DAY = timedelta(days=1)
DUE = MORNING + 10 * MINUTE  # 08.10


def test_one_due_time_is_planned_once_for_each_phone(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    for _ in range(3):
        planning.plan_due(session, DUE)
    assert [each.due_at for each in occurrences(session, reminder)] == [DUE]
    assert [each.due_at for each in deliveries(session, reminder)] == [DUE, DUE]


def test_nothing_is_planned_long_before_it_is_due(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE - planning.AHEAD - timedelta(seconds=1))
    assert not occurrences(session, reminder)
    planning.plan_due(session, DUE - planning.AHEAD)
    assert [each.due_at for each in occurrences(session, reminder)] == [DUE]


def test_while_much_is_going_out_only_what_cannot_wait_is_planned(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE - 2 * MINUTE, ahead=planning.SOON)
    assert not occurrences(session, reminder)
    planning.plan_due(session, DUE - MINUTE, ahead=planning.SOON)
    assert occurrences(session, reminder)


def test_after_an_outage_only_the_newest_is_sent_and_every_missed_one_is_known(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    late = DUE + 3 * DAY + 5 * MINUTE
    planning.plan_due(session, late)
    planning.close_due(session, late)
    missed = occurrences(session, reminder)
    assert [each.due_at for each in missed] == [DUE + day * DAY for day in range(4)]
    assert [each.outcome for each in missed[:3]] == [Outcome.UNDELIVERED] * 3
    assert [each.due_at for each in deliveries(session, reminder)] == [DUE + 3 * DAY]


def test_a_reminder_that_ends_is_planned_no_more(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING, until=clock.today())
    planning.plan_due(session, DUE)
    assert reminder.next_due_at is None
    planning.plan_due(session, DUE + DAY)
    assert len(occurrences(session, reminder)) == 1


def test_pausing_takes_back_what_was_planned_and_not_yet_due(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE - MINUTE)
    assert occurrences(session, reminder)
    setting.pause(session, reminder, DUE - MINUTE)
    assert not occurrences(session, reminder)
    setting.resume(session, reminder, DUE + MINUTE)
    assert reminder.next_due_at == DUE + DAY


def test_changing_the_time_moves_what_has_not_come_and_keeps_what_has(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", "08:30", now=MORNING)
    planning.plan_due(session, DUE)
    setting.change(session, reminder, wish("09:00"), setting.By(account.id, SetBy.SELF), DUE + MINUTE)
    planning.plan_due(session, MORNING + 60 * MINUTE)
    assert [each.local_at.hour for each in occurrences(session, reminder)] == [8, 9]


def test_nobody_who_has_died_is_planned_for(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    who.deceased_at = MORNING
    session.flush()
    assert planning.plan_due(session, DUE)
    assert not occurrences(session, reminder)
    assert not planning.plan_due(session, DUE), "those who have died are looked through again and again"


def test_what_arrived_and_got_no_answer_is_unanswered_and_what_never_arrived_is_undelivered(
    session: Session,
) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    arrived, never = (remind(session, account, "08:10", now=MORNING) for _ in range(2))
    planning.plan_due(session, DUE)
    for delivery in deliveries(session, arrived):
        delivery.state = State.SENT
    session.flush()
    midnight = clock.local(DUE).replace(hour=23, minute=59) + MINUTE
    planning.close_due(session, midnight)
    assert [each.outcome for each in occurrences(session, arrived)] == [Outcome.UNANSWERED]
    assert [each.outcome for each in occurrences(session, never)] == [Outcome.UNDELIVERED]


def test_an_answer_pressed_before_it_closed_counts_although_it_comes_in_after(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    tomorrow = DUE + DAY
    planning.close_due(session, tomorrow)
    occurrence = occurrences(session, reminder)[0]
    answering.answer(session, occurrence, Press.DONE, tomorrow, pressed_at=DUE + 4 * MINUTE)
    assert occurrence.outcome is Outcome.DONE_IN_TIME
    assert occurrence.pressed_at == DUE + 4 * MINUTE


def test_later_brings_one_more_notice_a_quarter_of_an_hour_after_the_press(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    answering.answer(session, occurrences(session, reminder)[0], Press.LATER, DUE + MINUTE)
    first, again = deliveries(session, reminder)
    assert first.state is State.CALLED_OFF
    assert (again.number, again.due_at) == (2, DUE + 16 * MINUTE)


def test_staff_have_sixty_seconds_before_anything_is_delivered(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    by = By(account.id, SetBy.STAFF, "Nils, distriktssköterska", None)
    now = DUE - timedelta(seconds=10)
    reminder = setting.set_reminder(session, who.id, wish("08:10", until=clock.today()), by, now)
    planning.plan_due(session, now)
    assert [each.due_at for each in deliveries(session, reminder)] == [now + setting.UNDO]
    assert setting.undo_send(session, reminder, now + timedelta(seconds=59))
    assert not deliveries(session, reminder)


def test_after_sixty_seconds_nothing_can_be_undone(session: Session) -> None:
    who, account = person(session)
    by = By(account.id, SetBy.STAFF, "Nils", None)
    reminder = setting.set_reminder(session, who.id, wish("08:10", until=clock.today()), by, MORNING)
    assert not setting.undo_send(session, reminder, MORNING + setting.UNDO)


def test_a_reminder_that_would_never_come_is_not_set(session: Session) -> None:
    who, account = person(session)
    never = wish("07:00", until=clock.today())
    with pytest.raises(setting.NeverDue):
        setting.set_reminder(session, who.id, never, By(account.id, SetBy.SELF), MORNING)


def test_a_form_sent_twice_sets_one_reminder(session: Session) -> None:
    who, account = person(session)
    by, key = By(account.id, SetBy.SELF), "0e5a4a0e-0000-4000-8000-000000000000"
    first = setting.set_reminder(session, who.id, wish("08:10"), by, MORNING, key)
    assert setting.set_reminder(session, who.id, wish("08:10"), by, MORNING, key) is first
    assert len(listing.reminders_of(session, who.id, MORNING)) == 1


def test_the_day_shows_what_is_due_also_when_no_worker_has_been_round(session: Session) -> None:
    who, account = person(session)
    remind(session, account, "08:10", "20:00", now=MORNING)
    day = day_of(session, who.id, DUE + MINUTE)
    assert [line.due_at for line in day.due] == [DUE]
    assert [line.clock.hour for line in day.coming] == [20]


def test_a_due_time_can_be_answered_before_the_worker_has_been_round(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING)
    local = clock.local(DUE)
    made = planning.occurrence_at(session, reminder, local.date(), local.time(), DUE + MINUTE)
    assert made is not None
    answering.answer(session, made, Press.DONE, DUE + MINUTE)
    planning.plan_due(session, DUE + 2 * MINUTE)
    assert [each.outcome for each in occurrences(session, reminder)] == [Outcome.DONE_IN_TIME]


def test_a_due_time_that_the_rule_does_not_have_cannot_be_answered(session: Session) -> None:
    _, account = person(session)
    reminder = remind(session, account, "08:10", now=MORNING)
    day = clock.local(DUE).date()
    for on, at in ((day, "08:11"), (day - DAY, "08:10"), (day + DAY, "08:10")):
        clock_time = clock.local(DUE).time().fromisoformat(at)
        assert planning.occurrence_at(session, reminder, on, clock_time, DUE + MINUTE) is None


def test_an_answer_taken_back_before_the_due_time_still_brings_the_notice(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    local, early = clock.local(DUE), DUE - timedelta(seconds=50)
    made = planning.occurrence_at(session, reminder, local.date(), local.time(), early)
    assert made is not None
    answering.answer(session, made, Press.DONE, early)
    answering.answer(session, made, Press.UNDO, early + timedelta(seconds=9))
    planning.plan_due(session, DUE)
    assert [(each.state, each.due_at) for each in deliveries(session, reminder)] == [(State.DUE, DUE)]


def test_a_due_time_that_is_over_is_asked_for_no_more_although_no_worker_has_closed_it(
    session: Session,
) -> None:
    who, account = person(session)
    planned = remind(session, account, "08:10", "08:20", now=MORNING)
    planning.plan_due(session, DUE)
    never_planned = remind(session, account, "08:11", "08:21", now=MORNING)
    day = day_of(session, who.id, DUE + 12 * MINUTE)
    assert [(line.reminder_id, line.clock.minute) for line in day.due] == [
        (planned.id, 20),
        (never_planned.id, 21),
    ]
    assert [(line.clock.minute, line.outcome) for line in day.behind] == [
        (10, Outcome.UNANSWERED),
        (11, Outcome.UNANSWERED),
    ]


def test_a_reminder_that_cannot_be_read_stops_nobody_elses(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    _, account = person(session)
    broken, whole = (remind(session, account, "08:10", now=MORNING) for _ in range(2))
    broken.times = "now and then"
    session.flush()
    planning.plan_due(session, DUE)
    assert not occurrences(session, broken)
    assert len(occurrences(session, whole)) == 1
    assert str(broken.id) in caplog.text
    assert planning.plan_due(session, DUE) == 0


def test_reminders_past_their_last_day_leave_room_for_new_ones(session: Session) -> None:
    _, account = person(session)
    for _ in range(setting.MOST_ACTIVE):
        remind(session, account, "08:10", now=MORNING, until=clock.today())
    with pytest.raises(setting.TooMany):
        remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    assert remind(session, account, "08:10", now=DUE + MINUTE)
