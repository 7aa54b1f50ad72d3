"""Staff freeze what a guardian sees: at once, silently, and until somebody lifts it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.sharing.deciding import by, custody_of_jon, give_custody, person
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.permissions import Level
from webapp.sharing import domain, mandates
from webapp.sharing.decisions import Freeze
from webapp.sharing.models import Notice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = ("idag", "plan", "kontakter", "mer")
WHY = "Oro efter samtalet i tisdags"


def place(visit: Visitor) -> str:
    return f"/personal/person/{visit('jon').id}/foretrader"


def frozen(visit: Visitor, database: Database, sub: str = "mats") -> Guest:
    with database.read() as session:
        consent_id = custody_of_jon(session).id
    staff = visit(sub)
    answer = staff.post(f"{place(visit)}/{consent_id}/frys", {"why": WHY, "look_again_on": "2026-03-20"})
    assert answer.status_code == 302, answer.text
    return staff


def same_answer(guest: Guest, path: str, never: str) -> bool:
    """Whether this page answers as one that never existed, to the letter, apart from the tokens of forms."""
    masks = re.compile(r'value="[^"]*"|sida=[^"]*')
    one, other = guest.get(path), guest.get(never)
    assert one.status_code == other.status_code == 404
    return masks.sub("", one.text) == masks.sub("", other.text)


def test_a_freeze_holds_from_the_next_request_and_looks_as_if_there_were_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    sara, jon = visit("sara"), visit.p("jon")
    for page in PAGES:
        assert sara.get(f"{jon}/{page}").status_code == 200
    frozen(visit, database)
    never = "/p/00000000-0000-4000-8000-000000000000"
    for page in PAGES:
        assert same_answer(sara, f"{jon}/{page}", f"{never}/{page}")
    assert sara.post(f"{jon}/plan/egen-rad", {"what": "x"}).status_code == 404  # a form that stood open
    assert "Jon" not in sara.page("/mina")
    with database.read() as session:
        assert not session.scalars(select(Notice).where(Notice.person_id == sara.id)).all()


def test_the_reason_is_read_by_the_organisation_that_froze_and_by_nobody_else(
    app: Flask, database: Database, visit: Visitor
) -> None:
    mats = frozen(visit, database)
    assert WHY in mats.page(place(visit))
    for sub in ("ulla", "eva"):  # the municipality's: they see that it is frozen, so that they say nothing
        page = visit(sub).page(place(visit))
        assert WHY not in page
        assert "Fryst av en annan organisation" in page
    for sub in ("nils", "karin", "sara", "jon"):
        assert visit(sub).get(place(visit)).status_code == 404
    young = visit("jon")
    assert "Sara" not in young.page(f"{young.p}/delning")  # who sees nothing is not in the list
    for page in ("idag", "logg", "delning"):
        assert WHY not in young.page(f"{young.p}/{page}")
    with database.engine.connect() as connection:
        assert WHY not in str(connection.exec_driver_sql('SELECT why FROM "freeze"').all())  # sealed


def test_only_the_organisation_that_froze_lifts_and_everything_is_logged(
    app: Flask, database: Database, visit: Visitor
) -> None:
    mats, jon = frozen(visit, database), visit.p("jon")
    with database.read() as session:
        freeze_id = session.scalars(select(Freeze.id)).one()
    path = f"{place(visit)}/frysning/{freeze_id}/hav"
    for sub in ("ulla", "nils", "sara"):
        assert visit(sub).post(path, {"why": "Jag vill"}).status_code == 404, sub
    assert "Skriv varför" in mats.post(path, {"why": " "}).text
    assert visit("sara").get(f"{jon}/idag").status_code == 404
    assert mats.post(path, {"why": "Utredd"}).status_code == 302
    assert visit("sara").get(f"{jon}/idag").status_code == 200
    assert mats.post(path, {"why": "Igen"}).status_code == 404
    with database.read() as session:
        lifted = session.scalars(select(Freeze)).one()
        assert (lifted.why, lifted.lifted_why) == (WHY, "Utredd")
        assert lifted.lifted_by == by(session, "mats").staff_id
        pages = session.scalars(select(AccessLog.page).where(AccessLog.person_id == visit("jon").id)).all()
        assert pages.count("custody") >= 3


def test_it_holds_over_every_tie_between_the_two_later_ones_too(
    app: Flask, database: Database, visit: Visitor
) -> None:
    frozen(visit, database)
    with database.writing() as session:
        jon, sara = person(session, "jon"), person(session, "sara")
        domain.let_in(session, jon, sara, "mamma", domain.Grant(plan=Level.HELP), NOON)
        consent = custody_of_jon(session)
        mandates.end_mandate(session, jon.id, consent.id, "Ny", by(session, "mats"), NOON)
        give_custody(session, "jon", "sara", "mats", NOON)
        give_custody(session, "jon", "rolf", "mats", NOON)
    assert visit("sara").get(f"{visit.p('jon')}/plan").status_code == 404
    assert visit("rolf").get(f"{visit.p('jon')}/plan").status_code == 200  # the other guardian goes on


@ON_SQLITE
def test_freezing_twice_is_once_and_needs_a_reason_and_a_day(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.read() as session:
        consent_id = custody_of_jon(session).id
    path = f"{place(visit)}/{consent_id}/frys"
    mats = visit("mats")
    answer = mats.post(path, {"why": "", "look_again_on": "2026-03-08"})
    assert "Skriv varför" in answer.text
    assert "Den dagen har redan varit" in answer.text
    for _ in range(2):
        frozen(visit, database)
    with database.read() as session:
        assert len(session.scalars(select(Freeze)).all()) == 1
