"""Switching notices on: only what a real push service gives, only for oneself, with a trial at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.people import Guest, Visitor
from tests.push_service.phone import Phone
from webapp.core.db import Database
from webapp.reminders.models import Delivery, State, Subscription

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


def given(endpoint: str = ENDPOINT, **keys: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "keys": {**Phone().keys, **keys}}


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_phone_is_kept_and_gets_a_trial_notice_at_once(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    assert aino.post_json(f"{aino.p}/prenumeration", given()).status_code == 201
    with database.read() as session:
        phone = session.scalars(select(Subscription)).one()
        assert (phone.person_id, phone.retired_at) == (aino.id, None)
        trial = session.scalars(select(Delivery).where(Delivery.subscription_id == phone.id)).one()
        assert trial.occurrence_id is None


def test_the_same_phone_again_is_confirmed_without_another_trial(visit: Visitor, database: Database) -> None:
    aino, phone = visit("aino"), given()
    aino.post_json(f"{aino.p}/prenumeration", phone)
    assert aino.post_json(f"{aino.p}/prenumeration", phone).status_code == 200
    assert (count(database, Subscription), count(database, Delivery)) == (1, 1)


def test_a_phone_that_changes_hands_belongs_to_whoever_holds_it(visit: Visitor, database: Database) -> None:
    phone = given()
    for sub in ("aino", "eino"):
        guest = visit(sub)
        assert guest.post_json(f"{guest.p}/prenumeration", phone).status_code == 201
    with database.read() as session:
        assert session.scalars(select(Subscription.person_id)).all() == [guest.id]


BAD = {
    "another host": given("https://example.com/push/abc"),
    "a host that only looks right": given("https://fcm.googleapis.com.evil.example/abc"),
    "not encrypted": given("http://fcm.googleapis.com/abc"),
    "an inner address": given("https://127.0.0.1/abc"),
    "no key": {"endpoint": ENDPOINT},
    "a key off the curve": given(p256dh="BA" + "A" * 85),
    "a short secret": given(auth="AAAA"),
    "a list": ["x"],
    "numbers": {"endpoint": 1, "keys": {"p256dh": 2, "auth": 3}},
    "nothing": {},
    "a very long address": given("https://fcm.googleapis.com/" + "a" * 2000),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_browser_gives_is_refused_and_changes_nothing(
    visit: Visitor, database: Database, name: str
) -> None:
    aino = visit("aino")
    assert aino.post_json(f"{aino.p}/prenumeration", BAD[name]).status_code == 400
    assert count(database, Subscription) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[" * 60_000, 413), (b"[" * 8_000, 400), (b"{", 400), (b"\xff", 400), (b"", 400), (b"null", 400)],
)
def test_a_body_that_is_no_subscription_is_refused(visit: Visitor, body: bytes, status: int) -> None:
    aino = visit("aino")
    response = aino.client.post(
        f"{aino.p}/prenumeration",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": aino.token()},
    )
    assert response.status_code == status


def test_nobody_switches_notices_on_for_another(visit: Visitor, database: Database) -> None:
    for sub in ("lisa", "nils", "eino"):
        guest = visit(sub)
        assert guest.post_json(f"{visit.p('aino')}/prenumeration", given()).status_code == 404
    assert count(database, Subscription) == 0


def test_without_a_form_token_nothing_is_kept(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    assert aino.client.post(f"{aino.p}/prenumeration", json=given()).status_code == 400
    assert count(database, Subscription) == 0


def test_a_browser_that_changed_its_address_tells_by_the_old_one(visit: Visitor, database: Database) -> None:
    aino, old, new = visit("aino"), given(), given("https://fcm.googleapis.com/fcm/send/new")
    aino.post_json(f"{aino.p}/prenumeration", old)
    browser = Guest(aino.app).client
    assert browser.post("/prenumeration/byt", json={"old": old["endpoint"], "new": new}).status_code == 204
    with database.read() as session:
        live = session.execute(
            select(Subscription.endpoint, Subscription.person_id).where(Subscription.retired_at.is_(None))
        ).all()
        assert [tuple(each) for each in live] == [(new["endpoint"], aino.id)]


def test_a_changed_address_that_is_anothers_or_one_too_many_is_refused(
    visit: Visitor, database: Database
) -> None:
    aino, eino = visit("aino"), visit("eino")
    old, theirs = given(), given("https://fcm.googleapis.com/fcm/send/theirs")
    aino.post_json(f"{aino.p}/prenumeration", old)
    eino.post_json(f"{eino.p}/prenumeration", theirs)
    body = {"old": old["endpoint"], "new": given(theirs["endpoint"])}
    assert visit.stranger().client.post("/prenumeration/byt", json=body).status_code == 410
    with database.read() as session:
        assert session.scalars(
            select(Subscription.person_id).where(Subscription.endpoint == theirs["endpoint"])
        ).all() == [eino.id]


def test_ten_phones_are_the_most_also_when_old_ones_come_back(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    first, then = (
        [given(f"https://fcm.googleapis.com/{kind}{number}") for number in range(10)] for kind in "ab"
    )
    for phone in first:
        aino.post_json(f"{aino.p}/prenumeration", phone)
    aino.post(f"{aino.p}/paminnelser/telefon/av")
    for phone in then:
        assert aino.post_json(f"{aino.p}/prenumeration", phone).status_code == 201
    assert aino.post_json(f"{aino.p}/prenumeration", first[0]).status_code == 409
    assert aino.post_json(f"{aino.p}/prenumeration", then[0]).status_code == 200


@pytest.mark.parametrize(
    "old", [None, 7, "", "https://fcm.googleapis.com/fcm/send/guess", ["x"], "a\0", "\ud800"]
)
def test_without_the_old_address_nothing_is_changed(visit: Visitor, database: Database, old: Any) -> None:
    status = visit.stranger().client.post("/prenumeration/byt", json={"old": old, "new": given()}).status_code
    assert status in (400, 404)
    assert count(database, Subscription) == 0


def test_switching_off_stops_this_phone_or_all(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    for name in ("one", "two", "three"):
        aino.post_json(f"{aino.p}/prenumeration", given(f"https://fcm.googleapis.com/{name}"))
    with database.read() as session:
        first = session.scalars(select(Subscription.id)).first()
    live = select(func.count()).where(Subscription.retired_at.is_(None))
    for form, left in (({"telefon": str(first)}, 2), ({}, 0)):
        aino.post(f"{aino.p}/paminnelser/telefon/av", form)
        with database.read() as session:
            assert session.scalar(live) == left


def test_a_person_can_try_it_again_at_any_time(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    aino.post_json(f"{aino.p}/prenumeration", given())
    aino.post(f"{aino.p}/paminnelser/telefon/prova")
    assert count(database, Delivery) == 1, "one that waits is enough: pressing ten times sends one"
    with database.writing() as session:
        session.execute(update(Delivery).values(state=State.SENT))
    aino.post(f"{aino.p}/paminnelser/telefon/prova")
    assert count(database, Delivery) == 2


def test_knowing_a_phones_address_does_not_give_it_to_another(visit: Visitor, database: Database) -> None:
    aino, eino, phone = visit("aino"), visit("eino"), given()
    aino.post_json(f"{aino.p}/prenumeration", phone)
    assert eino.post_json(f"{eino.p}/prenumeration", given(phone["endpoint"])).status_code == 410
    with database.read() as session:
        assert session.scalars(select(Subscription.person_id)).all() == [aino.id]


def test_a_person_keeps_at_most_ten_phones(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    statuses = [
        aino.post_json(f"{aino.p}/prenumeration", given(f"https://fcm.googleapis.com/{number}")).status_code
        for number in range(11)
    ]
    assert statuses == [201] * 10 + [409]


def test_a_phone_that_was_switched_off_does_not_come_on_again_by_itself(
    visit: Visitor, database: Database
) -> None:
    aino, phone = visit("aino"), given()
    aino.post_json(f"{aino.p}/prenumeration", phone)
    assert aino.post_json(f"{aino.p}/prenumeration", {**phone, "again": True}).status_code == 200
    aino.post(f"{aino.p}/paminnelser/telefon/av")
    assert aino.post_json(f"{aino.p}/prenumeration", {**phone, "again": True}).status_code == 410
    with database.read() as session:
        assert session.scalars(select(Subscription.retired_at)).one() is not None
    assert aino.post_json(f"{aino.p}/prenumeration", phone).status_code == 201
