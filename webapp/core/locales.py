"""The five languages as Babel must know them, registered when this module is imported.

Babel 2.18.0 does not know Meänkieli at all, has Norway's weekdays for Northern Sami, and parses Lule and
South Sami without a single word in them. Each gets a parent, the words of `calendar_words.toml` laid over it,
and a place in Babel's own cache of locale data. That cache is a private name: Babel is pinned, and tests walk
a whole year in each language (docs/decisions/0003-five-languages.md).
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale, localedata
from babel.dates import parse_pattern
from babel.messages.plurals import PLURALS
from babel.plural import PluralRule

LANGUAGES: dict[str, str] = {
    "sv": "Svenska",
    "fit": "Meänkieli",
    "se": "Davvisámegiella",
    "smj": "Julevsámegiella",
    "sma": "Åarjelsaemien gïele",
}
SOURCE = "sv"  # the language every text is written in
TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE)
SAMI = ("se", "smj", "sma")

WORDS_FILE = Path(__file__).with_name("calendar_words.toml")

# Finnish is not Meänkieli: `fi` is not here.
_CODES_BY_PRIMARY_TAG = {code: code for code in LANGUAGES} | {"sme": "se", "swe": "sv"}

_TWO_FORMS = (2, "(n != 1)")
_THREE_FORMS = (3, "(n==1 ? 0 : n==2 ? 1 : 2)")
PLURAL_FORMS: dict[str, tuple[int, str]] = {
    code: _THREE_FORMS if code in SAMI else _TWO_FORMS for code in LANGUAGES
}

_NUMBERS = (
    "number_symbols",
    "decimal_formats",
    "percent_formats",
    "scientific_formats",
    "currency_formats",
)


class CalendarWords(NamedTuple):
    """One language's names. Weekdays run from Monday (0), months from January (0)."""

    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    months_in_dates: tuple[str, ...]
    months_short: tuple[str, ...]


def code_for(tag: str | None) -> str | None:
    """Which of our five codes a language tag means, or None: `sme` and `se-NO` are `se`, `fi` is none."""
    if not tag:
        return None
    return _CODES_BY_PRIMARY_TAG.get(tag.strip().replace("_", "-").split("-", 1)[0].lower())


def plural_index(code: str, n: int) -> int:
    """Which of the language's forms goes with `n`: one or other; in the Sami languages one, two or other."""
    if n == 1:
        return 0
    if code in SAMI:
        return 1 if n == 2 else 2
    return 1


@lru_cache(maxsize=len(LANGUAGES))
def calendar_words(code: str) -> CalendarWords:
    """The names Babel now holds for a language."""
    locale = Locale.parse(code)
    days, months = locale.days, locale.months
    week, year = range(7), range(1, 13)
    return CalendarWords(
        weekdays=tuple(days["stand-alone"]["wide"][day] for day in week),
        weekdays_short=tuple(days["stand-alone"]["abbreviated"][day] for day in week),
        months=tuple(months["stand-alone"]["wide"][month] for month in year),
        months_in_dates=tuple(months["format"]["wide"][month] for month in year),
        months_short=tuple(months["format"]["abbreviated"][month] for month in year),
    )


def _overlay(words: dict[str, Any]) -> dict[str, Any]:
    """One language's words in the shape of Babel's data, every width given so that no parent's leaks in."""

    def week(names: str) -> dict[int, str]:
        return dict(enumerate(words[names]))

    def year(names: list[str]) -> dict[int, str]:
        return dict(enumerate(names, start=1))

    days = {
        "wide": week("weekdays"),
        "abbreviated": week("weekdays_short"),
        "short": week("weekdays_short"),
        "narrow": week("weekdays_narrow"),
    }
    figures = [str(month) for month in range(1, 13)]
    short = {"abbreviated": year(words["months_short"]), "narrow": year(figures)}
    return {
        "days": {"format": days, "stand-alone": days},
        "months": {
            "format": {"wide": year(words["months_in_dates"]), **short},
            "stand-alone": {"wide": year(words["months"]), **short},
        },
        "date_formats": {length: parse_pattern(text) for length, text in words["patterns"].items()},
        "time_formats": {"medium": parse_pattern("HH.mm.ss"), "short": parse_pattern("HH.mm")},
    }


def _register() -> None:
    """Give Babel the locale data and both of its plural tables. Doing it twice changes nothing."""
    swedish = localedata.load(SOURCE)
    for code, words in tomllib.loads(WORDS_FILE.read_text(encoding="utf-8")).items():
        data = localedata.load(words["parent"]).copy()
        if words["parent"] == "root":
            localedata.merge(data, {key: swedish[key] for key in _NUMBERS})
        localedata.merge(data, _overlay(words) | {"languages": {code: LANGUAGES[code]}})
        rule = {"one": "n is 1", "two": "n is 2"} if code in SAMI else {"one": "i is 1 and v is 0"}
        data["plural_form"] = PluralRule(rule)
        data["locale_id"] = code
        with localedata._cache_lock:
            localedata._cache[code] = data
    PLURALS.update(PLURAL_FORMS)


_register()
