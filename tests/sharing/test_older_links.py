"""A link given by number opens nothing once the person has decided anew about the same relative."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import Guest, Visitor, person_id
from tests.sharing.inviting import FIELDS, accept, invite, open_link
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.sharing.models import Consent, ConsentKind


def named(app: Flask, database: Database, person: Guest, relative: str, **fields: str) -> str:
    """A link that this relative alone can use, without the person's word."""
    with database.read() as session:
        number = session.scalars(select(Person.number).where(Person.id == person_id(app, relative))).one()
    return invite(person, number=number, **fields)


def own_page_for(database: Database, person: Guest, relative: Guest) -> str:
    """The person's page about what they share with this relative now."""
    with database.read() as session:
        holds = select(Consent.id).where(
            Consent.person_id == person.id,
            Consent.relative_id == relative.id,
            Consent.kind == ConsentKind.RELATIVE,
            Consent.withdrawn_at.is_(None),
        )
        return f"{person.p}/delning/{session.scalars(holds).one()}"


def test_after_the_person_has_ended_it_an_older_link_lets_nobody_back_in(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    link, for_marit = named(app, database, aino, "lisa"), named(app, database, aino, "marit")
    assert aino.post(f"{own_page_for(database, aino, lisa)}/sluta").status_code == 302
    assert "går inte att använda" in open_link(lisa, link)
    lisa.post("/inbjudan", {"svar": "ja"})
    assert lisa.get(f"{aino.p}/plan").status_code == 404
    assert aino.page(f"{aino.p}/delning").count("Bara den som har personnumret") == 1
    accept(visit("marit"), for_marit)  # what was said about Lisa is nothing about Marit
    assert visit("marit").get(f"{aino.p}/plan").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_the_person_has_narrowed_it_an_older_link_does_not_widen_it_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, marit = visit("aino"), visit("marit")
    wide, first = named(app, database, aino, "marit", reminders="2"), named(app, database, aino, "marit")
    accept(marit, first)
    assert "går inte att använda" in open_link(marit, wide)
    again = named(app, database, aino, "marit", reminders="2")
    narrowed = aino.post(f"{own_page_for(database, aino, marit)}/andra", {**FIELDS, "plan": "0"})
    assert narrowed.status_code == 302
    assert "går inte att använda" in open_link(marit, again)
    assert marit.get(f"{aino.p}/kontakter").status_code == 200
    for closed in ("plan", "paminnelser"):
        assert marit.get(f"{aino.p}/{closed}").status_code == 404, closed
