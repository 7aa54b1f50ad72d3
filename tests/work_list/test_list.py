"""The list in parts: which lines, in which order, a page at a time, and the same questions however large."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from bench.pages import counted
from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.work_list.large import make_large
from tests.work_list.listing import where
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.reminders.models import Reminder, Subscription
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit
from webapp.work_list import domain, forms
from webapp.work_list.domain import LINES, Order, Show, Wish
from webapp.work_list.reasons import ORDER, Task

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)
MANY = 400


def kalix(database: Database, people: int = MANY) -> None:
    with database.writing() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        make_large(session, unit, where(session, unit).staff_id, people, NOON)


def test_pages_together_are_the_whole_list_and_each_line_stands_once(app: Flask, database: Database) -> None:
    kalix(database)
    with database.read() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        for order in Order:
            seen, wish = [], Wish(order=order)
            while True:
                found = domain.work_list(session, where(session, unit), wish, NOON)
                seen += [(item.task, item.thing_id) for item in found.items]
                if found.page == found.pages:
                    break
                assert len(found.items) == LINES
                wish = Wish(order=order, page=wish.page + 1)
            assert len(seen) == len(set(seen)) == found.all == sum(found.open.values()) > 2 * LINES
            counts = {task: sum(1 for each, _ in seen if each is task) for task in ORDER}
            assert counts == found.open


@ON_SQLITE
def test_each_order_is_what_it_says(app: Flask, database: Database) -> None:
    kalix(database)
    with database.read() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")

        def items(order: Order) -> list[domain.Item]:
            return domain.work_list(session, where(session, unit), Wish(order=order), NOON).items

        ranks = [(ORDER.index(item.task), item.since) for item in items(Order.URGENT)]
        assert ranks == sorted(ranks, key=lambda each: (each[0], each[1] or NOON))
        ages = [item.since for item in items(Order.OLDEST) if item.since]
        assert len(ages) == LINES
        assert ages == sorted(ages)
        names = [item.person.name for item in items(Order.NAME)]
        assert names == sorted(names)


@ON_SQLITE
def test_one_reason_can_be_looked_at_alone_and_a_page_past_the_last_is_the_last(
    app: Flask, database: Database
) -> None:
    kalix(database)
    with database.read() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        wish = Wish(task=Task.NO_PHONE, page=9999)
        found = domain.work_list(session, where(session, unit), wish, NOON)
        assert {item.task for item in found.items} == {Task.NO_PHONE}
        assert found.page == found.pages == -(-found.open[Task.NO_PHONE] // LINES)


@ON_SQLITE
@pytest.mark.parametrize(
    "asked",
    [
        "sida=x",
        "sida=-1",
        "sida=99999999999",
        "sida=%D9%A3",
        "visa=annat",
        "sak=%3Cb%3E",
        "ordning=",
        "sak=alla",
    ],
)
def test_an_address_with_words_that_nobody_knows_shows_the_list(visit: Visitor, asked: str) -> None:
    assert "Påminnelse nådde inte fram" in visit("britta").page(f"/personal/?{asked}")


def test_a_wish_is_read_from_the_address() -> None:
    asked = {"visa": "mina", "sak": "no_phone", "ordning": "namn", "sida": "3"}
    assert forms.wish_of(asked) == Wish(Show.MINE, Task.NO_PHONE, Order.NAME, 3)
    assert forms.wish_of({}) == Wish()
    assert forms.wish_of({"sida": "0"}).page == 1


@ON_SQLITE
def test_a_filter_that_finds_nothing_says_that_there_is_more(visit: Visitor) -> None:
    page = visit("britta").page("/personal/?visa=mina")
    assert "Det finns annat på listan" in page


@ON_SQLITE
def test_a_large_list_takes_as_many_questions_as_a_small_one(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nurse = visit("britta")
    asked = []
    for _ in range(2):
        for path in ("/personal/", "/personal/sok"):
            nurse.page(path)
            with counted(app) as queries:
                nurse.page(path)
            asked.append(len(queries))
        kalix(database, 200)
    assert asked[:2] == asked[2:]
    assert max(asked) <= 9


def test_nobody_is_reached_without_a_phone_or_a_way_of_their_own(
    app: Flask, database: Database, visit: Visitor
) -> None:
    task = "Ingen telefon tar emot påminnelser"
    assert task in visit("britta").page("/personal/")
    gun = visit("gun").id
    with database.writing() as session:
        session.add(
            Subscription(
                person_id=gun,
                endpoint="https://push.invalid/gun",
                p256dh=b"\x04" * 65,
                auth=b"\x00" * 16,
                vapid_key="k",
                made_at=NOON,
                confirmed_at=NOON,
            )
        )
    assert task not in visit("britta").page("/personal/")


def test_a_consent_that_ends_is_a_task_until_there_is_a_later_one(
    app: Flask, database: Database, visit: Visitor
) -> None:
    task = "Samtycket till att dela planen tar slut"
    aino = visit("aino").id
    assert task not in visit("nils").page("/personal/")
    with database.writing() as session:
        theirs = Consent.person_id == aino, Consent.kind == ConsentKind.SIP
        session.execute(update(Consent).where(*theirs).values(until_on=TODAY + timedelta(days=14)))
    page = visit("nils").page("/personal/")
    assert task in page
    assert f'href="/personal/person/{aino}/' in page
    assert task not in visit("anna").page("/personal/")  # the unit that began the plan asks
    with database.writing() as session:
        session.execute(update(Consent).where(*theirs).values(until_on=TODAY + timedelta(days=15)))
    assert task not in visit("nils").page("/personal/")
    with database.writing() as session:
        session.execute(update(Consent).where(*theirs).values(until_on=TODAY - timedelta(days=1)))
    assert task in visit("nils").page("/personal/")  # it has ended, and nobody has asked anew
    with database.writing() as session:
        old = session.scalars(select(Consent).where(*theirs)).first()
        assert old
        again = Consent(
            person_id=aino,
            kind=ConsentKind.SIP,
            flow=old.flow,
            plan=1,
            how=old.how,
            recorded_by="Nils",
            from_on=TODAY,
            until_on=TODAY + timedelta(days=365),
            given_at=NOON,
        )
        session.add(again)
        session.flush()
        units = session.scalars(select(ConsentUnit.unit_id).where(ConsentUnit.consent_id == old.id)).all()
        session.add_all(ConsentUnit(consent_id=again.id, unit_id=unit_id) for unit_id in units)
    assert task not in visit("nils").page("/personal/")


@ON_SQLITE
def test_the_protected_the_dead_and_those_who_have_blocked_are_on_no_list(
    app: Flask, database: Database, visit: Visitor
) -> None:
    assert "Gun" in visit("britta").page("/personal/")
    gun = visit("gun").id
    for change in ({"protected": True}, {"protected": False, "deceased_at": NOON}):
        with database.writing() as session:
            session.execute(update(Person).where(Person.id == gun).values(**change))
        for path in ("/personal/", "/personal/sok"):
            assert "Gun" not in visit("britta").page(path)


@ON_SQLITE
def test_a_reminder_once_is_no_care_to_assess_again(app: Flask, database: Database, visit: Visitor) -> None:
    task = "Egenvård ska bedömas på nytt"
    assert task in visit("britta").page("/personal/")
    with database.writing() as session:
        reminder = one_saying(session, Reminder.text, "Ta blodtrycket och skriv upp det")
        reminder.from_on = reminder.until_on = reminder.reassess_on = TODAY + timedelta(days=1)
    assert task not in visit("britta").page("/personal/")
