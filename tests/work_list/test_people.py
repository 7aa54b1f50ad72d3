"""The unit's people by name: in the alphabet's order, found by a part of the name, a page at a time."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.work_list.large import make_large
from tests.work_list.listing import where
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.work_list import people
from webapp.work_list.people import folded

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_names_stand_in_the_order_of_the_swedish_alphabet() -> None:
    names = ["Östen", "Zackris", "Äke", "Åsa", "Andrée", "Andre B", "àdam", "Đani", "Erik"]
    assert sorted(names, key=folded) == [
        "àdam", "Andre B", "Andrée", "Đani", "Erik", "Zackris", "Åsa", "Äke", "Östen",
    ]  # fmt: skip


def test_large_or_small_letters_and_accents_make_no_difference() -> None:
    assert folded("ÅSA André") == folded("åsa andre")
    assert folded("Åsa") != folded("Asa")
    assert folded("A\u030asa") == folded("Åsa")  # written as two signs


def test_a_part_of_the_name_finds_those_of_the_unit_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        make_large(session, unit, where(session, unit).staff_id, 120, NOON)
    britta = visit("britta")
    page = britta.post("/personal/sok", {"namn": "åSA öberg"}).text
    assert "Åsa Öberg" in page
    assert "Åsa Nilsson" not in page
    assert "Aino" not in britta.post("/personal/sok", {"namn": "aino"}).text.partition("<main")[2].replace(
        'value="aino"', ""
    )
    assert "Ingen med det namnet" in britta.post("/personal/sok", {"namn": "%"}).text
    first, second = britta.page("/personal/sok"), britta.page("/personal/sok?sida=2")
    assert "Sida 1 av 3" in first
    assert "Sida 2 av 3" in second
    assert first.count("<tr") - 1 == people.PAGE
    assert "Sida 3 av 3" in britta.page("/personal/sok?sida=99")


@ON_SQLITE
def test_what_is_typed_never_stands_in_an_address(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        make_large(session, unit, where(session, unit).staff_id, 500, NOON)
    page = visit("britta").post("/personal/sok", {"namn": "nilsson"}).text
    assert "Sida 1 av 2" in page
    assert "=nilsson" not in page
    assert "namn=" not in page
    second = visit("britta").post("/personal/sok", {"namn": "nilsson", "sida": "2"}).text
    assert "Sida 2 av 2" in second


@ON_SQLITE
@pytest.mark.parametrize("typed", ["x" * 101, "a\u202eb", "två\nrader"])
def test_what_is_no_name_is_told_at_the_field(visit: Visitor, typed: str) -> None:
    answer = visit("britta").post("/personal/sok", {"namn": typed})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text


@ON_SQLITE
@pytest.mark.parametrize("page", ["x", "-1", "0", "9999999999", "٣"])
def test_a_page_that_is_no_number_is_the_first_or_the_last(visit: Visitor, page: str) -> None:
    assert "Gun" in visit("britta").page(f"/personal/sok?sida={page}")
