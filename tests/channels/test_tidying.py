"""No address is kept where nothing is sent any more; a lost phone gets no SMS."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.channels.test_ways import NUMBER, proven
from tests.conftest import NOON
from tests.people import Visitor
from tests.reminders.setting import person, phone
from webapp.channels import codes, domain
from webapp.channels.models import Way
from webapp.channels.tidying import DEAD_FOR, UNPROVEN_FOR, tidy
from webapp.core import daily
from webapp.core.db import Database
from webapp.reminders import phones
from webapp.reminders.models import Channel

SECOND = timedelta(seconds=1)


def test_a_month_after_a_death_the_phones_and_addresses_are_forgotten(session: Session) -> None:
    lately, long_ago, alive = (person(session)[0] for _ in range(3))
    for who in (lately, long_ago, alive):
        phone(session, who.id, NOON)
        proven(session, who.id)
    lately.deceased_at, long_ago.deceased_at = NOON - DEAD_FOR, NOON - DEAD_FOR - SECOND
    session.flush()
    tidy(session, NOON)
    session.expire_all()
    kept = set(session.scalars(select(Way.person_id)))
    assert {lately.id, alive.id} <= kept
    assert long_ago.id not in kept
    assert [len(phones.live_phones(session, who.id)) for who in (lately, long_ago, alive)] == [1, 0, 1]


def test_a_number_that_was_never_proven_is_forgotten_the_next_day(session: Session) -> None:
    fresh, old, used = (person(session)[0] for _ in range(3))
    then = NOON - codes.LASTS - UNPROVEN_FOR - SECOND
    domain.ask(session, fresh.id, Channel.SMS, NUMBER, NOON)
    domain.ask(session, old.id, Channel.SMS, NUMBER, then)
    proven(session, used.id)
    domain.ask(session, used.id, Channel.SMS, NUMBER, then)
    tidy(session, NOON)
    kept = set(session.scalars(select(Way.person_id)))
    assert {fresh.id, used.id} <= kept
    assert old.id not in kept


def test_it_is_done_once_a_day(app: Flask) -> None:
    assert daily.tasks_of(app)["addresses of no use"] is tidy


def test_saying_that_the_phone_is_lost_ends_its_sms(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    with database.writing() as session:
        proven(session, aino.id)
        proven(session, aino.id, Channel.EMAIL, "aino@exempel.se")
    assert aino.post(f"{aino.p}/tappad-telefon").status_code == 302
    with database.read() as session:
        left = select(Way.channel).where(Way.person_id == aino.id, Way.verified_at.is_not(None))
        assert session.scalars(left).all() == [Channel.EMAIL]


def test_who_is_reached_by_sms_is_not_told_that_no_phone_says_so(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    with database.writing() as session:
        assert not phones.has_phone(session, aino.id)
        proven(session, aino.id)
        assert phones.has_phone(session, aino.id)
    assert aino.page(f"{aino.p}/idag")
