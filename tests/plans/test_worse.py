"""When it gets worse: who is called first is somebody who answers at this hour."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core import clock

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _worse(visit: Visitor) -> str:
    aino = visit("aino")
    return aino.page(f"{aino.p}/plan").partition("Om det blir sämre")[2].partition("</ol>")[0]


def _buttons(part: str) -> list[tuple[str, bool]]:
    """Each number to press, in the order of the page, and whether its button is filled."""
    return [
        (number, not second)
        for second, number in re.findall(r'class="tel( second)?" href="tel:([^"]+)"', part)
    ]


@ON_SQLITE
def test_while_somebody_who_knows_her_is_open_their_button_is_the_filled_one(
    app: Flask, visit: Visitor
) -> None:
    part = _worse(visit)
    assert "Ring först Nils." in part
    assert "Stängt nu" not in part
    assert [filled for _, filled in _buttons(part)] == [True, False, True]


@ON_SQLITE
def test_at_night_the_page_says_that_they_are_closed_and_fills_the_advice_line(
    app: Flask, visit: Visitor
) -> None:
    with clock.frozen(NOON + timedelta(hours=15)):  # 23.00
        part = _worse(visit)
    assert "Stängt nu. Öppnar tisdag 08.00." in part
    assert [filled for _, filled in _buttons(part)] == [False, True, True]
    assert _buttons(part)[1][0] == "1177"
