"""What a text to several may say: the closed list of variables, and what is never written to a group.

A variable stands for something of the unit's or of the calendar. None stands for anything of a person's, so
that nobody's words or name can come to somebody else by accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

MOST_TEXT = 120  # characters, filled in: as much as a reminder says


class Variable(StrEnum):
    """The whole list."""

    UNIT = "enhet"
    PHONE = "telefon"
    PLACE = "kommun"
    DAY = "dag"
    TIME = "tid"


class Fault(StrEnum):
    """Why a text cannot go to a group."""

    UNKNOWN_VARIABLE = "unknown_variable"
    PERSONAL_NUMBER = "personal_number"
    ILLNESS = "illness"
    TOO_LONG = "too_long"
    NO_VALUE = "no_value"


_VARIABLE = re.compile(r"\{([^{}]*)\}")
# In a text `_with_plain_dashes`. "2026-12-24 - 2026-12-31" is two days: a month and a day follow the four figures.
_GAP = r"[-+\s]*"
_PERSONAL_NUMBER = re.compile(rf"(?<!\d)(?:\d\d)?\d\d(?:{_GAP}\d\d){{2}}{_GAP}\d{{4}}(?!\d|-\d\d-\d\d(?!\d))")
# Beginnings and ends of Swedish words for what people suffer from; whoever has the text on a table has it there.
# A text in another language says the same thing as the Swedish one, which is always written.
_ILLNESS = re.compile(
    r"\b(?:hjärtsvikt|hjärtsjuk|hjärtinfarkt|infarkt|stroke|slaganfall|diabetes|diabetik|sockersjuk|kol\b|astma|"
    r"demens|dement|alzheimer|parkinson|cancer|tumör|cytostatik|palliativ|obotlig|döende|psykos|psykot|psykisk|"
    r"psykiatr|depress|deprimer|bipolär|schizofren|ångest|självmord|självskad|suicid|beroende(?! på)|missbruk|"
    r"narkoman|hiv\b|aids\b|hepatit|epilep|adhd|autis|ätstörning|anorexi|bulimi|"
    r"multisjuk|njursvikt|dialys|reumat|högt blodtryck|hypertoni|förmaksflimmer)|"
    r"\w{3,}(?:cancer|sjukdom(?:en|ar|arna)?|demens|missbruk|beroende)\b",
    re.IGNORECASE,
)


def used(text: str) -> frozenset[str]:
    """The names between braces, known or not."""
    return frozenset(_VARIABLE.findall(text))


def fault(text: str, *also: str) -> Fault | None:
    """The first reason why this text cannot go to a group. `also`: names of plans, which can say an illness."""
    left = _VARIABLE.sub("", text)
    if not used(text) <= set(Variable) or "{" in left or "}" in left:
        return Fault.UNKNOWN_VARIABLE
    if _PERSONAL_NUMBER.search(_with_plain_dashes(text)):
        return Fault.PERSONAL_NUMBER
    said = text.casefold()
    if _ILLNESS.search(text) or any(name.casefold() in said for name in also):
        return Fault.ILLNESS
    return None


def _with_plain_dashes(text: str) -> str:
    """The text with one sign for every dash there is, for the minus sign and for signs that are not seen."""
    return "".join(
        "-" if sign == "−" or unicodedata.category(sign) in ("Pd", "Cf") else sign for sign in text
    )


def fault_filled(text: str, values: Mapping[str, str]) -> Fault | None:
    """The same once it is known what the variables stand for."""
    if any(not values.get(name) for name in used(text)):
        return Fault.NO_VALUE
    return Fault.TOO_LONG if len(filled(text, values)) > MOST_TEXT else None


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text as it is read; what a value says is never looked into for variables of its own."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)
