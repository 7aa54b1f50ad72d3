"""The worker with all its ways: a real push service, a real gateway and a real mail server on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import uvloop
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.channels.gateway_service import Behaviour as Gateways
from tests.channels.gateway_service import GatewayService
from tests.channels.test_ways import NUMBER, OTHER, proven
from tests.people import Visitor
from tests.push_service import Behaviour, PushService
from tests.reminders.setting import occurrences, person, remind
from tests.sending.running import DEADLINE, KEY, due_now, real_now
from webapp.channels import domain, routes
from webapp.channels.letters import Writer
from webapp.channels.post import PostOffice
from webapp.channels.sms import Sms
from webapp.core.clock import local
from webapp.core.db import Database
from webapp.core.push.sender import Sender
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Channel, Delivery, Reminder, State
from webapp.sending.worker import Worker


@pytest.fixture(scope="module")
def shared() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture
def pushes(shared: PushService, monkeypatch: pytest.MonkeyPatch) -> PushService:
    monkeypatch.setenv("SSL_CERT_FILE", shared.ca)
    return shared


@pytest.fixture
def gateway() -> Iterator[GatewayService]:
    with GatewayService() as running:
        yield running
    assert running.faults == []


def run_once(app: Flask, pushes: PushService, gateway: GatewayService) -> None:
    """One worker in its own role, with its post office, until nothing is due and nothing in hand."""
    settings = app.config["SETTINGS"]
    database = Database(settings.worker_url, settings.keys)
    writer = Writer("https://naramig.example", app.extensions[TOKENS], app.extensions[routes.CODES])

    async def work() -> None:
        sender = Sender(KEY, extra_origins={pushes.origin}, deadline_seconds=DEADLINE)
        carriers = {Channel.SMS: Sms(gateway.gateway, deadline_seconds=DEADLINE)}
        async with sender, PostOffice(writer, carriers) as post:
            await Worker(database, sender, app.extensions[TOKENS], post).run(once=True)

    uvloop.run(work())
    database.dispose()


def states(session: Session, reminder: Reminder) -> dict[Channel, State]:
    found = select(Delivery).where(
        Delivery.occurrence_id.in_([each.id for each in occurrences(session, reminder)])
    )
    return {each.channel: each.state for each in session.scalars(found)}


@pytest.mark.parametrize("behaviour", [Behaviour.GONE, Behaviour.BAD_REQUEST])
def test_where_the_push_service_says_no_the_sms_comes_in_the_same_round(
    app: Flask, database: Database, pushes: PushService, gateway: GatewayService, behaviour: Behaviour
) -> None:
    with database.writing() as session:
        reminder, _ = due_now(session, pushes, behaviour)
        proven(session, reminder.person_id)
    run_once(app, pushes, gateway)
    (sms,) = gateway.taken
    assert sms.to == NUMBER
    assert re.fullmatch(
        r"Du har en påminnelse \d\d\.\d\d\. Svara här: https://naramig\.example/s/\S+", sms.message
    )
    with database.read() as session:
        assert states(session, session.get_one(Reminder, reminder.id))[Channel.SMS] is State.SENT


def test_where_the_push_came_there_is_no_sms(
    app: Flask, database: Database, pushes: PushService, gateway: GatewayService
) -> None:
    with database.writing() as session:
        reminder, _ = due_now(session, pushes, Behaviour.CREATED)
        proven(session, reminder.person_id)
    run_once(app, pushes, gateway)
    assert gateway.requests == 0


def test_an_answer_can_be_given_from_the_sms_without_signing_in(
    app: Flask, database: Database, pushes: PushService, gateway: GatewayService, visit: Visitor
) -> None:
    with database.writing() as session:
        who, account = person(session)
        proven(session, who.id)
        at = local(real_now() - timedelta(minutes=1))
        before = real_now() - timedelta(minutes=2)
        remind(session, account, f"{at:%H:%M}", now=before, first=at.date())
    run_once(app, pushes, gateway)
    (sms,) = gateway.taken
    path = sms.message.partition("https://naramig.example")[2]
    assert visit.stranger().get(path).status_code in (200, 410)


def test_a_code_comes_as_sms_and_proves_the_number(
    app: Flask, database: Database, pushes: PushService, gateway: GatewayService
) -> None:
    with database.writing() as session:
        who, _ = person(session)
        domain.ask(session, who.id, Channel.SMS, OTHER, real_now())
    run_once(app, pushes, gateway)
    (sms,) = gateway.taken
    assert sms.to == OTHER
    code = re.search(r"\d{6}", sms.message)
    assert code
    with database.writing() as session:
        made = app.extensions[routes.CODES]
        assert domain.prove(session, who.id, Channel.SMS, code[0], made, real_now()) is domain.Proof.RIGHT


def test_where_the_gateway_refuses_too_it_is_undelivered_and_known(
    app: Flask, database: Database, pushes: PushService, gateway: GatewayService
) -> None:
    gateway.behaviour = Gateways.BAD_NUMBER
    with database.writing() as session:
        reminder, _ = due_now(session, pushes, Behaviour.GONE)
        proven(session, reminder.person_id)
    run_once(app, pushes, gateway)
    with database.read() as session:
        found = states(session, session.get_one(Reminder, reminder.id))
        assert found == {Channel.PUSH: State.GONE, Channel.SMS: State.REFUSED}
