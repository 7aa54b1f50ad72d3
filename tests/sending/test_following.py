"""Where one way fails the next is taken: one at a time, never two, never silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.channels.test_ways import proven
from tests.conftest import NOON
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from webapp.accounts.models import Person
from webapp.channels import domain
from webapp.core.db import Database
from webapp.core.push import Outcome as Sent
from webapp.core.push import Result
from webapp.reminders import answering, phones, planning
from webapp.reminders.deliveries import PATIENCE
from webapp.reminders.models import Channel, Delivery, Reminder, State, Subscription
from webapp.reminders.outcome import Outcome, Press
from webapp.sending import following, queue
from webapp.sending.following import Follower
from webapp.sending.queue import Leased

DUE = NOON + 10 * MINUTE
SMS, EMAIL, PUSH = Channel.SMS, Channel.EMAIL, Channel.PUSH


def planned(session: Session, *others: Channel, number_of_phones: int = 1) -> tuple[Person, Reminder]:
    """Somebody with phones and these other ways, and a reminder that is due at 08.10 and planned."""
    who, account = person(session)
    for _ in range(number_of_phones):
        phone(session, who.id, NOON)
    for channel in others:
        proven(session, who.id, channel, "+46701740605" if channel is SMS else "aino@exempel.se")
    reminder = remind(session, account, "08:10", now=NOON)
    planning.plan_due(session, DUE)
    return who, reminder


def lease(session: Session, at: timedelta = timedelta()) -> list[Leased]:
    return queue.lease_due(session, "one", DUE + at)


def settle(session: Session, leased: Sequence[Leased], outcome: Sent, at: timedelta = timedelta()) -> None:
    queue.settle_sent(session, "one", [(each, Result(outcome)) for each in leased], DUE + at)


def follow(session: Session, at: timedelta = timedelta(), *, impatient: bool = True) -> int:
    return following.follow(session, DUE + at, impatient=impatient)


def ways(session: Session, reminder: Reminder) -> Counter[tuple[Channel, State]]:
    return Counter((each.channel, each.state) for each in deliveries(session, reminder))


def sent_by(session: Session, reminder: Reminder) -> list[Channel]:
    """Every delivery's way, in the order of `Channel`."""
    return sorted((each.channel for each in deliveries(session, reminder)), key=list(Channel).index)


def test_it_goes_by_the_first_way_alone(session: Session) -> None:
    _, reminder = planned(session, SMS, EMAIL)
    settle(session, lease(session), Sent.SENT)
    assert follow(session, PATIENCE * 2) == 0
    assert ways(session, reminder) == Counter([(PUSH, State.SENT)])


@pytest.mark.parametrize("outcome", [Sent.GONE, Sent.REFUSED, Sent.TOO_LATE])
def test_where_push_does_not_go_the_sms_does(session: Session, outcome: Sent) -> None:
    _, reminder = planned(session, SMS, EMAIL)
    settle(session, lease(session), outcome)
    assert follow(session) == 1
    assert ways(session, reminder) == Counter([(PUSH, State(outcome.value)), (SMS, State.DUE)])
    (letter,) = lease(session)
    assert (letter.channel, letter.subscription_id, letter.lane) == (SMS, None, "sms")
    settle(session, [letter], Sent.SENT)
    assert follow(session) == 0


def test_the_ways_are_tried_one_by_one_in_the_persons_order_until_none_is_left(session: Session) -> None:
    who, reminder = planned(session)
    proven(session, who.id, SMS)
    proven(session, who.id, EMAIL, "aino@exempel.se")
    domain.put_first(session, who.id, EMAIL)
    for _ in range(4):
        settle(session, lease(session), Sent.REFUSED)
        follow(session)
    assert ways(session, reminder) == Counter(
        [(PUSH, State.REFUSED), (EMAIL, State.REFUSED), (SMS, State.REFUSED)]
    )
    planning.close_due(session, DUE + timedelta(days=2))
    assert [each.outcome for each in occurrences(session, reminder)] == [Outcome.UNDELIVERED]


def test_without_a_phone_it_begins_with_the_next_way(session: Session) -> None:
    _, reminder = planned(session, SMS, number_of_phones=0)
    assert ways(session, reminder) == Counter([(SMS, State.DUE)])


def test_who_put_sms_first_gets_no_push_unless_it_fails(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, NOON)
    proven(session, who.id)
    domain.put_first(session, who.id, SMS)
    reminder = remind(session, account, "08:10", now=NOON)
    planning.plan_due(session, DUE)
    assert ways(session, reminder) == Counter([(SMS, State.DUE)])
    settle(session, lease(session), Sent.REFUSED)
    follow(session)
    assert ways(session, reminder) == Counter([(SMS, State.REFUSED), (PUSH, State.DUE)])


def test_without_any_other_way_what_failed_is_looked_at_once(session: Session) -> None:
    _, reminder = planned(session)
    settle(session, lease(session), Sent.GONE)
    assert follow(session) == 1
    assert follow(session) == 0
    assert ways(session, reminder) == Counter([(PUSH, State.GONE)])


def test_as_long_as_one_of_several_phones_may_get_it_nothing_else_goes(session: Session) -> None:
    _, reminder = planned(session, SMS, number_of_phones=2)
    first, second = lease(session)
    settle(session, [first], Sent.GONE)
    follow(session)
    assert SMS not in sent_by(session, reminder)
    settle(session, [second], Sent.GONE)
    follow(session)
    assert sent_by(session, reminder).count(SMS) == 1


def test_one_phone_that_got_it_is_enough(session: Session) -> None:
    _, reminder = planned(session, SMS, number_of_phones=2)
    first, second = lease(session)
    settle(session, [first], Sent.SENT)
    settle(session, [second], Sent.GONE)
    follow(session)
    assert SMS not in sent_by(session, reminder)
    assert follow(session) == 0


def test_a_phone_switched_off_since_planning_leads_to_the_next_way(session: Session) -> None:
    who, reminder = planned(session, SMS)
    phones.forget(session, who.id, None, DUE)
    assert lease(session) == []
    follow(session)
    assert ways(session, reminder) == Counter([(PUSH, State.GONE), (SMS, State.DUE)])


def test_a_push_service_that_does_not_answer_is_waited_for_ten_minutes(session: Session) -> None:
    _, reminder = planned(session, SMS)
    settle(session, lease(session), Sent.LATER)
    assert follow(session, PATIENCE - MINUTE) == 0
    assert ways(session, reminder) == Counter([(PUSH, State.DUE)])
    assert follow(session, PATIENCE + MINUTE) == 1
    assert ways(session, reminder) == Counter([(PUSH, State.TOO_LATE), (SMS, State.DUE)])
    assert [each.channel for each in lease(session, PATIENCE + MINUTE)] == [SMS]


def test_what_is_on_its_way_at_this_moment_is_not_taken_back(session: Session) -> None:
    _, reminder = planned(session, SMS)
    lease(session, PATIENCE)
    follow(session, PATIENCE + timedelta(seconds=5))
    assert ways(session, reminder) == Counter([(PUSH, State.DUE)])
    follow(session, PATIENCE + MINUTE)  # its worker died: the lease has run out
    assert ways(session, reminder) == Counter([(PUSH, State.TOO_LATE), (SMS, State.DUE)])


def test_who_has_one_way_waits_for_it_as_long_as_it_is_of_use(session: Session) -> None:
    _, reminder = planned(session)
    settle(session, lease(session), Sent.LATER)
    assert follow(session, timedelta(hours=3)) == 0
    assert ways(session, reminder) == Counter([(PUSH, State.DUE)])


def test_after_an_outage_everything_first_gets_its_time_by_the_first_way(session: Session) -> None:
    _, reminder = planned(session, SMS)
    back = DUE + timedelta(hours=1)
    follower = Follower()
    follower.go(session, back)
    assert ways(session, reminder) == Counter([(PUSH, State.DUE)])
    for minute in range(11):
        follower.go(session, back + minute * MINUTE)
    assert ways(session, reminder) == Counter([(PUSH, State.TOO_LATE), (SMS, State.DUE)])


def test_an_answer_ends_it(session: Session) -> None:
    _, reminder = planned(session, SMS)
    settle(session, lease(session), Sent.GONE)
    (occurrence,) = occurrences(session, reminder)
    answering.answer(session, occurrence, Press.DONE, DUE)
    follow(session)
    assert ways(session, reminder) == Counter([(PUSH, State.GONE)])


def test_later_comes_by_the_way_the_person_has_then(session: Session) -> None:
    who, reminder = planned(session, SMS)
    settle(session, lease(session), Sent.SENT)
    phones.forget(session, who.id, None, DUE)
    (occurrence,) = occurrences(session, reminder)
    answering.answer(session, occurrence, Press.LATER, DUE)
    assert ways(session, reminder) == Counter([(PUSH, State.SENT), (SMS, State.DUE)])


def test_a_way_taken_away_is_not_taken_and_one_added_is(session: Session) -> None:
    who, reminder = planned(session, SMS)
    settle(session, lease(session), Sent.GONE)
    domain.take_away(session, who.id, SMS)
    proven(session, who.id, EMAIL, "aino@exempel.se")
    follow(session)
    assert ways(session, reminder) == Counter([(PUSH, State.GONE), (EMAIL, State.DUE)])


def test_a_lost_phone_leaves_the_mailbox(session: Session) -> None:
    who, reminder = planned(session, SMS, EMAIL)
    domain.phone_lost(session, who.id)
    phones.forget(session, who.id, None, DUE)
    lease(session)
    follow(session)
    assert ways(session, reminder) == Counter([(PUSH, State.GONE), (EMAIL, State.DUE)])


def test_a_phone_connected_after_planning_adds_nothing_for_who_chose_other_ways(session: Session) -> None:
    who, account = person(session)
    proven(session, who.id)
    reminder = remind(session, account, "08:10", now=NOON)
    planning.plan_due(session, NOON + 6 * MINUTE)
    phone(session, who.id, NOON + 7 * MINUTE)
    assert ways(session, reminder) == Counter([(SMS, State.DUE)])


def test_two_workers_at_once_send_by_the_next_way_once(database: Database) -> None:
    with database.writing() as session:
        _, reminder = planned(session, SMS)
        settle(session, lease(session), Sent.GONE)
        reminder_id = reminder.id
    if database.engine.dialect.name == "sqlite":
        return  # there workers take turns: a second one begins when the first has ended
    with database.write() as one, database.write() as other:
        assert follow(one) == 1
        assert follow(other) == 0, "the due time is held by the first"
        one.commit()
        other.commit()
    with database.writing() as session:
        follow(session)
        assert sent_by(session, session.get_one(Reminder, reminder_id)) == [PUSH, SMS]


def test_what_stood_given_up_before_a_crash_is_followed_by_the_next_worker(database: Database) -> None:
    with database.writing() as session:
        _, reminder = planned(session, SMS)
        settle(session, lease(session), Sent.GONE)
        reminder_id = reminder.id
    with database.writing() as session:  # another process
        Follower().go(session, DUE + MINUTE)
    with database.writing() as session:
        assert ways(session, session.get_one(Reminder, reminder_id)) == Counter(
            [(PUSH, State.GONE), (SMS, State.DUE)]
        )
        assert session.scalars(select(Subscription.retired_at)).all() != [None]
        session.execute(update(Delivery).values(state=State.CALLED_OFF))
