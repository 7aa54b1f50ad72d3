"""The public numbers and the units of each municipality, from dated data files with a source per row.

A number that is known to be closed stands in the file as a deny list: any other row, in the file or
in the database, with the same digits is refused. What nobody has confirmed is not shown to citizens.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from webapp.core.i18n import LazyText

DATA = Path(__file__).parent / "data"
CLOSED, CONFIRMED = "closed", "confirmed"
EMERGENCY, ADVICE = "emergency", "health_advice"
URGENT = (EMERGENCY, ADVICE, "bris_children", "suicide_line")
GROUPS = ("danger", "health", "talk", "carers", "not_urgent")


class BadDirectory(ValueError):
    """The data file cannot be used; the message names the row and what is wrong with it."""


class ClosedNumber(ValueError):
    """The number is known to lead nowhere."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number to call. Texts are Swedish source texts, translated where a source gives the words."""

    id: str
    number: str
    name: str
    what: str
    hours: str
    always_open: bool
    group: str
    source: str
    status: str
    checked_on: date

    @property
    def href(self) -> str:
        return "tel:" + digits(self.number)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit that a source names. None has a checked phone number of its own yet, so 1177 is shown."""

    name: str
    year: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Municipality:
    name: str
    part_of_county: str  # länsdel
    units: tuple[KnownUnit, ...]
    source: str
    checked_on: date


def digits(number: str) -> str:
    """What a phone dials: digits, with a leading + kept."""
    kept = "".join(sign for sign in number if sign.isdigit())
    return "+" + kept if number.strip().startswith("+") else kept


def read_numbers(rows: Iterable[Mapping[str, str]]) -> list[Number]:
    """Check every row; raises BadDirectory for a faulty one, or for a closed number in any other row."""
    numbers = [_number(row, line) for line, row in enumerate(rows, start=2)]
    closed = {_plain(number.number) for number in numbers if number.status == CLOSED}
    for line, number in enumerate(numbers, start=2):
        if number.status != CLOSED and _plain(number.number) in closed:
            raise BadDirectory(f"line {line}: {number.number} is closed and must not be shown")
    seen = [number.id for number in numbers]
    if len(seen) != len(set(seen)):
        raise BadDirectory("two rows have the same id")
    return numbers


def _number(row: Mapping[str, str], line: int) -> Number:
    try:
        checked_on = date.fromisoformat(row["checked_on"])
        if not digits(row["number"]) or not row["source"] or not row["id"]:
            raise BadDirectory(f"line {line}: id, number and source are required")
    except (KeyError, ValueError) as fault:
        raise BadDirectory(f"line {line}: {fault}") from fault
    return Number(
        id=row["id"],
        number=row["number"],
        name=row["name_sv"],
        what=row["what_sv"],
        hours=row["hours_sv"],
        always_open=row["always_open"] == "yes",
        group=row["group"],
        source=row["source"],
        status=row["status"],
        checked_on=checked_on,
    )


def _plain(number: str) -> str:
    """Digits as dialled inside Sweden, so that +46 and 0046 are no way around the deny list."""
    plain = digits(number)
    for country in ("+46", "0046"):
        if plain.startswith(country):
            return "0" + plain.removeprefix(country).lstrip("0")
    return plain.removeprefix("+")


@cache
def all_numbers() -> Sequence[Number]:
    with (DATA / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return tuple(read_numbers(csv.DictReader(file)))


@cache
def public_numbers() -> Sequence[Number]:
    """What a citizen is shown: confirmed rows alone, in the order of the file."""
    return tuple(number for number in all_numbers() if number.status == CONFIRMED)


@cache
def _closed() -> frozenset[str]:
    return frozenset(_plain(number.number) for number in all_numbers() if number.status == CLOSED)


def number(identifier: str) -> Number:
    """One confirmed number by its id; raises KeyError."""
    for each in public_numbers():
        if each.id == identifier:
            return each
    raise KeyError(identifier)


@dataclass(frozen=True, slots=True)
class Urgent:
    """A number for when nothing else helps: what it is for, marked in the reader's language."""

    number: str
    what: LazyText
    life: bool


@cache
def urgent() -> Sequence[Urgent]:
    """Danger to life, advice, and somebody to talk to by night, the young first: on the start page, on every error
    page, without net, and on every page of somebody who is young. Read from the file."""
    return [
        Urgent(each.number, LazyText(each.name, {}), each.id == EMERGENCY) for each in map(number, URGENT)
    ]


def refuse_closed(phone: str | None) -> None:
    """Raises ClosedNumber for a number on the deny list."""
    if phone and _plain(phone) in _closed():
        raise ClosedNumber("this number is closed")


@cache
def municipalities() -> Sequence[Municipality]:
    """The fourteen municipalities in alphabetical order (Swedish), with the units that sources name."""
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        rows = [_municipality(row) for row in csv.DictReader(file)]
    alphabet = "abcdefghijklmnopqrstuvwxyzåäö"
    return tuple(sorted(rows, key=lambda row: [alphabet.find(sign) for sign in row.name.lower()]))


def _municipality(row: Mapping[str, str]) -> Municipality:
    units = (part.split("|") for part in row["units"].split(";") if part.strip())
    return Municipality(
        name=row["municipality"],
        part_of_county=row["lansdel"],
        units=tuple(KnownUnit(name.strip(), year, verified == "yes") for name, year, verified in units),
        source=row["source"],
        checked_on=date.fromisoformat(row["checked_on"]),
    )
