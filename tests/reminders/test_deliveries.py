from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.reminders.setting import MINUTE, deliveries, person, phone, remind
from webapp.core import asking, clock
from webapp.reminders import answering, phones, planning
from webapp.reminders.deliveries import CROWDED, SPREAD, goes_at
from webapp.reminders.models import Reminder
from webapp.reminders.outcome import Press

NINE = MORNING + 60 * MINUTE
DAY = timedelta(days=1)


def planned(session: Session, *times: str, people: int = 1, exact: bool = False) -> list[Reminder]:
    """A reminder for each of some people with a phone, planned."""
    made = []
    for _ in range(people):
        who, account = person(session)
        phone(session, who.id, MORNING)
        made.append(remind(session, account, *times, now=MORNING, exact=exact))
    planning.plan_due(session, NINE)
    return made


def goes(session: Session, reminder: Reminder) -> list[datetime]:
    return [each.due_at for each in deliveries(session, reminder)]


def test_on_the_hour_people_are_told_within_half_a_minute_and_not_all_at_once(session: Session) -> None:
    at = [goes(session, each)[0] for each in planned(session, "09:00", people=12)]
    assert len(set(at)) > 6
    assert all(NINE <= each < NINE + SPREAD for each in at)


def test_whoever_asked_for_the_exact_minute_is_told_on_it(session: Session) -> None:
    (reminder,) = planned(session, "09:00", exact=True)
    assert goes(session, reminder) == [NINE]


def test_a_minute_that_few_have_chosen_is_not_spread(session: Session) -> None:
    (reminder,) = planned(session, "08:50")
    assert goes(session, reminder) == [NINE - 10 * MINUTE]


def test_a_person_is_told_at_the_same_moment_each_day(session: Session) -> None:
    (reminder,) = planned(session, "09:00")
    planning.plan_due(session, NINE + DAY)
    first, second = goes(session, reminder)
    assert second - first == DAY


@given(who=st.uuids(version=4), minute=st.integers(0, 59), exact=st.booleans())
def test_no_notice_goes_before_its_time_nor_past_its_minute(who: UUID, minute: int, exact: bool) -> None:
    due_at = MORNING + minute * MINUTE
    at = goes_at(who, due_at, time(8, minute), MORNING, exact=exact)
    assert due_at <= at < due_at + SPREAD <= due_at + MINUTE
    assert at == due_at or (minute in CROWDED and not exact)


def test_the_sixty_seconds_to_undo_hold_on_the_hour_too() -> None:
    held = MORNING + MINUTE
    assert goes_at(uuid4(), MORNING, time(8), held, exact=False) == held


def test_a_phone_that_is_connected_after_the_planning_is_told_as_well(session: Session) -> None:
    who, account = person(session)
    reminder = remind(session, account, "09:00", now=MORNING)
    planning.plan_due(session, NINE - planning.AHEAD)
    assert goes(session, reminder) == []
    new = phone(session, who.id, NINE - MINUTE)
    (delivery,) = deliveries(session, reminder)
    assert (delivery.subscription_id, delivery.lane) == (new.id, "https://fcm.googleapis.com")
    assert NINE <= delivery.due_at < NINE + SPREAD
    phone(session, who.id, NINE - MINUTE, endpoint=new.endpoint)  # the same again is confirmed, no more
    assert len(deliveries(session, reminder)) == 1


def test_a_new_phone_is_not_told_of_what_was_due_before_it_came_or_is_done(session: Session) -> None:
    who, account = person(session)
    due, done = (remind(session, account, at, now=MORNING) for at in ("08:57", "09:00"))
    planning.plan_due(session, NINE - MINUTE)
    local = NINE.astimezone(clock.STOCKHOLM)
    made = planning.occurrence_at(session, done, local.date(), local.time(), NINE - MINUTE)
    assert made is not None
    answering.answer(session, made, Press.DONE, NINE - MINUTE)
    phone(session, who.id, NINE - MINUTE)
    assert goes(session, due) == goes(session, done) == []


def test_planning_asks_as_often_for_many_as_for_few(session: Session) -> None:
    assert asked(session, people=2) == asked(session, people=20)


def asked(session: Session, people: int) -> int:
    """How many statements planning takes."""
    said: list[str] = []
    planned(session, "08:05", people=0)
    for _ in range(people):
        who, account = person(session)
        phone(session, who.id, MORNING)
        remind(session, account, "08:20", now=MORNING)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with asking.overheard(said.append):
            assert planning.plan_due(session, MORNING + 20 * MINUTE) == people
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


@pytest.mark.parametrize("most", [1, 3])
def test_what_does_not_fit_in_one_round_comes_in_the_next(session: Session, most: int) -> None:
    made = []
    for _ in range(4):
        who, account = person(session)
        phone(session, who.id, MORNING)
        made.append(remind(session, account, "08:50", now=MORNING))
    assert phones.has_phone(session, made[0].person_id)
    while planning.plan_due(session, NINE, most=most):
        pass
    assert [len(goes(session, each)) for each in made] == [1, 1, 1, 1]
