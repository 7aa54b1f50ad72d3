"""What is said of a reminder is true, and reads as a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.finding import one_saying
from webapp.core.db import Database
from webapp.reminders import words
from webapp.reminders.models import Reminder
from webapp.reminders.outcome import Outcome, Press, Result

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_the_next_time_is_written_small_after_its_colon(app: Flask, database: Database) -> None:
    with database.read() as session:
        tablets = one_saying(session, Reminder.text, "Morgonens tabletter")
        with app.test_request_context():
            assert words.next_due(tablets, NOON) == "i morgon 07.30"
            assert words.saved(tablets, NOON) == "Sparad. Nästa gång: i morgon 07.30."


@pytest.mark.parametrize(
    ("has_phone", "said"),
    [(True, "Senare. Vi påminner igen 08.15."), (False, "Senare. Den står här igen 08.15.")],
)
def test_nothing_is_promised_to_remind_where_no_phone_can(
    app_without_data: Flask, has_phone: bool, said: str
) -> None:
    result = Result(Outcome.OPEN, later_until=NOON + timedelta(minutes=15))
    with app_without_data.test_request_context():
        assert words.answered(Press.LATER, result, has_phone=has_phone) == said
