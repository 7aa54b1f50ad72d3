"""While relations are suspended nobody is told that somebody has been let in, or who waits to be."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from tests.people import Guest, Visitor
from tests.sharing.deciding import custody_of_jon, person
from tests.sharing.inviting import accept, invite, open_link
from webapp.accounts.models import Account, Person
from webapp.core.db import Database
from webapp.reminders.models import Reminder, SetBy
from webapp.sharing.models import Consent, ConsentKind, Invitation, Notice

CANNOT = "Det går inte att släppa in personen just nu. Prata med din vårdkontakt."


def waits(visit: Visitor, database: Database) -> tuple[Guest, str]:
    """Rolf has accepted Aino's invitation; Aino, and where she says who it is."""
    aino = visit("aino")
    accept(visit("rolf"), invite(aino, called="Rolf", relation="granne"))
    with database.read() as session:
        mine = select(Invitation.id).where(
            Invitation.person_id == aino.id, Invitation.accepted_by.is_not(None)
        )
        return aino, f"{aino.p}/delning/inbjudan/{session.scalars(mine).one()}"


def protect(database: Database, sub: str) -> None:
    with database.writing() as session:
        whose = person(session, sub).id
        session.execute(update(Person).where(Person.id == whose).values(protected=True, name="Nytt Namn"))


def told(database: Database, person_id: UUID) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Notice.kind).where(Notice.person_id == person_id)))


def let_in(database: Database, whose: UUID, relative: UUID) -> bool:
    with database.read() as session:
        both = (
            Consent.person_id == whose,
            Consent.relative_id == relative,
            Consent.kind == ConsentKind.RELATIVE,
        )
        return session.scalars(select(Consent.id).where(*both)).first() is not None


def test_who_gets_protected_identity_while_waiting_is_not_named_and_not_let_in(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, invitation = waits(visit, database)
    assert "Rolf Öhman" in aino.page(f"{aino.p}/delning")
    protect(database, "rolf")
    page = aino.page(f"{aino.p}/delning")
    assert "Rolf Öhman" not in page
    assert "Nytt Namn" not in page
    assert f"{invitation}/ja" not in page
    assert CANNOT in page
    rolf = visit("rolf").id
    assert aino.post(f"{invitation}/ja").location == f"{aino.p}/delning"  # a page that stood open
    assert CANNOT in aino.page(f"{aino.p}/delning")
    assert not let_in(database, aino.id, rolf)
    assert "let_in" not in told(database, rolf)
    assert aino.post(f"{invitation}/nej").location == f"{aino.p}/delning"
    assert CANNOT not in aino.page(f"{aino.p}/delning")


def test_with_protected_identity_of_ones_own_the_page_says_that_nobody_sees_anything(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, invitation = waits(visit, database)
    before = aino.page(f"{aino.p}/delning")
    assert "Bjud in en anhörig" in before
    assert "Ingen anhörig ser dina sidor just nu." not in before
    protect(database, "aino")
    page = aino.page(f"{aino.p}/delning")
    assert "Ingen anhörig ser dina sidor just nu." in page
    assert "Ser inget just nu." in page
    assert "Bjud in en anhörig" not in page
    rolf = visit("rolf").id
    assert aino.post(f"{invitation}/ja").location == f"{aino.p}/delning"
    page = aino.page(f"{aino.p}/delning")
    assert "Klart. Personen är insläppt." not in page
    assert CANNOT in page
    assert not let_in(database, aino.id, rolf)
    assert "let_in" not in told(database, rolf)


def test_a_frozen_guardian_is_offered_nothing_by_a_link(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """The same answer as for a link that never was, also where the young person wrote the number."""
    jon, sara, mats = visit("jon"), visit("sara"), visit("mats")
    with database.read() as session:
        custody, number = custody_of_jon(session).id, person(session, "sara").number
    waiting = invite(jon)
    accept(sara, waiting)
    assert "Jon" in sara.page("/mina").partition("<main")[2]
    path = f"/personal/person/{jon.id}/foretrader/{custody}/frys"
    assert mats.post(path, {"why": "Oro", "look_again_on": "2026-03-20"}).status_code == 302
    assert "Jon" not in sara.page("/mina").partition("<main")[2]
    with database.read() as session:
        (mine,) = session.scalars(select(Invitation.id).where(Invitation.person_id == jon.id))
    assert jon.post(f"{jon.p}/delning/inbjudan/{mine}/ja").location == f"{jon.p}/delning"
    assert CANNOT in jon.page(f"{jon.p}/delning")
    for link in (invite(jon), invite(jon, number=number)):
        assert "Jon" not in open_link(sara, link).partition("<main")[2]
        assert sara.post("/inbjudan", {"svar": "ja"}).location == "/inbjudan"
        assert "Du har tackat ja" not in sara.page("/mina")
    assert not let_in(database, jon.id, sara.id)
    assert "let_in" not in told(database, sara.id)


def test_a_button_of_an_invitation_pressed_twice_says_the_same_twice(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, invitation = waits(visit, database)
    for path in (f"{invitation}/ja", f"{invitation}/nej", f"{invitation}/ta-tillbaka"):
        assert visit("eino").post(path.replace(str(aino.id), str(visit("eino").id))).status_code == 404
    for _ in range(2):
        assert aino.post(f"{invitation}/ja").location == f"{aino.p}/delning"
        assert "Klart. Personen är insläppt." in aino.page(f"{aino.p}/delning")
    assert aino.post(f"{invitation}/nej").location == f"{aino.p}/delning"
    page = aino.page(f"{aino.p}/delning")
    assert "Något har hänt med inbjudan" in page
    assert "har inte sett något" not in page
    invite(aino)
    with database.read() as session:
        open_ = select(Invitation.id).where(Invitation.person_id == aino.id, Invitation.closed_at.is_(None))
        other = f"{aino.p}/delning/inbjudan/{session.scalars(open_).one()}"
    for _ in range(2):
        assert aino.post(f"{other}/ta-tillbaka").location == f"{aino.p}/delning"
        assert "Inbjudan är tillbakatagen." in aino.page(f"{aino.p}/delning")


def test_a_relative_with_protected_identity_is_named_beside_nothing_they_wrote(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa, nils = visit("aino"), visit("lisa"), visit("nils")
    assert lisa.post(f"{aino.p}/plan/egen-rad", {"what": "Handlar mat"}).status_code == 302
    with database.writing() as session:
        told = session.scalars(select(Reminder).where(Reminder.person_id == aino.id)).all()[0]
        told.set_by, told.set_as = SetBy.RELATIVE, "Lisa"
        told.set_by_account = session.scalars(select(Account.id).where(Account.sub == "lisa")).one()
    pages = ("plan", "paminnelser", "idag")
    assert any("Lisa" in aino.page(f"{aino.p}/{page}").partition("<main")[2] for page in pages)
    protect(database, "lisa")
    for reader in (aino, nils):
        for page in pages:
            shown = reader.page(f"{aino.p}/{page}").partition("<main")[2]
            assert "Lisa" not in shown, (reader.sub, page)
            assert "Nytt Namn" not in shown, (reader.sub, page)
    assert "Handlar mat" in aino.page(f"{aino.p}/plan")
