from __future__ import annotations

import re
from datetime import datetime

import pytest

from webapp.core.clock import STOCKHOLM
from webapp.pages.assets import STATIC
from webapp.pages.sky import THEME, greeting, sky


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (3, 59, "natt"),
        (4, 0, "morgon"),
        (9, 59, "morgon"),
        (10, 0, "dag"),
        (16, 59, "dag"),
        (17, 0, "kvall"),
        (21, 59, "kvall"),
        (22, 0, "natt"),
        (0, 0, "natt"),
    ],
)
def test_the_sky_follows_the_clock_on_the_wall(hour: int, minute: int, expected: str) -> None:
    assert sky(datetime(2026, 3, 9, hour, minute, tzinfo=STOCKHOLM)) == expected


def test_the_greeting_says_in_words_what_the_sky_says() -> None:
    assert str(greeting(datetime(2026, 3, 9, 8, tzinfo=STOCKHOLM), "Aino")) == "God morgon, Aino"


@pytest.mark.parametrize(
    ("hour", "said"), [(21, "God kväll"), (22, "God kväll"), (23, "God kväll"), (0, "Hej"), (3, "Hej")]
)
def test_nobody_who_comes_at_night_is_met_with_a_goodbye(hour: int, said: str) -> None:
    assert str(greeting(datetime(2026, 3, 9, hour, tzinfo=STOCKHOLM), "Aino")) == f"{said}, Aino"


@pytest.mark.parametrize("mood", THEME)
def test_the_browsers_frame_has_the_skys_colour_in_light_and_dark(mood: str) -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text("utf-8")
    colours = re.findall(rf'\[data-sky="{mood}"\] {{ --sky: (#[0-9a-f]+);', tokens)
    assert tuple(colours) == THEME[mood]
