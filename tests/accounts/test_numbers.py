"""Personal numbers: every form people write, and nothing that is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts.numbers import NumberKind, parse

TODAY = date(2026, 11, 21)


def numbered(begins: str) -> str:
    """Eleven digits with the check digit that fits, by the rule of its own: Luhn over the last ten."""
    doubled = [int(each) * (2 if place % 2 == 0 else 1) for place, each in enumerate(begins[2:])]
    return begins + str(-sum(sum(map(int, str(each))) for each in doubled) % 10)


AINO = numbered("19440103980")
OLD = numbered("19260321980")
YOUNG = numbered("20120228981")
ABROAD = numbered("19440163980")  # a samordningsnummer: the third of January


@pytest.mark.parametrize(
    "text",
    [
        AINO,
        AINO[2:],
        f"{AINO[:8]}-{AINO[8:]}",
        f"{AINO[2:8]}-{AINO[8:]}",
        f"{AINO[:8]} {AINO[8:]}",
        f"  {AINO[:4]} {AINO[4:6]} {AINO[6:8]} - {AINO[8:]} ",
        f"{AINO[2:8]}\u2013{AINO[8:]}",  # as a word processor writes the dash
        f"{AINO[2:8]}\u00a0{AINO[8:]}",
        f"{AINO[:8]}-{AINO[8:]}\n",
    ],
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    number = parse(text, TODAY)
    assert number is not None
    assert (number.digits, number.kind, number.born_on) == (AINO, NumberKind.PERSONAL, date(1944, 1, 3))
    assert number.written == f"{AINO[:8]}-{AINO[8:]}"


def test_ten_digits_are_somebody_under_a_hundred_and_a_plus_is_somebody_older() -> None:
    minus, plus = f"{OLD[2:8]}-{OLD[8:]}", f"{OLD[2:8]}+{OLD[8:]}"
    hundred = parse(plus, TODAY)
    assert hundred is not None
    assert hundred.born_on == date(1926, 3, 21)
    newborn = parse(minus, TODAY)
    assert newborn is not None
    assert newborn.born_on == date(2026, 3, 21)
    assert parse(minus, date(2026, 3, 20)) is None  # not born yet, and not a hundred without a plus
    assert parse(f"{YOUNG[2:8]}+{YOUNG[8:]}", TODAY) == parse(f"19{YOUNG[2:]}", TODAY)
    assert parse(f"{OLD[:8]}+{OLD[8:]}", TODAY) == hundred
    assert parse(f"{AINO[:8]}+{AINO[8:]}", TODAY) is None  # twelve digits that say 82 years, and a plus


def test_the_sign_changes_with_the_year_in_which_somebody_turns_a_hundred() -> None:
    last = f"{AINO[2:8]}-{AINO[8:]}"
    before, after = parse(last, date(2043, 12, 31)), parse(last, date(2044, 1, 3))
    assert before is not None
    assert before.born_on == date(1944, 1, 3)
    assert after is not None
    assert after.born_on == date(2044, 1, 3)


def test_a_samordningsnummer_has_sixty_more_on_the_day() -> None:
    number = parse(ABROAD, TODAY)
    assert number is not None
    assert (number.kind, number.born_on) == (NumberKind.COORDINATION, date(1944, 1, 3))
    assert number != parse(AINO, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        AINO[:-1],
        AINO + "0",
        AINO[:-1] + str((int(AINO[-1]) + 1) % 10),
        f"16{AINO[2:]}",
        f"21{AINO[2:]}",
        numbered("20270101980"),  # not born yet
        numbered("19440230980"),  # the thirtieth of February
        numbered("19430229980"),  # not a leap year
        numbered("19441301980"),
        numbered("19440100980"),
        numbered("19440160980"),
        numbered("19440192980"),
        numbered("19440103000"),
        f"{AINO[:8]}--{AINO[8:]}",
        f"{AINO[:4]}-{AINO[4:6]}-{AINO[6:8]}-{AINO[8:]}",
        f"{AINO[:8]}\n{AINO[8:]}",
        f"{AINO[:8]}\t{AINO[8:]}",
        f"\u202e{AINO}",  # written from right to left
        f"{AINO[:8]}\u2066-\u2069{AINO[8:]}",
        f"{AINO[:8]}\u200b{AINO[8:]}",
        AINO.translate({ord("0") + each: 0xFF10 + each for each in range(10)}),  # full width
        AINO.translate({ord("0") + each: 0x0660 + each for each in range(10)}),  # Arabic-Indic
        f"{AINO[:8]}T{AINO[9:]}",
        f"{AINO}\x00",
        "1" * 10_000,
        " " * 10_000 + AINO,
        "' OR 1=1 --",
        "\ud800",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse(text, TODAY) is None


@given(st.text() | st.from_regex(r"[0-9+\- ]{0,16}"), st.dates(date(1950, 1, 1), date(2200, 1, 1)))
def test_no_text_makes_it_stumble(text: str, today: date) -> None:
    number = parse(text, today)
    if number is not None:
        assert number.born_on <= today
        assert parse(number.digits, today) == number
        assert parse(number.written, today) == number


@given(st.dates(date(1930, 1, 1), date(2026, 11, 21)), st.integers(1, 999), st.booleans())
def test_every_number_says_when_somebody_was_born(born_on: date, last: int, coordination: bool) -> None:
    day = born_on.day + (60 if coordination else 0)
    digits = numbered(f"{born_on:%Y%m}{day:02}{last:03}")
    number = parse(digits, TODAY)
    assert number is not None
    assert (number.digits, number.born_on) == (digits, born_on)
    assert parse(digits[2:], TODAY + timedelta(0)) == number


def test_a_number_is_not_printed_by_accident() -> None:
    number = parse(AINO, TODAY)
    for shown in (repr(number), str(number), f"{number}", repr([number])):
        assert AINO not in shown
        assert AINO[2:8] not in shown
        assert "1944" not in shown
