"""Goals in the person's own words, and the words around the plan."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.people import Visitor
from tests.plans.planning import agree, hidden, opened, plan_of
from webapp.core.db import Database
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
    assert aino.post(f"{aino.p}/plan/mal/{goal.id}/avsluta").status_code == 302
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
