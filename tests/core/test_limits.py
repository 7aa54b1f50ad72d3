"""How often something may be tried: counted for all processes, not undone by headers, forgotten in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import TooManyRequests

from tests.conftest import NOON, SECRET
from tests.people import Guest, Visitor
from webapp.core import clock, limits
from webapp.core.db import Database
from webapp.core.limits import InDatabase, Tries, network
from webapp.pages.models import Feedback

WORDS = {"page": "/ring", "words": "Numret till vårdcentralen svarar inte."}


def tell(guest: Guest, **more: object) -> int:
    return guest.post("/fel", WORDS, **more).status_code


def test_one_who_tries_too_often_is_told_to_wait_and_keeps_what_was_typed(
    visit: Visitor, database: Database
) -> None:
    guest = visit.stranger()
    assert [tell(guest) for _ in range(10)] == [302] * 10
    answer = guest.post("/fel", WORDS)
    assert "Vänta en timme" in answer.text
    assert WORDS["words"] in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 10
    with clock.frozen(NOON + timedelta(minutes=59, seconds=59)):
        assert tell(guest) == 200
    with clock.frozen(NOON + timedelta(hours=1)):
        assert tell(guest) == 302


def test_another_network_is_not_kept_waiting(visit: Visitor) -> None:
    for _ in range(11):
        last = tell(visit.stranger(), environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert last == 200
    assert tell(visit.stranger(), environ_base={"REMOTE_ADDR": "198.51.100.8"}) == 302


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP", "User-Agent"])
def test_no_header_and_no_new_cookie_makes_one_who_tries_another(visit: Visitor, header: str) -> None:
    answers = [tell(visit.stranger(), headers={header: f"for=198.51.100.{n}"}) for n in range(11)]
    assert answers == [302] * 10 + [200]


def test_an_account_is_counted_as_itself_from_wherever_it_comes(visit: Visitor) -> None:
    aino = visit("aino")
    answers = [tell(aino, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}) for n in range(11)]
    assert answers == [302] * 10 + [200]
    assert tell(visit("eino")) == 302


def test_a_household_is_one_however_many_addresses_it_has() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:198.51.100.7") == network("198.51.100.7")
    assert network("fe80::1%eth0") == network("fe80::2")
    assert network("") == network("no address") == "unknown"


def test_twenty_at_once_are_all_counted(app: Flask, database: Database) -> None:
    def one(_: int) -> bool:
        with app.app_context(), clock.frozen(NOON):
            return limits.may_try("door", "7 per minute", "somebody")

    with ThreadPoolExecutor(20) as pool:
        allowed = sum(pool.map(one, range(20)))
    assert allowed == 7


def test_a_count_names_nobody_and_goes_when_its_window_has_passed(app: Flask, database: Database) -> None:
    with app.app_context():
        assert limits.may_try("door", "2 per minute", "198.51.100.7")
    with database.read() as session:
        kept = session.scalars(select(Tries)).one()
    assert len(kept.key) == 32
    with database.writing() as session:
        assert limits.forget_passed(session) == 0
    with clock.frozen(NOON + timedelta(minutes=1)), database.writing() as session:
        assert limits.forget_passed(session) == 1


def test_the_count_can_be_read_and_let_go(database: Database) -> None:
    with database.writing() as session:
        store = InDatabase(session, SECRET.encode())
        assert store.get("door") == 0
        assert [store.incr("door", 60), store.incr("door", 60, 3)] == [1, 4]
        assert store.get("door") == 4
        assert store.get_expiry("door") == (NOON + timedelta(seconds=60)).timestamp()
        store.clear("door")
        assert store.get("door") == 0
        assert store.check()


def door() -> str:
    return "in"


def test_over_the_limit_the_page_says_so_and_when_to_come_back(app: Flask) -> None:
    view = limits.limited("door", "1 per minute")(door)
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "198.51.100.7"}):
        assert view() == "in"
        with pytest.raises(TooManyRequests) as refused:
            view()
        answer = app.make_response(app.handle_user_exception(refused.value))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "Mon, 09 Mar 2026 07:01:00 GMT"
    assert "112" in answer.get_data(as_text=True)
