"""Staff name who to call: by turns at local midnight, from among their own, and never past the service's end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import databases
from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts.models import Assignment, StaffMember
from webapp.contacts import naming
from webapp.contacts.hours import Hours
from webapp.contacts.models import CareContact, Role
from webapp.contacts.validity import holds
from webapp.core import clock, daily
from webapp.core.db import Database
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Unit
from webapp.sharing.models import CareRelation

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)
VARD = Role.FAST_VARDKONTAKT


def unit(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def add_nurse(database: Database, name: str, unit_name: str = "Arjeplogs hälsocentral") -> UUID:
    """A colleague; the id of the assignment."""
    with database.writing() as session:
        member = StaffMember(name=name)
        session.add(member)
        session.flush()
        work = Assignment(staff_id=member.id, unit_id=unit(session, unit_name).id, role="sjuksköterska")
        session.add(work)
        session.flush()
        return work.id


def shown(visit: Visitor, sub: str) -> str:
    guest = visit(sub)
    guest.post("/sprak", {"sprak": "sv", "next": "/"})
    page = guest.page(f"{guest.p}/kontakter").partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.STOCKHOLM).astimezone(UTC)


def press(guest: Guest, person: UUID, role: str, **more: Any) -> Any:
    path = f"/personal/person/{person}/kontakter/valj/{role}"
    stands = re.search(r'name="stands"[^>]*value="([^"]*)"', guest.page(path))
    form = {
        "from_on": "2026-03-09",
        "phone": "0980-319 215",
        "days": ["0", "1", "2", "3", "4"],
        "opens": "8",
        "closes": "16",
        "for_relatives": "y",
        "stands": stands[1] if stands else "",
    }
    return guest.post(path, form | more)


def test_one_takes_over_from_another_at_local_midnight(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sanna = add_nurse(database, "Sanna")
    aino, nils = visit("aino"), visit("nils")
    day = date(2026, 3, 29)  # summer time begins that night
    assert press(nils, aino.id, VARD, member=str(sanna), from_on=str(day)).status_code == 302
    for instant, there, gone in (
        (NOON, "Nils", "Sanna"),
        (at(day - timedelta(days=1), 23, 59), "Nils", "Sanna"),
        (at(day, 0, 1), "Sanna", "Nils"),
    ):
        with clock.frozen(instant):
            page = shown(visit, "aino").partition("Fast läkarkontakt")[0]
            assert there in page, instant
            assert gone not in page, instant


def test_who_begins_today_is_there_at_once_and_who_was_is_not(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sanna, aino = add_nurse(database, "Sanna"), visit("aino")
    assert press(visit("nils"), aino.id, VARD, member=str(sanna)).status_code == 302
    page = shown(visit, "aino").partition("Fast läkarkontakt")[0]
    assert "Sanna" in page
    assert "Nils" not in page
    assert "En av dina kontakter har ändrats" in aino.page(f"{aino.p}/idag")


def test_a_mistake_made_the_same_day_is_put_right(app: Flask, database: Database, visit: Visitor) -> None:
    sanna, aksel = add_nurse(database, "Sanna"), add_nurse(database, "Aksel")
    aino, nils = visit("aino"), visit("nils")
    assert press(nils, aino.id, VARD, member=str(sanna)).status_code == 302
    assert press(nils, aino.id, VARD, member=str(aksel)).status_code == 302
    page = shown(visit, "aino")
    assert "Aksel" in page
    assert "Sanna" not in page


def test_of_two_who_choose_at_once_the_second_is_told_and_may_press_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sanna, aksel = add_nurse(database, "Sanna"), add_nurse(database, "Aksel")
    aino, nils = visit("aino"), visit("nils")
    before = re.search(
        r'name="stands"[^>]*value="([^"]*)"', nils.page(f"/personal/person/{aino.id}/kontakter/valj/{VARD}")
    )
    assert before
    assert press(nils, aino.id, VARD, member=str(sanna)).status_code == 302
    answer = press(nils, aino.id, VARD, member=str(aksel), stands=before[1])
    assert answer.status_code == 200
    assert "En kollega har ändrat kontakten" in answer.text
    assert "Sanna är det nu" in answer.text
    again = re.search(r'name="stands"[^>]*value="([^"]*)"', answer.text)
    assert again
    assert again[1] != before[1]
    assert press(nils, aino.id, VARD, member=str(aksel), stands=again[1]).status_code == 302


def test_only_the_units_own_staff_can_be_named(app: Flask, database: Database, visit: Visitor) -> None:
    stranger, aino = add_nurse(database, "Främling", "Kalix hälsocentral"), visit("aino")
    page = visit("nils").page(f"/personal/person/{aino.id}/kontakter/valj/{VARD}")
    assert "Nils, distriktssköterska" in page
    assert "Främling" not in page
    answer = press(visit("nils"), aino.id, VARD, member=str(stranger))
    assert answer.status_code == 200
    assert "Främling" not in shown(visit, "aino")


def test_each_huvudman_names_its_own_and_nobody_anothers(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    nils, anna = visit("nils"), visit("anna")
    own = f"/personal/person/{aino.id}/kontakter"
    assert nils.get(f"{own}/valj/fast_omsorgskontakt").status_code == 404
    assert anna.get(f"{own}/valj/fast_vardkontakt").status_code == 404
    assert "undersköterska" in anna.page(f"{own}/valj/fast_omsorgskontakt")
    with database.read() as session:
        nils_card = session.scalars(
            select(CareContact.id).where(CareContact.person_id == aino.id, CareContact.role == VARD)
        ).one()
    assert nils.get(f"{own}/{nils_card}").status_code == 200
    assert anna.get(f"{own}/{nils_card}").status_code == 404
    assert anna.post(f"{own}/{nils_card}/avsluta").status_code == 404
    for sub in ("aino", "lisa", "tor", "karin"):
        assert visit(sub).get(own).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"member": ""}, "Välj vem det blir"),
        ({"phone": ""}, "Skriv ett nummer som någon svarar på"),
        ({"phone": "ring oss"}, "Skriv telefonnumret med bara siffror"),
        ({"phone": "020-22 00 60"}, "Det numret är stängt"),
        ({"stand_in": "Jouren", "stand_in_phone": ""}, "Skriv numret också"),
        ({"stand_in": "", "stand_in_phone": "0980-319 220"}, "Skriv vem som svarar"),
        ({"stand_in": "Jouren", "stand_in_phone": "0771-22 00 60"}, "Det numret är stängt"),
        ({"opens": "16", "closes": "8"}, "Sluttiden ska vara efter starttiden"),
        ({"opens": "8", "closes": ""}, "Skriv båda tiderna"),
        ({"opens": "25"}, "Skriv en tid"),
        ({"days": []}, "Välj minst en dag"),
        ({"from_on": "2026-03-08"}, "Den dagen har redan varit"),
        ({"from_on": "2028-01-01"}, "Välj en dag inom ett år"),
        ({"from_on": "i morgon"}, "Skriv en dag som finns"),
        ({"from_on": "2026-04-02", "until_on": "2026-04-01"}, "Sista dagen kan inte komma före"),
        ({"stand_in": "J" * 201, "stand_in_phone": "0980-319 220"}, "högst 200 tecken"),
    ],
)
@ON_SQLITE
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_saved(
    app: Flask, database: Database, visit: Visitor, typed: dict[str, Any], said: str
) -> None:
    sanna, aino = add_nurse(database, "Sanna"), visit("aino")
    answer = press(visit("nils"), aino.id, VARD, **({"member": str(sanna)} | typed))
    assert answer.status_code == 200
    assert said in answer.text
    assert "Sanna" not in shown(visit, "aino")


@ON_SQLITE
def test_who_leaves_before_the_first_day_is_not_named(app: Flask, database: Database, visit: Visitor) -> None:
    sanna, aino = add_nurse(database, "Sanna"), visit("aino")
    with database.writing() as session:
        session.execute(update(Assignment).where(Assignment.id == sanna).values(ends_on=date(2026, 3, 31)))
    assert (
        "arbetar den du valt inte kvar"
        in press(visit("nils"), aino.id, VARD, member=str(sanna), from_on="2026-04-01").text
    )
    assert press(visit("nils"), aino.id, VARD, member=str(sanna), from_on="2026-03-31").status_code == 302


def test_when_the_service_ends_its_contacts_end_the_same_moment(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, anna = visit("aino"), visit("anna")
    assert "Anna" in shown(visit, "aino")
    with database.read() as session:
        relation = session.scalars(
            select(CareRelation.id)
            .join(Unit, Unit.id == CareRelation.unit_id)
            .where(CareRelation.person_id == aino.id, Unit.name == "Hemtjänsten Arjeplog")
        ).one()
    assert anna.post(f"/personal/person/{aino.id}/vard/{relation}/avsluta").status_code == 302
    page = shown(visit, "aino")
    assert "Anna" not in page
    assert "Hemtjänstens jourtelefon" not in page  # the service has ended, and so has its stand-in
    assert "Nils" in page
    with database.writing() as session:  # should the care begin again, nobody comes back by themselves
        session.execute(update(CareRelation).where(CareRelation.id == relation).values(ended_at=None))
    assert "Anna" not in shown(visit, "aino")


def test_care_that_passes_its_last_day_takes_its_contacts_along_at_midnight(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        home = unit(session, "Hemtjänsten Arjeplog").id
        session.execute(
            update(CareRelation)
            .where(CareRelation.person_id == aino.id, CareRelation.unit_id == home)
            .values(until_on=TODAY)
        )
    with clock.frozen(at(TODAY, 23, 59)):
        assert "Anna" in shown(visit, "aino")
    with clock.frozen(at(TODAY + timedelta(days=1), 0, 1)):
        assert "Anna" not in shown(visit, "aino")


def test_the_nightly_round_ends_what_midnight_has_hidden(
    app: Flask, database: Database, database_url: str, visit: Visitor
) -> None:
    """By the worker's own role, which may do that and see no name."""
    aino = visit("aino").id
    with database.writing() as session:
        home = unit(session, "Hemtjänsten Arjeplog").id
        mine = (CareRelation.person_id == aino, CareRelation.unit_id == home)
        session.execute(update(CareRelation).where(*mine).values(until_on=TODAY))
    url = (
        database_url
        if database_url.startswith("sqlite")
        else databases.as_role(database_url, databases.WORKER)
    )
    worker = Database(url, app.config["SETTINGS"].keys)
    task = daily.tasks_of(app)["contacts of care that ended"]
    for instant, ended in ((at(TODAY, 23, 59), 0), (at(TODAY + timedelta(days=1), 0, 1), 1)):
        with clock.frozen(instant), worker.writing() as session:
            assert task(session, instant) == ended
    worker.dispose()
    with database.read() as session:
        left = session.scalars(
            select(CareContact.ended_at).where(
                CareContact.person_id == aino, CareContact.ended_at.is_not(None)
            )
        ).all()
        assert left == [at(TODAY + timedelta(days=1), 0, 1)]


def test_a_unit_that_closes_takes_its_contacts_along(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        unit(session, "Hemtjänsten Arjeplog").closed_on = TODAY + timedelta(days=1)
    assert "Anna" in shown(visit, "aino")
    with clock.frozen(at(TODAY + timedelta(days=1), 0, 1)):
        assert "Anna" not in shown(visit, "aino")


def test_when_a_nurse_leaves_her_stand_in_is_called_and_staff_are_told(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sanna, aino = add_nurse(database, "Sanna"), visit("aino")
    how = {"stand_in": "Mottagningens jour", "stand_in_phone": "0980-319 201"}
    assert press(visit("nils"), aino.id, VARD, member=str(sanna), **how).status_code == 302
    assert "Fast vårdkontakt saknas" not in visit("nils").page("/personal/")
    with database.writing() as session:
        staff = session.scalars(select(Assignment.staff_id).where(Assignment.id == sanna)).one()
        session.execute(update(StaffMember).where(StaffMember.id == staff).values(active=False))
    page = shown(visit, "aino")
    assert "Sanna" not in page
    assert "Ring Mottagningens jour" in page
    assert "tel:+46980319201" in aino.page(f"{aino.p}/kontakter")
    assert "Fast vårdkontakt saknas" in visit("nils").page("/personal/")


def test_without_a_stand_in_the_unit_is_called_and_without_a_unit_the_advice_line(
    app: Flask, database: Database, visit: Visitor
) -> None:
    elle = visit("elle")
    elle.post("/sprak", {"sprak": "sv", "next": "/"})
    with database.writing() as session:
        session.execute(update(CareContact).where(CareContact.person_id == elle.id).values(ended_at=NOON))
    page = shown(visit, "elle")
    assert "Ring Hemtjänsten Jokkmokk" in page.partition("Fast omsorgskontakt")[2]
    assert "tel:1177" in elle.page(f"{elle.p}/kontakter")
    with database.writing() as session:
        unit(session, "Hemtjänsten Jokkmokk").phone = None
    page = shown(visit, "elle")
    assert "Hemtjänsten Jokkmokk" not in page
    assert "Ring 1177 så länge" in page


def test_a_contact_without_a_number_shows_who_instead(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        mine = (CareContact.person_id == aino.id, CareContact.role == VARD)
        session.execute(update(CareContact).where(*mine).values(phone=None))
    page = aino.page(f"{aino.p}/kontakter")
    assert "Numret saknas" in page
    assert "Ring Arjeplogs hälsocentral" in page
    assert 'href="tel:"' not in page


def test_a_relative_is_told_neither_of_units_nor_that_anybody_is_missing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        mine = (CareContact.person_id == aino.id, CareContact.role == VARD)
        session.execute(update(CareContact).where(*mine).values(ended_at=NOON))
    page = visit("lisa").page(f"{aino.p}/kontakter")
    assert "Ingen är vald än" not in page
    assert "Fast vårdkontakt" not in page


def test_a_missing_care_worker_and_a_contact_that_ends_are_tasks(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino").id
    anna = (CareContact.person_id == aino, CareContact.role == Role.FAST_OMSORGSKONTAKT)
    said = ("Fast omsorgskontakt saknas", "En kontakt slutar snart")
    assert not any(words in visit("anna").page("/personal/") for words in said)
    for days, told in ((15, ()), (14, said[1:]), (0, said[1:])):
        with database.writing() as session:
            session.execute(update(CareContact).where(*anna).values(until_on=TODAY + timedelta(days=days)))
        page = visit("anna").page("/personal/")
        assert [words for words in said if words in page] == list(told), days
    with database.writing() as session:
        session.execute(update(CareContact).where(*anna).values(ended_at=NOON))
    page = visit("anna").page("/personal/")
    assert "Fast omsorgskontakt saknas" in page
    assert "En kontakt slutar snart" not in page
    assert "Fast omsorgskontakt saknas" not in visit("nils").page("/personal/")


def test_a_number_is_changed_in_place(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.read() as session:
        mine = (CareContact.person_id == aino.id, CareContact.role == VARD)
        contact = session.scalars(select(CareContact.id).where(*mine)).one()
    path = f"/personal/person/{aino.id}/kontakter/{contact}"
    form = nils.page(path)
    assert 'value="0980-319 210"' in form
    assert 'value="08.00"' in form
    answer = nils.post(path, {"phone": "0980-319 216", "days": ["0"], "opens": "7", "closes": "9.30"})
    assert answer.status_code == 302
    page = shown(visit, "aino").partition("Fast läkarkontakt")[0]
    assert "0980-319 216" in page
    assert "Öppet nu, till 09.30" in page
    assert nils.post(f"{path}/avsluta").status_code == 302
    assert nils.get(path).status_code == 404
    assert "Tidigare kontakter" in nils.page(f"/personal/person/{aino.id}/kontakter")


def test_the_region_names_two_of_the_roles_and_the_municipality_one() -> None:
    for flow in Flow:
        assert Role.FAST_OMSORGSKONTAKT not in naming.roles_of(Huvudman.REGION, flow)
        assert VARD in naming.roles_of(Huvudman.REGION, flow)
        assert VARD not in naming.roles_of(Huvudman.KOMMUN, flow)
        assert Role.OTHER in naming.roles_of(Huvudman.KOMMUN, flow)
    assert Role.FAST_OMSORGSKONTAKT in naming.roles_of(Huvudman.KOMMUN, Flow.ELDER)
    assert Role.FAST_OMSORGSKONTAKT not in naming.roles_of(Huvudman.KOMMUN, Flow.CHILD)


SPANS = st.tuples(st.integers(-20, 20), st.none() | st.integers(0, 30))


@ON_SQLITE
@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(named=st.lists(SPANS, min_size=1, max_size=6), day=st.integers(-25, 60))
def test_however_they_are_named_a_person_has_one_of_a_legal_role_at_a_time(
    app: Flask, database: Database, visit: Visitor, named: list[tuple[int, int | None]], day: int
) -> None:
    aino = visit("aino").id
    with database.write() as session:
        for number, (begins, lasts) in enumerate(named):
            first = TODAY + timedelta(days=begins)
            last = None if lasts is None else first + timedelta(days=lasts)
            naming.name_contact(session, aino, VARD, str(number), "x", first, until_on=last)
        on = TODAY + timedelta(days=day)
        there = session.scalars(
            select(CareContact.name).where(CareContact.person_id == aino, CareContact.role == VARD, holds(on))
        ).all()
        assert len(there) <= 1
        begins, lasts = named[-1]
        if begins <= day and (lasts is None or day <= begins + lasts):
            assert there == [str(len(named) - 1)]


@ON_SQLITE
def test_saying_the_hours_anew_leaves_none_of_the_old(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino").id
    with database.write() as session:
        made = naming.name_contact(
            session,
            aino,
            Role.OTHER,
            "x",
            "y",
            TODAY,
            hours=[Hours(0, time(8), time(9)), Hours(1, time(8), time(9))],
        )
        naming.reach_at(session, made, naming.Reached(None, [Hours(1, time(8), time(10))]))
        from webapp.contacts.models import ContactHours

        found = session.scalars(select(ContactHours).where(ContactHours.contact_id == made.id)).all()
        assert [(each.weekday, each.closes) for each in found] == [(1, time(10))]
