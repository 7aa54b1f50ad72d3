"""Reading the directory's file: what each row says, and everything that is wrong with it, row by row.

One row per place: UTF-8, a comma or a semicolon between the columns, the columns' names in the first row. A file
with any fault is used in no part. The columns: docs/directory.md.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from webapp.contacts.hours import Hours

REQUIRED = ("municipality", "kind", "name", "phone", "source", "checked_on")
OPTIONAL = ("address", "about", "hours", "holidays_too", "closed_on")
MOST = {"name": 200, "address": 200, "about": 300, "hours": 200, "source": 300}  # characters
MOST_BYTES, MOST_ROWS = 2_000_000, 5_000
OLD = timedelta(days=365)
FIRST_DAY = date(2000, 1, 1)
DAYS = ("må", "ti", "on", "to", "fr", "lö", "sö")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,28}")
_SPAN = re.compile(r"(\w\w)(?:[-–](\w\w))? (\d\d)[:.](\d\d)[-–](\d\d)[:.](\d\d)")
_TWICE_ENCODED = re.compile("Ã[\u0080-\u00bf¤¥¶…„–]|Â[\u0080-\u00bf]|\ufffd")


class PlaceKind(StrEnum):
    """What a place is to somebody who looks for help near home."""

    HEALTH_CENTRE = "health_centre"  # hälsocentral
    SERVICE_POINT = "service_point"  # servicepunkt
    MOBILE_TEAM = "mobile_team"
    HOME_CARE = "home_care"  # hemtjänst, biståndshandläggare
    CARER_SUPPORT = "carer_support"  # anhörigstöd
    MUNICIPALITY = "municipality"  # kommunens växel
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where. Line 1 holds the columns' names."""

    line: int
    column: str
    said: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.said}"


@dataclass(frozen=True, slots=True)
class Row:
    """One place as the file says it."""

    line: int
    municipality: str
    kind: PlaceKind
    name: str
    phone: str | None
    address: str
    about: str
    hours: tuple[Hours, ...]
    source: str
    checked_on: date
    closed_on: date | None

    @property
    def key(self) -> tuple[str, str, str]:
        """The same place in another file: where, what and called what, however it is spaced and capitalised."""
        return self.municipality, self.kind, " ".join(self.name.split()).casefold()


@dataclass(slots=True)
class Listing:
    """What a file holds; `rows` are of use only where there are no `faults`."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows are held against."""

    today: date
    municipalities: Collection[str]
    is_closed: Callable[[str], bool]  # whether a number is known to lead nowhere


def read(data: bytes, known: Known) -> Listing:
    """Every row and every fault; never raises for what somebody has written."""
    listing = Listing()
    text = _text(data, listing.faults)
    if text is None:
        return listing
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        listing.faults += _faults_of_header(header)
        if listing.faults:
            return listing
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _take(listing, lines.line_num, header, cells, known)
            if len(listing.rows) > MOST_ROWS:
                listing.faults.append(Fault(lines.line_num, "", f"more than {MOST_ROWS} rows"))
                break
    except csv.Error as fault:
        listing.faults.append(Fault(lines.line_num, "", f"the row cannot be read: {fault}"))
    if not listing.rows and not listing.faults:
        listing.faults.append(Fault(1, "", "the file has no rows"))
    listing.faults += _doubled(listing.rows)
    listing.faults.sort(key=lambda fault: fault.line)
    return listing


def _text(data: bytes, faults: list[Fault]) -> str | None:
    """The file as text; None, with a fault for every line that is none, where it is not UTF-8."""
    if len(data) > MOST_BYTES:
        faults.append(Fault(0, "", f"the file is larger than {MOST_BYTES // 1_000_000} MB"))
        return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        faults.append(
            Fault(data[: data.index(b"\0")].count(b"\n") + 1, "", "not text: save the file as CSV, UTF-8")
        )
        return None
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(Fault(number, "", "wrong encoding: save the file as CSV, UTF-8"))
    return None if faults else data.decode("utf-8")


def _delimiter(text: str) -> str:
    """Spreadsheets in Swedish write semicolons."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _faults_of_header(header: Sequence[str]) -> Iterator[Fault]:
    known = {*REQUIRED, *OPTIONAL}
    for name in dict.fromkeys(header):
        if name not in known:
            yield Fault(1, name[:40], "unknown column")
        if header.count(name) > 1:
            yield Fault(1, name[:40], "the column stands twice")
    for name in REQUIRED:
        if name not in header:
            yield Fault(1, name, "the column is missing")


def _take(listing: Listing, line: int, header: Sequence[str], cells: Sequence[str], known: Known) -> None:
    if len(cells) != len(header):
        said = f"{len(cells)} columns, and {len(header)} in the first row"
        listing.faults.append(Fault(line, "", said))
        return
    row = {
        name: " ".join(unicodedata.normalize("NFC", cell).split())
        for name, cell in zip(header, cells, strict=True)
    }
    raw = dict(zip(header, cells, strict=True))
    reader = _RowReader(line, {name: row.get(name, "") for name in (*REQUIRED, *OPTIONAL)}, raw, known)
    made = reader.row()
    listing.faults += reader.faults
    if made is not None:
        listing.rows.append(made)


class _RowReader:
    """One row; every fault of it is told, not only the first."""

    def __init__(self, line: int, cells: Mapping[str, str], raw: Mapping[str, str], known: Known) -> None:
        self.line, self.cells, self.raw, self.known = line, cells, raw, known
        self.faults: list[Fault] = []

    def fault(self, column: str, said: str) -> None:
        self.faults.append(Fault(self.line, column, said))

    def row(self) -> Row | None:
        for column, cell in self.raw.items():
            self._honest(column, cell)
        municipality, kind = self._municipality(), self._kind()
        name, source = self._needed("name"), self._needed("source")
        phone, hours = self._phone(), self._hours()
        checked_on, closed_on = self._checked_on(), self._day("closed_on")
        if self.faults or kind is None or checked_on is None:
            return None
        return Row(
            self.line,
            municipality,
            kind,
            name,
            phone,
            self.cells["address"],
            self.cells["about"],
            hours,
            source,
            checked_on,
            closed_on,
        )

    def _honest(self, column: str, cell: str) -> None:
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") for sign in cell.strip()):
            self.fault(column, "signs that cannot be seen, or several lines")
        if _TWICE_ENCODED.search(cell):
            self.fault(column, "wrong encoding: the letters have become others")
        if column != "phone" and cell.strip()[:1] in tuple("=+-@|%"):
            self.fault(column, "begins like a formula")
        if len(cell) > MOST.get(column, 60):
            self.fault(column, f"longer than {MOST.get(column, 60)} characters")

    def _needed(self, column: str) -> str:
        if not self.cells[column]:
            self.fault(column, "missing")
        return self.cells[column]

    def _municipality(self) -> str:
        wanted = self._needed("municipality")
        if wanted and wanted not in self.known.municipalities:
            self.fault("municipality", "not one of the county's fourteen")
        return wanted

    def _kind(self) -> PlaceKind | None:
        wanted = self._needed("kind")
        if wanted in tuple(PlaceKind):
            return PlaceKind(wanted)
        if wanted:
            self.fault("kind", f"not one of {', '.join(PlaceKind)}")
        return None

    def _phone(self) -> str | None:
        phone = self.cells["phone"]
        if phone and not _PHONE.fullmatch(phone):
            self.fault("phone", "not a telephone number")
        elif phone and self.known.is_closed(phone):
            self.fault("phone", "the number is closed and must not be shown")
        return phone or None

    def _checked_on(self) -> date | None:
        self._needed("checked_on")
        checked_on = self._day("checked_on")
        if checked_on is not None and checked_on > self.known.today:
            self.fault("checked_on", "has not been yet")
        return checked_on

    def _day(self, column: str) -> date | None:
        typed = self.cells[column]
        if not typed:
            return None
        try:
            day = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
        except ValueError:
            day = None
        if day is None or day < FIRST_DAY:
            self.fault(column, "not a day: write it as 2026-03-31")
            return None
        return day

    def _hours(self) -> tuple[Hours, ...]:
        on_holidays = self.cells["holidays_too"].lower()
        if on_holidays not in ("", "yes", "no"):
            self.fault("holidays_too", "yes, no or nothing")
        found: list[Hours] = []
        for part in filter(None, (part.strip() for part in self.cells["hours"].split(";"))):
            spans = list(_spans(part, on_holidays == "yes"))
            if not spans:
                self.fault("hours", "write them as må-fr 08:00-16:00; lö 10:00-13:00")
            found += spans
        if _overlap(found):
            self.fault("hours", "the same day is open twice at the same time")
        return tuple(sorted(found))


def _spans(part: str, holidays_too: bool) -> Iterator[Hours]:
    """The days of one part; none where it cannot be read."""
    found = _SPAN.fullmatch(part.lower())
    if found is None:
        return
    first, last = found[1], found[2] or found[1]
    if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
        return
    try:
        opens, closes = time(int(found[3]), int(found[4])), time(int(found[5]), int(found[6]))
    except ValueError:
        return
    if closes > opens:
        for day in range(DAYS.index(first), DAYS.index(last) + 1):
            yield Hours(day, opens, closes, holidays_too)


def _overlap(hours: Sequence[Hours]) -> bool:
    ordered = sorted(hours)
    return any(one.weekday == next_.weekday and next_.opens < one.closes for one, next_ in pairwise(ordered))


def _doubled(rows: Sequence[Row]) -> Iterator[Fault]:
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        earlier = first.setdefault(row.key, row.line)
        if earlier != row.line:
            yield Fault(row.line, "name", f"the same place as on line {earlier}")


def is_old(checked_on: date, today: date) -> bool:
    """Nobody has checked it for a year: told to staff, never to citizens."""
    return checked_on <= today - OLD
