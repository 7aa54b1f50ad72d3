from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from webapp.core.db import Database
from webapp.core.push import Outcome as Sent
from webapp.core.push import Result
from webapp.reminders import answering, phones, planning
from webapp.reminders.models import Delivery, Heartbeat, Reminder, State
from webapp.reminders.outcome import Press
from webapp.sending import queue
from webapp.sending.queue import LEASE, Leased

DUE = MORNING + 10 * MINUTE
ALL_WELL = Result(Sent.SENT, 201)


def planned(session: Session, phones_each: int = 1) -> Reminder:
    who, account = person(session)
    for _ in range(phones_each):
        phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    return reminder


def mine(session: Session, leased: list[Leased], reminder: Reminder) -> list[Leased]:
    own = select(Delivery.id).where(Delivery.person_id == reminder.person_id)
    ids = set(session.scalars(own))
    return [each for each in leased if each.id in ids]


def lease(session: Session, reminder: Reminder, worker: str = "one", now: datetime = DUE) -> list[Leased]:
    return mine(session, queue.lease_due(session, worker, now), reminder)


def test_of_two_workers_only_one_gets_a_delivery(session: Session) -> None:
    reminder = planned(session)
    assert len(lease(session, reminder, "one")) == 1
    assert not lease(session, reminder, "two")


def test_a_worker_that_died_leaves_its_delivery_to_another_when_the_lease_has_run_out(
    session: Session,
) -> None:
    reminder = planned(session)
    lease(session, reminder, "dead")
    again = lease(session, reminder, "alive", DUE + LEASE)
    assert [each.attempts for each in again] == [2]


def test_a_worker_that_comes_back_too_late_settles_nothing(session: Session) -> None:
    reminder = planned(session)
    stale = lease(session, reminder, "slow")
    lease(session, reminder, "quick", DUE + LEASE)
    queue.settle_sent(session, "slow", [(stale[0], ALL_WELL)], DUE + LEASE)
    assert [each.state for each in deliveries(session, reminder)] == [State.DUE]


def test_what_was_answered_before_it_was_sent_is_called_off(session: Session) -> None:
    reminder = planned(session)
    answering.answer(session, occurrences(session, reminder)[0], Press.DONE, DUE)
    assert not lease(session, reminder)
    assert [each.state for each in deliveries(session, reminder)] == [State.CALLED_OFF]


def test_ended_paused_switched_off_and_dead_get_nothing(session: Session) -> None:
    ended, paused, off, dead = (planned(session) for _ in range(4))
    ended.ended_at = paused.paused_at = DUE
    phones.forget(session, off.person_id, None, DUE)
    from webapp.accounts.models import Person

    session.get_one(Person, dead.person_id).deceased_at = DUE
    session.flush()
    leased = queue.lease_due(session, "one", DUE)
    for reminder in (ended, paused, off, dead):
        assert not mine(session, leased, reminder)
        why = State.GONE if reminder is off else State.CALLED_OFF  # off: the person may have another way
        assert [each.state for each in deliveries(session, reminder)] == [why]


def test_what_is_of_no_more_use_is_not_sent_late(session: Session) -> None:
    reminder = planned(session)
    midnight = occurrences(session, reminder)[0].closes_at
    assert not lease(session, reminder, now=midnight)
    assert [each.state for each in deliveries(session, reminder)] == [State.TOO_LATE]


def test_what_is_of_no_more_use_holds_up_nobody(session: Session) -> None:
    for _ in range(5):
        reminder = planned(session)
        answering.answer(session, occurrences(session, reminder)[0], Press.DONE, DUE)
    waiting = planned(session)
    leased = queue.lease_due(session, "one", DUE, most=2)
    assert [each.occurrence_id for each in leased] == [each.id for each in occurrences(session, waiting)]


def test_each_answer_of_a_push_service_is_kept_apart(session: Session) -> None:
    results = {
        State.SENT: ALL_WELL,
        State.GONE: Result(Sent.GONE, 410),
        State.REFUSED: Result(Sent.REFUSED, 413),
        State.TOO_LATE: Result(Sent.TOO_LATE),
    }
    for state, result in results.items():
        reminder = planned(session)
        queue.settle_sent(session, "one", [(each, result) for each in lease(session, reminder)], DUE)
        assert [each.state for each in deliveries(session, reminder)] == [state]
        assert len(phones.live_phones(session, reminder.person_id)) == (0 if state is State.GONE else 1)


def test_a_service_that_asks_us_to_wait_is_asked_again_when_it_said(session: Session) -> None:
    reminder = planned(session)
    at = DUE + 7 * MINUTE
    result = Result(Sent.LATER, 429, retry_at=at)
    queue.settle_sent(session, "one", [(each, result) for each in lease(session, reminder)], DUE)
    assert [each.due_at for each in deliveries(session, reminder)] == [at]
    assert not lease(session, reminder, now=at - MINUTE)
    assert lease(session, reminder, now=at)


def test_our_own_fault_retires_no_phone_and_is_tried_again(session: Session) -> None:
    reminder = planned(session)
    result = Result(Sent.REFUSED, 403)
    queue.settle_sent(session, "one", [(each, result) for each in lease(session, reminder)], DUE)
    assert [each.state for each in deliveries(session, reminder)] == [State.DUE]
    assert phones.has_phone(session, reminder.person_id)


def test_waiting_past_the_window_ends_as_too_late(session: Session) -> None:
    reminder = planned(session)
    closes = occurrences(session, reminder)[0].closes_at
    result = Result(Sent.LATER, 503, retry_at=closes + MINUTE)
    queue.settle_sent(session, "one", [(each, result) for each in lease(session, reminder)], DUE)
    assert [each.state for each in deliveries(session, reminder)] == [State.TOO_LATE]


def test_a_phone_that_has_changed_hands_gets_nothing_of_the_one_before(session: Session) -> None:
    reminder = planned(session)
    device = phones.live_phones(session, reminder.person_id)[0]
    other, _ = person(session, "Annan")
    phone(session, other.id, DUE, device.endpoint)
    assert not lease(session, reminder)


def test_many_workers_at_once_lease_every_delivery_exactly_once(database: Database) -> None:
    with database.writing() as session:
        reminders = {planned(session, 3).id for _ in range(40)}
    leased: list[UUID] = []
    lock = threading.Lock()

    def work(worker: str) -> None:
        while True:
            with database.writing() as session:
                batch = queue.lease_due(session, worker, DUE, 7)
            if not batch:
                return
            with database.writing() as session:
                queue.settle_sent(session, worker, [(each, ALL_WELL) for each in batch], DUE)
            with lock:
                leased.extend(each.id for each in batch)

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reminders) == 40
    assert set(Counter(leased).values()) == {1}
    with database.read() as session:
        assert not session.scalars(
            select(Delivery.id).where(Delivery.state == State.DUE, Delivery.due_at <= DUE)
        ).all()


def test_a_beat_says_that_somebody_is_sending(session: Session) -> None:
    queue.beat(session, "one", DUE)
    queue.beat(session, "one", DUE + timedelta(seconds=10))
    assert queue.last_beat(session) == DUE + timedelta(seconds=10)


def test_workers_that_ended_long_ago_leave_nothing_behind(session: Session) -> None:
    queue.beat(session, "restarted", DUE)
    queue.beat(session, "one", DUE + timedelta(days=2))
    session.flush()
    assert session.scalars(select(Heartbeat.worker)).all() == ["one"]


def test_what_goes_to_a_service_that_hangs_is_left_and_everything_else_is_taken(session: Session) -> None:
    hanging, well = planned(session), planned(session)
    for each in deliveries(session, hanging):
        each.lane = "https://hangs.push.invalid"
    session.flush()
    leased = queue.lease_due(session, "one", DUE, full={"https://hangs.push.invalid"})
    assert mine(session, leased, well)
    assert not mine(session, leased, hanging)
    assert lease(session, hanging)


def test_how_late_it_is_counts_from_when_it_was_due_however_often_it_is_tried(session: Session) -> None:
    reminder = planned(session)
    later = Result(Sent.LATER, 503, retry_at=DUE + 3 * MINUTE)
    queue.settle_sent(session, "one", [(each, later) for each in lease(session, reminder)], DUE)
    assert [each.due_at for each in lease(session, reminder, now=DUE + 3 * MINUTE)] == [DUE]


def test_what_is_given_up_keeps_the_reason(session: Session) -> None:
    reminder = planned(session)
    refused = Result(Sent.REFUSED, 413, cause="refused")
    queue.settle_sent(session, "one", [(each, refused) for each in lease(session, reminder)], DUE)
    assert [(each.status, each.cause) for each in deliveries(session, reminder)] == [(413, "refused")]
