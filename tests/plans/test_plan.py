"""Min plan: agreeing, objecting, saying how it went, and who sees whose rows."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Organisation
from webapp.directory.numbers import ClosedNumber
from webapp.plans import domain
from webapp.plans.models import Doer, Plan, PlanRow, RowOutcome, RowStatus
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)


def row_called(session: Session, what: str) -> PlanRow:
    (found,) = (row for row in session.scalars(select(PlanRow)) if row.what.startswith(what))
    return found


def id_of(database: Database, what: str) -> UUID:
    with database.read() as session:
        return row_called(session, what).id


def status_of(database: Database, what: str) -> tuple[str, str]:
    with database.read() as session:
        row = row_called(session, what)
        return row.status, row.objection


def test_a_proposed_row_waits_for_the_persons_yes(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    balance = id_of(database, "Träna balans")
    assert "Träna balans" in aino.page(f"{aino.p}/plan")
    answer = aino.post(f"{aino.p}/plan/rad/{balance}/svar", {"svar": "ja"})
    assert answer.location == f"{aino.p}/plan#rad-{balance}"
    assert status_of(database, "Träna balans") == ("agreed", "")
    with database.read() as session:
        assert row_called(session, "Träna balans").answered_at == NOON
    assert "Du har sagt ja" in aino.page(f"{aino.p}/plan")


def test_a_no_can_have_words_or_none_and_can_become_a_yes(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    balance = id_of(database, "Träna balans")
    path = f"{aino.p}/plan/rad/{balance}"
    asked = aino.post(f"{path}/svar", {"svar": "nej"})
    assert asked.location == f"{path}/nej"
    assert status_of(database, "Träna balans") == ("proposed", "")  # not before the second press
    assert aino.post(f"{path}/nej", {"words": "Jag vill gå själv"}).status_code == 302
    assert status_of(database, "Träna balans") == ("objected", "Jag vill gå själv")
    assert "Jag vill gå själv" in aino.page(f"{path}/nej")
    assert "Jag vill gå själv" in visit("nils").page(f"{aino.p}/plan")
    assert "Har sagt nej till en rad i planen" in visit("nils").page("/personal/")
    assert aino.post(f"{path}/nej", {"words": ""}).status_code == 302
    assert status_of(database, "Träna balans") == ("objected", "")
    assert aino.post(f"{path}/svar", {"svar": "ja"}).status_code == 302
    assert status_of(database, "Träna balans") == ("agreed", "")


@ON_SQLITE
def test_a_row_that_has_ended_takes_no_answer(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        row = row_called(session, "Träna balans")
        row.status = RowStatus.ENDED
        path = f"{aino.p}/plan/rad/{row.id}"
    assert aino.post(f"{path}/svar", {"svar": "ja"}).status_code == 404
    assert aino.post(f"{path}/nej", {"words": "x"}).status_code == 404
    assert aino.get(f"{path}/hur-det-gick").status_code == 404
    assert status_of(database, "Träna balans") == ("ended", "")
    assert "Träna balans" in aino.page(f"{aino.p}/plan")


def test_only_the_person_answers_a_row(app: Flask, database: Database, visit: Visitor) -> None:
    aino, balance = visit.p("aino"), id_of(database, "Träna balans")
    for sub in ("lisa", "nils", "anna", "marit"):
        guest = visit(sub)
        assert guest.post(f"{aino}/plan/rad/{balance}/svar", {"svar": "ja"}).status_code == 404, sub
        assert guest.post(f"{aino}/plan/rad/{balance}/nej", {"words": "x"}).status_code == 404, sub
        assert "Ja, gärna" not in guest.get(f"{aino}/plan").text, sub
    assert status_of(database, "Träna balans")[0] == "proposed"


def test_how_it_went_is_told_once_a_day_and_the_later_telling_stands(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    weigh = id_of(database, "Jag väger mig")
    path = f"{aino.p}/plan/rad/{weigh}/hur-det-gick"
    for said, words in (("inte", "Vågen var trasig"), ("sa", "Den gick igång")):
        assert aino.post(path, {"blev": said, "words": words}).status_code == 302
    with clock.frozen(NOON + timedelta(days=1)):
        tomorrow = visit("aino")
        assert tomorrow.post(path, {"blev": "inte"}).status_code == 302
        page = tomorrow.page(f"{aino.p}/plan")
        assert "Idag blev det inte så." in page
    with database.read() as session:
        told = session.execute(
            select(RowOutcome.on, RowOutcome.how, RowOutcome.words, RowOutcome.written_as)
            .where(RowOutcome.row_id == weigh, RowOutcome.on >= TODAY)
            .order_by(RowOutcome.on)
        ).all()
    assert [tuple(each) for each in told] == [
        (TODAY, "yes", "Den gick igång", ""),
        (TODAY + timedelta(days=1), "no", "", ""),
    ]


@ON_SQLITE
def test_a_helper_tells_how_it_went_under_their_own_name(
    app: Flask, database: Database, visit: Visitor
) -> None:
    wood = id_of(database, "Bära in ved")
    path = f"{visit.p('aino')}/plan/rad/{wood}/hur-det-gick"
    assert visit("lisa").post(path, {"blev": "sa", "words": "Två korgar"}).status_code == 302
    with database.read() as session:
        assert session.scalars(select(RowOutcome.written_as).where(RowOutcome.row_id == wood)).one() == "Lisa"
    assert visit("nils").get(path).status_code == 404


@ON_SQLITE
def test_how_it_went_is_asked_of_agreed_rows_alone(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    for what in ("Träna balans", "Trygghetslarm"):  # proposed, and objected
        path = f"{aino.p}/plan/rad/{id_of(database, what)}/hur-det-gick"
        assert aino.get(path).status_code == 404
        assert aino.post(path, {"blev": "sa"}).status_code == 404


def test_ones_own_row_is_agreed_as_it_is_written(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    assert (
        aino.post(f"{aino.p}/plan/egen-rad", {"what": "Stavgång", "how_often": "På tisdagar"}).status_code
        == 302
    )
    with database.read() as session:
        row = row_called(session, "Stavgång")
        assert (row.status, row.doer, row.written_as, row.how_often) == ("agreed", "me", "", "På tisdagar")
        assert row.answered_at == NOON
        places = session.scalars(select(PlanRow.place).where(PlanRow.plan_id == row.plan_id)).all()
    assert row.place == max(places)
    assert len(set(places)) == len(places)
    assert "Stavgång" in visit("nils").page(f"{aino.p}/plan")


def test_a_relatives_row_needs_the_persons_yes(app: Flask, database: Database, visit: Visitor) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    assert lisa.post(f"{aino.p}/plan/egen-rad", {"what": "Ringa varje kväll"}).status_code == 302
    with database.read() as session:
        row = row_called(session, "Ringa varje kväll")
        assert (row.status, row.doer, row.relative_id, row.who) == ("proposed", "relative", lisa.id, "Lisa")
        assert row.written_as == "Lisa"
        path = f"{aino.p}/plan/rad/{row.id}/svar"
    assert lisa.post(path, {"svar": "ja"}).status_code == 404
    assert aino.post(path, {"svar": "ja"}).status_code == 302
    assert status_of(database, "Ringa varje kväll")[0] == "agreed"


@ON_SQLITE
def test_without_a_plan_there_is_no_row_to_add(app: Flask, database: Database, visit: Visitor) -> None:
    vera = visit("vera")
    assert "Du har ingen plan än" in vera.page(f"{vera.p}/plan")
    assert vera.post(f"{vera.p}/plan/egen-rad", {"what": "Något"}).status_code == 404
    aino = visit("aino")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(ended_on=TODAY))
        row = row_called(session, "Jag väger mig").id
    assert aino.post(f"{aino.p}/plan/rad/{row}/svar", {"svar": "ja"}).status_code == 404
    assert "Jag väger mig" not in aino.page(f"{aino.p}/plan")


# Across organisations


OWN_TO_REGION = "Vi hörs i telefon"
OWN_TO_KOMMUN = "Hjälp i hemmet"


def test_staff_see_the_other_organisations_rows_by_the_persons_consent_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit.p("aino")
    nils, anna = visit("nils"), visit("anna")
    for guest in (nils, anna):
        page = guest.page(f"{aino}/plan")
        assert OWN_TO_REGION in page
        assert OWN_TO_KOMMUN in page
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == ConsentKind.SIP).values(withdrawn_at=NOON))
    for guest, own, other in ((nils, OWN_TO_REGION, OWN_TO_KOMMUN), (anna, OWN_TO_KOMMUN, OWN_TO_REGION)):
        page = guest.page(f"{aino}/plan")  # from the very next request
        assert own in page
        assert other not in page
        assert "Jag väger mig" in page  # the person's own row belongs to the plan
        assert "Det finns fler rader i planen" in page


@ON_SQLITE
def test_a_consent_to_share_covers_its_units_and_its_days(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """Elevhälsan is not among the units that Jon has consented to, and has only the municipality's rows."""
    jon = visit.p("jon")
    assert "Samtal varannan vecka" in visit("ulla").page(f"{jon}/plan")
    assert "Samtal varannan vecka" not in visit("eva").page(f"{jon}/plan")
    assert "Eget rum att dra sig undan" in visit("eva").page(f"{jon}/plan")
    for values in (
        {"until_on": TODAY - timedelta(days=1)},
        {"until_on": TODAY, "from_on": TODAY + timedelta(days=1)},
    ):
        with database.writing() as session:
            session.execute(update(Consent).where(Consent.kind == ConsentKind.SIP).values(**values))
        assert "Samtal varannan vecka" not in visit("ulla").page(f"{jon}/plan"), values


def test_the_person_ends_the_sharing_with_one_press(app: Flask, database: Database, visit: Visitor) -> None:
    aino, anna = visit("aino"), visit("anna")
    with database.read() as session:
        consent = session.scalars(
            select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.SIP)
        ).one()
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302
    assert OWN_TO_REGION not in anna.page(f"{aino.p}/plan")
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302  # twice is once


@ON_SQLITE
def test_an_objection_reaches_the_one_who_holds_the_row(
    app: Flask, database: Database, visit: Visitor
) -> None:
    said_no = "Har sagt nej till en rad i planen"
    assert said_no in visit("anna").page("/personal/")  # the municipality's alarm
    assert said_no not in visit("nils").page("/personal/")


# What the database itself holds


def test_a_person_has_one_plan_that_has_not_ended(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.write() as session:
        region = session.scalars(select(Organisation).where(Organisation.name == "Region Norrbotten")).one()
        with pytest.raises(IntegrityError, match=r"uq_plan_open|plan\.person_id"):
            domain.begin_plan(session, aino.id, region, TODAY)
        session.rollback()
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(ended_on=TODAY))
        domain.begin_plan(session, aino.id, region, TODAY)
        session.commit()


@pytest.mark.parametrize(
    ("doer", "owned"), [(Doer.ME, True), (Doer.RELATIVE, True), (Doer.REGION, False), (Doer.KOMMUN, False)]
)
def test_what_region_or_municipality_does_has_one_owner_and_nothing_else_has(
    app: Flask, database: Database, doer: Doer, owned: bool
) -> None:
    with database.write() as session:
        plan = session.scalars(select(Plan)).first()
        region = session.scalars(select(Organisation)).first()
        assert plan
        with pytest.raises(IntegrityError, match="one_owner"):
            domain.propose_row(session, plan, "x", doer, NOON, organisation=region if owned else None)


@ON_SQLITE
def test_a_row_with_a_number_that_leads_nowhere_is_refused(app: Flask, database: Database) -> None:
    with database.write() as session:
        plan = session.scalars(select(Plan)).first()
        assert plan
        with pytest.raises(ClosedNumber):
            domain.propose_row(session, plan, "x", Doer.ME, NOON, phone="+46 20 22 00 60")


@ON_SQLITE
def test_the_banner_says_whose_plan_it_is(app: Flask, visit: Visitor) -> None:
    aino, eino = visit("aino"), visit.p("eino")
    assert "Du ser" not in aino.page(f"{aino.p}/plan")
    for guest in (visit("marit"),):
        page = guest.page(f"{eino}/plan")
        assert "Du ser" in page
        assert "Eino" in page
        assert 'data-sky="annan"' in page


@ON_SQLITE
def test_a_row_belongs_to_the_person_of_the_address(app: Flask, database: Database) -> None:
    with database.read() as session:
        owners = session.execute(
            select(PlanRow.person_id, Plan.person_id).join(Plan, Plan.id == PlanRow.plan_id)
        )
        assert all(left == right for left, right in owners)
        assert session.scalars(select(Person)).first()
