"""A backup that is put back sends no text to several again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.broadcasts.several import hand_out, neighbours, reminders, send
from tests.conftest import NOON
from tests.people import Visitor
from webapp.broadcasts import after_restoring
from webapp.broadcasts.models import Broadcast, Stage
from webapp.core.db import Database
from webapp.reminders.models import Reminder
from webapp.sending.restored import make_safe

AFTER = NOON + timedelta(seconds=61)


def test_what_waited_is_not_handed_out_and_what_came_every_day_comes_no_more(
    visit: Visitor, database: Database
) -> None:
    neighbours(database, 2)
    nils = visit("nils")
    send(nils, until_on="2026-03-12")
    hand_out(database, AFTER)
    send(nils, on_day="2026-03-20", text_sv="Öppet hus")
    later = NOON + timedelta(hours=5)
    with database.writing() as session:
        make_safe(session, later, consents_too=False)
    with database.read() as session:
        assert not any(each.ended_at for each in reminders(session).values())
    with database.writing() as session:
        make_safe(session, later)
        assert after_restoring.hold_back(session, later) == 0
    assert hand_out(database, NOON + timedelta(days=11, hours=2)) == 0
    with database.read() as session:
        assert all(each.ended_at == later for each in reminders(session).values())
        assert reminders(session, "Öppet hus") == {}
        assert set(session.scalars(select(Broadcast.stage))) == {Stage.HANDED_OUT, Stage.UNDONE}
        own = session.scalars(select(Reminder.ended_at).where(Reminder.to_several.is_(False)))
        assert not any(own)  # a person's own go on
