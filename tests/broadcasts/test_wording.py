"""What a text to several may say, and what is filled in."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.broadcasts import ready, wording
from webapp.broadcasts.wording import Fault, Variable

VALUES = {
    "enhet": "Arjeplogs hälsocentral",
    "telefon": "0961-100 00",
    "kommun": "Arjeplog",
    "dag": "måndag 9 mars",
    "tid": "10.00",
}


def test_a_variable_is_filled_with_what_is_the_unit_s() -> None:
    said = wording.filled("Öppet hus på {enhet} {dag} klockan {tid}.", VALUES)
    assert said == "Öppet hus på Arjeplogs hälsocentral måndag 9 mars klockan 10.00."


@pytest.mark.parametrize(
    "text", ["Hej {namn}", "Hej {}", "Hej {enhet", "Hej enhet}", "{{enhet}}", "{ENHET}", "{ enhet }", "{0}"]
)
def test_nothing_else_can_be_filled_in(text: str) -> None:
    assert wording.fault(text) is Fault.UNKNOWN_VARIABLE


@pytest.mark.parametrize(
    "text",
    [
        "Dags för kontroll av din hjärtsvikt",
        "Till dig med KOL",
        "Du som har diabetes: mät idag",
        "Grupp för dig med bröstcancer",
        "Träff för dig med psykisk ohälsa",
        "Stöd vid läkemedelsberoende",
        "Till dig med lungsjukdom",
    ],
)
def test_an_illness_is_named_to_no_group(text: str) -> None:
    assert wording.fault(text) is Fault.ILLNESS


@pytest.mark.parametrize(
    "text",
    [
        "Dags för vaccin mot influensa.",
        "Tiden är beroende på vädret.",
        "Drick lite oftare i dag.",
        "Ring oss före den 24 december 2026.",
        "Ring {telefon} om du har frågor.",
        "Ring 070-123 45 67 eller 0961-100 00.",
        "Stängt 2026-12-24\u20132026-12-31 och 2026-12-24 - 2027-01-06.",
        "Öppet 24\u201326 december 2026, 08.00\u201316.00",
    ],
)
def test_what_is_to_be_done_can_be_said(text: str) -> None:
    assert wording.fault(text) is None


def test_the_name_of_a_plan_is_not_said_either() -> None:
    assert (
        wording.fault("Äldre med komplex problematik, kom!", "Äldre med komplex problematik") is Fault.ILLNESS
    )


@pytest.mark.parametrize(
    "number",
    [
        "19400102-9801",
        "400102-9801",
        "400102+9801",
        "194001029801",
        "4001029801",
        "19440101\u20139981",  # an en dash
        "19440101\u20119981",  # a hyphen that does not break
        "19440101 \u2212 9981",  # a minus sign
        "440101\u00a0\u2013\u202f9981",
        "440101  -  9981",
        "440101--9981",
        "440101\u00ad9981",  # a hyphen that is not seen
        "1944 01 01 9981",
        "1944-01-01-9981",
        "1944-01-01 9981",
    ],
)
def test_a_personal_number_goes_to_nobody_else(number: str) -> None:
    assert wording.fault(f"Hälsa {number}") is Fault.PERSONAL_NUMBER


def test_no_dash_and_no_space_hides_a_personal_number() -> None:
    signs = [chr(code) for code in range(sys.maxunicode + 1)]
    for sign in (each for each in signs if unicodedata.category(each) in ("Pd", "Zs")):
        assert wording.fault(f"Hälsa 19440101{sign}9981") is Fault.PERSONAL_NUMBER, hex(ord(sign))


def test_a_text_that_wants_what_there_is_not_is_not_sent_with_a_hole() -> None:
    assert wording.fault_filled("Ring {telefon}", {**VALUES, "telefon": ""}) is Fault.NO_VALUE
    assert wording.fault_filled("Ring", {}) is None


def test_it_has_room_only_once_it_is_filled_in() -> None:
    room = wording.MOST_TEXT - len(VALUES["enhet"])
    assert wording.fault_filled("x" * room + "{enhet}", VALUES) is None
    assert wording.fault_filled("x" * (room + 1) + "{enhet}", VALUES) is Fault.TOO_LONG


@given(st.dictionaries(st.sampled_from(list(Variable)), st.text()), st.text())
def test_what_a_value_says_is_never_read_as_a_variable(values: dict[str, str], rest: str) -> None:
    text = "".join(f"{{{name}}}" for name in values) + rest.replace("{", "").replace("}", "")
    assert wording.filled(text, values).startswith("".join(values.values()))


def test_the_ready_texts_can_all_be_sent() -> None:
    for text in ready.READY.values():
        for said in ready.in_each_language(text).values():
            assert wording.fault(said) is None
            assert wording.fault_filled(said, VALUES) is None
