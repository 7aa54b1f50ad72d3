"""Spärr: a unit that the person has blocked is out at once, and back when the person lifts it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Guest, Visitor
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.reminders.models import Reminder
from webapp.sharing import blocks, care, emergency, ties
from webapp.sharing.models import Block, CareRelation

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEALTH_CENTRE = "Arjeplogs hälsocentral"


def unit(database: Database, name: str) -> UUID:
    with database.read() as session:
        return session.scalars(select(Unit.id).where(Unit.name == name)).one()


def press(guest: Guest, database: Database, name: str, what: str = "sparra") -> None:
    answer = guest.post(f"{guest.p}/delning/enheter/{unit(database, name)}/{what}")
    assert answer.location == f"{guest.p}/delning/enheter", answer.status_code


def test_the_person_sees_the_units_and_blocks_one_in_two_presses(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    page = aino.page(f"{aino.p}/delning/enheter")
    for said in (HEALTH_CENTRE, "Listad, hjärtsvikt", "Region Norrbotten", "Hemtjänsten Arjeplog"):
        assert said in page, said
    press(aino, database, HEALTH_CENTRE)
    page = aino.page(f"{aino.p}/delning/enheter")
    assert page.count("Spärrad sedan") == 1
    press(aino, database, HEALTH_CENTRE, "hav")
    assert "Spärrad sedan" not in aino.page(f"{aino.p}/delning/enheter")


def test_staff_of_a_blocked_unit_are_out_from_the_next_request(database: Database, visit: Visitor) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    sending = f"/personal/skicka/{aino.id}"
    assert "Vad och varför" in nils.page(sending)  # a form stands open
    press(aino, database, HEALTH_CENTRE)
    nowhere = f"/p/{uuid4()}/plan"
    never = nils.get(nowhere).text.replace(nowhere, "")
    for path in (*(f"{aino.p}/{page}" for page in ("idag", "viktigt", "plan", "kontakter", "mer")), sending):
        answer = nils.get(path)
        assert (answer.status_code, len(answer.text.replace(path, ""))) == (404, len(never)), path
    assert nils.get(f"/personal/person/{aino.id}").status_code == 404
    assert nils.post(sending, {"text": "x", "steg": "granska"}).status_code == 404
    assert nils.post(f"{aino.p}/viktigt/know", {"words": "x", "version": "0"}).status_code == 404
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        assert "Aino" not in nils.page(path), path
    assert anna.get(f"{aino.p}/plan").status_code == 200  # the other unit
    press(aino, database, HEALTH_CENTRE, "hav")
    assert nils.get(f"{aino.p}/plan").status_code == 200


def test_a_new_care_relation_is_no_way_around_a_block(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    press(aino, database, HEALTH_CENTRE)
    with database.writing() as session:
        person = session.get_one(Person, aino.id)
        care.begin_care(session, person, session.get_one(Unit, unit(database, HEALTH_CENTRE)), "Sår", NOON)
    assert nils.get(f"{aino.p}/plan").status_code == 404
    assert "Aino" not in nils.page("/personal/sok")


def test_nobody_but_the_person_blocks_and_only_a_unit_of_theirs(database: Database, visit: Visitor) -> None:
    aino, centre = visit("aino"), unit(database, HEALTH_CENTRE)
    path = f"{aino.p}/delning/enheter"
    for sub in ("lisa", "nils", "anna", "karin", "lena", "gun"):
        assert visit(sub).get(path).status_code == 404, sub
        assert visit(sub).post(f"{path}/{centre}/sparra").status_code == 404, sub
        assert visit(sub).post(f"{path}/{centre}/hav").status_code == 404, sub
    sara = visit("sara")  # a guardian cannot block a child's record
    assert (
        sara.post(f"{visit.p('jon')}/delning/enheter/{unit(database, 'BUP Gällivare')}/sparra").status_code
        == 404
    )
    for other in (unit(database, "Kalix hälsocentral"), uuid4()):
        assert aino.post(f"{path}/{other}/sparra").status_code == 404
        assert aino.post(f"{path}/{other}/hav").status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Block)) == 0


def test_twice_is_once(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    press(aino, database, HEALTH_CENTRE)
    press(aino, database, HEALTH_CENTRE)
    with database.write() as session:
        assert session.scalar(select(func.count()).select_from(Block)) == 1
        session.add(Block(person_id=aino.id, unit_id=unit(database, HEALTH_CENTRE), begun_at=NOON))
        with pytest.raises(IntegrityError):
            session.flush()


@ON_SQLITE
def test_self_care_that_was_agreed_goes_on(database: Database, visit: Visitor) -> None:
    """A reminder to take a medicine that stops without a word does more harm than one that comes."""
    aino = visit("aino")
    press(aino, database, HEALTH_CENTRE)
    assert "Väg dig före frukost" in aino.page(f"{aino.p}/paminnelser")
    with database.read() as session:
        going = one_saying(session, Reminder.text, "Väg dig före frukost")
        assert going.next_due_at is not None
    assert aino.post(f"{aino.p}/paminnelser/{going.id}/avsluta").status_code == 302


@ON_SQLITE
def test_a_block_ends_an_emergency_access_that_stood_open(
    app: Flask, database: Database, visit: Visitor
) -> None:
    gun = visit("gun")
    nils = _reader(database, visit)
    with app.app_context(), database.writing() as session:
        person = session.get_one(Person, gun.id)
        session.add(CareRelation(person_id=gun.id, unit_id=nils.unit_id, reason="Förr", from_on=NOON.date()))
        emergency.open_in_emergency(session, nils, person, "Svarar inte när vi ringer.", NOON)
        assert blocks.block(session, gun.id, nils.unit_id or uuid4(), NOON + timedelta(minutes=5))
        with clock.frozen(NOON + timedelta(minutes=5)):
            assert ties.find(session, nils, gun.id) is None


def _reader(database: Database, visit: Visitor) -> Reader:
    from webapp.accounts import logins
    from webapp.accounts.domain import account_of

    with database.writing() as session:
        account = account_of(session, "demo", "nils")
        assert account
        token = logins.open_login(session, account, NOON)
        session.flush()
        found = logins.reader_of(session, token, NOON)
    assert found
    return found[0]


def test_a_protected_person_who_blocks_the_unit_stands_in_no_list_of_the_named(
    database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert nils.post(f"/personal/person/{aino.id}/skydd/markera").status_code == 302
    assert "Aino" in nils.page("/personal/skyddade")
    press(aino, database, HEALTH_CENTRE)
    assert "Aino" not in nils.page("/personal/skyddade")
    assert nils.get(f"{aino.p}/plan").status_code == 404
