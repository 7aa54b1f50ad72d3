"""Skrivet av: what somebody writes for the person is marked, and relatives do not see one another."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Guest, Visitor
from tests.sharing.inviting import accept, confirm, invite
from webapp.core import clock
from webapp.core.db import Database
from webapp.plans.models import PlanRow
from webapp.reminders.models import Reminder, SetBy
from webapp.sharing import marks

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ALL = {"what_matters": "2", "plan": "2", "contacts": "1", "reminders": "2"}
PAGES = ("idag", "viktigt", "plan", "kontakter", "paminnelser", "mer")


@given(st.text(max_size=30))
def test_no_name_of_a_relative_can_look_like_staffs(name: str) -> None:
    mark = name.replace(",", " ")
    assert marks.is_relatives(mark) is (mark != "")
    assert not marks.is_relatives("Nils, Arjeplogs hälsocentral")


@pytest.fixture
def two(app: Flask, visit: Visitor) -> tuple[Guest, Guest, Guest]:
    """Aino, and Lisa and Marit, who both may help with everything."""
    aino, helpers = visit("aino"), [visit("lisa"), visit("marit")]
    for helper in helpers:
        accept(helper, invite(aino, **ALL))
        confirm(aino)
    return aino, helpers[0], helpers[1]


def write_everywhere(helper: Guest, p: str, row: object, word: str) -> None:
    """By every way in which a relative can write."""
    written = [
        helper.post(f"{p}/viktigt/know", {"words": f"{word} oroar", "version": "0"}),
        helper.post(f"{p}/plan/egen-rad", {"what": f"{word} handlar", "how_often": ""}),
        helper.post(f"{p}/plan/rad/{row}/hur-det-gick", {"blev": "sa", "words": f"{word} såg det"}),
        helper.post(
            f"{p}/paminnelser/ny", {"text": f"{word} minns", "at": "23.30", "days": [*"0123456"], "once": ""}
        ),
    ]
    assert [answer.status_code for answer in written] == [302] * 4, [answer.text for answer in written]


def test_what_a_relative_writes_is_marked_and_another_relative_is_not_told_whose_it_is(
    two: tuple[Guest, Guest, Guest], database: Database
) -> None:
    aino, lisa, marit = two
    with database.read() as session:
        row = one_saying(session, PlanRow.what, "Jag väger mig varje morgon").id
    write_everywhere(marit, aino.p, row, "Ord:")
    assert aino.post(f"{aino.p}/viktigt/know/vem", {"relatives": "y"}).status_code == 302
    for page, mark in (
        ("viktigt", r"Skrivet av Marit"),
        ("plan", r"Närstående</b>: Marit"),
        ("plan", r"Skrivet av Marit"),
        ("paminnelser", r"Satt av Marit"),
    ):
        assert re.search(mark, aino.page(f"{aino.p}/{page}")), page
    assert "Skrivet av Marit" in marit.page(f"{aino.p}/viktigt")
    for page in PAGES:
        assert "Marit" not in lisa.page(f"{aino.p}/{page}"), page
    assert "Skrivet av en annan anhörig" in lisa.page(f"{aino.p}/viktigt")
    assert "Satt av en annan anhörig" in lisa.page(f"{aino.p}/paminnelser")
    assert "en annan anhörig" in lisa.page(f"{aino.p}/plan")
    with database.read() as session:
        others = one_saying(session, PlanRow.what, "Ord: handlar").id
    aino.post(f"{aino.p}/plan/rad/{others}/svar", {"svar": "ja"})
    assert "Marit" not in lisa.page(f"{aino.p}/plan/rad/{others}/hur-det-gick")
    assert "Marit" not in lisa.page("/mina")


@ON_SQLITE
def test_who_changes_the_words_of_a_reminder_is_named_beside_them(
    two: tuple[Guest, Guest, Guest], database: Database
) -> None:
    aino, lisa, _ = two
    with database.read() as session:
        own = one_saying(session, Reminder.text, "Morgonens tabletter").id
    fields = {"text": "Morgonens tabletter", "at": "8", "days": [*"0123456"]}
    for guest, set_by, named in ((lisa, SetBy.RELATIVE, "Lisa"), (aino, SetBy.SELF, "")):
        assert guest.post(f"{aino.p}/paminnelser/{own}", fields).status_code == 302
        with database.read() as session:
            changed = session.get_one(Reminder, own)
            assert (changed.set_by, changed.set_as) == (set_by, named)


@ON_SQLITE
def test_staff_and_the_person_read_every_name(two: tuple[Guest, Guest, Guest], visit: Visitor) -> None:
    aino, lisa, marit = two
    for helper in (lisa, marit):
        helper.post(f"{aino.p}/plan/egen-rad", {"what": f"{helper.sub} handlar", "how_often": ""})
    for guest in (aino, visit("nils")):
        page = guest.page(f"{aino.p}/plan")
        assert "Lisa" in page
        assert "Marit" in page


def test_whoever_answers_a_reminder_for_the_person_is_named_beside_the_answer(
    two: tuple[Guest, Guest, Guest], visit: Visitor, database: Database
) -> None:
    aino, lisa, marit = two
    with database.read() as session:
        own = one_saying(session, Reminder.text, "Morgonens tabletter")
    due = f"{aino.p}/paminnelser/{own.id}/2026-03-09/{own.times[:5]}"
    assert marit.post(f"{due}/svar", {"svar": "klar"}).status_code == 302
    for guest in (aino, marit, visit("nils")):
        assert "Svarat av Marit." in guest.page(f"{aino.p}/idag"), guest.sub
    assert "Svarat av en annan anhörig." in lisa.page(f"{aino.p}/idag")
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert aino.post(f"{due}/angra").status_code == 302
        assert "Svarat av" not in aino.page(f"{aino.p}/idag")
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert aino.post(f"{due}/svar", {"svar": "intedag"}).status_code == 302
        page = aino.page(f"{aino.p}/idag")
    assert "Inte idag" in page
    assert "Svarat av" not in page  # her own
