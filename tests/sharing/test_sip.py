"""The SIP consent decides what crosses between organisations, and children's care stays apart from elders'."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.staff.test_at_once import all_at_once, reader
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.db import Database
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation, Unit
from webapp.permissions import Area
from webapp.plans import domain as plans
from webapp.plans.models import Doer, Plan
from webapp.sharing import care, sip
from webapp.sharing.models import Consent, ConsentKind, HowGiven

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)
THEIRS = "Nils, distriktssköterska"  # the region's row, as home care may see it


def unit(session: Any, name: str) -> Unit:
    found: Unit = session.scalars(select(Unit).where(Unit.name == name)).one()
    return found


def consent_of(database: Database, called: str) -> UUID:
    with database.read() as session:
        return session.scalars(
            select(Consent.id)
            .join(Person, Person.id == Consent.person_id)
            .where(Person.called == called, Consent.kind == ConsentKind.SIP, Consent.withdrawn_at.is_(None))
        ).one()


def new(guest: Guest, person: str, chosen: list[str], **more: Any) -> Any:
    form = {
        "how": "oral",
        "flow": "elder",
        "units": chosen,
        "areas": ["plan", "contacts", "reminders"],
        "until_on": "2026-12-31",
        "informed": "y",
    }
    return guest.post(f"/personal/person/{person}/sip/nytt", form | more)


def test_withdrawn_while_a_form_is_open_nothing_crosses_any_more(database: Database, visit: Visitor) -> None:
    aino, anna = visit("aino"), visit("anna")
    assert THEIRS in anna.page(f"{aino.p}/plan")
    consent = consent_of(database, "Aino")
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302
    for page in ("plan", "kontakter", "idag", "paminnelser"):
        hidden = THEIRS if page == "plan" else "Nils"  # who wrote their own row stands beside it
        assert hidden not in anna.page(f"{aino.p}/{page}"), page
    assert "Hjälp i hemmet" in anna.page(f"{aino.p}/plan")  # their own


def test_staff_record_that_the_person_has_withdrawn_it(database: Database, visit: Visitor) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    path = f"/personal/person/{aino.id}/sip/{consent_of(database, 'Aino')}/tillbaka"
    for sub in ("tor", "mats", "karin", "lena", "lisa", "aino"):
        assert visit(sub).post(path).status_code == 404, sub
    assert anna.post(path).status_code == 302  # either huvudman
    assert anna.post(path).status_code == 404
    assert "Hemtjänst" not in nils.page(f"{aino.p}/kontakter").partition("<main")[2]
    with database.read() as session:
        ended = session.scalars(select(Consent).where(Consent.withdrawn_at.is_not(None))).one()
    assert ended.withdrawn_by == "Anna, undersköterska, Hemtjänsten Arjeplog"
    assert "inte vill dela din plan" in aino.page(f"{aino.p}/idag")


def test_staff_record_a_consent_with_how_with_whom_what_and_until_when(
    database: Database, visit: Visitor
) -> None:
    eino, britta = visit("eino"), visit("britta")
    with database.read() as session:
        pajala = session.scalar(select(Unit.id).where(Unit.name == "Hemtjänsten Arjeplog"))
    _work_at(database, britta, "Pajala hälsocentral")
    for wrong, said in (
        ({"how": ""}, "Välj hur personen har sagt ja"),
        ({"areas": []}, "Välj minst en sak"),
        ({"until_on": "2026-03-08"}, "har redan varit"),
        ({"until_on": "2028-03-12"}, "högst två år"),
        ({"informed": ""}, "Berätta först"),
        ({"flow": "child"}, "Barn och vuxna hålls isär"),
        ({"units": []}, "Välj minst en enhet till"),
        ({"units": [str(eino.id)]}, "Välj bara enheter som står i listan"),
        ({"units": ["x", str(pajala)]}, "Välj bara enheter som står i listan"),
        ({"areas": ["what_matters"]}, "Välj minst en sak"),
        ({"flow": "all"}, "Välj vad planen gäller"),
        ({"how": "in_app"}, "Välj hur personen har sagt ja"),
    ):
        page = new(britta, str(eino.id), [str(pajala)], **wrong)
        assert page.status_code == 200, wrong
        assert said in page.text, wrong
        assert "&#39;" not in page.text.partition("<main")[2], wrong  # nothing typed is quoted back
    assert new(britta, str(eino.id), [str(pajala)], areas=["plan"]).status_code == 302
    with database.read() as session:
        made = session.scalars(
            select(Consent).where(Consent.person_id == eino.id, Consent.kind == "sip", Consent.contacts == 0)
        ).one()
    assert (made.flow, made.how, made.until_on) == (Flow.ELDER, HowGiven.ORAL, date(2026, 12, 31))
    assert (made.plan, made.contacts, made.reminders) == (1, 0, 0)
    assert made.recorded_by == "Britta, distriktssköterska, Pajala hälsocentral"
    assert eino.post("/sprak", {"sprak": "sv", "next": "/"}).status_code == 302
    page = eino.page(f"{eino.p}/delning")
    assert "Hemtjänsten Arjeplog" in page
    assert re.search(r"Får se:</b>\s*Plan\s*<", page)  # and neither contacts nor reminders
    assert eino.post(f"{eino.p}/delning/{made.id}/sluta").status_code == 302  # and out again, by the person


def between(guest: Guest, database: Database, name: str) -> list[str]:
    """The unit of this name, as the form's box for it."""
    with database.read() as session:
        return [str(unit(session, name).id)]


def standing(database: Database, person: UUID) -> list[Consent]:
    with database.read() as session:
        mine = (Consent.person_id == person, Consent.kind == "sip", Consent.withdrawn_at.is_(None))
        return list(session.scalars(select(Consent).where(*mine)))


def test_said_anew_between_the_same_units_it_stands_instead_of_what_was_said_before(
    database: Database, visit: Visitor
) -> None:
    aino, anna = visit("aino"), visit("anna")
    centre = between(anna, database, "Arjeplogs hälsocentral")
    assert new(anna, str(aino.id), centre).status_code == 302
    assert "Nils" in anna.page(f"{aino.p}/kontakter")
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert new(anna, str(aino.id), centre, areas=["plan"]).status_code == 302
    (only,) = standing(database, aino.id)
    assert (only.plan, only.contacts, only.reminders) == (1, 0, 0)
    said = anna.page(f"/personal/person/{aino.id}/sip/nytt")
    assert "Personen har redan sagt ja till: Arjeplogs hälsocentral, Hemtjänsten Arjeplog." in said
    assert THEIRS in anna.page(f"{aino.p}/plan")
    assert "Nils" not in anna.page(f"{aino.p}/kontakter")
    page = aino.page(f"{aino.p}/delning")
    assert page.count("Sluta dela</a>") == 1 + page.count("/andra")  # one for the plan, one for each relative
    assert "Då ändrades det." in page
    assert aino.post(f"{aino.p}/delning/{only.id}/sluta").status_code == 302
    assert THEIRS not in anna.page(f"{aino.p}/plan")


def test_staff_end_what_holds_now_from_a_page_that_was_open_before(
    database: Database, visit: Visitor
) -> None:
    aino, anna, nils = visit("aino"), visit("anna"), visit("nils")
    before = consent_of(database, "Aino")
    assert new(anna, str(aino.id), between(anna, database, "Arjeplogs hälsocentral")).status_code == 302
    assert nils.post(f"/personal/person/{aino.id}/sip/{before}/tillbaka").status_code == 302
    assert standing(database, aino.id) == []
    assert THEIRS not in anna.page(f"{aino.p}/plan")


def test_a_double_press_makes_one_consent_and_one_word_to_the_person(
    database: Database, visit: Visitor
) -> None:
    aino, anna = visit("aino"), visit("anna")
    centre = between(anna, database, "Arjeplogs hälsocentral")
    for _ in range(3):
        assert new(anna, str(aino.id), centre).status_code == 302
    with database.read() as session:
        made = select(func.count()).select_from(Consent)
        theirs = (Consent.person_id == aino.id, Consent.kind == "sip")
        assert session.scalar(made.where(*theirs)) == 2  # the one from the demo, ended, and this
    assert len(standing(database, aino.id)) == 1


def test_two_staff_who_write_it_down_at_once_leave_one_that_holds(app: Flask, database: Database) -> None:
    aino = person_id(app, "aino")
    staff = [reader(app, database, sub) for sub in ("anna", "nils", "anna", "nils")]

    def write(session: Session, by: Reader) -> None:
        both = [unit(session, name) for name in ("Hemtjänsten Arjeplog", "Arjeplogs hälsocentral")]
        sip.consent_to_sip(session, aino, sip.Agreed(Flow.ELDER, both, HowGiven.ORAL), by.name, NOON)

    assert all_at_once(app, database, staff, write) == []
    assert len(standing(database, aino)) == 1


def test_narrower_and_wider_take_its_place_and_other_units_do_not(app: Flask, database: Database) -> None:
    aino = person_id(app, "aino")

    def agree(*names: str) -> set[UUID]:
        with database.writing() as session:
            agreed = sip.Agreed(Flow.ELDER, [unit(session, name) for name in names], HowGiven.ORAL)
            sip.consent_to_sip(session, aino, agreed, "Anna", NOON)
        return {each.id for each in standing(database, aino)}

    home, centre, gun = "Hemtjänsten Arjeplog", "Arjeplogs hälsocentral", "Kalix hälsocentral"
    first = agree(home, centre)
    wider = agree(home, centre, gun)
    assert len(wider) == 1
    assert not wider & first
    narrower = agree(home, centre)
    assert len(narrower) == 1
    assert not narrower & wider
    beside = agree(home, gun)  # another agreement: the health centre in Arjeplog has no part in it
    assert len(beside) == 2
    with database.writing() as session:
        assert sip.withdraw_sip(session, aino, narrower.pop(), [Flow.ELDER], "", NOON)
    assert standing(database, aino) == []  # home care would have gone on seeing the region's rows


def _work_at(database: Database, guest: Guest, name: str) -> None:
    from webapp.accounts.models import Assignment

    with database.read() as session:
        mine = session.scalar(
            select(Assignment.id).join(Unit, Unit.id == Assignment.unit_id).where(Unit.name == name)
        )
    assert guest.post("/personal/uppdrag", {"uppdrag": str(mine)}).status_code == 302


def test_it_opens_the_areas_it_names_and_no_other(database: Database, visit: Visitor) -> None:
    aino, anna = visit("aino"), visit("anna")
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == "sip").values(contacts=0, reminders=0))
    assert THEIRS in anna.page(f"{aino.p}/plan")
    assert "Nils" not in anna.page(f"{aino.p}/kontakter")
    assert "Väg dig före frukost" not in anna.page(f"{aino.p}/paminnelser")
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == "sip").values(plan=0, contacts=1))
    assert THEIRS not in anna.page(f"{aino.p}/plan")
    assert "Nils" in anna.page(f"{aino.p}/kontakter")


def test_it_ends_by_itself_after_its_last_day(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == "sip").values(until_on=TODAY))
    with clock.frozen(NOON + timedelta(hours=15, minutes=59)):  # 23.59
        assert THEIRS in visit("anna").page(f"{aino.p}/plan")
    with clock.frozen(NOON + timedelta(hours=16, minutes=1)):  # 00.01
        assert THEIRS not in visit("anna").page(f"{aino.p}/plan")


def test_a_childs_consent_opens_nothing_for_elder_care_nor_the_other_way(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """Even a row in the database that names a unit of the wrong kind opens nothing."""
    jon = visit("jon")
    with database.writing() as session:
        person = session.get_one(Person, jon.id)
        home = unit(session, "Hemtjänsten Arjeplog")
        care.begin_care(session, person, home, "Avlastning", NOON)
        agreed = sip.Agreed(Flow.CHILD, [unit(session, "BUP Gällivare"), home], HowGiven.ORAL)
        with pytest.raises(sip.WrongFlow):
            sip.consent_to_sip(session, person.id, agreed, "Mats", NOON)
        home.flow = Flow.CHILD
        sip.consent_to_sip(session, person.id, agreed, "Mats", NOON)
        home.flow = Flow.ELDER  # the unit changes its work afterwards
    anna = visit("anna")
    assert "Mats" not in anna.page(f"{jon.p}/kontakter")
    plan = anna.page(f"{jon.p}/plan")
    for words in ("Samtal varannan vecka", "skolan", "BUP", "Skjutsa", "hela veckor", "meddelanden"):
        assert words not in plan, words
    assert "BUP" not in anna.page(f"/personal/person/{jon.id}")
    assert anna.post(f"/personal/person/{jon.id}/sip/{_oldest(database, jon.id)}/tillbaka").status_code == 404
    with database.writing() as session:  # an elder plan's consent opens nothing of a child's
        agreed = sip.Agreed(
            Flow.ELDER,
            [unit(session, "Hemtjänsten Arjeplog"), unit(session, "Arjeplogs hälsocentral")],
            HowGiven.ORAL,
        )
        sip.consent_to_sip(session, jon.id, agreed, "Anna", NOON)
    assert "Samtal varannan vecka" not in anna.page(f"{jon.p}/plan")
    assert "Samtal varannan vecka" in visit("ulla").page(f"{jon.p}/plan")  # the child's own


def _oldest(database: Database, person_id: UUID) -> UUID:
    with database.read() as session:
        return session.scalars(
            select(Consent.id).where(Consent.person_id == person_id, Consent.kind == "sip").limit(1)
        ).one()


def test_a_childrens_unit_sees_nothing_of_an_elders_plan(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        care.begin_care(session, session.get_one(Person, aino.id), unit(session, "BUP Gällivare"), "x", NOON)
        care.begin_care(
            session, session.get_one(Person, aino.id), unit(session, "Elevhälsan Gällivare"), "x", NOON
        )
    for sub in ("mats", "eva"):
        plan = visit(sub).page(f"{aino.p}/plan")
        for words in ("Hjälp i hemmet", "hjärtsvikt", "Vi hörs i telefon", "Ludde"):
            assert words not in plan, (sub, words)


def test_in_one_municipality_school_and_social_services_are_apart_without_a_consent(visit: Visitor) -> None:
    """Eva at school is not in Jon's consent; Ulla in social services is."""
    jon = visit.p("jon")
    eva, ulla = visit("eva").page(f"{jon}/plan"), visit("ulla").page(f"{jon}/plan")
    assert "Eget rum" in eva
    assert "Skjutsa" not in eva
    assert "Eget rum" in ulla


@ON_SQLITE
def test_a_row_of_the_municipality_is_not_its_other_services(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id, Plan.ended_on.is_(None))).one()
        kommun = session.scalars(select(Organisation).where(Organisation.name == "Arjeplogs kommun")).one()
        plans.propose_row(
            session, plan, "Familjesamtal", Doer.KOMMUN, NOON, organisation=kommun, flow=Flow.CHILD
        )
    assert "Familjesamtal" not in visit("anna").page(f"{aino.p}/plan")  # home care, same municipality
    assert "Familjesamtal" in aino.page(f"{aino.p}/plan")
    assert visit("nils").page(f"{aino.p}/plan").count("Familjesamtal") == 0


@ON_SQLITE
def test_units_are_told_by_name_alone(database: Database, visit: Visitor) -> None:
    page = visit("anna").page(f"/personal/person/{visit('aino').id}/sip/nytt")
    assert "Arjeplogs hälsocentral" in page
    for name in ("BUP Gällivare", "Elevhälsan", "Socialtjänsten", "Länets uppföljning"):
        assert name not in page
    assert Area.PLAN in sip.AREAS
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Consent).where(Consent.kind == "sip")) == 4
