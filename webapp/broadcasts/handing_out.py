"""What the worker does with a broadcast: a reminder for each recipient, or, if it is recalled, their end.

In batches of their own transactions, beside the reminders, so that a text to thousands keeps nobody's morning
waiting. A recipient's row and reminder are written together: whenever a worker dies, each has it once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.broadcasts import choosing, domain
from webapp.broadcasts.models import Broadcast, Handed, Recipient, Stage
from webapp.core import clock
from webapp.core.db import Database
from webapp.core.locales import SOURCE
from webapp.reminders import setting
from webapp.reminders.models import Occurrence, Reminder, SetBy
from webapp.reminders.stopping import stop_all
from webapp.sharing import notices
from webapp.sharing.notices import Kind

log = logging.getLogger(__name__)

AT_ONCE = 50  # recipients of one transaction
EVERY_SECONDS = 2.0  # looked for between broadcasts
BREATH_SECONDS = 0.02  # between batches at least, and as long as the last one took: others send and write too


@dataclass
class HandingOut:
    """Hands out what is to be handed out, until cancelled."""

    database: Database
    now: Callable[[], datetime] = clock.now

    async def run(self, once: bool) -> None:
        """Go round until cancelled; with `once`, until there is nothing left to do."""
        while True:
            began = time.monotonic()
            try:
                busy = await asyncio.to_thread(self.step)
            except Exception:
                if once:
                    raise
                log.exception("a broadcast was not handed out")
                busy = False
            if once and not busy:
                return
            breath = max(BREATH_SECONDS, time.monotonic() - began)
            await asyncio.sleep(breath if busy else EVERY_SECONDS)

    def step(self) -> bool:
        """One batch; whether there was anything to do."""
        with self.database.writing() as session:
            return step(session, self.now())


def step(session: Session, now: datetime, most: int = AT_ONCE) -> bool:
    """Take one batch of the broadcast that has waited longest; False if none waits. One worker to a broadcast."""
    broadcast = session.scalars(
        select(Broadcast)
        .where(Broadcast.hand_out_at <= now)
        .order_by(Broadcast.hand_out_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if broadcast is None:
        return False
    done = _take_back if broadcast.stage is Stage.RECALLED else _hand_out
    if not done(session, broadcast, now, most):
        if broadcast.stage is Stage.CONFIRMED:
            broadcast.stage = Stage.HANDED_OUT
        broadcast.hand_out_at, broadcast.ended_at = None, now
    session.flush()
    return True


def _recipients(session: Session, broadcast: Broadcast, handed: Handed, most: int) -> Sequence[Recipient]:
    found = select(Recipient).where(Recipient.broadcast_id == broadcast.id, Recipient.handed == handed)
    return session.scalars(found.order_by(Recipient.id).limit(most)).all()


def _hand_out(session: Session, broadcast: Broadcast, now: datetime, most: int) -> bool:
    waiting = _recipients(session, broadcast, Handed.WAITING, most)
    can = choosing.may_get(broadcast.unit_id, clock.local(now).date())
    languages = {
        row.id: row.language
        for row in session.execute(
            select(Person.id, Person.language).where(Person.id.in_([each.person_id for each in waiting]), can)
        )
    }
    texts = domain.texts_of(broadcast.said)
    for each in waiting:
        each.handed = Handed.LEFT_OUT
        if each.person_id in languages:
            _give(session, broadcast, each, texts, languages[each.person_id], now)
    return bool(waiting)


def _give(
    session: Session,
    broadcast: Broadcast,
    recipient: Recipient,
    texts: dict[str, str],
    language: str,
    now: datetime,
) -> None:
    """The reminder, in the recipient's language. Whom it cannot be set for is left out, and stops nobody else."""
    wish = setting.Wish(
        text=texts[SOURCE],
        rule=domain.rule_of(broadcast),
        own_language_text=texts.get(language, "") if language != SOURCE else "",
        own_language=language,
    )
    by = setting.By(broadcast.account_id, SetBy.STAFF, broadcast.sent_as, broadcast.unit_id, to_several=True)
    try:
        with session.begin_nested():
            made = setting.set_reminder(session, recipient.person_id, wish, by, now, str(recipient.id))
    except (setting.TooMany, setting.NeverDue) as reason:
        log.info("left out of a broadcast: recipient=%s %s", recipient.id, type(reason).__name__)
    except Exception:
        log.exception("left out of a broadcast: recipient=%s", recipient.id)
    else:
        recipient.handed, recipient.reminder_id = Handed.HANDED, made.id


def _take_back(session: Session, broadcast: Broadcast, now: datetime, most: int) -> bool:
    """Whoever waits gets nothing; whoever has it has it no more, on no phone, and is told if it had come."""
    session.execute(
        update(Recipient)
        .where(Recipient.broadcast_id == broadcast.id, Recipient.handed == Handed.WAITING)
        .values(handed=Handed.CALLED_OFF)
    )
    has = _recipients(session, broadcast, Handed.HANDED, most)
    ids = [each.reminder_id for each in has if each.reminder_id is not None]
    came = set(session.scalars(_came(ids, now)))
    stop_all(session, ids, now, takes_away=True)
    for each in has:
        each.handed = Handed.CALLED_OFF
        if each.reminder_id in came:
            notices.tell(session, each.person_id, Kind.REMINDER_RECALLED, now)
    return bool(has)


def _came(ids: Sequence[UUID], now: datetime):  # type: ignore[no-untyped-def] # SQLAlchemy's own type is longer
    due = exists().where(Occurrence.reminder_id == Reminder.id, Occurrence.due_at <= now)
    return select(Reminder.id).where(Reminder.id.in_(ids), due)
