"""Whether a delivery is still wanted: asked again at the moment of sending, by what the delivery is for.

Hours can pass between planning and sending, and in them somebody dies, answers, pauses, withdraws a consent or
hands a phone on. What is not wanted any more is called off (design section 5, point 8).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, case, or_, select, true
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.broadcasts.apart import still_for_them
from webapp.permissions import Level
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sharing.guardians import OWN_LOGIN
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.ties import Relative, binds

TODAY: BindParameter[date] = bindparam("today", type_=Date())
CHILDREN_BORN_AFTER: BindParameter[date] = bindparam("children_born_after", type_=Date())
Helped = aliased(Person, name="helped")  # whose reminder a relative is told of


def given(today: date) -> dict[str, date]:
    """What `WANTED` has to be given, on this local day."""
    return {"today": today, "children_born_after": born_before(today, OWN_LOGIN)}


def born_before(today: date, years: int) -> date:
    """The last day on which somebody was born who is `years` old today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February, in a year without one before
        return date(today.year - years, 2, 28)


def _reaches_the_person() -> ColumnElement[bool]:
    """The person lives; by push, the phone is still theirs and not switched off."""
    own_phone = and_(Subscription.retired_at.is_(None), Subscription.person_id == Delivery.person_id)
    return and_(Person.deceased_at.is_(None), or_(Delivery.channel != Channel.PUSH, own_phone))


def _goes_on() -> ColumnElement[bool]:
    """Nobody has answered, and the reminder is neither paused nor ended."""
    return and_(Occurrence.outcome == Outcome.OPEN, Reminder.paused_at.is_(None), Reminder.ended_at.is_(None))


def _may_be_told() -> ColumnElement[bool]:
    """The relative is bound to somebody who lives and is not protected, and may see their reminders today.

    A guardian sees them by the child's age, everybody else by what the consent says (sharing.guardians).
    """
    area = or_(
        and_(Consent.kind == ConsentKind.GUARDIAN, Helped.born_on > CHILDREN_BORN_AFTER),
        and_(Consent.kind != ConsentKind.GUARDIAN, Consent.reminders >= Level.SEE),
    )
    return (
        select(Consent.id)
        .join(Relative, Relative.id == Consent.relative_id)
        .join(Helped, Helped.id == Consent.person_id)
        .where(
            Consent.person_id == Occurrence.person_id,
            Consent.relative_id == Delivery.person_id,
            binds(TODAY),
            area,
            Helped.deceased_at.is_(None),
            Helped.protected.is_(False),
        )
        .correlate(Occurrence, Delivery)
        .exists()
    )


# Over Delivery, Person (whom it goes to), and outer joined Subscription, Occurrence and Reminder.
WANTED = and_(
    _reaches_the_person(),
    case(
        (Delivery.purpose == Purpose.REMINDER, and_(_goes_on(), still_for_them())),
        (Delivery.purpose == Purpose.RELATIVE, and_(_goes_on(), _may_be_told())),
        (Delivery.purpose == Purpose.CLOSING, Occurrence.outcome != Outcome.OPEN),
        else_=true(),  # a trial
    ),
)
