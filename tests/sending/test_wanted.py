"""What is asked once more at the moment of sending, by what the notice is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.reminders.setting import MINUTE, occurrences, person, phone, remind
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.permissions import Level
from webapp.reminders import answering, planning, telling
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder, State
from webapp.reminders.outcome import Press
from webapp.sending import queue
from webapp.sharing.models import Consent, ConsentKind, HowGiven

DUE = MORNING + 10 * MINUTE


@dataclass
class Told:
    """A relative who is to be told of somebody's reminder."""

    helped: Person
    relative: Person
    reminder: Reminder
    occurrence: Occurrence
    consent: Consent
    delivery: Delivery


def told(session: Session, kind: ConsentKind = ConsentKind.RELATIVE) -> Told:
    helped, account = person(session, "Prov")
    relative, _ = person(session, "Dotter")
    device = phone(session, relative.id, MORNING)
    reminder = remind(session, account, "08:10", now=MORNING)
    planning.plan_due(session, DUE)
    (occurrence,) = occurrences(session, reminder)
    consent = Consent(
        person_id=helped.id,
        relative_id=relative.id,
        kind=kind,
        reminders=Level.SEE,
        how=HowGiven.IN_APP,
        recorded_by="Prov",
        from_on=clock.today(),
        until_on=clock.today() + timedelta(days=30),
        given_at=MORNING,
    )
    delivery = Delivery(
        id=uuid4(),
        person_id=relative.id,
        purpose=Purpose.RELATIVE,
        lane=device.origin,
        occurrence_id=occurrence.id,
        subscription_id=device.id,
        due_at=DUE,
        useless_at=occurrence.closes_at,
        lease_until=DUE,
    )
    session.add_all([consent, delivery])
    session.flush()
    return Told(helped, relative, reminder, occurrence, consent, delivery)


def goes(session: Session, delivery_id: UUID) -> bool:
    session.flush()
    leased = {each.id for each in queue.lease_due(session, "one", DUE)}
    session.expire_all()
    if delivery_id not in leased:
        assert session.get_one(Delivery, delivery_id).state is State.CALLED_OFF
    return delivery_id in leased


def test_a_relative_who_may_see_the_reminders_is_told(session: Session) -> None:
    assert goes(session, told(session).delivery.id)


def test_a_relative_is_not_told_once_the_consent_is_withdrawn(session: Session) -> None:
    case = told(session)
    case.consent.withdrawn_at = DUE
    assert not goes(session, case.delivery.id)


def test_a_relative_is_not_told_the_day_after_the_consent_ends(session: Session) -> None:
    case = told(session)
    case.consent.from_on = case.consent.until_on = clock.today() - timedelta(days=1)
    assert not goes(session, case.delivery.id)


def test_a_relative_who_may_see_other_things_is_not_told_of_reminders(session: Session) -> None:
    case = told(session)
    case.consent.reminders, case.consent.plan = Level.NONE, Level.HELP
    assert not goes(session, case.delivery.id)


def test_nobody_is_told_of_what_has_been_answered_paused_or_ended(session: Session) -> None:
    answered, paused, ended = told(session), told(session), told(session)
    answering.answer(session, answered.occurrence, Press.DONE, DUE)
    paused.reminder.paused_at = ended.reminder.ended_at = DUE
    leased = {each.id for each in queue.lease_due(session, "one", DUE)}
    assert not leased & {answered.delivery.id, paused.delivery.id, ended.delivery.id}


@pytest.mark.parametrize("who", ["helped", "relative"])
def test_nobody_is_told_where_one_of_the_two_has_died_or_is_protected(session: Session, who: str) -> None:
    dead, protected = told(session), told(session)
    getattr(dead, who).deceased_at = DUE
    getattr(protected, who).protected = True
    session.flush()
    leased = {each.id for each in queue.lease_due(session, "one", DUE)}
    assert not leased & {dead.delivery.id, protected.delivery.id}


def test_a_guardian_is_told_until_the_day_the_child_becomes_thirteen(session: Session) -> None:
    twelve, thirteen = (told(session, ConsentKind.GUARDIAN) for _ in range(2))
    thirteen.helped.born_on = clock.today().replace(year=clock.today().year - 13)
    twelve.helped.born_on = thirteen.helped.born_on + timedelta(days=1)
    session.flush()
    leased = {each.id for each in queue.lease_due(session, "one", DUE)}
    assert twelve.delivery.id in leased
    assert thirteen.delivery.id not in leased


def test_thirteen_years_before_a_leap_day_is_the_last_of_february() -> None:
    assert telling.born_before(date(2028, 2, 29), 13) == date(2015, 2, 28)


def test_a_notice_is_closed_on_the_other_phones_only_while_the_answer_stands(session: Session) -> None:
    answered, taken_back = told(session), told(session)
    for case in (answered, taken_back):
        case.delivery.purpose = Purpose.CLOSING
        answering.answer(session, case.occurrence, Press.DONE, DUE)
    answering.answer(session, taken_back.occurrence, Press.UNDO, DUE + MINUTE)
    leased = {each.id for each in queue.lease_due(session, "one", DUE)}
    assert answered.delivery.id in leased
    assert taken_back.delivery.id not in leased


def test_by_another_way_than_push_no_phone_is_asked_for(session: Session) -> None:
    case = told(session)
    case.delivery.channel, case.delivery.lane, case.delivery.subscription_id = Channel.SMS, "sms", None
    assert goes(session, case.delivery.id)


@pytest.mark.parametrize(("channel", "with_phone"), [(Channel.SMS, True), (Channel.PUSH, False)])
def test_push_alone_goes_to_a_phone(session: Session, channel: Channel, with_phone: bool) -> None:
    case = told(session)
    case.delivery.channel = channel
    if not with_phone:
        case.delivery.subscription_id = None
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_same_message_by_the_same_way_is_kept_once(session: Session) -> None:
    case = told(session)
    case.delivery.channel, case.delivery.lane, case.delivery.subscription_id = Channel.SMS, "sms", None
    session.flush()
    session.add(
        Delivery(
            person_id=case.relative.id,
            purpose=Purpose.RELATIVE,
            channel=Channel.SMS,
            occurrence_id=case.occurrence.id,
            due_at=DUE,
            useless_at=DUE + MINUTE,
            lease_until=DUE,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
