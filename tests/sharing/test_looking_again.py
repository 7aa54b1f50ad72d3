"""A freeze is looked at again on its day, goes on without a gap, and can always be lifted."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor, person_id
from tests.sharing.deciding import at, by, custody_of_jon
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.permissions import Level
from webapp.sharing import domain, freezing, mandates
from webapp.sharing.decisions import Freeze
from webapp.sharing.models import Consent

THE_DAY = date(2026, 3, 20)
ASKS = "Frysning ska prövas på nytt"


@pytest.fixture
def custody(app: Flask, database: Database) -> UUID:
    """Sara's custody of Jon, frozen by Mats at BUP until they look again on THE_DAY."""
    with database.writing() as session:
        found = custody_of_jon(session).id
        jon, mats = person_id(app, "jon"), by(session, "mats")
        assert freezing.freeze(session, jon, found, "Oro", THE_DAY, mats, NOON)
    return found


def test_from_the_day_on_it_stands_on_the_list_of_the_unit_that_froze_and_of_no_other(
    app: Flask, visit: Visitor, custody: UUID
) -> None:
    for clock_says, asks in (("23:59", False), ("00:01", True)):
        now = at(THE_DAY - timedelta(days=clock_says == "23:59"), clock_says)
        with clock.frozen(now):
            assert (ASKS in visit("mats").page("/personal/")) is asks, clock_says
            for other in ("ulla", "eva"):
                assert ASKS not in visit(other).page("/personal/"), other


def test_it_goes_on_to_a_new_day_without_a_gap_and_the_old_reason_is_kept(
    app: Flask, database: Database, visit: Visitor, custody: UUID
) -> None:
    jon = person_id(app, "jon")
    path = f"/personal/person/{jon}/foretrader/{custody}/frys"
    again = {"why": "Utredningen pågår", "look_again_on": "2026-04-20"}
    with clock.frozen(at(THE_DAY, "09:00")):
        mats = visit("mats")
        assert "Fortsätt till en ny dag" in mats.page(path.removesuffix(f"/{custody}/frys"))
        assert visit("ulla").post(path, again).status_code == 404
        for _ in range(2):
            assert mats.post(path, again).status_code == 302
        assert ASKS not in mats.page("/personal/")
        assert visit("sara").get(f"/p/{jon}/idag").status_code == 404
    with database.read() as session:
        ended, stands = session.scalars(select(Freeze).order_by(Freeze.frozen_at)).all()
        assert (ended.why, ended.lifted_why) == ("Oro", "Utredningen pågår")
        assert ended.lifted_at == stands.frozen_at
        assert (stands.why, stands.look_again_on, stands.lifted_at) == (
            "Utredningen pågår",
            date(2026, 4, 20),
            None,
        )


@pytest.mark.parametrize("how", ["ended", "ran out"])
def test_it_can_be_lifted_when_the_custody_holds_no_more(
    app: Flask, database: Database, visit: Visitor, custody: UUID, how: str
) -> None:
    """It stands over every later tie: the one Jon gives himself would else be dead for ever."""
    jon, sara = person_id(app, "jon"), person_id(app, "sara")
    with database.writing() as session:
        if how == "ended":
            mandates.end_mandate(session, jon, custody, "Ny vårdnad", by(session, "mats"), NOON)
        else:
            session.get_one(Consent, custody).until_on = NOON.date() - timedelta(days=1)
        young, grown = (session.get_one(Person, each) for each in (jon, sara))
        domain.let_in(session, young, grown, "mamma", domain.Grant(contacts=Level.SEE), NOON)
        freeze_id = session.scalars(select(Freeze.id)).one()
    mats, page = visit("mats"), f"/personal/person/{jon}/foretrader"
    assert visit("sara").get(f"/p/{jon}/kontakter").status_code == 404
    shown = mats.page(page)
    assert "Gäller inte längre" in shown
    assert f"{custody}/avsluta" not in shown
    assert mats.get(f"{page}/{custody}/avsluta").status_code == 404
    assert mats.post(f"{page}/frysning/{freeze_id}/hav", {"why": "Utredd"}).status_code == 302
    assert visit("sara").get(f"/p/{jon}/kontakter").status_code == 200
    assert "Gäller inte längre" not in mats.page(page)
