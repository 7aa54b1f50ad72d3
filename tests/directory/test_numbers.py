"""Who to call: confirmed numbers alone, none that leads nowhere, and every municipality in its place."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.people import Visitor
from webapp.core.i18n import LANGUAGES
from webapp.directory import numbers
from webapp.directory.numbers import DATA, BadDirectory, ClosedNumber, read_numbers, refuse_closed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CLOSED = ("0771220060", "020220060")


def row(**values: str) -> dict[str, str]:
    given_row = {
        "id": "a",
        "number": "0980-319 200",
        "name_sv": "Namn",
        "what_sv": "Vad",
        "hours_sv": "",
        "always_open": "",
        "for_whom_sv": "Alla",
        "group": "talk",
        "source": "Källa",
        "source_year": "",
        "status": "confirmed",
        "checked_on": "2026-11-21",
        "note": "",
    }
    return {**given_row, **values}


def rows_of_the_file() -> list[Mapping[str, str]]:
    with (DATA / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@st.composite
def written(draw: st.DrawFn) -> str:
    """A closed number, however somebody writes it."""
    digits = draw(st.sampled_from(CLOSED))
    start, rest = draw(
        st.sampled_from([("", digits), ("+46", digits[1:]), ("0046", digits[1:]), ("+46(0)", digits[1:])])
    )
    signs = draw(
        st.lists(st.sampled_from(["", " ", "-", "\u00a0", "/", "."]), min_size=len(rest), max_size=len(rest))
    )
    return (
        " " * draw(st.integers(0, 2))
        + start
        + "".join(sign + digit for sign, digit in zip(signs, rest, strict=True))
    )


@given(written())
def test_a_closed_number_is_refused_however_it_is_written(number: str) -> None:
    with pytest.raises(ClosedNumber):
        refuse_closed(number)
    with pytest.raises(BadDirectory, match="closed"):
        read_numbers([*rows_of_the_file(), row(number=number)])


@pytest.mark.parametrize(
    "number", [None, "", "112", "1177", "0980-319 200", "020-22 00 61", "+46 980 319 200"]
)
def test_other_numbers_are_taken(number: str | None) -> None:
    refuse_closed(number)


@pytest.mark.parametrize(
    "fault",
    [
        {"id": ""},
        {"number": "ring oss"},
        {"number": ""},
        {"source": ""},
        {"checked_on": "igår"},
        {"checked_on": ""},
    ],
)
def test_a_row_without_what_it_needs_stops_the_loading_and_says_which(fault: dict[str, str]) -> None:
    with pytest.raises(BadDirectory, match="line 3"):
        read_numbers([row(id="first"), row(**fault)])


def test_a_row_without_a_column_stops_the_loading() -> None:
    short = row()
    del short["checked_on"]
    with pytest.raises(BadDirectory, match="line 2"):
        read_numbers([short])


def test_two_rows_with_one_id_stop_the_loading() -> None:
    with pytest.raises(BadDirectory, match="same id"):
        read_numbers([row(), row(number="0980-319 201")])


def test_every_row_has_its_source_and_its_date() -> None:
    for number in numbers.all_numbers():
        assert number.source, number.id
        assert number.checked_on.year >= 2026, number.id
        assert number.group in numbers.GROUPS or number.status == "closed", number.id


def test_a_citizen_is_shown_confirmed_numbers_alone() -> None:
    assert {number.status for number in numbers.public_numbers()} == {"confirmed"}
    with pytest.raises(KeyError):
        numbers.number("help_line_adults")  # nobody has confirmed it yet
    with pytest.raises(KeyError):
        numbers.number("old_help_line_020")


@ON_SQLITE
def test_everybody_finds_every_confirmed_number_and_no_other(app: Flask, visit: Visitor) -> None:
    page = visit.stranger().page("/ring")
    for number in numbers.all_numbers():
        if number.status == "confirmed":
            assert number.number in page, number.id
            assert re.search(rf'href="tel:\+?(?:46)?{numbers.digits(number.number).lstrip("0")}"', page), (
                number.id
            )
        else:
            assert number.number not in page, number.id
    main = page.partition("<main")[2]
    assert main.index("tel:112") < main.index("tel:1177") < main.index("tel:90101")
    assert "Numren kontrollerades" in page


@ON_SQLITE
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_numbers_are_there_in_every_language(app: Flask, visit: Visitor, code: str) -> None:
    page = visit.stranger().page("/ring", headers={"Accept-Language": code})
    for number in numbers.public_numbers():
        assert number.number in page
    assert f'<html lang="{code}">' in page


def test_the_fourteen_municipalities_stand_as_in_a_swedish_dictionary() -> None:
    names = [each.name for each in numbers.municipalities()]
    assert names == [
        "Arjeplog",
        "Arvidsjaur",
        "Boden",
        "Gällivare",
        "Haparanda",
        "Jokkmokk",
        "Kalix",
        "Kiruna",
        "Luleå",
        "Pajala",
        "Piteå",
        "Älvsbyn",
        "Överkalix",
        "Övertorneå",
    ]
    for each in numbers.municipalities():
        assert each.source or each.name
        assert all(unit.name for unit in each.units)


@ON_SQLITE
def test_a_unit_that_nobody_has_confirmed_is_not_shown(app: Flask, visit: Visitor) -> None:
    page = visit.stranger().page("/ring")
    for place in numbers.municipalities():
        assert f"{place.name}</summary>" in page
        for unit in place.units:
            shown = f"Hälsocentral: {unit.name}." in page
            assert shown is unit.verified, unit.name


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("112", "112"),
        ("113 13", "11313"),
        ("0200-239 500", "0200239500"),
        ("+46 980-319 200", "+46980319200"),
    ],
)
def test_a_phone_dials_digits(number: str, dialled: str) -> None:
    assert numbers.digits(number) == dialled


def test_the_urgent_numbers_come_from_the_file_and_danger_is_marked() -> None:
    assert [(each.number, each.life) for each in numbers.urgent()] == [
        ("112", True),
        ("1177", False),
        ("116 111", False),
        ("90101", False),
    ]
