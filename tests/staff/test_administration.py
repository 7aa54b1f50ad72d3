"""Administrators keep units and staff: they open no person, give themselves nothing, and it is all written down."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts.models import Assignment, Login, StaffMember
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation, Unit
from webapp.staff.models import AdminLog

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)


def member(database: Database, name: str) -> UUID:
    with database.read() as session:
        return session.scalars(select(StaffMember.id).where(StaffMember.name == name)).one()


def unit(database: Database, name: str) -> UUID:
    with database.read() as session:
        return session.scalars(select(Unit.id).where(Unit.name == name)).one()


def assignment(database: Database, name: str) -> UUID:
    with database.read() as session:
        return session.scalars(
            select(Assignment.id)
            .join(StaffMember, StaffMember.id == Assignment.staff_id)
            .where(StaffMember.name == name)
        ).one()


def written(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(AdminLog.act)))


def give(guest: Guest, staff_id: UUID, unit_id: UUID, **more: Any) -> Any:
    form = {"unit": str(unit_id), "role": "läkare", "duty": "care", "ends_on": ""}
    return guest.post(f"/personal/medarbetare/{staff_id}/uppdrag", form | more)


def unit_form(database: Database, **more: Any) -> dict[str, Any]:
    with database.read() as session:
        owner = session.scalar(select(Organisation.id).where(Organisation.name == "Pajala kommun"))
    form = {
        "name": "Hemtjänsten Korpilombolo",
        "organisation": str(owner),
        "municipality": "Pajala",
        "flow": "elder",
        "phone": "0980-319 246",
        "email": "hemtjansten@pajala.example",
        "hsa_id": "",
        "closed_on": "",
    }
    return form | more


# What they never come to


def addresses(app: Flask, person_id: object) -> list[tuple[str, set[str]]]:
    """Every address about a person, and every page of those who care, with ids filled in."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            permission = getattr(app.view_functions[rule.endpoint], "permission", "")
            if "person_id" not in rule.arguments and permission not in ("staff:care", "citizen:any"):
                continue
            values: dict[str, Any] = {
                name: uuid4() if f"<uuid:{name}>" in rule.rule else 1 if f"<int:{name}>" in rule.rule else "x"
                for name in rule.arguments
            }
            known = {"person_id": person_id, "prompt": "now", "on": "2026-03-09", "at": "08:00"}
            values |= {name: value for name, value in known.items() if name in rule.arguments}
            made = rule.build(values)
            assert made
            found.append((made[1], set(rule.methods or ())))
    return found


def test_no_address_of_a_person_opens_to_administrators_and_analysts(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    every = addresses(app, aino.id)
    assert len(every) > 50
    for sub in ("karin", "lena"):
        guest = visit(sub)
        token = guest.token()
        for path, methods in every:
            if "GET" in methods:
                assert guest.get(path).status_code == 404, (sub, path)
            if "POST" in methods:
                answer = guest.client.post(path, data={"csrf_token": token})
                assert answer.status_code == 404, (sub, path, answer.status_code)


def test_nobody_else_comes_to_the_administrators_pages(
    app: Flask, database: Database, visit: Visitor
) -> None:
    paths = [
        *("enheter", "enheter/ny", "enheter/organisation", "medarbetare", "medarbetare/ny", "andringar"),
        f"enheter/{unit(database, 'BUP Gällivare')}",
        f"medarbetare/{member(database, 'Nils')}",
        f"medarbetare/{member(database, 'Nils')}/uppdrag",
    ]
    for sub in ("nils", "lena", "aino", "lisa"):
        for path in paths:
            assert visit(sub).get(f"/personal/{path}").status_code == 404, (sub, path)
        for done in ("stang-av", "slapp-in", f"uppdrag/{assignment(database, 'Anna')}/avsluta"):
            path = f"/personal/medarbetare/{member(database, 'Anna')}/{done}"
            assert visit(sub).post(path).status_code == 404, (sub, path)
    assert visit.stranger().get("/personal/enheter").status_code == 302
    assert written(database) == []


def test_no_persons_name_or_word_stands_on_their_pages(database: Database, visit: Visitor) -> None:
    karin = visit("karin")
    for path in ("enheter", "medarbetare", f"medarbetare/{member(database, 'Nils')}", "andringar"):
        page = karin.page(f"/personal/{path}")
        for words in ("Aino", "Lundmark", "Vera", "hjärtsvikt", "Ludde", "070-174 06 31"):
            assert words not in page, (path, words)


# Separation


def test_an_administrator_changes_nothing_of_their_own(database: Database, visit: Visitor) -> None:
    karin, own = visit("karin"), member(database, "Karin")
    centre = unit(database, "Arjeplogs hälsocentral")
    path = f"/personal/medarbetare/{own}"
    for duty in ("care", "manager", "analyst", "administrator"):
        assert "gäller dig själv" in karin.page(give(karin, own, centre, duty=duty).location)
    for answer in (
        karin.post(path, {"name": "Karin den andra", "hsa_id": "SE2321000131-K1"}),
        karin.post(f"{path}/stang-av"),
        karin.post(f"{path}/slapp-in"),
        karin.post(f"{path}/uppdrag/{assignment(database, 'Karin')}/avsluta"),
    ):
        assert answer.location == path
    assert "<form" not in karin.page(path).partition("<main")[2].partition("</main>")[0]
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Assignment.staff_id == own)) == 1
        assert session.get_one(StaffMember, own).name == "Karin"
        assert session.get_one(StaffMember, own).active
    assert written(database) == []


# Units


def test_units_are_made_and_changed(database: Database, visit: Visitor) -> None:
    karin = visit("karin")
    assert karin.post("/personal/enheter/ny", unit_form(database)).location == "/personal/enheter"
    made = unit(database, "Hemtjänsten Korpilombolo")
    page = karin.page("/personal/enheter")
    assert "0980-319 246" in page
    path = f"/personal/enheter/{made}"
    assert 'value="Hemtjänsten Korpilombolo"' in karin.page(path)
    assert 'value="hemtjansten@pajala.example"' in karin.page(path)
    moved = {"email": "vi@pajala.example", "closed_on": "2026-12-31"}
    changed = unit_form(database, name="Hemtjänsten i Pajala", phone="", flow="child", **moved)
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert karin.post(path, changed).status_code == 302
    with database.read() as session:
        found = session.get_one(Unit, made)
        assert (found.name, found.phone, found.flow) == ("Hemtjänsten i Pajala", None, Flow.CHILD)
        assert (found.email, found.closed_on) == ("vi@pajala.example", date(2026, 12, 31))
        assert found.checked_on == TODAY
    assert written(database) == ["unit_added", "unit_changed"]
    with database.read() as session:
        said = session.scalars(select(AdminLog.said).where(AdminLog.act == "unit_changed")).one()
    for change in (
        "elder → child",
        "hemtjansten@pajala.example → vi@pajala.example",
        "– → 2026-12-31",
        "0980-319 246 → –",
        "Hemtjänsten Korpilombolo → Hemtjänsten i Pajala",
    ):
        assert change in said
    assert "Pajala kommun" not in said  # what did not change


@ON_SQLITE
def test_what_is_wrong_with_a_unit_is_told_at_the_field(database: Database, visit: Visitor) -> None:
    karin = visit("karin")
    for wrong, said in (
        ({"name": ""}, "Skriv namnet"),
        ({"name": "BUP Gällivare"}, "redan en enhet"),
        ({"organisation": str(uuid4())}, ""),
        ({"organisation": "x"}, ""),
        ({"municipality": ""}, "Välj kommun"),
        ({"flow": "x"}, ""),
        ({"phone": "020-22 00 60"}, "stängt"),
        ({"phone": "+46 20 22 00 60"}, "stängt"),
        ({"phone": "ring"}, "bara siffror"),
        ({"hsa_id": "123"}, "HSA-id"),
        ({"email": "pajala"}, "Skriv en hel adress"),
        ({"email": "vi@pajala"}, "Skriv en hel adress"),
        ({"email": "Vi <vi@pajala.example>"}, "Skriv en hel adress"),
        ({"email": "vi@pajala.example, ni@pajala.example"}, "Skriv en hel adress"),
        ({"email": "vi@pajala.example\nBcc: x@x.example"}, ""),
        ({"email": f"{'v' * 250}@pajala.example"}, ""),
        ({"closed_on": "2026-02-30"}, "Skriv en dag som finns"),
    ):
        answer = karin.post("/personal/enheter/ny", unit_form(database, **wrong))
        assert answer.status_code == 200, wrong
        assert said in answer.text, wrong
        assert "Pajala" in answer.text
    assert karin.get(f"/personal/enheter/{uuid4()}").status_code == 404
    assert written(database) == []


@ON_SQLITE
def test_an_organisation_is_made_once(database: Database, visit: Visitor) -> None:
    karin, form = visit("karin"), {"name": "Piteå kommun", "huvudman": "kommun"}
    assert karin.post("/personal/enheter/organisation", form).status_code == 302
    assert "redan en organisation" in karin.post("/personal/enheter/organisation", form).text
    assert karin.post("/personal/enheter/organisation", {"name": "X", "huvudman": "x"}).status_code == 200
    assert written(database) == ["organisation_added"]


# Staff


def test_somebody_new_gets_work_and_it_can_be_ended(database: Database, visit: Visitor) -> None:
    karin = visit("karin")
    made = karin.post("/personal/medarbetare/ny", {"name": "Ove", "hsa_id": "se2321000131-e000000000009"})
    ove = member(database, "Ove")
    assert made.location == f"/personal/medarbetare/{ove}"
    assert "SE2321000131-E000000000009" in karin.page("/personal/medarbetare")
    again = karin.post("/personal/medarbetare/ny", {"name": "Olle", "hsa_id": "SE2321000131-E000000000009"})
    assert "En annan medarbetare" in again.text
    centre = unit(database, "Arjeplogs hälsocentral")
    assert "redan varit" in give(karin, ove, centre, ends_on="2026-03-08").text
    assert give(karin, ove, centre, duty="x").status_code == 200
    assert give(karin, ove, centre, ends_on="2026-03-10").status_code == 302
    assert give(karin, ove, centre, ends_on="2026-03-12").status_code == 302  # the same again: a new end
    with database.read() as session:
        given = session.scalars(select(Assignment).where(Assignment.staff_id == ove)).one()
        assert given.ends_on == date(2026, 3, 12)
    assert karin.post(f"/personal/medarbetare/{ove}/uppdrag/{given.id}/avsluta").status_code == 302
    assert "Inget uppdrag" in karin.page(f"/personal/medarbetare/{ove}")
    other = f"/personal/medarbetare/{ove}/uppdrag/{assignment(database, 'Anna')}/avsluta"
    assert karin.post(other).status_code == 404  # another's assignment
    assert written(database).count("assignment_given") == 2


def test_whoever_is_switched_off_is_out_at_the_next_request_and_does_not_come_back_by_it(
    database: Database, visit: Visitor
) -> None:
    karin, nils, anna, aino = visit("karin"), visit("nils"), visit("anna"), visit.p("aino")
    sending = f"/personal/skicka/{aino[3:]}"
    assert "Vad och varför" in nils.page(sending)
    path = f"/personal/medarbetare/{member(database, 'Nils')}"
    assert karin.post(f"{path}/stang-av").status_code == 302
    for page in (f"{aino}/plan", "/personal/", sending):
        answer = nils.get(page)
        assert answer.status_code == 302, page
        assert "/logga-in" in answer.location
    assert nils.client.post(sending, data={"text": "x", "csrf_token": "x"}).status_code in (302, 400)
    assert "Avstängd" in karin.page("/personal/medarbetare")
    assert karin.post(f"{path}/slapp-in").status_code == 302
    assert nils.get("/personal/").status_code == 302  # the sign-in that was ended stays ended
    assert visit("nils").get(f"{aino}/plan").status_code == 200
    assert anna.get(f"{aino}/plan").status_code == 200
    assert written(database) == ["switched_off", "switched_on"]


def test_whoever_is_off_cannot_sign_in(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        session.execute(update(StaffMember).where(StaffMember.name == "Nils").values(active=False))
    stranger = visit.stranger()
    stranger.post("/logga-in/demo", {"person": "nils"})
    assert stranger.get("/personal/").status_code == 302


def test_an_assignment_that_ends_closes_what_was_open_under_it(database: Database, visit: Visitor) -> None:
    karin, britta = visit("karin"), visit("britta")
    britta_id, eino, gun = member(database, "Britta"), visit.p("eino"), visit.p("gun")
    with database.read() as session:
        kalix = session.scalars(
            select(Assignment.id).join(Unit).where(Unit.name == "Kalix hälsocentral")
        ).one()
    assert britta.get(f"{gun}/plan").status_code == 200
    assert karin.post(f"/personal/medarbetare/{britta_id}/uppdrag/{kalix}/avsluta").status_code == 302
    assert britta.get(f"{gun}/plan").status_code == 302
    again = visit("britta")  # works under the one that is left
    assert again.get(f"{gun}/plan").status_code == 404
    assert again.get(f"{eino}/plan").status_code == 200


def test_an_assignment_ends_by_itself_after_its_last_day(database: Database, visit: Visitor) -> None:
    karin, nils, aino = visit("karin"), member(database, "Nils"), visit.p("aino")
    centre = unit(database, "Arjeplogs hälsocentral")
    again = give(karin, nils, centre, role="distriktssköterska", ends_on="2026-03-09")
    assert again.status_code == 302
    with clock.frozen(NOON + timedelta(hours=15, minutes=59)):  # 23.59
        late = visit("nils")
        assert late.get(f"{aino}/plan").status_code == 200
    with clock.frozen(NOON + timedelta(hours=16, minutes=1)):  # 00.01, the same sign-in
        assert late.get(f"{aino}/plan").status_code == 302


@ON_SQLITE
def test_another_duty_or_another_card_ends_what_is_open(database: Database, visit: Visitor) -> None:
    karin, nils, centre = visit("karin"), visit("nils"), unit(database, "Arjeplogs hälsocentral")
    nils_id = member(database, "Nils")
    assert give(karin, nils_id, centre, role="distriktssköterska", duty="analyst").status_code == 302
    assert nils.get("/personal/sok").status_code == 302
    analyst = visit("nils")
    assert analyst.get(f"{visit.p('aino')}/plan").status_code == 404
    card = {"name": "Nils", "hsa_id": "SE2321000131-E000000000077"}
    assert karin.post(f"/personal/medarbetare/{nils_id}", card).status_code == 302
    assert analyst.get("/personal/ingen-vard").status_code == 302
    with database.read() as session:
        ended = select(func.count()).where(Login.ended_at == NOON)
        assert (session.scalar(ended) or 0) >= 2


# The log


def test_what_was_done_is_read_by_administrators_and_changed_by_nobody(
    database: Database, as_web: Database, visit: Visitor
) -> None:
    karin = visit("karin")
    assert karin.post("/personal/enheter/ny", unit_form(database)).status_code == 302
    page = karin.page("/personal/andringar")
    for said in ("Ny enhet", "Hemtjänsten Korpilombolo", "Karin, Länets förvaltning"):
        assert said in page, said
    for statement in (update(AdminLog).values(said="Inget"), delete(AdminLog)):
        with as_web.write() as session, pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            session.execute(statement)


@ON_SQLITE
def test_emergencies_are_counted_by_unit(app: Flask, database: Database, visit: Visitor) -> None:
    from webapp.sharing.models import EmergencyTally

    with database.writing() as session:
        centre = session.scalars(select(Unit.id).where(Unit.name == "Kalix hälsocentral")).one()
        for days in (0, 30, 31):
            session.add(EmergencyTally(unit_id=centre, opened_on=TODAY - timedelta(days=days)))
    page = visit("karin").page("/personal/enheter")
    row = next(part for part in page.split("<tr") if "Kalix hälsocentral" in part)
    assert re.search(r'<span class="num">2</span>', row)


@ON_SQLITE
def test_an_administrator_begins_at_the_units(visit: Visitor) -> None:
    karin = visit("karin")
    assert karin.get("/logga-in").location == "/personal/enheter"
    assert "/personal/medarbetare" in karin.page("/personal/enheter")
