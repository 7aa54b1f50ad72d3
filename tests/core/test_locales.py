from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.numbers import format_decimal

from webapp.core.locales import (
    LANGUAGES,
    PLURAL_FORMS,
    SAMI,
    TRANSLATED,
    WORDS_FILE,
    calendar_words,
    code_for,
    plural_index,
)

YEAR = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
EVERY_WIDTH = "EEEE EEE EEEEEE cccc ccc d MMMM MMM LLLL LLL y"
PATTERNS = ("full", "long", "medium", "short", EVERY_WIDTH)

ENGLISH = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
)
OF_OTHERS = {
    "fit": {"sunnuntai", "torstai", "tammikuu", "maaliskuuta", "joulukuu"},  # Finnish
    "se": {"vuossárga", "maŋŋebárga", "vuos", "maŋ"},  # Northern Sami in Norway
    "smj": {"mánnodat", "disdat", "njukčamánnu", "sådnåbiejvve"},  # Northern Sami, Norway's Sunday
    "sma": {"mánnodat", "disdat", "njukčamánnu", "mánnodahka"},  # the other Sami languages
    "sv": {"mandag", "lørdag", "søndag"},  # Norwegian
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_date_in_a_whole_year_is_a_code_or_english_or_another_language(code: str) -> None:
    for day in YEAR:
        for pattern in PATTERNS:
            text = format_date(day, pattern, locale=code)
            assert "M0" not in text
            assert "Thu" not in text
            assert not ENGLISH.search(text), text
            assert not OF_OTHERS[code] & set(text.split()), text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("sv", "torsdag 5 mars 2026"),
        ("fit", "tuorestai 5. marsia 2026"),
        ("se", "duorastat 2026-03-05"),
        ("smj", "duorastahka 2026-03-05"),
        ("sma", "duarsta 2026-03-05"),
    ],
)
def test_a_day_in_march_is_written_as_each_language_writes_it(code: str, text: str) -> None:
    assert format_date(date(2026, 3, 5), "full", locale=code) == text


def test_a_week_in_northern_sami_begins_as_in_sweden() -> None:
    assert calendar_words("se").weekdays[:2] == ("mánnodat", "disdat")


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_seven_weekdays_and_twelve_months_of_its_own(code: str) -> None:
    words = calendar_words(code)
    assert len(set(words.weekdays)) == len(set(words.weekdays_short)) == 7
    assert len(set(words.months)) == len(set(words.months_in_dates)) == len(set(words.months_short)) == 12
    for other in LANGUAGES:
        if other != code:
            assert not set(words.months) & set(calendar_words(other).months)


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_have_a_comma_and_spaces_in_all_five(code: str) -> None:
    assert format_decimal(1234567.5, locale=code) == "1\xa0234\xa0567,5"


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_clock_has_a_dot_also_when_babel_writes_it(code: str) -> None:
    assert format_datetime(datetime(2026, 3, 5, 8, 5, tzinfo=UTC), "short", locale=code).endswith("08.05")


def test_one_two_and_many_have_forms_of_their_own_in_the_sami_languages() -> None:
    for code in LANGUAGES:
        expected = [2, 0, 1, 2, 2] if code in SAMI else [1, 0, 1, 1, 1]
        assert [plural_index(code, n) for n in (0, 1, 2, 3, 21)] == expected


@pytest.mark.parametrize("code", LANGUAGES)
def test_babel_counts_as_we_do(code: str) -> None:
    rule = Locale.parse(code).plural_form
    names = ("one", "two", "other") if code in SAMI else ("one", "other")
    assert [rule(n) for n in (0, 1, 2, 5)] == [names[plural_index(code, n)] for n in (0, 1, 2, 5)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_new_catalogue_gets_the_right_plural_header(code: str) -> None:
    number, rule = PLURAL_FORMS[code]
    assert number == (3 if code in SAMI else 2)
    assert Catalog(locale=code).plural_forms == f"nplurals={number}; plural={rule};"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("sv", "sv"),
        ("sv-SE", "sv"),
        ("sv_FI", "sv"),
        ("fit", "fit"),
        ("fit-SE", "fit"),
        ("se", "se"),
        ("sme", "se"),
        ("se-SE", "se"),
        ("SE-no", "se"),
        ("smj-SE", "smj"),
        ("sma-NO", "sma"),
        ("fi", None),
        ("fi-FI", None),
        ("nb", None),
        ("en-SE", None),
        ("*", None),
        ("", None),
        (None, None),
    ],
)
def test_every_tag_becomes_one_of_the_five_or_none_and_finnish_is_not_meankieli(
    tag: str | None, code: str | None
) -> None:
    assert code_for(tag) == code


def test_the_languages_stand_in_their_order_under_their_own_names() -> None:
    assert list(LANGUAGES.items()) == [
        ("sv", "Svenska"),
        ("fit", "Meänkieli"),
        ("se", "Davvisámegiella"),
        ("smj", "Julevsámegiella"),
        ("sma", "Åarjelsaemien gïele"),
    ]


def test_the_calendar_words_name_their_sources_and_their_doubts() -> None:
    text = WORDS_FILE.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    data = tomllib.loads(text)
    assert tuple(data) == TRANSLATED
    for words in data.values():
        assert words["sources"]
        assert words["doubts"]
