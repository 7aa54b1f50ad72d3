"""A unit is told by mail that something waits: by a real mail server on this machine, and never what or whose."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON, settings
from tests.people import Visitor
from tests.plans.planning import opened, row_saying
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.mailing import domain
from webapp.mailing.models import UnitMail
from webapp.mailing.postman import Postman
from webapp.mailing.smtp import NotTaken, Smtp, Unfit
from webapp.settings import Settings, UnsafeSettings

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LATER = NOON + timedelta(minutes=5)


class Box:
    """What a mail server was given; with `refuses`, it takes nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[Any] = []
        self.refuses = False

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if self.refuses:
            return "451 Try again later"
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


def postman(database: Database, box: Box | None) -> Postman:
    smtp = Smtp.read(f"smtp://127.0.0.1:{box.port}", "naramig@example.invalid") if box else None
    return Postman(database, smtp, "https://naramig.example", lambda: LATER)


def objected(database: Database, visit: Visitor) -> None:
    """Aino says no to the region's row; the health centre has an address."""
    with database.writing() as session:
        for unit in session.scalars(select(Unit)):
            unit.email = f"{unit.id.hex[:6]}@example.invalid"
    aino = visit("aino")
    path = f"{aino.p}/plan/rad/{row_saying(database, 'Vi hörs i telefon om hur det går').id}/nej"
    for _ in range(2):
        assert aino.post(path, {**opened(aino, path), "words": "Hellre hemma"}).status_code == 302


def test_the_owner_of_a_row_is_told_once_and_the_mail_says_nothing(
    app: Flask, database: Database, visit: Visitor, box: Box
) -> None:
    objected(database, visit)
    with database.read() as session:
        centre = session.scalars(select(Unit).where(Unit.name == "Arjeplogs hälsocentral")).one()
    assert postman(database, box).carry() == 1
    assert postman(database, box).carry() == 0
    ((to, mail),) = box.taken
    assert to == [centre.email]
    whole = mail.as_string() + mail.get_content()
    assert "https://naramig.example/personal/" in whole
    for word in ("Aino", "Hellre", "telefon", "Arjeplog", "/p/", "sagt nej", "plan"):
        assert word not in whole, word
    with database.read() as session:
        assert session.scalars(select(UnitMail.sent)).all() == [True]


def test_a_mail_that_is_not_taken_is_tried_again_and_given_up_at_last(
    app: Flask, database: Database, visit: Visitor, box: Box
) -> None:
    objected(database, visit)
    box.refuses = True
    assert postman(database, box).carry() == 0
    assert postman(database, box).carry() == 0  # not at once
    at = LATER
    for _ in range(domain.MOST_TRIES + 1):
        at += timedelta(days=1)
        again = postman(database, box)
        again.now = partial(datetime.fromisoformat, at.isoformat())
        again.carry()
    with database.read() as session:
        (mail,) = session.scalars(select(UnitMail))
        assert (mail.sent, mail.tries) == (False, domain.MOST_TRIES + 1)
        assert mail.ended_at is not None
    assert box.taken == []


@ON_SQLITE
def test_without_a_mail_server_the_work_list_alone_tells(
    app: Flask, database: Database, visit: Visitor
) -> None:
    objected(database, visit)
    assert postman(database, None).carry() == 0
    with database.read() as session:
        assert session.scalars(select(UnitMail.ended_at)).one() is not None
    assert "Har sagt nej till en rad i planen" in visit("nils").page("/personal/")


@ON_SQLITE
def test_a_unit_without_an_address_or_that_is_blocked_gets_no_mail(
    app: Flask, database: Database, visit: Visitor
) -> None:
    objected(database, visit)
    with database.writing() as session:
        session.execute(update(UnitMail).values(ended_at=NOON))
        session.execute(update(Unit).values(email=None))
    aino = visit("aino")
    path = f"{aino.p}/plan/rad/{row_saying(database, 'Hjälp i hemmet, morgon och kväll').id}/nej"
    assert aino.post(path, {**opened(aino, path), "words": ""}).status_code == 302
    with database.read() as session:
        assert len(session.scalars(select(UnitMail)).all()) == 1


def test_the_address_of_a_mail_server_is_checked_at_the_start() -> None:
    smtp = Smtp.read("smtps://nara:hemligt%40@mail.example", "naramig@region.example")
    assert (smtp.port, smtp.from_start, smtp.user, smtp.secret) == (465, True, "nara", "hemligt@")
    assert "hemligt" not in repr(smtp)
    for address in ("mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x", "smtp://h/p"):
        with pytest.raises(Unfit):
            Smtp.read(address, "naramig@region.example")
    for sender in ("", "naramig", "naramig@", "a b@example"):
        with pytest.raises(Unfit):
            Smtp.read("smtp://mail.example", sender)
    read = Settings.read(
        settings("sqlite://", NARAMIG_SMTP="smtp://127.0.0.1:25", NARAMIG_MAIL_FROM="a@b.se")
    )
    assert read.smtp == Smtp("127.0.0.1", 25, False, "a@b.se")
    assert Settings.read(settings("sqlite://")).smtp is None
    with pytest.raises(UnsafeSettings, match="NARAMIG_SMTP"):
        Settings.read(settings("sqlite://", NARAMIG_SMTP="mail"))


def test_nobody_waits_on_a_server_that_is_not_there() -> None:
    smtp = Smtp("127.0.0.1", 1, False, "a@b.se")
    with pytest.raises(NotTaken):
        smtp.send(postman_mail())


def postman_mail() -> Any:
    made = Postman(None, None, "https://x.example", clock.now)  # type: ignore[arg-type]
    return made._mail(Smtp("127.0.0.1", 1, False, "a@b.se"), "c@d.se")
