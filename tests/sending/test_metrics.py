"""The figures say how the sending goes, and nothing of whom it goes to."""

from __future__ import annotations

import socket
import urllib.request
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from prometheus_client import generate_latest

from tests.conftest import NOON
from webapp.core.push import Outcome, Result
from webapp.reminders.models import Channel, Purpose
from webapp.sending.metrics import Metrics
from webapp.sending.queue import Leased
from webapp.sending.standing import Waiting

LEASED = Leased(
    id=uuid4(),
    person_id=uuid4(),
    purpose=Purpose.REMINDER,
    channel=Channel.PUSH,
    lane="https://fcm.googleapis.com",
    occurrence_id=uuid4(),
    subscription_id=uuid4(),
    endpoint="https://fcm.googleapis.com/a-secret",
    p256dh=b"",
    auth=b"",
    vapid_key="",
    language="sv",
    shows_text=False,
    due_at=NOON,
    useless_at=NOON + timedelta(hours=1),
    attempts=1,
    lease_until=NOON,
)


def figures(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_each_service_s_answers_are_counted_by_its_host_alone() -> None:
    metrics = Metrics()
    results = [Result(Outcome.SENT, 201), Result(Outcome.SENT, 201), Result(Outcome.LATER, None)]
    metrics.settled([(LEASED, each) for each in results], NOON + timedelta(seconds=3))
    said = figures(metrics)
    assert 'naramig_answers_total{service="fcm.googleapis.com",status="201"} 2.0' in said
    assert 'naramig_answers_total{service="fcm.googleapis.com",status="0"} 1.0' in said
    assert 'naramig_deliveries_total{channel="push",outcome="sent",purpose="reminder"} 2.0' in said
    assert 'naramig_lateness_seconds_bucket{le="2.0"} 0.0' in said
    assert 'naramig_lateness_seconds_bucket{le="5.0"} 2.0' in said
    for secret in ("a-secret", str(LEASED.id), str(LEASED.person_id), str(LEASED.subscription_id)):
        assert secret not in said


def test_a_subscription_that_is_lost_is_counted() -> None:
    metrics = Metrics()
    metrics.settled([(LEASED, Result(Outcome.GONE, 410)), (LEASED, Result(Outcome.SENT, 201))], NOON)
    assert "naramig_subscriptions_lost_total 1.0" in figures(metrics)


def test_a_way_without_a_host_is_counted_by_its_own_name() -> None:
    metrics = Metrics()
    metrics.settled([(replace(LEASED, lane="sms", channel=Channel.SMS), Result(Outcome.SENT, 202))], NOON)
    assert 'naramig_answers_total{service="sms",status="202"} 1.0' in figures(metrics)


def test_what_waits_and_how_long_is_shown() -> None:
    metrics = Metrics()
    metrics.waits(Waiting(7, NOON - timedelta(seconds=90)), NOON)
    assert "naramig_due 7.0" in figures(metrics)
    assert "naramig_oldest_due_seconds 90.0" in figures(metrics)
    metrics.waits(Waiting(0, None), NOON)
    assert "naramig_oldest_due_seconds 0.0" in figures(metrics)


def test_they_are_read_on_this_machine_alone() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    metrics = Metrics()
    stop = metrics.serve(port)
    assert stop is not None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as got:
        assert b"naramig_due" in got.read()
    assert Metrics().serve(port) is None  # taken: logged, and the worker goes on
    stop()
