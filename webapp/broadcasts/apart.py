"""What tells a reminder that went to several from one agreed with the person, and when it is theirs no more."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_, select

from webapp.accounts.models import Person
from webapp.reminders.models import Reminder
from webapp.sharing.models import Block


def still_for_them() -> ColumnElement[bool]:
    """Of a Reminder and the Person whose it is, asked when it is sent.

    One that was agreed with the person is theirs. One that went to several is not sent to somebody who has got
    protected identity, has said no to such texts, or has blocked the unit since it was handed out.
    """
    block = select(Block.id).where(
        Block.person_id == Person.id, Block.unit_id == Reminder.unit_id, Block.ended_at.is_(None)
    )
    theirs = and_(
        Person.protected.is_(False),
        Person.no_broadcasts.is_(False),
        not_(block.correlate(Person, Reminder).exists()),
    )
    return or_(Reminder.to_several.is_(False), theirs)
