"""A person chooses the ways and their order; an own number or mailbox is proven before anything is sent there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.reminders.setting import MINUTE, person
from tests.staff.test_at_once import all_at_once, reader
from webapp.channels import codes, domain, routes
from webapp.channels.codes import Codes
from webapp.channels.domain import Proof
from webapp.channels.gateway import Gateway
from webapp.channels.letters import Writer
from webapp.channels.models import Way
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.db import Database
from webapp.mailing.smtp import Smtp
from webapp.reminders.models import Channel, Delivery, Purpose, State
from webapp.reminders.tokens import Tokens

NUMBER, OTHER = "+46701740605", "+46701740606"
CODES = Codes("a secret for the tests alone: 0123456789abcdef")


def code_of(way: Way, made: Codes = CODES) -> str:
    assert way.code_salt is not None
    return made.code(way.id, way.asked_address, way.code_salt)


def proven(session: Session, person_id: object, channel: Channel = Channel.SMS, address: str = NUMBER) -> Way:
    """A way that has been proven; the code's own message is not left in the queue."""
    way = domain.ask(session, person_id, channel, address, NOON)  # type: ignore[arg-type]
    assert domain.prove(session, way.person_id, channel, code_of(way), CODES, NOON) is Proof.RIGHT
    trials = select(Delivery).where(Delivery.person_id == way.person_id, Delivery.purpose == Purpose.TRIAL)
    for sent in session.scalars(trials):
        session.delete(sent)
    session.flush()
    return way


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**codes.DIGITS:0{codes.DIGITS}}"


# The rules


def test_nothing_is_sent_to_a_number_before_its_code_came_back(session: Session) -> None:
    who, _ = person(session)
    way = domain.ask(session, who.id, Channel.SMS, NUMBER, NOON)
    assert domain.orders(session, [who.id]) == {}
    (sent,) = session.scalars(select(Delivery).where(Delivery.person_id == who.id))
    assert (sent.purpose, sent.channel, sent.occurrence_id) == (Purpose.TRIAL, Channel.SMS, None)
    assert domain.prove(session, who.id, Channel.SMS, code_of(way), CODES, NOON + MINUTE) is Proof.RIGHT
    assert domain.orders(session, [who.id]) == {who.id: [Channel.PUSH, Channel.SMS]}
    assert (way.address, way.asked_address, way.code_salt) == (NUMBER, "", None)


def test_a_code_may_be_typed_with_spaces(session: Session) -> None:
    who, _ = person(session)
    code = code_of(domain.ask(session, who.id, Channel.SMS, NUMBER, NOON))
    assert domain.prove(session, who.id, Channel.SMS, f" {code[:3]} {code[3:]}", CODES, NOON) is Proof.RIGHT


def test_after_five_wrong_codes_the_right_one_is_of_no_use(session: Session) -> None:
    who, _ = person(session)
    code = code_of(domain.ask(session, who.id, Channel.SMS, NUMBER, NOON))
    found = [domain.prove(session, who.id, Channel.SMS, wrong(code), CODES, NOON) for _ in range(5)]
    assert found == [Proof.WRONG] * 4 + [Proof.OVER]
    assert domain.prove(session, who.id, Channel.SMS, code, CODES, NOON) is Proof.OVER


@pytest.mark.parametrize(("after", "proof"), [(codes.LASTS - MINUTE, Proof.RIGHT), (codes.LASTS, Proof.OVER)])
def test_a_code_holds_for_a_quarter_of_an_hour(session: Session, after: timedelta, proof: Proof) -> None:
    who, _ = person(session)
    code = code_of(domain.ask(session, who.id, Channel.SMS, NUMBER, NOON))
    assert domain.prove(session, who.id, Channel.SMS, code, CODES, NOON + after) is proof


def test_a_code_is_of_no_use_for_another_number_another_person_or_another_time(session: Session) -> None:
    one, other = person(session)[0], person(session)[0]
    first = code_of(domain.ask(session, one.id, Channel.SMS, NUMBER, NOON))
    codes_after = {
        code_of(domain.ask(session, one.id, Channel.SMS, OTHER, NOON)),
        code_of(domain.ask(session, one.id, Channel.SMS, NUMBER, NOON)),
        code_of(domain.ask(session, other.id, Channel.SMS, NUMBER, NOON)),
    }
    assert len(codes_after - {first}) >= 2  # one in a million is the same by chance
    assert domain.prove(session, other.id, Channel.EMAIL, first, CODES, NOON) is Proof.OVER


def test_the_old_number_is_used_until_the_new_one_is_proven(session: Session) -> None:
    who, _ = person(session)
    way = proven(session, who.id)
    domain.ask(session, who.id, Channel.SMS, OTHER, NOON)
    assert way.address == NUMBER
    assert domain.orders(session, [who.id]) == {who.id: [Channel.PUSH, Channel.SMS]}
    assert domain.prove(session, who.id, Channel.SMS, code_of(way), CODES, NOON) is Proof.RIGHT
    assert way.address == OTHER


def test_the_order_is_the_persons(session: Session) -> None:
    who, _ = person(session)
    proven(session, who.id)
    proven(session, who.id, Channel.EMAIL, "aino@exempel.se")
    assert domain.orders(session, [who.id])[who.id] == [Channel.PUSH, Channel.SMS, Channel.EMAIL]
    assert domain.put_first(session, who.id, Channel.EMAIL)
    assert domain.orders(session, [who.id])[who.id] == [Channel.EMAIL, Channel.PUSH, Channel.SMS]
    domain.take_away(session, who.id, Channel.EMAIL)
    assert domain.orders(session, [who.id])[who.id] == [Channel.PUSH, Channel.SMS]


def test_a_lost_phone_ends_sms_and_takes_the_words_out_of_mail(session: Session) -> None:
    who, _ = person(session)
    proven(session, who.id)
    mail = proven(session, who.id, Channel.EMAIL, "aino@exempel.se")
    domain.show_text(session, who.id, Channel.EMAIL, with_text=True)
    domain.phone_lost(session, who.id)
    session.refresh(mail)
    assert domain.orders(session, [who.id])[who.id] == [Channel.PUSH, Channel.EMAIL]
    assert not mail.with_text


# The pages


@pytest.fixture
def carried(app: Flask) -> Flask:
    """The app where SMS and mail can be sent."""
    held = app.config["SETTINGS"]
    gateway = Gateway.read("http://127.0.0.1:9/sms", "NaraMig")
    smtp = Smtp.read("smtp://127.0.0.1:9", "naramig@exempel.se")
    changed = {name: getattr(held, name) for name in held.__slots__} | {"sms": gateway, "smtp": smtp}
    app.config["SETTINGS"] = type(held)(**changed)
    return app


def way(guest: Guest, word: str = "") -> str:
    return f"{guest.p}/paminnelser/satt{f'/{word}' if word else ''}"


def ways(database: Database, guest: Guest) -> list[Way]:
    with database.read() as session:
        return list(session.scalars(select(Way).where(Way.person_id == guest.id).order_by(Way.channel)))


def test_a_person_adds_sms_by_the_code_that_came(carried: Flask, visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    sent = aino.post(way(aino, "sms"), {"address": "070-174 06 05"})
    assert sent.location == way(aino, "sms/kod")
    assert "…06 05" in aino.page(sent.location)
    assert "0605" not in aino.page(sent.location)
    (asked,) = ways(database, aino)
    code = code_of(asked, carried.extensions[routes.CODES])
    faulty = aino.post(way(aino, "sms/kod"), {"code": wrong(code)})
    assert "Det var inte rätt kod" in faulty.text
    assert aino.post(way(aino, "sms/kod"), {"code": code}).location == way(aino)
    assert 'data-way="sms"' in aino.page(way(aino))


def test_the_tries_of_a_code_are_counted_also_when_they_are_wrong(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    aino.post(way(aino, "sms"), {"address": "070-174 06 05"})
    (asked,) = ways(database, aino)
    code = code_of(asked, carried.extensions[routes.CODES])
    for _ in range(codes.MOST_TRIES):
        aino.post(way(aino, "sms/kod"), {"code": wrong(code)})
    assert aino.post(way(aino, "sms/kod"), {"code": code}).location == way(aino, "sms")
    assert ways(database, aino)[0].verified_at is None


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("sms", "112"),
        ("sms", "0961-123 45"),
        ("sms", ""),
        ("e-post", "aino"),
        ("e-post", "a@b.se\nBcc: c@d.se"),
    ],
)
def test_what_is_no_own_address_is_said_at_the_field_and_kept(
    carried: Flask, visit: Visitor, database: Database, word: str, typed: str
) -> None:
    aino = visit("aino")
    page = aino.post(way(aino, word), {"address": typed})
    assert page.status_code == 200
    assert 'id="address-fel"' in page.text
    assert ways(database, aino) == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_codes_are_sent_to_one_number_a_few_times_a_day_whoever_asks(carried: Flask, visit: Visitor) -> None:
    statuses = []
    for sub in ("aino", "eino", "gun"):
        guest = visit(sub)
        for minute in range(3):
            with clock.frozen(NOON + minute * MINUTE):
                statuses.append(guest.post(way(guest, "sms"), {"address": "070-174 06 05"}).status_code)
    assert statuses == [302] * 6 + [429] * 3


def test_one_mailbox_is_one_however_it_is_written(carried: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    eino = visit("eino")
    written = ["namn@exempel.se", "NAMN@exempel.se", "namn+a@exempel.se", "Namn+B@Exempel.se"]
    statuses = [
        guest.post(way(guest, "e-post"), {"address": address}).status_code
        for guest in (aino, eino)
        for address in written
    ]
    assert statuses == [302] * 6 + [429] * 2


def codes_to(carried: Flask, database: Database, number: str, at: datetime) -> int:
    """How many messages go to the number now, when all that waits is sent."""
    writer = Writer("https://naramig.example", Tokens("x" * 40), carried.extensions[routes.CODES])
    with carried.app_context(), database.writing() as session:
        waiting = list(session.scalars(select(Delivery).where(Delivery.state == State.DUE)))
        letters = writer.write(session, [each.id for each in waiting], at)
        for each in waiting:
            each.state = State.SENT
    return [letter.address for letter in letters.values()].count(number)


def test_trials_send_no_codes_to_a_number_that_is_not_proven(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        proven(session, aino.id)
    aino.post(way(aino, "sms"), {"address": OTHER})
    sent = codes_to(carried, database, OTHER, NOON)
    for _ in range(5):
        answer = aino.post(way(aino, "sms/prova"))
        sent += codes_to(carried, database, OTHER, NOON)
    assert sent == 1
    assert answer.location == way(aino, "sms/kod")
    assert "Skriv först koden" in aino.page(answer.location)


def test_a_trial_that_waits_when_a_code_is_asked_for_is_no_code_more(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        proven(session, aino.id)
    aino.post(way(aino, "sms/prova"))
    aino.post(way(aino, "sms"), {"address": OTHER})
    assert codes_to(carried, database, OTHER, NOON) == 1


def test_a_double_press_asks_for_one_code_and_uses_up_one(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    statuses = [aino.post(way(aino, "sms"), {"address": NUMBER}) for _ in range(8)]
    assert [each.location for each in statuses] == [way(aino, "sms/kod")] * 8
    (first,) = ways(database, aino)
    assert codes_to(carried, database, NUMBER, NOON) == 1
    with clock.frozen(NOON + MINUTE):
        assert aino.post(way(aino, "sms"), {"address": NUMBER}).status_code == 302
    assert code_of(first) != code_of(ways(database, aino)[0])


def test_eight_who_ask_at_once_for_one_person_make_one_way(app: Flask, database: Database) -> None:
    aino = person_id(app, "aino")
    by = [reader(app, database, "aino")] * 8

    def ask(session: Session, _by: Reader) -> None:
        domain.ask(session, aino, Channel.SMS, NUMBER, NOON)

    assert all_at_once(app, database, by, ask) == []
    with database.read() as session:
        for table in (Way, Delivery):
            mine = select(func.count()).select_from(table).where(table.person_id == aino)
            assert session.scalar(mine.where(table.channel == Channel.SMS)) == 1


def test_one_person_asks_for_a_few_codes_an_hour(carried: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    statuses = [
        aino.post(way(aino, "sms"), {"address": f"070-174 06 {last:02}"}).status_code
        for last in range(10, 17)
    ]
    assert statuses == [302] * 6 + [429]


def test_the_order_and_the_words_are_changed_on_the_page(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        proven(session, aino.id)
    assert aino.post(way(aino, "sms/forst")).status_code == 302
    assert aino.page(way(aino)).index('data-way="sms"') < aino.page(way(aino)).index('data-way="push"')
    for data, chosen in (({"with_text": "y"}, True), ({}, False)):
        aino.post(way(aino, "sms/text"), data)
        assert [each.with_text for each in ways(database, aino) if each.channel is Channel.SMS] == [chosen]
    aino.post(way(aino, "sms/ta-bort"))
    assert 'data-way="sms"' not in aino.page(way(aino))
    assert "0605" not in str([each.address for each in ways(database, aino)])


def test_a_way_that_nobody_carries_here_is_not_there(visit: Visitor) -> None:
    aino = visit("aino")
    assert "sms" not in aino.page(way(aino)).lower().split("<main")[1].replace("inget sms om samma sak", "")
    for word in ("sms", "e-post", "telefon", "brev", "sms/kod"):
        assert aino.get(way(aino, word)).status_code == 404
    assert aino.post(way(aino, "sms/forst")).status_code == 404


def test_nobody_chooses_ways_for_another(carried: Flask, visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    with database.writing() as session:
        proven(session, aino.id)
    for sub in ("lisa", "nils", "eino"):
        guest = visit(sub)
        for word in ("", "sms"):
            assert guest.get(way(aino, word)).status_code == 404
        for word in ("sms", "sms/ta-bort", "sms/forst", "sms/prova", "sms/text"):
            assert guest.post(way(aino, word), {"address": "070-174 06 06"}).status_code == 404
    assert [each.address for each in ways(database, aino)] == [NUMBER]


def test_the_number_and_the_code_stand_nowhere_in_the_database_in_clear(
    carried: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    aino.post(way(aino, "sms"), {"address": "070-174 06 05"})
    with database.read() as session:
        raw = str(session.connection().exec_driver_sql("SELECT * FROM way").all())
    (asked,) = ways(database, aino)
    assert "701740605" not in raw
    assert code_of(asked, carried.extensions[routes.CODES]) not in raw
    assert clock.now() < (asked.code_until or NOON)
