"""The directory's file: what is wrong is told row by row, and a file with any fault is used in no part."""

from __future__ import annotations

import csv
import io
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.contacts.hours import Hours
from webapp.directory.importing import known
from webapp.directory.listing import OPTIONAL, REQUIRED, Listing, PlaceKind, is_old, read

TODAY = date(2026, 3, 9)
COLUMNS = (*REQUIRED, *OPTIONAL)
ROW = {
    "municipality": "Arjeplog",
    "kind": "service_point",
    "name": "Servicepunkten",
    "phone": "0980-319 230",
    "source": "Kommunens webbplats",
    "checked_on": "2026-02-01",
    "hours": "må-fr 08:00-16:00",
}


def file(*rows: dict[str, str], delimiter: str = ",", columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def listing(data: bytes) -> Listing:
    return read(data, known(TODAY))


def faults(data: bytes) -> list[str]:
    return [str(fault) for fault in listing(data).faults]


def test_a_row_says_where_what_and_when() -> None:
    (row,) = listing(file(ROW | {"closed_on": "2026-12-31", "holidays_too": "yes"})).rows
    assert (row.municipality, row.kind, row.phone) == ("Arjeplog", PlaceKind.SERVICE_POINT, "0980-319 230")
    assert row.hours == tuple(Hours(day, time(8), time(16), True) for day in range(5))
    assert row.closed_on == date(2026, 12, 31)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_what_a_spreadsheet_writes_is_read(delimiter: str) -> None:
    data = b"\xef\xbb\xbf" + file(ROW, ROW | {"name": "Andra, den"}, delimiter=delimiter).replace(
        b"\n", b"\r\n"
    )
    assert [row.name for row in listing(data).rows] == ["Servicepunkten", "Andra, den"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"municipality": ""}, "line 2, municipality: missing"),
        ({"municipality": "Umeå"}, "line 2, municipality: not one of the county's fourteen"),
        ({"kind": "sjukhus"}, "line 2, kind: not one of"),
        ({"kind": ""}, "line 2, kind: missing"),
        ({"name": ""}, "line 2, name: missing"),
        ({"source": ""}, "line 2, source: missing"),
        ({"checked_on": ""}, "line 2, checked_on: missing"),
        ({"checked_on": "i går"}, "line 2, checked_on: not a day"),
        ({"checked_on": "20260201"}, "line 2, checked_on: not a day"),
        ({"checked_on": "1900-01-01"}, "line 2, checked_on: not a day"),
        ({"checked_on": "2026-02-30"}, "line 2, checked_on: not a day"),
        ({"checked_on": "2026-03-10"}, "line 2, checked_on: has not been yet"),
        ({"closed_on": "snart"}, "line 2, closed_on: not a day"),
        ({"phone": "ring oss"}, "line 2, phone: not a telephone number"),
        ({"phone": "=cmd|'/c calc'!A1"}, "line 2, phone: not a telephone number"),
        ({"phone": "0" * 31}, "line 2, phone: not a telephone number"),
        ({"phone": "020-22 00 60"}, "line 2, phone: the number is closed"),
        ({"phone": "+46 771 22 00 60"}, "line 2, phone: the number is closed"),
        ({"name": "=1+1"}, "line 2, name: begins like a formula"),
        ({"about": "@SUM(A1)"}, "line 2, about: begins like a formula"),
        ({"address": "-2+3"}, "line 2, address: begins like a formula"),
        ({"source": "+cmd"}, "line 2, source: begins like a formula"),
        ({"name": "x" * 201}, "line 2, name: longer than 200"),
        ({"about": "x" * 301}, "line 2, about: longer than 300"),
        ({"name": "Ser\u202evice"}, "line 2, name: signs that cannot be seen"),
        ({"name": "Service\x07"}, "line 2, name: signs that cannot be seen"),
        ({"about": "En rad\noch en till"}, "about: signs that cannot be seen, or several lines"),
        ({"name": "HÃ¤lsocentralen"}, "line 2, name: wrong encoding"),
        ({"name": "H\ufffdlsocentralen"}, "line 2, name: wrong encoding"),
        ({"hours": "alltid"}, "line 2, hours: write them as"),
        ({"hours": "fr-må 08:00-16:00"}, "line 2, hours: write them as"),
        ({"hours": "må 16:00-08:00"}, "line 2, hours: write them as"),
        ({"hours": "må 08:00-25:00"}, "line 2, hours: write them as"),
        ({"hours": "må-fr 08:00-16:00; ti 15:00-17:00"}, "line 2, hours: the same day is open twice"),
        ({"holidays_too": "kanske"}, "line 2, holidays_too: yes, no or nothing"),
    ],
)
def test_every_fault_is_told_with_its_row_and_column(change: dict[str, str], said: str) -> None:
    found = listing(file(ROW | change))
    assert any(said in str(fault) for fault in found.faults), [str(fault) for fault in found.faults]
    assert found.rows == []


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    said = faults(file(ROW | {"phone": "x", "source": ""}, ROW | {"name": "Två"}, ROW | {"name": ""}))
    assert [each.partition(":")[0] for each in said] == ["line 2, source", "line 2, phone", "line 4, name"]


def test_a_file_in_another_encoding_is_told_line_by_line() -> None:
    data = file(ROW, ROW | {"name": "Hälsocentralen"}, ROW | {"name": "Två"}).decode().encode("latin-1")
    assert faults(data) == [f"line {n}: wrong encoding: save the file as CSV, UTF-8" for n in (2, 3, 4)]
    assert "not text" in faults(file(ROW).decode().encode("utf-16"))[0]
    assert "not text" in faults(b"PK\x03\x04\x00\x00")[0]


def test_the_columns_are_the_known_ones_each_once() -> None:
    assert faults(file(ROW, columns=(*COLUMNS, "fax"))) == ["line 1, fax: unknown column"]
    assert faults(file(ROW, columns=COLUMNS[1:])) == ["line 1, municipality: the column is missing"]
    twice = file(ROW).replace(b"about", b"address", 1)
    assert faults(twice) == ["line 1, address: the column stands twice"]
    assert "line 2: 12 columns, and 11 in the first row" in faults(file(ROW).rstrip() + b",x\n")
    assert faults(b"") != []
    assert faults(file()) == ["line 1: the file has no rows"]


@pytest.mark.parametrize("name", ["Servicepunkten", "servicepunkten", " Service punkten", "SERVICEPUNKTEN "])
def test_the_same_place_twice_is_told_however_it_is_written(name: str) -> None:
    said = faults(file(ROW, ROW | {"name": name}))
    if "Service p" in name:
        assert said == []
    else:
        assert said == ["line 3, name: the same place as on line 2"]
    assert faults(file(ROW, ROW | {"kind": "mobile_team"}, ROW | {"municipality": "Pajala"})) == []


def test_a_broken_quote_and_a_file_too_large_are_told() -> None:
    assert "the row cannot be read" in faults(file(ROW) + b'"open')[0]
    assert "larger than 2 MB" in faults(b"x" * 2_000_001)[0]
    many = file(*(ROW | {"name": f"Plats {number}"} for number in range(5_001)))
    assert "more than 5000 rows" in faults(many)[0]


@given(st.binary(max_size=400))
def test_nothing_that_is_fed_in_makes_it_fall(data: bytes) -> None:
    listing(data)
    listing(file(ROW) + data)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=60), max_size=11))
def test_a_row_is_either_whole_or_at_fault(change: dict[str, str]) -> None:
    try:
        data = file(ROW | change)
    except UnicodeEncodeError:  # half a sign
        return
    found = listing(data)
    if not found.faults:
        (row,) = found.rows
        assert row.source
        assert row.name
        assert row.checked_on <= TODAY


def test_a_year_to_the_day_is_old() -> None:
    assert is_old(TODAY - timedelta(days=365), TODAY)
    assert not is_old(TODAY - timedelta(days=364), TODAY)
