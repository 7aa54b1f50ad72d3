"""Answered on one phone, the notice goes from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from webapp.reminders import answering, planning
from webapp.reminders.models import Delivery, Occurrence, Purpose, Reminder, State, Subscription
from webapp.reminders.outcome import Press

DUE = MORNING + 10 * MINUTE


@dataclass
class Home:
    """Somebody with three phones, two of which the notice has reached."""

    reminder: Reminder
    occurrence: Occurrence
    reached: Sequence[Subscription]


@pytest.fixture
def home(session: Session) -> Home:
    made, account = person(session)
    phones = [phone(session, made.id, MORNING) for _ in range(3)]
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    for each in deliveries(session, reminder):
        each.state = State.REFUSED if each.subscription_id == phones[2].id else State.SENT
    session.flush()
    (occurrence,) = occurrences(session, reminder)
    return Home(reminder, occurrence, phones[:2])


def closed(session: Session) -> list[tuple[str, int]]:
    found = session.execute(
        select(Subscription.endpoint, Delivery.number)
        .join(Delivery, Delivery.subscription_id == Subscription.id)
        .where(Delivery.purpose == Purpose.CLOSING)
        .order_by(Delivery.number)
    )
    return [(row.endpoint, row.number) for row in found]


@pytest.mark.parametrize("press", [Press.DONE, Press.NOT_TODAY])
def test_the_other_phone_that_was_reached_is_told(session: Session, home: Home, press: Press) -> None:
    mine, other = home.reached
    answering.answer(session, home.occurrence, press, DUE + MINUTE, endpoint=mine.endpoint)
    assert closed(session) == [(other.endpoint, 1)]


def test_answered_on_the_page_both_phones_are_told_and_twice_is_once(session: Session, home: Home) -> None:
    for _ in range(2):
        answering.answer(session, home.occurrence, Press.DONE, DUE + MINUTE)
    assert sorted(closed(session)) == sorted((each.endpoint, 1) for each in home.reached)


def test_later_closes_nothing(session: Session, home: Home) -> None:
    answering.answer(session, home.occurrence, Press.LATER, DUE + MINUTE)
    assert closed(session) == []


def test_a_single_phone_is_told_nothing(session: Session, home: Home) -> None:
    home.reached[1].retired_at = DUE
    session.flush()
    answering.answer(session, home.occurrence, Press.DONE, DUE + MINUTE)
    assert closed(session) == []


def test_an_answer_that_comes_when_it_is_over_closes_nothing(session: Session, home: Home) -> None:
    after = home.occurrence.closes_at + timedelta(minutes=1)
    answering.answer(session, home.occurrence, Press.DONE, after, pressed_at=DUE + MINUTE)
    assert closed(session) == []


def test_answered_anew_after_angra_is_told_once_more(session: Session, home: Home) -> None:
    mine, other = home.reached
    for minute, press in enumerate((Press.DONE, Press.UNDO, Press.DONE), start=1):
        answering.answer(session, home.occurrence, press, DUE + minute * MINUTE, endpoint=mine.endpoint)
    assert closed(session) == [(other.endpoint, 1), (other.endpoint, 2)]
