"""The plan starters: data that a county edits, checked so that a fault names its file and its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from webapp.contacts.models import Role
from webapp.core import messages
from webapp.core.i18n import LANGUAGES as OURS
from webapp.core.i18n import force_language
from webapp.directory import numbers
from webapp.directory.flows import Flow
from webapp.plans.models import Doer
from webapp.plans.starters import files, shape, showing
from webapp.plans.starters.commands import check_starters

PLACES = [each.name for each in numbers.municipalities()]
GOOD = (files.DATA / "arjeplog-hjartsvikt.toml").read_text("utf-8")
FLOWS = {  # the strategy's local flows
    "Arjeplog": 2,
    "Arvidsjaur": 2,
    "Piteå": 2,
    "Älvsbyn": 2,
    "Luleå": 2,
    "Boden": 1,
    "Gällivare": 2,
    "Pajala": 1,
    "Kiruna": 1,
    "Kalix": 1,
}


def test_there_is_a_starter_for_each_local_flow_of_the_strategy() -> None:
    for place, most in FLOWS.items():
        assert sum(place in each.places for each in files.all_starters()) == most, place
    assert len(files.all_starters()) == 13


def test_the_words_for_doers_roles_and_languages_are_the_apps_own() -> None:
    assert tuple(shape.DOERS) == tuple(str(doer) for doer in Doer)
    assert tuple(shape.ROLES) == tuple(str(role) for role in Role)
    assert tuple(shape.LANGUAGES) == tuple(OURS)


@pytest.mark.parametrize("starter", files.all_starters(), ids=lambda each: each.key)
def test_each_has_questions_rows_of_both_and_something_for_the_person(starter: shape.Starter) -> None:
    doers = {row.doer for row in starter.rows}
    assert {"me", "region", "kommun"} <= doers
    assert all(goal.ask.sv.endswith("?") for goal in starter.goals)
    assert all(row.contact in (*starter.contacts, "") for row in starter.rows)
    assert "sv" in starter.read_by_speakers


def test_no_starter_gives_a_dose_a_limit_or_a_number_to_call() -> None:
    """Medicine is not guessed, and numbers come from the directory."""
    for starter in files.all_starters():
        for said in files.texts(starter):
            for language, words in said.words.items():
                assert not re.search(r"\d", words), (starter.key, language, words)
                assert not re.search(r"\b(mg|milligram|tablett|kilo|dos)\b", words.lower()), (
                    starter.key,
                    words,
                )


def test_a_text_that_a_language_lacks_comes_in_swedish_and_says_so() -> None:
    said = shape.Said({"sv": "Jag väger mig", "fit": "Mie punnittelen ittheeni"})
    assert (said.text("fit"), said.language("fit")) == ("Mie punnittelen ittheeni", "fit")
    assert (said.text("sma"), said.language("sma")) == ("Jag väger mig", "sv")
    assert (said.text("sv"), said.language("sv")) == ("Jag väger mig", "sv")


def test_every_text_stands_among_those_that_translators_meet() -> None:
    found = {message.id for message in messages.extract()}
    assert set(files.known()) <= found


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('flow = "elder"', 'flow = "school"', "flow: 'school' is none of elder, adult, child"),
        ('places = ["Arjeplog"]', 'places = ["Arjeplåg"]', "places: 'Arjeplåg' is none of"),
        ('doer = "me"', 'doer = "mig"', "row 1: doer: 'mig' is none of"),
        ('what = { sv = "Jag väger mig varje morgon" }', "", "row 1: what: is missing"),
        ('{ sv = "Jag väger mig varje morgon" }', '{ fit = "x" }', "row 1: what: has no Swedish (sv)"),
        ('{ sv = "Jag väger mig varje morgon" }', '{ sv = "x", fi = "y" }', "what.fi: is none of our"),
        ('{ sv = "Jag väger mig varje morgon" }', '{ sv = " " }', "what.sv: should be words"),
        ('{ sv = "Jag väger mig varje morgon" }', '"x"', "what: should be dict"),
        ('{ sv = "Jag väger mig varje morgon" }', f'{{ sv = "{"x" * 301}" }}', "has 301 characters"),
        ('times = "08:00"', 'times = "8"', "row 1: reminder.times: should be one to four"),
        ('days = "1-7"', 'days = "0-7"', "row 1: reminder.days: should be such as"),
        ("weeks = 12", "weeks = 120", "reminder.weeks: should be 1 to 52"),
        ('contact = "fast_vardkontakt"', 'kontakt = "fast_vardkontakt"', "row 4: kontakt: is no key"),
        ("[worse]", "[varre]", "worse: is missing"),
        ('read_by_speakers = ["sv"]', "", "read_by_speakers: is missing"),
        ("[[goal]]", "[[goal", "at line"),
        ('doer = "me"', 'doer = "region"', "row 1: reminder: belongs to"),
    ],
)
def test_a_fault_names_its_file_and_its_place(was: str, becomes: str, said: str) -> None:
    with pytest.raises(files.BadStarter) as fault:
        files.read("arjeplog-hjartsvikt", GOOD.replace(was, becomes, 1), PLACES)
    assert str(fault.value).startswith("arjeplog-hjartsvikt.toml: ")
    assert said in str(fault.value)


@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_it_is_read_or_refused(text: str) -> None:
    with pytest.raises(files.BadStarter):
        files.read("x", text, PLACES)


@given(at=st.integers(0, len(GOOD) - 1), sign=st.sampled_from('x="\n]}0'))
def test_one_wrong_sign_is_read_or_refused_and_never_anything_else(at: int, sign: str) -> None:
    try:
        starter = files.read("x", GOOD[:at] + sign + GOOD[at + 1 :], PLACES)
    except files.BadStarter:
        return
    assert starter.rows


def test_the_check_says_every_fault_and_fails(tmp_path: Path) -> None:
    (tmp_path / "bra.toml").write_text(GOOD, "utf-8")
    run = CliRunner().invoke(check_starters, [str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert "1 starters can be used." in run.output
    (tmp_path / "fel.toml").write_text("name = 1", "utf-8")
    (tmp_path / "latin.toml").write_bytes(GOOD.encode("utf-16"))
    (tmp_path / "Stor.toml").write_text(GOOD, "utf-8")
    run = CliRunner().invoke(check_starters, [str(tmp_path)])
    assert run.exit_code == 1
    for said in ("fel.toml: name: should be dict", "latin.toml: is not UTF-8", "Stor.toml: the file's name"):
        assert said in run.output
    assert "3 of 4 starters cannot be used." in run.output


def test_the_persons_own_place_comes_first() -> None:
    found = files.for_unit((Flow.ELDER, Flow.CHILD), "Gällivare")
    assert [each.places[0] for each in found[:2]] == ["Gällivare", "Gällivare"]
    assert {each.flow for each in found} == {Flow.ELDER, Flow.CHILD}
    assert files.starter("arjeplog-hjartsvikt") is not None
    assert files.starter("../arjeplog-hjartsvikt") is None


def test_a_row_left_as_the_starter_had_it_is_read_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, app_without_data: Flask
) -> None:
    """One that staff have changed is Swedish, and marked so; whatever stands in it is text and never markup."""
    said = shape.Said({"sv": "Jag väger mig", "fit": "Mie punnittelen <b>ittheeni</b>"})
    monkeypatch.setattr(files, "known", lambda: {said.sv: said})
    with app_without_data.test_request_context(), force_language("fit"):
        assert showing.in_words("Jag väger mig") == "Mie punnittelen &lt;b&gt;ittheeni&lt;/b&gt;"
        assert showing.in_words("Jag väger <mig>") == '<span lang="sv">Jag väger &lt;mig&gt;</span>'
    with app_without_data.test_request_context(), force_language("sv"):
        assert showing.in_words("Jag väger mig") == "Jag väger mig"
