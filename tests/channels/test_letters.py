"""What an SMS or a mail says: as little as a locked screen, in the recipient's language, to the right address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from tests.channels.test_ways import CODES, NUMBER, OTHER, code_of, proven
from tests.conftest import NOON
from tests.reminders.setting import MINUTE, occurrences, person, remind
from webapp.accounts.models import Person
from webapp.channels import codes, domain
from webapp.channels.letters import MOST_SIGNS, Letter, Writer
from webapp.channels.models import Way
from webapp.core.i18n import LANGUAGES
from webapp.reminders import planning
from webapp.reminders.models import Channel, Delivery, Purpose
from webapp.reminders.tokens import Tokens

TOKENS = Tokens("a secret for the tests alone: 0123456789abcdef")
WRITER = Writer("https://naramig.example", TOKENS, CODES)
DUE = NOON + 10 * MINUTE
SECRET = "Ta hjärtmedicinen"


@dataclass
class Case:
    who: Person
    way: Way
    delivery: Delivery


def case(session: Session, channel: Channel = Channel.SMS, text: str = SECRET) -> Case:
    """A reminder due at 08.10 that goes to a proven number, or mailbox."""
    who, account = person(session)
    way = proven(session, who.id, channel, NUMBER if channel is Channel.SMS else "aino@exempel.se")
    reminder = remind(session, account, "08:10", now=NOON, text=text)
    planning.plan_due(session, DUE)
    (occurrence,) = occurrences(session, reminder)
    delivery = Delivery(
        id=uuid4(),
        person_id=who.id,
        channel=channel,
        number=2,
        lane=channel.value,
        occurrence_id=occurrence.id,
        due_at=DUE,
        useless_at=occurrence.closes_at,
        lease_until=DUE,
    )
    session.add(delivery)
    session.flush()
    return Case(who, way, delivery)


def letter(session: Session, delivery: Delivery) -> Letter | None:
    session.flush()
    return WRITER.write(session, [delivery.id], DUE).get(delivery.id)


def trial(session: Session, who: Person, channel: Channel = Channel.SMS) -> Delivery:
    session.flush()
    made = session.query(Delivery).filter_by(person_id=who.id, purpose=Purpose.TRIAL, channel=channel).one()
    assert isinstance(made, Delivery)
    return made


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_it_says_that_there_is_a_reminder_when_and_where_to_answer(
    session: Session, channel: Channel
) -> None:
    held = case(session, channel)
    assert held.delivery.occurrence_id is not None
    found = letter(session, held.delivery)
    where = f"https://naramig.example/s/{TOKENS.token(held.delivery.occurrence_id)}"
    assert found is not None
    assert found.text == f"Du har en påminnelse 08.10. Svara här: {where}"
    assert found.subject == "Du har en påminnelse"
    assert found.address == held.way.address
    assert "hjärt" not in found.text + found.subject


def test_the_words_are_there_only_for_who_chose_it_and_not_in_the_subject(session: Session) -> None:
    held = case(session, Channel.EMAIL)
    domain.show_text(session, held.who.id, Channel.EMAIL, with_text=True)
    session.expire_all()
    found = letter(session, held.delivery)
    assert found is not None
    assert f"Påminnelse 08.10: {SECRET}. Svara här" in found.text
    assert "hjärt" not in found.subject


def test_the_words_of_somebody_with_protected_identity_never_go_out(session: Session) -> None:
    held = case(session)
    held.way.with_text, held.who.protected = True, True
    found = letter(session, held.delivery)
    assert found is not None
    assert "hjärt" not in found.text


def test_a_long_text_is_cut_and_stands_on_one_line(session: Session) -> None:
    held = case(session, text="Gå en runda.\nMät sedan. " * 40)
    held.way.with_text = True
    found = letter(session, held.delivery)
    assert found is not None
    assert "\n" not in found.text
    assert len(found.text) < MOST_SIGNS + 150


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_is_in_the_recipients_language(session: Session, code: str) -> None:
    held = case(session)
    held.who.language = code
    found = letter(session, held.delivery)
    assert found is not None
    assert found.language == code
    assert "<" not in found.text + found.subject
    assert "%(" not in found.text


def test_a_code_goes_to_the_address_that_is_asked_about_and_nothing_else_does(session: Session) -> None:
    held = case(session)
    way = domain.ask(session, held.who.id, Channel.SMS, OTHER, DUE)
    found = letter(session, trial(session, held.who))
    assert found is not None
    assert found.address == OTHER
    assert code_of(way) in found.text
    reminder = letter(session, held.delivery)
    assert reminder is not None
    assert reminder.address == NUMBER, "until the new one is proven"


def test_a_trial_goes_to_the_proven_address(session: Session) -> None:
    held = case(session)
    assert domain.try_out(session, held.who.id, Channel.SMS, DUE)
    found = letter(session, trial(session, held.who))
    assert found is not None
    assert (found.address, found.text) == (NUMBER, "Så här kommer en påminnelse från Nära mig.")


def test_nothing_goes_to_an_address_that_was_not_proven_or_was_taken_away(session: Session) -> None:
    who, _ = person(session)
    way = domain.ask(session, who.id, Channel.SMS, NUMBER, DUE)
    way.code_until = DUE - timedelta(seconds=1)
    assert letter(session, trial(session, who)) is None
    held = case(session)
    domain.take_away(session, held.who.id, Channel.SMS)
    assert letter(session, held.delivery) is None


def test_a_code_that_was_used_up_by_wrong_tries_is_not_sent_again(session: Session) -> None:
    who, _ = person(session)
    way = domain.ask(session, who.id, Channel.SMS, NUMBER, DUE)
    way.code_tries = codes.MOST_TRIES
    assert letter(session, trial(session, who)) is None


def test_a_relative_is_told_that_something_waits_and_not_of_whom(session: Session) -> None:
    held = case(session)
    held.delivery.purpose, held.way.with_text = Purpose.RELATIVE, True
    found = letter(session, held.delivery)
    assert found is not None
    where = f"https://naramig.example/hjalp/{held.delivery.occurrence_id}"
    assert found.text == f"Något väntar på dig i Nära mig. Logga in för att läsa: {where}"
