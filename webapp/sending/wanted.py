"""Whether a delivery is still wanted: asked again at the moment of sending, by what the delivery is for.

Hours can pass between planning and sending, and in them somebody dies, answers, pauses, withdraws a consent or
hands a phone on. What is not wanted any more is called off (design section 5, point 8).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, case, or_, true

from webapp.accounts.models import Person
from webapp.broadcasts.apart import still_for_them
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder, Subscription
from webapp.reminders.outcome import PROVISIONAL, Outcome
from webapp.reminders.telling import child_since, may_be_told

TODAY: BindParameter[date] = bindparam("today", type_=Date())
CHILDREN_BORN_AFTER: BindParameter[date] = bindparam("children_born_after", type_=Date())


def given(today: date) -> dict[str, date]:
    """What `WANTED` has to be given, on this local day."""
    return {"today": today, "children_born_after": child_since(today)}


def _reaches_the_person() -> ColumnElement[bool]:
    """The person lives; by push, the phone is still theirs and not switched off."""
    own_phone = and_(Subscription.retired_at.is_(None), Subscription.person_id == Delivery.person_id)
    return and_(Person.deceased_at.is_(None), or_(Delivery.channel != Channel.PUSH, own_phone))


def _goes_on() -> ColumnElement[bool]:
    """Nobody has answered, and the reminder is neither paused nor ended."""
    return and_(Occurrence.outcome == Outcome.OPEN, Reminder.paused_at.is_(None), Reminder.ended_at.is_(None))


def _not_answered() -> ColumnElement[bool]:
    """As `_goes_on`, also when the due time is over: in the morning, after quiet hours."""
    return and_(
        Occurrence.outcome.in_(PROVISIONAL), Reminder.paused_at.is_(None), Reminder.ended_at.is_(None)
    )


_MAY_BE_TOLD = may_be_told(Occurrence.person_id, Delivery.person_id, TODAY, CHILDREN_BORN_AFTER)
# Over Delivery, Person (whom it goes to), and outer joined Subscription, Occurrence and Reminder.
WANTED = and_(
    _reaches_the_person(),
    case(
        (Delivery.purpose == Purpose.REMINDER, and_(_goes_on(), still_for_them())),
        (Delivery.purpose == Purpose.RELATIVE, and_(_not_answered(), _MAY_BE_TOLD)),
        (
            Delivery.purpose == Purpose.CLOSING,
            and_(
                or_(Occurrence.outcome.not_in(PROVISIONAL), Reminder.ended_at.is_not(None)),
                or_(Delivery.person_id == Occurrence.person_id, _MAY_BE_TOLD),
            ),
        ),
        else_=true(),  # a trial
    ),
)
