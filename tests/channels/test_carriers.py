"""SMS and e-mail against a real gateway and a real mail server on this machine, which behave and misbehave."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from tests.channels.gateway_service import SENDER, Behaviour, GatewayService, Taken
from tests.conftest import NOON, settings
from webapp.channels.gateway import Gateway, UnfitGateway
from webapp.channels.letters import Letter
from webapp.channels.mail import Mail
from webapp.channels.sms import Sms
from webapp.core.push import Outcome, Patience, Result
from webapp.mailing.smtp import Smtp
from webapp.settings import Settings, UnsafeSettings

NUMBER, MAILBOX = "+46701740605", "aino@exempel.se"
TEXT = "Du har en påminnelse 08.00 & mer + så, á čđŋšŧž"
REFERENCE = UUID(int=7)


@pytest.fixture
def service() -> Iterator[GatewayService]:
    with GatewayService() as running:
        yield running
    assert running.faults == []
    assert running.touched_inside == 0


def by_sms(service: GatewayService, times: int = 1, patience: Patience | None = None) -> list[Result]:
    async def send() -> list[Result]:
        async with Sms(service.gateway, deadline_seconds=0.4, patience=patience) as sms:
            letter = Letter(NUMBER, "sv", "Påminnelse", TEXT)
            return [await sms.send(letter, REFERENCE, NOON) for _ in range(times)]

    return asyncio.run(send())


def test_a_gateway_gets_the_text_as_it_is_and_who_it_is_from(service: GatewayService) -> None:
    assert by_sms(service) == [Result(Outcome.SENT, 200)]
    assert service.taken == [Taken(NUMBER, SENDER, TEXT, str(REFERENCE))]


@pytest.mark.parametrize(
    ("behaviour", "outcome", "cause"),
    [
        (Behaviour.BAD_NUMBER, Outcome.REFUSED, "refused"),
        (Behaviour.NOT_US, Outcome.REFUSED, "not us"),
        (Behaviour.NO_MONEY, Outcome.REFUSED, "not us"),
        (Behaviour.NOT_THERE, Outcome.REFUSED, "no gateway there"),
        (Behaviour.BROKEN, Outcome.LATER, "service error"),
        (Behaviour.HANGS, Outcome.LATER, "deadline"),
        (Behaviour.RESETS_AFTER_TAKING, Outcome.LATER, "network"),
        (Behaviour.REDIRECTS, Outcome.REFUSED, "redirect"),
        (Behaviour.GARBAGE, Outcome.LATER, "network"),
    ],
)
def test_a_gateway_that_misbehaves_has_one_known_outcome(
    service: GatewayService, behaviour: Behaviour, outcome: Outcome, cause: str
) -> None:
    service.behaviour = behaviour
    (result,) = by_sms(service)
    assert (result.outcome, result.cause) == (outcome, cause)


def test_a_gateway_that_asks_to_wait_is_waited_for(service: GatewayService) -> None:
    service.behaviour = Behaviour.BUSY
    (result,) = by_sms(service)
    assert result.outcome is Outcome.LATER
    assert result.retry_at is not None
    assert timedelta(seconds=119) < result.retry_at - NOON < timedelta(seconds=125)


def test_a_gateway_that_took_it_and_talks_without_end_has_taken_it(service: GatewayService) -> None:
    service.behaviour = Behaviour.TALKS_WITHOUT_END
    assert [each.outcome for each in by_sms(service)] == [Outcome.SENT]


def test_a_second_try_bears_the_same_key(service: GatewayService) -> None:
    service.behaviour = Behaviour.RESETS_AFTER_TAKING
    by_sms(service, times=2)
    assert {each.key for each in service.taken} == {str(REFERENCE)}


def test_a_gateway_that_fails_again_and_again_is_left_alone(service: GatewayService) -> None:
    service.behaviour = Behaviour.BROKEN
    results = by_sms(service, times=5, patience=Patience(failures=2))
    assert service.requests == 2
    assert [each.cause for each in results[2:]] == ["gateway resting"] * 3


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("http://sms.example/a1", SENDER),
        ("ftp://sms.example/", SENDER),
        ("https://", SENDER),
        ("https://sms.example:x/", SENDER),
        ("https://sms.example/?to=x", SENDER),
        ("https://sms.example/", ""),
        ("https://sms.example/", "Nära mig i Norrbotten"),
    ],
)
def test_a_gateways_address_is_checked_at_the_start(address: str, sender: str) -> None:
    with pytest.raises(UnfitGateway):
        Gateway.read(address, sender)
    with pytest.raises(UnsafeSettings, match="NARAMIG_SMS"):
        Settings.read(settings("sqlite://", NARAMIG_SMS=address, NARAMIG_SMS_FROM=sender))


def test_a_gateways_secret_is_not_shown() -> None:
    gateway = Gateway.read("https://nara:hemligt@sms.example:8443/a1/sms", SENDER)
    assert gateway.address == "https://sms.example:8443/a1/sms"
    assert "hemligt" not in repr(gateway)


# E-mail


class Box:
    """What a mail server was given; `answers` is what it says to a mailbox."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers = "250 OK"
        self.taken: list[Any] = []

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        if self.answers.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Box]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        held = Box(free.getsockname()[1])
    controller = Controller(held, hostname="127.0.0.1", port=held.port)
    controller.start()
    yield held
    controller.stop()


def by_mail(port: int, deadline: float = 5.0) -> Result:
    async def send() -> Result:
        smtp = Smtp.read(f"smtp://127.0.0.1:{port}", "naramig@exempel.se")
        async with Mail(smtp, deadline_seconds=deadline) as mail:
            return await mail.send(Letter(MAILBOX, "se", "Du har en påminnelse", TEXT), REFERENCE, NOON)

    return asyncio.run(send())


def test_a_mail_says_the_same_and_is_known_again_by_its_id(box: Box) -> None:
    assert by_mail(box.port) == Result(Outcome.SENT, 250)
    ((to, mail),) = box.taken
    assert to == [MAILBOX]
    assert mail.get_content().strip() == TEXT
    assert (mail["Subject"], mail["Content-Language"]) == ("Du har en påminnelse", "se")
    assert mail["Message-ID"] == f"<{REFERENCE}@exempel.se>"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 No such mailbox", Outcome.REFUSED),
        ("451 Try later", Outcome.LATER),
        ("421 Closing", Outcome.LATER),
    ],
)
def test_a_mailbox_that_is_not_there_is_refused_and_a_busy_server_tried_again(
    box: Box, answer: str, outcome: Outcome
) -> None:
    box.answers = answer
    assert by_mail(box.port).outcome is outcome
    assert box.taken == []


def test_a_mail_server_that_is_away_or_silent_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = by_mail(port, deadline=0.3)
        assert (result.outcome, result.cause) == (Outcome.LATER, "deadline")
        silent.accept()[0].close()
    assert by_mail(port).outcome is Outcome.LATER


def test_no_line_of_a_mail_can_be_made_by_its_address() -> None:
    mail = Mail(Smtp.read("smtp://127.0.0.1:9", "naramig@exempel.se"))
    with pytest.raises((ValueError, smtplib.SMTPException)):
        mail._mail(Letter("a@b.se\nBcc: c@d.se", "sv", "x", "y"), REFERENCE, NOON)
