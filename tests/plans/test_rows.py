"""Rows that are proposed, objected to, changed and agreed to: nobody changes in silence what a person said yes to."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.plans.planning import hidden, opened, plan_of, row_saying, rows_of
from webapp.core.db import Database
from webapp.plans.models import Plan, PlanEarlier, PlanRow, RowStatus

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CALLS = "Vi hörs i telefon om hur det går"  # the region's, agreed to


def propose(guest: Guest, p: str, **more: Any) -> Any:
    path = f"{p}/plan/rad/ny"
    said = {
        "owner": "egen",
        "what": "Såromläggning",
        "who": "Nils, distriktssköterska",
        "how_often": "På måndagar",
    }
    return guest.post(path, {**opened(guest, path), **said, **more})


def test_a_row_is_proposed_objected_to_changed_and_agreed_to(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert propose(nils, aino.p, phone="0980-319 210", until_on="2026-06-01").status_code == 302
    row = row_saying(database, "Såromläggning")
    assert (row.status, row.doer, row.written_as) == ("proposed", "region", "Nils, Arjeplogs hälsocentral")
    assert "Det finns något nytt i din plan att svara på." in aino.page(f"{aino.p}/idag")
    page = aino.page(f"{aino.p}/plan")
    assert "Såromläggning" in page
    assert "0980-319 210" in page
    path = f"{aino.p}/plan/rad/{row.id}"
    no = {**opened(aino, f"{path}/nej"), "words": "Hellre på onsdagar"}
    assert aino.post(f"{path}/nej", no).status_code == 302
    assert "Har sagt nej till en rad i planen" in nils.page("/personal/")
    change = f"{path}/andra"
    assert "Hellre på onsdagar" in nils.page(change)
    anew = {**opened(nils, change), "what": "Såromläggning", "who": "Nils", "how_often": "På onsdagar"}
    assert nils.post(change, anew).status_code == 302
    row = row_saying(database, "Såromläggning")
    assert (row.status, row.how_often, row.objection) == ("proposed", "På onsdagar", "")
    assert "Hellre på onsdagar" in nils.page(change)  # what she said is not lost
    assert aino.post(f"{path}/svar", {"svar": "ja", "revision": str(row.revision)}).status_code == 302
    assert row_saying(database, "Såromläggning").status is RowStatus.AGREED


def test_a_change_of_an_agreed_row_is_a_proposal_that_the_person_answers(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    before = row_saying(database, CALLS)
    change = f"{aino.p}/plan/rad/{before.id}/andra"
    said = {**opened(nils, change), "what": "Vi ses hemma", "who": "Nils"}
    assert nils.post(change, said).status_code == 302
    assert row_saying(database, CALLS).status is RowStatus.AGREED  # stands as it did
    page = aino.page(f"{aino.p}/plan")
    assert "Förslag till ändring" in page
    assert f"<del>{CALLS}</del>" in page
    assert "<ins>Vi ses hemma</ins>" in page
    proposal = row_saying(database, "Vi ses hemma")
    assert proposal.revises_id == before.id
    answer = f"{aino.p}/plan/rad/{proposal.id}/svar"
    for _ in range(2):  # the first answer never came back
        assert aino.post(answer, {"svar": "ja", "revision": str(proposal.revision)}).status_code == 302
    with database.read() as session:
        row = session.get_one(PlanRow, before.id)
        assert (row.what, row.status, row.who) == ("Vi ses hemma", "agreed", "Nils")
        assert session.get_one(PlanRow, proposal.id).status is RowStatus.ENDED
        assert "Vi hörs" in session.scalars(select(PlanEarlier.words)).one()
    assert "Förslag till ändring" not in aino.page(f"{aino.p}/plan")


@ON_SQLITE
def test_a_no_to_a_change_leaves_the_row_and_a_proposal_can_be_taken_back(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    row = row_saying(database, CALLS)
    path = f"{aino.p}/plan/rad/{row.id}"
    assert nils.post(f"{path}/avsluta").status_code == 302
    assert "Förslag: raden avslutas" in aino.page(f"{aino.p}/plan")
    with database.read() as session:
        proposal = session.scalars(select(PlanRow).where(PlanRow.revises_id == row.id)).one()
    no = f"{aino.p}/plan/rad/{proposal.id}/nej"
    assert aino.post(no, {**opened(aino, no), "words": "Jag vill ha kvar den"}).status_code == 302
    with database.read() as session:
        assert session.get_one(PlanRow, row.id).status is RowStatus.AGREED
    assert "Jag vill ha kvar den" in nils.page(f"{aino.p}/plan")
    assert nils.post(f"{path}/ta-tillbaka").status_code == 302
    assert (
        "Förslag"
        not in aino.page(f"{aino.p}/plan").partition("Det här gör vi")[2].partition("Om det blir")[0]
    )
    with database.read() as session:
        assert session.get_one(PlanRow, row.id).status is RowStatus.AGREED


def test_a_yes_to_a_row_that_has_changed_meanwhile_changes_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    propose(nils, aino.p)
    row = row_saying(database, "Såromläggning")
    change = f"{aino.p}/plan/rad/{row.id}/andra"
    nils.post(change, {**opened(nils, change), "what": "Såromläggning", "how_often": "Varje dag"})
    yes = {"svar": "ja", "revision": str(row.revision)}
    shown = aino.post(f"{aino.p}/plan/rad/{row.id}/svar", yes, follow_redirects=True).text
    assert "Raden har ändrats" in shown
    assert row_saying(database, "Såromläggning").status is RowStatus.PROPOSED


@ON_SQLITE
def test_each_organisation_writes_its_own_rows_alone(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit.p("aino")
    with database.read() as session:
        every = session.scalars(select(PlanRow).where(PlanRow.person_id == visit("aino").id)).all()
    may = {
        sub: {
            row.what
            for row in every
            if row.status is not RowStatus.ENDED
            and visit(sub).get(f"{aino}/plan/rad/{row.id}/andra").status_code == 200
        }
        for sub in ("aino", "lisa", "nils", "anna")
    }
    by = {
        doer: {row.what for row in every if row.doer == doer}
        for doer in ("me", "relative", "region", "kommun")
    }
    assert may == {"aino": by["me"], "lisa": by["relative"], "nils": by["region"], "anna": by["kommun"]}
    for sub in ("britta", "tor", "marit", "karin"):
        assert visit(sub).get(f"{aino}/plan/rad/ny").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("owner", "", "Välj vem som ansvarar"),
        ("owner", "kommunen", "Not a valid choice"),
        ("what", "", "Skriv vad som ska göras"),
        ("until_on", "2026-03-01", "Sista dagen kan inte vara före första dagen"),
        ("until_on", "i morgon", "Skriv en dag som finns"),
        ("phone", "020-22 00 60", "Det numret har upphört"),
        ("phone", "ring mig", "Skriv numret med siffror"),
        ("what", "x" * 301, "högst 300 tecken"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_field_and_nothing_is_saved(
    app: Flask, database: Database, visit: Visitor, field: str, typed: str, said: str
) -> None:
    aino, nils = visit("aino"), visit("nils")
    before = rows_of(database, aino.id)
    answer = propose(nils, aino.p, from_on="2026-03-10", **{field: typed})
    assert answer.status_code == 200
    assert said in answer.text or field == "owner"
    assert "bad-field" in answer.text
    assert "Nils, distriktssköterska" in answer.text  # what was typed stays
    assert rows_of(database, aino.id) == before


def test_the_same_form_sent_twice_makes_one_row(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"{aino.p}/plan/rad/ny"
    form = {**opened(nils, path), "owner": "egen", "what": "En gång"}
    for _ in range(2):
        assert nils.post(path, form).status_code == 302
    own = f"{aino.p}/plan/egen-rad"
    form = {**opened(aino, own), "what": "Min en gång"}
    for _ in range(2):
        assert aino.post(own, form).status_code == 302
    with database.read() as session:
        said = list(session.scalars(select(PlanRow.what).where(PlanRow.person_id == aino.id)))
    assert (said.count("En gång"), said.count("Min en gång")) == (1, 1)


def test_whoever_saves_second_sees_both_texts_and_chooses(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    row = row_saying(database, "Jag väger mig varje morgon")
    change = f"{aino.p}/plan/rad/{row.id}/andra"
    first, second = opened(aino, change), opened(aino, change)
    assert aino.post(change, {**first, "what": "Jag väger mig på kvällen"}).status_code == 302
    shown = aino.post(change, {**second, "what": "Jag väger mig varje vecka"})
    assert shown.status_code == 200
    assert "Någon annan har ändrat det här medan du skrev." in shown.text
    assert "Jag väger mig på kvällen" in shown.text
    assert 'value="Jag väger mig varje vecka"' in shown.text
    assert row_saying(database, "Jag väger mig på kvällen").status is RowStatus.AGREED
    mine = {**hidden(shown.text), "what": "Jag väger mig varje vecka"}
    assert aino.post(change, mine).status_code == 302
    assert row_saying(database, "Jag väger mig varje vecka").id == row.id
    assert "Jag väger mig på kvällen" in aino.page(change)  # what stood before is not lost
    assert lisa.get(change).status_code == 404


@ON_SQLITE
def test_a_form_sent_again_after_a_lost_answer_is_saved_once(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    row = row_saying(database, "Jag väger mig varje morgon")
    change = f"{aino.p}/plan/rad/{row.id}/andra"
    form = {**opened(aino, change), "what": "Annat"}
    for _ in range(2):
        assert aino.post(change, form).status_code == 302
    with database.read() as session:
        assert session.get_one(PlanRow, row.id).revision == row.revision + 1
        assert session.scalar(select(func.count()).select_from(PlanEarlier)) == 1


def test_what_comes_next_is_seen_by_everybody_and_asks_nobody(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    row = row_saying(database, CALLS)
    path = f"{aino.p}/plan/rad/{row.id}/nasta"
    said = {**opened(nils, path), "next_step": "Ringa vågfirman", "waits_for": "Hemtjänstens svar"}
    assert nils.post(path, said).status_code == 302
    for sub in ("aino", "lisa", "nils", "anna"):
        page = visit(sub).page(f"{aino.p}/plan")
        assert "Ringa vågfirman" in page, sub
        assert "Hemtjänstens svar" in page, sub
    assert row_saying(database, CALLS).status is RowStatus.AGREED
    assert visit("anna").get(path).status_code == 404


@ON_SQLITE
def test_in_a_frozen_plan_each_goes_on_with_its_own_rows_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(frozen_at=NOON))
    assert propose(nils, aino.p).status_code == 302
    assert row_saying(database, "Såromläggning").organisation_id is not None
    assert "Någon annan än regionen" not in nils.page(f"{aino.p}/plan/rad/ny")
    assert propose(nils, aino.p, owner="annan").status_code == 200
    with database.read() as session:
        overall = plan_of(session, aino.id).overall_id
        nils_works_for = row_saying(database, CALLS).organisation_id
    expected = 200 if overall == nils_works_for else 404
    assert nils.get(f"{aino.p}/plan/mal/nytt").status_code == expected
    assert visit("anna").get(f"{aino.p}/plan/mal/nytt").status_code == 404
