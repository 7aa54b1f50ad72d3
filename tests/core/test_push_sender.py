"""What becomes of a message, whatever the push service does to us."""

import asyncio
import gc
import json
import logging
import time
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvloop
from aiohttp import ThreadedResolver
from aiohttp.abc import ResolveResult

from tests.push_service import RETRY_SECONDS, Behaviour, PushService, Subscription
from webapp.core.push import (
    Message,
    Outcome,
    Patience,
    Result,
    Urgency,
    Vapid,
    check_subscription,
    new_private_key,
    payload,
)
from webapp.core.push.sender import Sender

VAPID = Vapid(new_private_key(), "mailto:drift@example.se")
BODY = payload("Du har en påminnelse", "sv", "https://x.example/s/abc", "tag")
DEADLINE = 0.3  # seconds, in place of ten
PLENTY = 20.0
PATIENT = Patience(failures=1000, refusals=1000)

Runner = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture
def service(shared: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    monkeypatch.setenv("SSL_CERT_FILE", shared.ca)
    shared.faults.clear()
    yield shared
    assert shared.faults == []
    assert shared.touched_inside == 0


def message(subscription: Subscription, ttl: int = 60, origins: tuple[str, ...] = ()) -> Message:
    origin = subscription["endpoint"].split("/push/")[0]
    checked = check_subscription(
        subscription["endpoint"],
        subscription["keys"]["p256dh"],
        subscription["keys"]["auth"],
        {origin, *origins},
    )
    return Message(checked.endpoint, checked.p256dh, checked.auth, BODY, ttl, "A" * 32, Urgency.HIGH)


def sender(service: PushService, **settings: Any) -> Sender:
    settings = {"deadline_seconds": DEADLINE, "patience": PATIENT, **settings}
    return Sender(VAPID, extra_origins={service.origin}, **settings)


def send_all(service: PushService, messages: list[Message], **settings: Any) -> list[Result]:
    """Send these one after the other, as a worker does, and let the sender go."""

    async def sending() -> list[Result]:
        async with sender(service, **settings) as open_sender:
            return [await open_sender.send(each, datetime.now(UTC)) for each in messages]

    return uvloop.run(sending())


def send(service: PushService, behaviour: Behaviour, **settings: Any) -> Result:
    return send_all(service, [message(service.subscribe(behaviour, VAPID.public_key))], **settings)[0]


def test_a_reminder_reaches_the_phone_and_only_the_phone_can_read_it(service: PushService) -> None:
    subscription = service.subscribe(server_key=VAPID.public_key)
    assert send_all(service, [message(subscription, ttl=1800)]) == [Result(Outcome.SENT, 201)]
    (received,) = service.received(subscription)
    assert received.text.encode() == BODY
    assert json.loads(received.text)["notification"]["title"] == "Du har en påminnelse"
    assert received.headers["ttl"] == "1800"
    assert received.headers["topic"] == "A" * 32
    assert received.headers["urgency"] == "high"
    assert received.headers["accept-encoding"] == "identity"
    assert "user-agent" not in received.headers
    assert "cookie" not in received.headers
    assert received.body_octets == len(BODY) + 103 < 4096


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_two_hundred_reminders_share_a_few_connections_and_one_signature(
    service: PushService, run: Runner
) -> None:
    subscriptions = [service.subscribe() for _ in range(20)]
    before = service.connections

    async def sending() -> list[Result]:
        async with sender(service, patience=Patience(at_once=4)) as open_sender:
            waiting = (open_sender.send(message(each), datetime.now(UTC)) for each in subscriptions * 10)
            return await asyncio.gather(*waiting)

    results = run(sending())
    assert {result.outcome for result in results} == {Outcome.SENT}
    received = [one for each in subscriptions for one in service.received(each)]
    assert len(received) == 200
    assert service.connections - before <= 4
    assert len({one.headers["authorization"] for one in received}) == 1
    assert len({one.body_octets for one in received}) == 1


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status"),
    [
        (Behaviour.CREATED, Outcome.SENT, 201),
        (Behaviour.NOT_FOUND, Outcome.GONE, 404),
        (Behaviour.GONE, Outcome.GONE, 410),
        (Behaviour.BAD_REQUEST, Outcome.REFUSED, 400),
        (Behaviour.TOO_LARGE, Outcome.REFUSED, 413),
        (Behaviour.UNAUTHORISED, Outcome.REFUSED, 401),
        (Behaviour.FORBIDDEN, Outcome.REFUSED, 403),
        (Behaviour.REDIRECT, Outcome.REFUSED, 307),
        (Behaviour.BUSY_SECONDS, Outcome.LATER, 429),
        (Behaviour.BUSY_DATE, Outcome.LATER, 429),
        (Behaviour.BROKEN, Outcome.LATER, 500),
        (Behaviour.RESTING, Outcome.LATER, 503),
        (Behaviour.HANG, Outcome.LATER, None),
        (Behaviour.RESET_MIDWAY, Outcome.LATER, None),
        (Behaviour.RESET_ACCEPTED, Outcome.LATER, None),
        (Behaviour.RESET_BODY, Outcome.SENT, 201),
        (Behaviour.ENDLESS_BODY, Outcome.SENT, 201),
        (Behaviour.ENDLESS_HEADERS, Outcome.LATER, None),
        (Behaviour.GZIP_BOMB, Outcome.SENT, 201),
        (Behaviour.GARBAGE, Outcome.LATER, None),
    ],
)
def test_whatever_a_service_does_the_reminder_gets_the_right_outcome_in_time(
    service: PushService, behaviour: Behaviour, outcome: Outcome, status: int | None
) -> None:
    subscription = service.subscribe(behaviour)
    deadline = DEADLINE if status is None else PLENTY  # a busy machine must not look like a hanging service
    (result,) = send_all(service, [message(subscription)], deadline_seconds=deadline)
    assert (result.outcome, result.status) == (outcome, status)
    assert len(service.received(subscription)) == 1


def test_after_every_kind_of_misbehaviour_the_same_sender_still_sends(service: PushService) -> None:
    good = service.subscribe()
    messages = []
    for behaviour in Behaviour:
        messages += [message(service.subscribe(behaviour)), message(good)]
    results = send_all(service, messages)
    assert [result.outcome for result in results[1::2]] == [Outcome.SENT] * len(Behaviour)


@pytest.mark.parametrize("behaviour", [Behaviour.BUSY_SECONDS, Behaviour.BUSY_DATE])
def test_a_service_that_says_when_is_asked_again_then(service: PushService, behaviour: Behaviour) -> None:
    result = send(service, behaviour)
    assert result.retry_at is not None
    asked = datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS)
    assert abs(result.retry_at - asked) < timedelta(seconds=3)


@pytest.mark.parametrize(
    "behaviour", [Behaviour.ENDLESS_BODY, Behaviour.GZIP_BOMB, Behaviour.ENDLESS_HEADERS]
)
def test_an_answer_without_end_costs_no_memory(service: PushService, behaviour: Behaviour) -> None:
    send(service, Behaviour.GZIP_BOMB)  # what is made once is not counted
    subscription = message(service.subscribe(behaviour))
    gc.collect()
    tracemalloc.start()
    send_all(service, [subscription])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 1024 * 1024


def test_a_reminder_whose_time_is_over_is_not_sent(service: PushService) -> None:
    subscription = service.subscribe()
    results = send_all(service, [message(subscription, ttl=0), message(subscription, ttl=-5)])
    assert results == [Result(Outcome.TOO_LATE)] * 2
    assert service.received(subscription) == []


def test_a_reminder_whose_time_ran_out_while_it_waited_its_turn_is_not_sent(service: PushService) -> None:
    slow, subscription = service.subscribe(Behaviour.HANG), service.subscribe()
    seconds = iter(range(0, 1000, 10))

    async def sending() -> list[Result]:
        one_at_a_time = Patience(at_once=1)
        async with sender(service, patience=one_at_a_time, monotonic=lambda: next(seconds)) as open_sender:
            waiting = (
                open_sender.send(message(each, ttl=11), datetime.now(UTC)) for each in (slow, subscription)
            )
            return await asyncio.gather(*waiting)

    assert [result.outcome for result in uvloop.run(sending())] == [Outcome.LATER, Outcome.TOO_LATE]
    assert service.received(subscription) == []


def test_an_address_that_is_no_push_service_is_not_called(service: PushService) -> None:
    keys = message(service.subscribe())
    addresses = ("https://evil.example/x", "http://127.0.0.1:1/x", "https://localhost/x", "nonsense", "")
    bad = [Message(address, keys.p256dh, keys.auth, BODY, 60, "t") for address in addresses]
    assert {result.outcome for result in send_all(service, bad)} == {Outcome.REFUSED}


def test_keys_that_nothing_can_be_encrypted_to_are_refused_without_harm(service: PushService) -> None:
    good = message(service.subscribe())
    bad = [
        Message(good.endpoint, p256dh, auth, BODY, 60, "t")
        for p256dh, auth in ((b"", good.auth), (b"x" * 65, good.auth), (good.p256dh, b""))
    ]
    before = service.requests
    results = send_all(service, [*bad, good])
    assert [result.outcome for result in results] == [Outcome.REFUSED] * 3 + [Outcome.SENT]
    assert service.requests == before + 1


def test_a_known_name_that_leads_into_our_own_network_is_not_called(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(service.origin.rsplit(":", 1)[1])
    before = service.connections

    async def inside(self: object, host: str, *_: object) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=2, proto=0, flags=0)]

    monkeypatch.setattr(ThreadedResolver, "resolve", inside)
    keys = message(service.subscribe())
    bad = Message("https://fcm.googleapis.com/fcm/send/x", keys.p256dh, keys.auth, BODY, 60, "t")
    (result,) = send_all(service, [bad])
    assert (result.outcome, result.cause) == (Outcome.REFUSED, "address not public")
    assert service.connections == before


def test_a_name_that_cannot_be_looked_up_is_tried_again(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(*_: object) -> list[ResolveResult]:
        raise OSError("no such name")

    monkeypatch.setattr(ThreadedResolver, "resolve", nowhere)
    keys = message(service.subscribe())
    unknown = Message("https://fcm.googleapis.com/fcm/send/x", keys.p256dh, keys.auth, BODY, 60, "t")
    assert send_all(service, [unknown])[0].outcome is Outcome.LATER


def test_a_service_nobody_vouches_for_is_not_told_anything(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    subscription = service.subscribe()
    assert send_all(service, [message(subscription)])[0].outcome is Outcome.LATER
    assert service.received(subscription) == []


def test_a_service_that_is_down_is_left_alone_and_tried_with_one_reminder(service: PushService) -> None:
    clock = [0.0]
    subscription = service.subscribe(Behaviour.BROKEN)

    async def sending() -> None:
        patience = Patience(failures=3, rest_seconds=60)
        async with sender(service, patience=patience, monotonic=lambda: clock[0]) as open_sender:

            async def once() -> Result:
                return await open_sender.send(message(subscription), now)

            now = datetime.now(UTC)
            assert [(await once()).status for _ in range(4)] == [500, 500, 500, None]
            clock[0] = 20
            resting = await once()
            assert resting.outcome is Outcome.LATER
            assert resting.retry_at == now + timedelta(seconds=40)
            clock[0] = 60
            assert sorted(str(one.status) for one in await asyncio.gather(once(), once(), once())) == [
                "500",
                "None",
                "None",
            ]
            assert (await once()).status is None
            clock[0] = 120
            service.behave(subscription, Behaviour.CREATED)
            assert [(await once()).outcome for _ in range(3)] == [Outcome.SENT] * 3

    uvloop.run(sending())
    assert len(service.received(subscription)) == 3 + 1 + 3


def test_a_service_that_does_not_accept_us_raises_an_alarm_and_is_left_alone(
    service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    subscription = service.subscribe(Behaviour.FORBIDDEN)
    with caplog.at_level(logging.DEBUG):
        results = send_all(service, [message(subscription)] * 5, patience=Patience(refusals=3))
    assert [result.status for result in results] == [403, 403, 403, None, None]
    assert [result.outcome for result in results] == [Outcome.REFUSED] * 3 + [Outcome.LATER] * 2
    assert "does not accept us" in caplog.text
    assert "left alone" in caplog.text


def test_one_subscription_made_with_another_key_does_not_stop_everybody_else(service: PushService) -> None:
    theirs, ours = service.subscribe(Behaviour.FORBIDDEN), service.subscribe()
    results = send_all(service, [message(theirs), message(ours)] * 5, patience=Patience(refusals=3))
    assert [result.outcome for result in results] == [Outcome.REFUSED, Outcome.SENT] * 5


def test_a_slow_service_does_not_hold_up_another(service: PushService) -> None:
    with PushService(authority=service.authority) as slow:
        stuck, quick = slow.subscribe(Behaviour.HANG), service.subscribe()

        async def sending() -> float:
            origins, two = {slow.origin, service.origin}, Patience(at_once=2)
            async with Sender(VAPID, extra_origins=origins, patience=two) as open_sender:
                hanging = [
                    asyncio.create_task(open_sender.send(message(stuck), datetime.now(UTC))) for _ in range(6)
                ]
                await asyncio.sleep(0.1)
                began = time.monotonic()
                result = await open_sender.send(message(quick), datetime.now(UTC))
                took = time.monotonic() - began
                assert result.outcome is Outcome.SENT
                for task in hanging:
                    task.cancel()
                await asyncio.gather(*hanging, return_exceptions=True)
                return took

        assert uvloop.run(sending()) < 1
        assert len(slow.received(stuck)) == 2


def test_the_log_never_holds_an_address(service: PushService, caplog: pytest.LogCaptureFixture) -> None:
    messages = [message(service.subscribe(behaviour)) for behaviour in Behaviour]
    with caplog.at_level(logging.DEBUG):
        send_all(service, messages, patience=Patience(failures=2, refusals=1, rest_seconds=0))
    assert caplog.records
    for each in messages:
        assert each.endpoint.rsplit("/", 1)[1] not in caplog.text


def test_a_worker_that_is_told_to_stop_can_stop(service: PushService) -> None:
    subscription = service.subscribe(Behaviour.HANG)

    async def stopped() -> None:
        async with sender(service, deadline_seconds=30) as open_sender:
            waiting = open_sender.send(message(subscription), datetime.now(UTC))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(waiting, 0.2)

    uvloop.run(stopped())


def test_a_phone_that_subscribed_under_an_older_key_is_sent_to_under_it(service: PushService) -> None:
    older = Vapid(new_private_key(), "mailto:drift@example.se")
    before = replace(
        message(service.subscribe(Behaviour.CREATED, older.public_key)), vapid_key=older.public_key
    )
    since = replace(
        message(service.subscribe(Behaviour.CREATED, VAPID.public_key)), vapid_key=VAPID.public_key
    )
    assert [each.status for each in send_all(service, [before, since], older=[older])] == [201, 201]


def test_a_phone_whose_key_was_thrown_away_cannot_be_sent_to(service: PushService) -> None:
    lost = replace(
        message(service.subscribe(Behaviour.CREATED)),
        vapid_key=Vapid(new_private_key(), "mailto:a@b.se").public_key,
    )
    (result,) = send_all(service, [lost])
    assert (result.outcome, result.status, result.cause) == (Outcome.REFUSED, None, "key not kept")


def test_what_waits_too_long_for_its_turn_comes_back_before_another_worker_takes_it_for_lost(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.core.push.sender.TURN_SECONDS", DEADLINE / 2)
    slow, quick = (message(service.subscribe(each)) for each in (Behaviour.HANG, Behaviour.CREATED))

    async def sending() -> Result:
        async with sender(service, patience=Patience(at_once=1)) as open_sender:
            first = asyncio.create_task(open_sender.send(slow, datetime.now(UTC)))
            await asyncio.sleep(0)
            result = await open_sender.send(quick, datetime.now(UTC))
            await first
            return result

    assert uvloop.run(sending()) == Result(Outcome.LATER, cause="not its turn yet")


def test_a_sender_that_lets_go_sends_nothing_more(service: PushService) -> None:
    given = service.subscribe(Behaviour.CREATED)

    async def sending() -> Result:
        async with sender(service) as open_sender:
            open_sender.let_go()
            return await open_sender.send(message(given), datetime.now(UTC))

    assert uvloop.run(sending()).outcome is Outcome.LATER
    assert not service.received(given)


def test_a_service_that_is_left_alone_is_named_until_its_rest_is_over(service: PushService) -> None:
    broken = message(service.subscribe(Behaviour.BROKEN))
    seconds = 0.0

    async def sending() -> list[set[str]]:
        named = []
        nonlocal seconds
        patience = Patience(failures=2, rest_seconds=60)
        async with sender(service, patience=patience, monotonic=lambda: seconds) as open_sender:
            for _ in range(2):
                named.append(open_sender.resting())
                await open_sender.send(broken, datetime.now(UTC))
            named.append(open_sender.resting())
            seconds += 61
            named.append(open_sender.resting())
        return named

    assert uvloop.run(sending()) == [set(), set(), {service.origin}, set()]
