"""Protected identity: from the next request nobody but the named staff finds, opens or hears of the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.sharing.deciding import by, person
from tests.sharing.inviting import accept, invite
from webapp.accounts import domain as accounts
from webapp.accounts.models import Duty, Person, StaffMember
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.models import Subscription
from webapp.sending import queue
from webapp.sharing import protection
from webapp.sharing.decisions import NamedStaff

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = ("idag", "viktigt", "plan", "kontakter", "mer", "paminnelser")
LISTS = ("/personal/", "/personal/sok", "/personal/skickat", "/personal/avlidna")


def place(visit: Visitor) -> str:
    return f"/personal/person/{visit.p('aino').removeprefix('/p/')}/skydd"


def marked(visit: Visitor) -> Guest:
    nils = visit("nils")
    assert nils.post(f"{place(visit)}/markera").status_code == 302
    return nils


def sees(guest: Guest, p: str) -> set[int]:
    return {guest.get(f"{p}/{page}").status_code for page in PAGES}


def test_from_the_next_request_only_the_named_open_the_person(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    lisa, anna = visit("lisa"), visit("anna")
    assert 200 in sees(lisa, aino.p)
    assert sees(anna, aino.p) == {200}
    nils = marked(visit)
    for other in (lisa, anna, visit("britta"), visit("karin"), visit("lena")):
        assert sees(other, aino.p) == {404}
        assert other.post(f"{place(visit)}/ta-bort").status_code == 404
    assert sees(nils, aino.p) == {200}
    assert sees(aino, aino.p) == {200}  # herself as before
    assert "Aino" not in lisa.page("/mina")
    for path in LISTS:
        assert "Aino" not in nils.page(path), path
        assert "Aino" not in anna.page(path), path
    assert "Aino" in nils.page("/personal/skyddade")
    assert "Aino" not in anna.page("/personal/skyddade")


def test_the_named_see_that_it_is_so_and_no_place_or_phone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils, aino = marked(visit), visit.p("aino")
    page = nils.page(f"/personal/person/{aino.removeprefix('/p/')}")
    assert "Skyddade personuppgifter" in page
    with database.read() as session:
        phone = person(session, "aino").phone or "?"
    for path in (f"/personal/person/{aino.removeprefix('/p/')}", f"{aino}/plan", f"{aino}/kontakter"):
        main = nils.page(path)
        main = main[main.index("<main") : main.index("</main>")]
        assert phone not in main, path
        assert "Lundmark, Arjeplog" not in main, path


def test_taking_the_mark_away_restores_what_was(app: Flask, database: Database, visit: Visitor) -> None:
    lisa, aino = visit("lisa"), visit.p("aino")
    before = {page: lisa.get(f"{aino}/{page}").status_code for page in PAGES}
    nils = marked(visit)
    assert nils.post(f"{place(visit)}/ta-bort").status_code == 302
    assert {page: lisa.get(f"{aino}/{page}").status_code for page in PAGES} == before
    assert sees(visit("anna"), aino) == {200}
    assert "Aino" in nils.page("/personal/sok")
    assert "Aino" not in nils.page("/personal/skyddade")


def test_naming_a_colleague_holds_at_once_and_never_leaves_nobody(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        staff = by(session, "nils")
        other = accounts.add_staff(session, name="Kerstin")
        accounts.add_account(session, "demo", "kerstin", other)
        accounts.assign(session, other, staff.unit_id, "undersköterska")
        kerstin_id, nils_id = other.id, staff.staff_id
    nils, aino = marked(visit), visit.p("aino")
    kerstin = visit("kerstin")
    assert sees(kerstin, aino) == {404}
    assert nils.post(f"{place(visit)}/avsluta", {"personal": str(nils_id)}).status_code == 302
    assert sees(nils, aino) == {200}  # he was the only one: it was not done
    assert nils.post(place(visit), {"staff": str(kerstin_id)}).status_code == 302
    assert sees(kerstin, aino) == {200}
    assert kerstin.post(f"{place(visit)}/avsluta", {"personal": str(nils_id)}).status_code == 302
    assert sees(nils, aino) == {404}
    assert sees(kerstin, aino) == {200}
    with database.writing() as session:
        session.execute(update(StaffMember).where(StaffMember.id == kerstin_id).values(active=False))
    assert kerstin.get(f"{aino}/plan").status_code == 302  # switched off: out


def test_staff_elsewhere_cannot_be_named_and_naming_opens_only_with_a_care_relation(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils = marked(visit)
    with database.read() as session:
        britta = by(session, "britta").staff_id
    assert "Välj någon" in nils.post(place(visit), {"staff": str(britta)}).text
    with database.writing() as session:
        protection.name_staff(session, person(session, "aino").id, britta, britta, NOON)
    assert sees(visit("britta"), visit.p("aino")) == {404}  # no care relation at her units


def test_a_manager_names_by_number_and_sees_nothing(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        aino, staff = person(session, "aino"), by(session, "nils")
        boss = accounts.add_staff(session, name="Siv")
        accounts.add_account(session, "demo", "siv", boss)
        accounts.assign(session, boss, staff.unit_id, "enhetschef", Duty.MANAGER)
        number, nils_id = aino.number, str(staff.staff_id)
        session.execute(update(Person).where(Person.id == aino.id).values(protected=True))
        eino = person(session, "eino").number
    siv, path = visit("siv"), "/personal/skyddade/namnge"
    assert sees(siv, visit.p("aino")) == {404}
    assert sees(visit("nils"), visit.p("aino")) == {404}
    refused = {siv.post(path, {"number": wrong, "staff": nils_id}).status_code for wrong in (eino, "x", "")}
    assert refused == {200}
    assert "hör inte till någon" in siv.post(path, {"number": eino, "staff": nils_id}).text
    assert siv.post(path, {"number": number, "staff": nils_id}).status_code == 302
    assert sees(visit("nils"), visit.p("aino")) == {200}
    assert sees(siv, visit.p("aino")) == {404}
    assert "Aino" not in siv.page(path)
    for sub in ("nils", "karin", "lena", "aino"):
        assert visit(sub).get(path).status_code == 404
    tries = [siv.post(path, {"number": eino, "staff": nils_id}).status_code for _ in range(60)]
    assert tries[-1] == 429  # nobody goes through numbers to find who is protected


@ON_SQLITE
def test_whoever_becomes_protected_is_named_neither_in_what_was_nor_in_what_waits(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    assert lisa.post(f"/mina/{aino.id}/ga-ur").status_code == 302
    accept(lisa, invite(aino, called="Min dotter"))
    shared = aino.page(f"{aino.p}/delning")
    assert "Är det Lisa" in shared
    assert "Avslutat av Lisa" in shared
    with database.writing() as session:
        protection.protect(session, lisa.id, by(session, "nils"), NOON)
    shared = aino.page(f"{aino.p}/delning")
    assert "Lisa" not in shared
    assert "En anhörig" in shared


def test_a_protected_relative_sees_nobody_and_is_in_nobodys_list(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """If either of a guardian and a child becomes protected the link is suspended."""
    with database.writing() as session:
        protection.protect(session, person(session, "sara").id, by(session, "mats"), NOON)
    assert visit("sara").get(f"{visit.p('jon')}/plan").status_code == 404
    assert "Jon" not in visit("sara").page("/mina")
    young = visit("jon")
    assert "Sara" not in young.page(f"{young.p}/delning")
    with database.writing() as session:
        protection.unprotect(session, person(session, "sara").id)
    assert visit("sara").get(f"{visit.p('jon')}/plan").status_code == 200


def test_a_push_never_carries_text_whatever_was_chosen_before(app: Flask, database: Database) -> None:
    with database.writing() as session:
        aino = person(session, "aino")
        session.execute(update(Person).where(Person.id == aino.id).values(lock_screen_text=True))
        session.add(
            Subscription(
                person_id=aino.id,
                endpoint="https://push.invalid/a",
                p256dh=b"\x04" * 65,
                auth=b"\x00" * 16,
                vapid_key="k",
                made_at=NOON,
                confirmed_at=NOON,
            )
        )
        protection.protect(session, aino.id, by(session, "nils"), NOON)
        planning.plan_due(session, NOON + timedelta(days=1))
        leased = queue.lease_due(session, "w", NOON + timedelta(days=1), 1000)
        mine = set(session.scalars(select(Subscription.id).where(Subscription.person_id == aino.id)))
        hers = [each for each in leased if each.subscription_id in mine]
        assert hers
        assert not any(each.shows_text for each in hers)


@ON_SQLITE
def test_naming_twice_is_once(app: Flask, database: Database) -> None:
    with database.write() as session:
        aino, nils = person(session, "aino"), by(session, "nils")
        for _ in range(2):
            protection.protect(session, aino.id, nils, NOON)
        assert len(session.scalars(select(NamedStaff)).all()) == 1
