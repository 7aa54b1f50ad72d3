"""Goals in the person's own words, and the words around the plan."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.plans.planning import agree, hidden, opened, plan_of
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.mailing.models import UnitMail
from webapp.plans.models import Goal, Plan, PlanEarlier
from webapp.sharing.models import Consent, ConsentKind
from webapp.what_matters.models import Answer, Prompt

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def answer_of(database: Database, person_id: UUID, prompt: Prompt = Prompt.NOW) -> UUID:
    with database.read() as session:
        return session.scalars(
            select(Answer.id).where(Answer.person_id == person_id, Answer.prompt == prompt)
        ).one()


def goal_saying(database: Database, person_id: UUID, words: str) -> Goal:
    with database.read() as session:
        every = session.scalars(select(Goal).where(Goal.person_id == person_id)).all()
    (found,) = (goal for goal in every if goal.words == words)
    return found


def goal_of(database: Database, person_id: UUID) -> Goal:
    with database.read() as session:
        found = session.scalars(select(Goal).where(Goal.person_id == person_id)).first()
    assert found
    return found


def revision(guest: Guest, path: str) -> dict[str, str]:
    """Which one of the goal's revisions a form on its page was opened from."""
    return {"revision": opened(guest, path)["revision"]}


def test_a_goal_is_in_the_persons_words_and_points_at_what_matters(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = f"{aino.p}/plan/mal/nytt"
    answer = answer_of(database, aino.id)
    form = {
        **opened(aino, path),
        "words": "Jag vill fiska igen",
        "noticed_by": "Jag är på isen",
        "answer": str(answer),
    }
    for _ in range(2):  # the first answer never came back
        assert aino.post(path, form).status_code == 302
    goal = goal_saying(database, aino.id, "Jag vill fiska igen")
    assert (goal.answer_id, goal.noticed_by, goal.written_as) == (answer, "Jag är på isen", "")
    page = visit("nils").page(f"{aino.p}/plan")
    assert "Jag vill fiska igen" in page
    assert "Jag är på isen" in page


def test_a_goal_points_at_nobody_elses_answer(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"{aino.p}/plan/mal/nytt"
    unshared = answer_of(database, aino.id, Prompt.WORRY)  # not for the team
    for guest, answer in ((aino, answer_of(database, visit("eino").id)), (aino, uuid4()), (nils, unshared)):
        said = guest.post(path, {**opened(guest, path), "words": "Ett mål till", "answer": str(answer)})
        assert said.status_code == 200
        assert "Det svaret finns inte" in said.text
    with database.read() as session:
        plan = plan_of(session, aino.id)
        assert "Ett mål till" not in [
            goal.words for goal in session.scalars(select(Goal).where(Goal.plan_id == plan.id))
        ]


@ON_SQLITE
def test_what_matters_stands_first_where_staff_plan_and_only_what_is_shared(
    app: Flask, visit: Visitor
) -> None:
    aino, nils = visit.p("aino"), visit("nils")
    assert "Läs först vad som är viktigt för Aino" in nils.page(f"{aino}/plan")
    for path in (f"{aino}/plan/lage", f"{aino}/plan/mal/nytt", f"{aino}/plan/rad/ny"):
        page = nils.page(path)
        assert "Att orka gå ut med Ludde" in page, path
        assert "halt på trappan" not in page, path  # she has not shared what worries her
        assert page.index("Ludde") < page.index("<form", page.index("<main"))


def test_two_who_write_one_goal_lose_no_words(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.read() as session:
        goal = session.scalars(select(Goal).where(Goal.person_id == aino.id)).first()
    assert goal
    path = f"{aino.p}/plan/mal/{goal.id}"
    hers, his = opened(aino, path), opened(nils, path)
    answer = str(goal.answer_id or "")
    assert aino.post(path, {**hers, "words": "Till sjön", "answer": answer}).status_code == 302
    shown = nils.post(path, {**his, "words": "Till affären", "answer": answer})
    assert "Till sjön" in shown.text
    assert "Till affären" in shown.text
    assert (
        goal_saying(database, aino.id, "Till sjön").revision == goal.revision + 1
    )  # nothing was saved over it
    put = {**hidden(shown.text), "words": "Till affären", "answer": answer, "gor": "bada"}
    together = nils.post(path, put)
    assert "Till sjön\nTill affären" in together.text
    both = {**hidden(together.text), "words": "Till sjön\nTill affären", "answer": answer}
    assert nils.post(path, both).status_code == 302
    assert goal_saying(database, aino.id, "Till sjön").proposed_as == "Nils, Arjeplogs hälsocentral"
    assert aino.post(f"{path}/svar", {**revision(aino, path), "svar": "ja"}).status_code == 302
    assert (
        goal_saying(database, aino.id, "Till sjön\nTill affären").written_as == "Nils, Arjeplogs hälsocentral"
    )
    with database.read() as session:
        kept = session.scalars(select(PlanEarlier.words)).all()
    assert any("Till sjön" in words for words in kept)
    assert len(kept) == 2


@ON_SQLITE
def test_the_situation_is_written_by_those_who_see_the_whole_plan(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"{aino.p}/plan/lage"
    first, second = opened(nils, path), opened(nils, path)
    said = {"situation": "Orkar mer", "held_together_by": "Nils", "nobody_else": "y"}
    assert nils.post(path, {**first, **said}).status_code == 302
    clash = nils.post(path, {**second, **said, "situation": "Orkar mindre"})
    assert "Orkar mer" in clash.text
    assert "Orkar mindre" in clash.text
    with database.read() as session:
        plan = plan_of(session, aino.id)
        assert (plan.situation, plan.nobody_else) == ("Orkar mer", True)
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(ended_on=NOON.date()))
    assert nils.get(path).status_code == 404


@ON_SQLITE
def test_a_goal_that_has_ended_is_not_in_the_plan(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.read() as session:
        goal = session.scalars(select(Goal).where(Goal.person_id == aino.id)).first()
    assert goal
    path = f"{aino.p}/plan/mal/{goal.id}"
    ends = revision(aino, path)
    for _ in range(2):  # the first answer never came back
        assert aino.post(f"{path}/avsluta", ends).status_code == 302
    assert goal.words not in aino.page(f"{aino.p}/plan")
    assert aino.get(f"{aino.p}/plan/mal/{goal.id}").status_code == 404


@ON_SQLITE
def test_a_goal_is_written_by_those_it_is_for(app: Flask, visit: Visitor) -> None:
    aino, jon = visit.p("aino"), visit.p("jon")
    assert visit("lisa").get(f"{aino}/plan/mal/nytt").status_code == 200  # she helps with the plan
    for sub, p in (("marit", aino), ("britta", aino), ("sara", jon), ("eva", jon)):
        assert visit(sub).get(f"{p}/plan/mal/nytt").status_code == 404, sub


def test_what_another_organisation_wrote_of_the_situation_is_shared_by_consent_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """Nils of the region has the overall responsibility; Anna of the municipality writes how it is now."""
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    path = f"{aino.p}/plan/lage"
    said = {"situation": "Sover dåligt hemma", "held_together_by": "Anna, hemtjänsten"}
    assert anna.post(path, {**opened(anna, path), **said}).status_code == 302
    for guest in (aino, nils, anna):
        assert "Sover dåligt hemma" in guest.page(f"{aino.p}/plan")
    with database.read() as session:
        (consent,) = session.scalars(
            select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.SIP)
        )
    agree(database, aino)
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302
    for page in (f"{aino.p}/plan", f"{aino.p}/plan/plan.json", f"{aino.p}/plan/versioner/1"):
        assert "Sover dåligt hemma" in aino.page(page), page
        shown = nils.page(page)
        assert "Sover dåligt hemma" not in shown, page
        assert "Anna, hemtjänsten" not in shown, page
    assert "Andra som hjälper till har skrivit det" in nils.page(f"{aino.p}/plan")
    assert nils.get(path).status_code == 404  # nor does he write over it
    assert path not in nils.page(f"{aino.p}/plan")
    assert aino.post(path, {**opened(aino, path), "situation": "Jag sover gott"}).status_code == 302
    assert "Jag sover gott" in nils.page(f"{aino.p}/plan")  # the person's own words are in their plan
    assert "Sover dåligt hemma" not in nils.page(path)  # nor among what stood there before


def test_what_the_person_wants_is_changed_by_their_yes_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    goal = goal_of(database, aino.id)
    path, answer = f"{aino.p}/plan/mal/{goal.id}", str(goal.answer_id or "")
    said = {**opened(nils, path), "words": "Gå till affären", "answer": answer}
    assert "Aino svarar på det du ändrar" in nils.page(path)
    assert "Aino svarar på det" in nils.post(path, said, follow_redirects=True).text
    stands = goal_of(database, aino.id)
    assert (stands.words, stands.written_as) == (goal.words, "")
    plan = aino.page(f"{aino.p}/plan")
    assert f'href="#mal-{goal.id}"' in plan
    assert f'id="mal-{goal.id}"' in plan
    for words in ("Förslag till ändring av målet", goal.words, "Gå till affären", "Nils"):
        assert words in plan, words
    assert "Det finns förslag som du inte har svarat på" in aino.page(f"{aino.p}/plan/ja")
    for guest in (nils, anna, visit("lisa")):
        assert guest.post(f"{path}/svar", {"revision": stands.revision, "svar": "ja"}).status_code == 404
    assert aino.post(f"{path}/svar", {"revision": stands.revision, "svar": "kanske"}).status_code == 400
    old = aino.post(f"{path}/svar", {"revision": goal.revision - 1, "svar": "ja"}, follow_redirects=True)
    assert "Målet har ändrats sedan du öppnade sidan" in old.text
    assert goal_of(database, aino.id).words == goal.words
    for _ in range(2):  # the first answer never came back
        assert aino.post(f"{path}/svar", {"revision": stands.revision, "svar": "ja"}).status_code == 302
    stands = goal_of(database, aino.id)
    assert (stands.words, stands.proposal, stands.proposed_as) == ("Gå till affären", "", "")
    assert stands.written_as == "Nils, Arjeplogs hälsocentral"
    assert goal.words in aino.page(path)  # what stood there before
    assert "Förslag till ändring av målet" not in aino.page(f"{aino.p}/plan")


@ON_SQLITE
def test_a_no_leaves_the_goal_as_it_was_and_keeps_what_was_proposed(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    goal = goal_of(database, aino.id)
    path, answer = f"{aino.p}/plan/mal/{goal.id}", str(goal.answer_id or "")
    assert nils.post(path, {**opened(nils, path), "words": "Vila mer", "answer": answer}).status_code == 302
    assert "Vila mer" in opened_text(visit("lisa"), path)  # who writes next goes on from what is proposed
    for _ in range(2):
        no = {**revision(aino, path), "svar": "nej"}
        assert aino.post(f"{path}/svar", {**no, "revision": goal.revision + 1}).status_code == 302
    stands = goal_of(database, aino.id)
    assert (stands.words, stands.proposal) == (goal.words, "")
    assert "Förslag som inte gäller längre" in nils.page(path)
    assert "Vila mer" in nils.page(path)
    assert nils.post(path, {**opened(nils, path), "words": "Vila lite", "answer": answer}).status_code == 302
    for _ in range(2):
        assert nils.post(f"{path}/ta-tillbaka").status_code == 302
    assert goal_of(database, aino.id).proposal == ""


def opened_text(guest: Guest, path: str) -> str:
    page = guest.page(path)
    return page[page.index("<textarea") :]


@ON_SQLITE
def test_that_a_goal_ends_is_proposed_too_and_from_what_stands_now(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    goal = goal_of(database, aino.id)
    path, answer = f"{aino.p}/plan/mal/{goal.id}", str(goal.answer_id or "")
    old = revision(nils, path)
    mine = {**opened(aino, path), "words": "Till sjön varje dag", "answer": answer}
    assert aino.post(path, mine).status_code == 302
    said = nils.post(f"{path}/avsluta", old, follow_redirects=True)
    assert "Målet har ändrats sedan du öppnade sidan" in said.text  # he has not read her words
    assert goal_of(database, aino.id).proposal == ""
    for _ in range(2):
        assert nils.post(f"{path}/avsluta", revision(nils, path)).status_code == 302
    assert goal_of(database, aino.id).ended_on is None
    assert "Förslag: målet avslutas" in aino.page(f"{aino.p}/plan")
    assert aino.post(f"{path}/svar", {**revision(aino, path), "svar": "ja"}).status_code == 302
    assert goal_of(database, aino.id).ended_on == NOON.date()


@ON_SQLITE
def test_what_staff_wrote_and_nobody_has_said_yes_to_they_mend_at_once(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    new = f"{aino.p}/plan/mal/nytt"
    assert nils.post(new, {**opened(nils, new), "words": "Fika på tordsag", "answer": ""}).status_code == 302
    goal = goal_saying(database, aino.id, "Fika på tordsag")
    path = f"{aino.p}/plan/mal/{goal.id}"
    assert (
        nils.post(path, {**opened(nils, path), "words": "Fika på torsdag", "answer": ""}).status_code == 302
    )
    assert "Fika på torsdag" in aino.page(f"{aino.p}/plan")
    agree(database, aino)
    assert nils.post(path, {**opened(nils, path), "words": "Fika på fredag", "answer": ""}).status_code == 302
    assert goal_saying(database, aino.id, "Fika på torsdag").proposal != ""  # now she has said yes to it


def waiting(guest: Guest) -> bool:
    return "Har sagt nej till ert förslag om ett mål" in guest.page("/personal/")


def refuse(database: Database, aino: Guest, proposer: Guest, words: str) -> Goal:
    """The proposer wants the goal to say this, and Aino does not."""
    goal = goal_of(database, aino.id)
    path = f"{aino.p}/plan/mal/{goal.id}"
    typed = {"words": words, "answer": str(goal.answer_id or "")}
    assert proposer.post(path, {**opened(proposer, path), **typed}).status_code == 302
    assert aino.post(f"{path}/svar", {**revision(aino, path), "svar": "nej"}).status_code == 302
    return goal


def test_a_no_reaches_the_work_list_of_the_unit_that_proposed_until_the_goal_is_written_anew(
    database: Database, visit: Visitor
) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    with database.writing() as session:
        session.execute(update(Unit).values(email="enheten@example.invalid"))
    goal = refuse(database, aino, nils, "Vila mer")
    assert waiting(nils)
    with database.read() as session:
        mailed = select(Unit.name).join(UnitMail, UnitMail.unit_id == Unit.id)
        assert session.scalars(mailed).all() == ["Arjeplogs hälsocentral"]
    assert "Vila mer" not in nils.page("/personal/")
    assert not waiting(anna)  # of another unit, which proposed nothing
    path = f"{aino.p}/plan/mal/{goal.id}"
    typed = {"words": "Vila lite", "answer": str(goal.answer_id or "")}
    assert aino.post(path, {**opened(aino, path), **typed}).status_code == 302
    assert not waiting(nils)


@ON_SQLITE
def test_a_no_stands_on_the_list_for_two_weeks_and_while_the_plan_is_shared(
    database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    refuse(database, aino, nils, "Vila mer")
    with clock.frozen(NOON + timedelta(days=13)):
        assert waiting(visit("nils"))
    with clock.frozen(NOON + timedelta(days=15)):
        assert not waiting(visit("nils"))
    with database.writing() as session:
        plan_of(session, aino.id).frozen_at = NOON
    assert not waiting(nils)


@ON_SQLITE
def test_a_no_to_a_relative_is_no_task_for_a_unit_and_a_new_proposal_is_no_refused_one(
    database: Database, visit: Visitor
) -> None:
    aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
    refuse(database, aino, lisa, "Vila mer")
    assert not waiting(nils)
    goal = refuse(database, aino, nils, "Vila lite")
    assert waiting(nils)
    path = f"{aino.p}/plan/mal/{goal.id}"
    typed = {"words": "Vila ibland", "answer": str(goal.answer_id or "")}
    assert nils.post(path, {**opened(nils, path), **typed}).status_code == 302
    assert not waiting(nils)
