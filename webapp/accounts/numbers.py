"""Personal identity numbers: read in every form people write them, or not read at all.

A personnummer, or a samordningsnummer, whose day is 60 more. The check digit is the `personnummer` package's
business; the century is ours, since the package asks the machine's clock. Law: docs/legal.md, "Personnummer".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from personnummer.personnummer import Personnummer, PersonnummerException

from webapp.core import clock

LONGEST = 40  # characters that anybody needs for twelve digits
COORDINATION = 60  # what a samordningsnummer adds to the day
SPACES = dict.fromkeys(map(ord, " \u00a0\u2009\u202f"))
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
FORM = re.compile(
    r"(?P<century>18|19|20)?(?P<year>\d\d)(?P<day>\d{4})(?P<sign>[-+])?(?P<last>\d{4})", re.ASCII
)


class NumberKind(StrEnum):
    PERSONAL = "personnummer"
    COORDINATION = "samordningsnummer"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that can be somebody's. Printing it shows its kind alone: it must not end up in a log."""

    digits: str = field(repr=False)  # twelve
    kind: NumberKind
    born_on: date = field(repr=False)

    @property
    def written(self) -> str:
        """As people read it: 19400102-9801."""
        return f"{self.digits[:8]}-{self.digits[8:]}"


def parse(text: str, today: date | None = None) -> IdentityNumber | None:
    """The number in `text`, or None if there is none. Never raises, and never repeats the text.

    Ten or twelve digits, with - or + or spaces. Of ten digits, + says that the person turns a hundred this
    year or has; a number without it, or with -, belongs to a younger one. Nobody is born after `today`.
    """
    if len(text) > LONGEST:
        return None
    found = FORM.fullmatch(text.strip().translate(SPACES).translate(DASHES))
    if found is None:
        return None
    today = clock.today() if today is None else today
    year = _year(found["century"], int(found["year"]), found["sign"], today.year)
    if year is None:
        return None
    digits = f"{year}{found['day']}{found['last']}"
    try:
        checked = Personnummer(digits)
        born_on = checked.get_date()
    except (PersonnummerException, ValueError):
        return None
    if born_on > today:
        return None
    is_coordination = int(found["day"][2:]) > COORDINATION
    return IdentityNumber(
        digits, NumberKind.COORDINATION if is_coordination else NumberKind.PERSONAL, born_on
    )


def _year(century: str | None, year: int, sign: str | None, now: int) -> int | None:
    """The full year; None where a + contradicts the century."""
    if century is not None:
        full = int(century) * 100 + year
        return None if sign == "+" and now - full < 100 else full
    latest = now - 100 if sign == "+" else now
    return latest - (latest - year) % 100
