"""What stands on a locked phone: never who, never what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from flask import Flask

from tests.conftest import NOON, SECRET
from webapp.reminders.models import Channel, Purpose
from webapp.reminders.tokens import Tokens
from webapp.sending import notice
from webapp.sending.queue import Leased

TOKENS = Tokens(SECRET)
REMINDER = Leased(
    id=uuid4(),
    person_id=uuid4(),
    purpose=Purpose.REMINDER,
    channel=Channel.PUSH,
    occurrence_id=uuid4(),
    subscription_id=uuid4(),
    endpoint="https://push.invalid/1",
    p256dh=b"",
    auth=b"",
    vapid_key="key",
    lane="https://push.invalid",
    due_at=NOON,
    language="sv",
    shows_text=True,
    useless_at=NOON + timedelta(hours=1),
    attempts=1,
    lease_until=NOON,
)


def test_a_relative_gets_a_neutral_notice_that_answers_nothing(app: Flask) -> None:
    with app.app_context():
        own = notice.message(REMINDER, TOKENS, NOON)
        told = notice.message(replace(REMINDER, purpose=Purpose.RELATIVE), TOKENS, NOON)
    said = json.loads(told.body)["notification"]
    assert said["title"] == "Någon som du hjälper har inte svarat"
    assert said["navigate"] == f"/hjalp/{REMINDER.occurrence_id}"
    assert "actions" not in said
    assert "data" not in said
    assert b"/s/" not in told.body
    assert len(own.body) == len(told.body)


def test_what_is_recalled_is_not_said_to_be_answered(app: Flask) -> None:
    with app.app_context():
        own = notice.message(REMINDER, TOKENS, NOON)
        closed = notice.message(replace(REMINDER, purpose=Purpose.CLOSING, recalled=True), TOKENS, NOON)
    said = json.loads(closed.body)["notification"]
    assert (said["title"], said["silent"]) == ("Påminnelsen gäller inte längre", True)
    assert closed.topic == own.topic
    assert len(own.body) == len(closed.body)


def test_what_was_answered_elsewhere_is_said_quietly_under_the_same_tag(app: Flask) -> None:
    with app.app_context():
        own = notice.message(REMINDER, TOKENS, NOON)
        closed = notice.message(replace(REMINDER, purpose=Purpose.CLOSING), TOKENS, NOON)
    said = json.loads(closed.body)["notification"]
    assert (said["title"], said["silent"]) == ("Påminnelsen är besvarad", True)
    assert said["tag"] == json.loads(own.body)["notification"]["tag"]
    assert closed.topic == own.topic
    assert b"/s/" not in closed.body
    assert len(own.body) == len(closed.body)
