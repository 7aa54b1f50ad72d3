"""Sending for real: a worker, a push service over TLS, and people whose phones it gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uvloop
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import VAPID
from tests.push_service import Behaviour, PushService
from tests.push_service import Subscription as Given
from tests.reminders.setting import person, remind
from webapp.core.clock import local
from webapp.core.db import Database
from webapp.core.push import Vapid, check_subscription
from webapp.core.push.sender import Sender
from webapp.reminders import phones
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Reminder
from webapp.sending.worker import Worker

KEY = Vapid(VAPID, "mailto:test@naramig.invalid")
DEADLINE = 0.4  # seconds, in place of ten


def real_now() -> datetime:
    return datetime.now(UTC)


def connect(session: Session, person_id: UUID, given: Given, origin: str) -> None:
    """Keep a subscription as the page does."""
    checked = check_subscription(given["endpoint"], given["keys"]["p256dh"], given["keys"]["auth"], {origin})
    phones.subscribe(session, person_id, checked, KEY.public_key, real_now())


def due_now(session: Session, service: PushService, behaviour: Behaviour) -> tuple[Reminder, Given]:
    """A person with one phone of this behaviour, and a reminder that came due a minute ago."""
    who, account = person(session)
    given = service.subscribe(behaviour, KEY.public_key)
    connect(session, who.id, given, service.origin)
    just_before = real_now() - timedelta(minutes=2)
    at = local(real_now() - timedelta(minutes=1))
    reminder = remind(session, account, f"{at:%H:%M}", now=just_before, first=at.date())
    return reminder, given


def run_once(app: Flask, service: PushService) -> None:
    """One worker in its own role, until nothing is due and nothing in hand."""
    database = Database(app.config["SETTINGS"].worker_url, app.config["SETTINGS"].keys)
    sender = Sender(KEY, extra_origins={service.origin}, deadline_seconds=DEADLINE)

    async def work() -> None:
        async with sender:
            await Worker(database, sender, app.extensions[TOKENS]).run(once=True)

    uvloop.run(work())
    database.dispose()
