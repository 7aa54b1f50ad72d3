"""What a plan must hold before anybody agrees to it; and the document that keeps what was agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.plans.comparing import compare
from webapp.plans.document import BrokenDocument, GoalText, PlanDocument, RowText, Taking
from webapp.plans.statute import Missing, missing

REGION = RowText(uuid4(), "Provtagning", "region", uuid4(), "Region Norrbotten")
HOME = RowText(uuid4(), "Hjälp hemma", "kommun", uuid4(), "Arjeplogs kommun")
MINE = RowText(uuid4(), "Jag går ut", "me")


def test_all_four_contents_make_a_plan_that_can_be_agreed_to() -> None:
    assert missing([REGION, HOME, MINE], "Region Norrbotten", nobody_else=False) == []


def test_each_content_that_is_not_there_is_told() -> None:
    def lacks(*rows: RowText, overall: str = "R", **more: bool) -> list[Missing]:
        return missing(rows, overall, nobody_else=more.get("nobody_else", False))

    assert lacks() == [Missing.EFFORTS, Missing.HUVUDMAN, Missing.OTHERS]
    assert lacks(MINE) == [Missing.HUVUDMAN]
    assert lacks(REGION) == [Missing.OTHERS]
    assert lacks(REGION, nobody_else=True) == []  # said in so many words that nobody else does anything
    assert lacks(replace(REGION, organisation=""), MINE) == [Missing.HUVUDMAN]
    assert lacks(REGION, MINE, overall="") == [Missing.OVERALL]


def test_nobody_agrees_while_rows_wait_for_an_answer_or_the_consent_is_withdrawn() -> None:
    assert missing([REGION, MINE], "R", nobody_else=False, waiting=1) == [Missing.WAITING]
    assert missing([REGION, MINE], "R", nobody_else=False, frozen=True) == [Missing.FROZEN]


WORDS = st.text(max_size=12)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
IDS = st.uuids()
GOALS = st.builds(GoalText, IDS, WORDS, WORDS, WORDS, st.none() | IDS)
ROWS = st.builds(
    RowText,
    IDS,
    WORDS,
    st.sampled_from(["me", "relative", "region", "kommun", "other"]),
    st.none() | IDS,
    WORDS,
    st.just("all"),
    st.none() | IDS,
    WORDS,
    st.none() | WORDS,
    WORDS,
    DAYS,
    DAYS,
    WORDS,
    WORDS,
)
PEOPLE = st.builds(Taking, st.just("other"), WORDS, WORDS, WORDS)


def by_id(each: Any) -> UUID:
    found: UUID = each.id
    return found


def documents() -> st.SearchStrategy[PlanDocument]:
    return st.builds(
        PlanDocument,
        IDS,
        st.just("elder"),
        IDS,
        WORDS,
        st.dates(date(2000, 1, 1), date(2099, 12, 31)),
        WORDS,
        goals=st.lists(GOALS, max_size=4, unique_by=by_id).map(tuple),
        rows=st.lists(ROWS, max_size=4, unique_by=by_id).map(tuple),
        participants=st.lists(PEOPLE, max_size=3).map(tuple),
        nobody_else=st.booleans(),
    )


@given(documents())
def test_a_document_reads_back_as_it_was_written(document: PlanDocument) -> None:
    assert PlanDocument.from_json(document.to_json()) == document
    assert PlanDocument.from_json(document.to_json()).fingerprint == document.fingerprint


@given(documents(), documents())
def test_what_differs_is_found_and_nothing_else_is(one: PlanDocument, other: PlanDocument) -> None:
    assert not compare(one, one)
    changes = compare(one, other)
    there = {row.id for row in one.rows}
    assert {row.id for row in changes.rows.added} == {row.id for row in other.rows} - there
    assert {row.id for row in changes.rows.ended} == there - {row.id for row in other.rows}
    back = compare(other, one)
    assert {row.id for row in back.rows.ended} == {row.id for row in changes.rows.added}


def test_what_comes_next_is_no_part_of_what_was_agreed_to() -> None:
    plan = PlanDocument(uuid4(), "elder", uuid4(), "R", date(2026, 3, 1), rows=(HOME,))
    later = replace(plan, rows=(replace(HOME, next_step="Ringa", waits_for="Läkaren"),))
    assert later.fingerprint == plan.fingerprint
    assert not compare(plan, later)
    moved = replace(plan, rows=(replace(HOME, who="Anna"),))
    assert moved.fingerprint != plan.fingerprint
    assert compare(plan, moved).rows.changed[0].words == ["who"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"form": 99}', '{"form": 1}', '{"form": "1"}', '{"form": 1, "rows": 3}', "null"]
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(BrokenDocument):
        PlanDocument.from_json(text)


def test_a_field_of_tomorrow_does_not_stop_today() -> None:
    plan = PlanDocument(UUID(int=1), "elder", UUID(int=2), "R", date(2026, 3, 1))
    assert PlanDocument.from_json(plan.to_json()[:-1] + ',"new":"x"}') == plan
