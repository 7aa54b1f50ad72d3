"""Idag says what is true at this minute: when something was due, and what will happen next."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.reminders.setting import phone
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders.models import Reminder

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVENING = NOON + timedelta(hours=12)  # 20.00: Aino's evening tablets


def _said(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


@ON_SQLITE
@pytest.mark.parametrize(
    ("minutes", "is_now"),
    [(0, True), (59, True), (60, False), (120, False)],
)
def test_what_was_due_an_hour_ago_is_not_said_to_be_now(
    app: Flask, visit: Visitor, minutes: int, is_now: bool
) -> None:
    with clock.frozen(EVENING + timedelta(minutes=minutes)):
        aino = visit("aino")
        said = _said(aino.page(f"{aino.p}/idag"))
    evening = said.partition("Kvällens tabletter")
    assert evening[0].rstrip().endswith("Nu, klockan 20.00" if is_now else "Klockan 20.00")
    assert evening[2].lstrip().startswith("Inte svarat än.") is not is_now


def _later_at_eight(app: Flask, visit: Visitor, database: Database) -> str:
    """What Aino reads when she has put the evening's tablets off: the flash and the page."""
    with database.read() as session:
        tablets = one_saying(session, Reminder.text, "Kvällens tabletter")
    with clock.frozen(EVENING):
        aino = visit("aino")
        address = f"{aino.p}/paminnelser/{tablets.id}/{clock.local(EVENING).date()}/20:00/svar"
        assert aino.post(address, {"svar": "senare"}).status_code == 302
        aino.page(f"{aino.p}/idag")  # the flash has been read
        return _said(aino.page(f"{aino.p}/idag"))


@ON_SQLITE
def test_without_a_phone_nothing_is_promised_to_remind_again(
    app: Flask, visit: Visitor, database: Database
) -> None:
    said = _later_at_eight(app, visit, database)
    assert "Den står här igen 20.15" in said
    assert "Vi påminner igen" not in said


@ON_SQLITE
def test_with_a_phone_the_page_says_when_it_reminds_again(
    app: Flask, visit: Visitor, database: Database
) -> None:
    with database.writing() as session:
        phone(session, visit("aino").id, NOON)
    said = _later_at_eight(app, visit, database)
    assert "Vi påminner igen 20.15" in said
    assert "Den står här igen" not in said


@ON_SQLITE
def test_what_she_wrote_herself_is_not_said_to_be_swedish(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    aino.post("/sprak", {"sprak": "se", "next": "/"})
    page = aino.page(f"{aino.p}/idag")
    assert '<span lang="sv">Väg dig före frukost</span>' in page  # the nurse's
    assert "Kvällens tabletter" in page
    assert '<span lang="sv">Kvällens tabletter</span>' not in page
