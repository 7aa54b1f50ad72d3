"""The worker against a push service of the tests' own, over TLS, with real encryption."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import uvloop
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.conftest import KEYS, settings_by_role
from tests.people import Guest
from tests.push_service import Behaviour, PushService
from tests.push_service import Subscription as Given
from tests.reminders.setting import deliveries, occurrences
from tests.sending.running import KEY, due_now, real_now, run_once
from webapp.core import clock
from webapp.core.db import Database
from webapp.core.keyring import Keys
from webapp.core.push.sender import Sender
from webapp.reminders import answering, phones, planning
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Delivery, Reminder, State, Subscription
from webapp.reminders.outcome import Outcome, Press
from webapp.sending import worker


@pytest.fixture(scope="module")
def shared() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture
def service(shared: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    monkeypatch.setenv("SSL_CERT_FILE", shared.ca)
    yield shared
    assert shared.faults == []
    assert shared.touched_inside == 0


def test_a_reminder_reaches_the_phone_and_says_nothing_on_the_locked_screen(
    app: Flask, database: Database, service: PushService
) -> None:
    with database.writing() as session:
        reminder, given = due_now(session, service, Behaviour.CREATED)
    run_once(app, service)
    (received,) = service.received(given)
    notice = json.loads(received.text)["notification"]
    assert notice["title"] == "Du har en påminnelse"
    assert reminder.text not in received.text
    assert [each["action"] for each in notice["actions"]] == ["klar", "senare", "intedag"]
    assert notice["tag"] == received.headers["topic"]
    with database.read() as session:
        (delivery,) = deliveries(session, reminder)
        assert (delivery.state, delivery.status) == (State.SENT, 201)
        (occurrence,) = occurrences(session, reminder)
        assert notice["navigate"] == f"/s/{app.extensions[TOKENS].token(occurrence.id)}"
        left = (occurrence.closes_at - real_now()).total_seconds()
        assert left < int(received.headers["ttl"]) + 1 <= left + 15


OUTCOMES = {
    Behaviour.CREATED: (State.SENT, 201, True),
    Behaviour.NOT_FOUND: (State.GONE, 404, False),
    Behaviour.GONE: (State.GONE, 410, False),
    Behaviour.BUSY_SECONDS: (State.DUE, 429, True),
    Behaviour.BUSY_DATE: (State.DUE, 429, True),
    Behaviour.BROKEN: (State.DUE, 500, True),
    Behaviour.HANG: (State.DUE, None, True),
    Behaviour.REDIRECT: (State.REFUSED, 307, True),
    Behaviour.RESET_MIDWAY: (State.DUE, None, True),
    Behaviour.ENDLESS_BODY: (State.SENT, 201, True),
}


def test_every_answer_of_a_push_service_leads_to_its_own_outcome(
    app: Flask, database: Database, service: PushService
) -> None:
    with database.writing() as session:
        sent = {behaviour: due_now(session, service, behaviour)[0] for behaviour in OUTCOMES}
    run_once(app, service)
    with database.read() as session:
        for behaviour, reminder in sent.items():
            (delivery,) = deliveries(session, reminder)
            state, status, still_there = OUTCOMES[behaviour]
            assert (delivery.state, delivery.status) == (state, status), behaviour
            assert phones.has_phone(session, reminder.person_id) is still_there, behaviour
            assert delivery.state is not State.DUE or delivery.due_at > real_now() - timedelta(seconds=5)


def test_a_phone_that_is_gone_leaves_the_reminder_undelivered_not_unanswered(
    app: Flask, database: Database, service: PushService
) -> None:
    with database.writing() as session:
        reminder, _ = due_now(session, service, Behaviour.GONE)
    run_once(app, service)
    with database.writing() as session:
        planning.close_due(session, real_now() + timedelta(days=2))
        assert [each.outcome for each in occurrences(session, reminder)] == [Outcome.UNDELIVERED]


def test_a_press_on_the_notice_answers_without_a_session_and_can_do_nothing_else(
    app: Flask, database: Database, service: PushService
) -> None:
    with database.writing() as session:
        reminder, given = due_now(session, service, Behaviour.CREATED)
    run_once(app, service)
    address = json.loads(service.received(given)[0].text)["notification"]["navigate"]
    phone = Guest(app)
    with clock.frozen(real_now()):
        assert reminder.text not in phone.page(address)
        assert phone.client.post(address, data={"svar": "klar"}).status_code == 303
        assert phone.get(f"{address}/text").status_code == 404
        assert phone.get(f"/p/{reminder.person_id}/idag").status_code == 302
    with database.read() as session:
        (occurrence,) = occurrences(session, reminder)
        assert occurrence.outcome is Outcome.DONE_IN_TIME


def test_what_is_answered_on_one_phone_is_not_sent_to_the_next(
    app: Flask, database: Database, service: PushService
) -> None:
    with database.writing() as session:
        reminder, given = due_now(session, service, Behaviour.CREATED)
        planning.plan_due(session, real_now())
        answering.answer(session, occurrences(session, reminder)[0], Press.DONE, real_now())
    run_once(app, service)
    assert not service.received(given)


class AwayNowAndThen(Database):
    """A database that cannot be reached the next `away` times."""

    away = 0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        if self.away:
            self.away -= 1
            raise OperationalError("connecting", None, ConnectionError())
        with super().writing() as session:
            yield session


def test_a_database_that_is_away_for_a_while_ends_no_worker_and_loses_no_result(
    app: Flask,
    database: Database,
    service: PushService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.01)
    with database.writing() as session:
        reminder, given = due_now(session, service, Behaviour.CREATED)
    flaky = AwayNowAndThen(app.config["SETTINGS"].worker_url, Keys.read(KEYS))
    flaky.away = 3

    async def work() -> None:
        async with Sender(KEY, extra_origins={service.origin}) as sender:
            one = worker.Worker(flaky, sender, app.extensions[TOKENS])
            going = asyncio.create_task(one.run())
            while not service.received(given):
                await asyncio.sleep(0)
            flaky.away = 3  # gone again between the sending and the writing down
            while flaky.away or one.finished or one.in_hand:
                await asyncio.sleep(0.01)
            one.stop()
            await going

    uvloop.run(asyncio.wait_for(work(), 20))
    flaky.dispose()
    with database.read() as session:
        assert [each.state for each in deliveries(session, reminder)] == [State.SENT]
    assert len(service.received(given)) == 1


def test_a_service_that_hangs_delays_nothing_that_goes_to_another(
    app: Flask, database: Database, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More is due to the one that hangs, and longer since, than a worker holds in its hands at once."""
    monkeypatch.setattr(worker, "PER_LANE", 12)
    monkeypatch.setattr(worker, "IN_HAND", 20)
    monkeypatch.setattr(worker, "AT_ONCE", 10)
    with PushService(authority=service.authority) as hanging:
        with database.writing() as session:
            for _ in range(40):
                due_now(session, hanging, Behaviour.HANG)
            session.execute(update(Delivery).values(due_at=real_now() - timedelta(seconds=90)))
            phones_of = [due_now(session, service, Behaviour.CREATED)[1] for _ in range(30)]
        seconds = arrival_of_all(app, service, hanging, phones_of)
        assert hanging.touched_inside == 0
    assert seconds < HUNG / 2


HUNG = 8.0  # seconds that a service may hang


def arrival_of_all(app: Flask, well: PushService, hanging: PushService, phones_of: list[Given]) -> float:
    """Let a worker go round until each of these phones has its notice; how long it took, in seconds."""
    asked = app.config["SETTINGS"]
    database_ = Database(asked.worker_url, asked.keys)
    began = time.monotonic()

    async def work() -> float:
        origins = {well.origin, hanging.origin}
        async with Sender(KEY, extra_origins=origins, deadline_seconds=HUNG) as sender:
            one = worker.Worker(database_, sender, app.extensions[TOKENS])
            going = asyncio.create_task(one.run())
            while not all(well.received(given) for given in phones_of):
                await asyncio.sleep(0.02)
            seconds = time.monotonic() - began
            going.cancel()
            return seconds

    took = uvloop.run(asyncio.wait_for(work(), 60))
    database_.dispose()
    return took


MANY = 400


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_its_work_loses_nothing_and_repeats_only_what_was_in_hand(
    database: Database, database_url: str, service: PushService
) -> None:
    with database.writing() as session:
        phones_of = [due_now(session, service, Behaviour.CREATED)[1] for _ in range(MANY)]
    before = len(service.received())
    process = _start_worker(database_url, service)
    while len(service.received()) - before < MANY // 4:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    sent_first = len(service.received()) - before
    assert sent_first < MANY
    _let_leases_run_out(database)
    assert _start_worker(database_url, service, "--once").wait(60) == 0
    with database.read() as session:
        states = session.execute(
            select(Delivery.state, func.count())
            .join(Subscription, Subscription.id == Delivery.subscription_id)
            .where(Subscription.endpoint.in_([each["endpoint"] for each in phones_of]))
            .group_by(Delivery.state)
        ).all()
    assert [tuple(each) for each in states] == [(State.SENT, MANY)]
    _repeats_are_few_and_replace_the_first(service, phones_of)


def _start_worker(url: str, service: PushService, *more: str) -> subprocess.Popen[bytes]:
    env = {
        **os.environ,
        **settings_by_role(url, NARAMIG_EXTRA_PUSH_ORIGINS=service.origin, SSL_CERT_FILE=service.ca),
    }
    command = [sys.executable, "-m", "flask", "--app", "webapp", "reminders", "run", *more]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)


def _let_leases_run_out(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            update(Delivery).where(Delivery.state == State.DUE).values(lease_until=Delivery.due_at)
        )


def _repeats_are_few_and_replace_the_first(service: PushService, phones_of: list[Given]) -> None:
    topics = [[each.headers["topic"] for each in service.received(given)] for given in phones_of]
    assert all(topics), "a phone got nothing"
    assert all(len(set(each)) == 1 for each in topics), (
        "a repeat under another topic would stand beside the first"
    )
    repeats = Counter(len(each) for each in topics)
    assert max(repeats) <= 2
    assert repeats[2] <= worker.IN_HAND


@pytest.mark.slow
def test_two_workers_send_nothing_twice(database: Database, database_url: str, service: PushService) -> None:
    with database.writing() as session:
        phones_of = [due_now(session, service, Behaviour.CREATED)[1] for _ in range(MANY)]
    workers = [_start_worker(database_url, service, "--once") for _ in range(2)]
    assert [each.wait(60) for each in workers] == [0, 0]
    with database.read() as session:
        open_ = session.scalar(
            select(func.count()).where(Delivery.state == State.DUE, Delivery.due_at <= real_now())
        )
        assert open_ == 0
        assert session.scalar(select(func.count()).select_from(Reminder)) is not None
    assert {len(service.received(given)) for given in phones_of} == {1}


@pytest.mark.slow
def test_a_worker_asked_to_stop_finishes_what_is_in_hand(
    database: Database, database_url: str, service: PushService
) -> None:
    with database.writing() as session:
        for _ in range(MANY // 4):
            due_now(session, service, Behaviour.CREATED)
    before = len(service.received())
    process = _start_worker(database_url, service)
    while len(service.received()) - before < 10:
        time.sleep(0.005)
    process.terminate()
    assert process.wait(30) == 0
    time.sleep(0.2)
    with database.read() as session:
        sent = session.scalar(
            select(func.count()).where(
                Delivery.state == State.SENT, Delivery.sent_at > real_now() - timedelta(minutes=1)
            )
        )
    assert sent == len(service.received()) - before
