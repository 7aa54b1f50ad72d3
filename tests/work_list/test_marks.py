"""Notes by the lines of the list: who has called, who takes care of it, and when a line comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Guest, Visitor
from webapp.accounts.models import Assignment, StaffMember
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.reminders.models import Occurrence
from webapp.work_list import marks
from webapp.work_list.models import Call, WorkMark

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOT_REACHED = "Påminnelse nådde inte fram"


def line_of(nurse: Guest, task: str) -> str:
    """The address of the first line with this reason."""
    found = re.search(rf'href="(/personal/lista/[^/"]+/{task}/[^"]+)"', nurse.page("/personal/"))
    assert found, task
    return found[1]


def about(page: str) -> str:
    found = re.search(r'name="galler"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def call(nurse: Guest, line: str, answer: str) -> None:
    said = {"svar": answer, "galler": about(nurse.page(line))}
    assert nurse.post(f"{line}/ringt", said).status_code == 302


def test_who_has_talked_with_the_person_stands_there_and_the_line_rests(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    call(britta, line, "reached")
    assert NOT_REACHED not in britta.page("/personal/").partition("<table")[2]
    called = britta.page("/personal/?visa=ringda")
    assert NOT_REACHED in called
    assert "Britta" in called
    assert "pratade med personen" in called
    assert britta.post(f"{line}/tillbaka").status_code == 302
    assert NOT_REACHED in britta.page("/personal/").partition("<table")[2]


@ON_SQLITE
def test_a_call_that_nobody_answered_leaves_the_line_with_a_note(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")
    call(britta, line_of(britta, "undelivered"), "no_answer")
    page = britta.page("/personal/")
    assert NOT_REACHED in page.partition("<table")[2]
    assert "Ingen svarade." in page


def test_a_line_comes_back_when_something_new_happens(app: Flask, database: Database, visit: Visitor) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    call(britta, line, "reached")
    assert line not in britta.page("/personal/")
    with database.writing() as session:
        reminder_id = UUID(line.rpartition("/")[2])
        before = session.scalars(
            select(Occurrence).where(Occurrence.reminder_id == reminder_id).order_by(Occurrence.due_at.desc())
        ).first()
        assert before
        session.execute(
            update(Occurrence)
            .where(Occurrence.id == before.id)
            .values(due_at=before.due_at + timedelta(minutes=1))
        )
    page = britta.page("/personal/")
    assert line in page
    assert "pratade med personen" in page  # and who called before still stands there


@ON_SQLITE
def test_what_the_caller_had_not_seen_is_not_noted_as_talked_about(
    app: Flask, database: Database, visit: Visitor
) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    for galler in ("2026-01-01T08:00:00+00:00", "2026-01-01T08:00:00", "igår", "", "x" * 5000):
        said = {"svar": "reached", "galler": galler}
        assert britta.post(f"{line}/ringt", said).status_code == 302
        assert line in britta.page("/personal/"), galler


@ON_SQLITE
def test_a_line_that_is_still_so_comes_back_after_a_week_and_not_before(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")
    line = line_of(britta, "no_phone")
    call(britta, line, "reached")
    for after, is_back in ((marks.REST - timedelta(seconds=1), False), (marks.REST, True)):
        with clock.frozen(NOON + after):
            assert (line in visit("britta").page("/personal/")) is is_back


@ON_SQLITE
def test_that_nobody_answered_does_not_undo_that_a_colleague_has_talked(
    app: Flask, database: Database, visit: Visitor
) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    said = {"galler": about(britta.page(line))}
    assert britta.post(f"{line}/ringt", {**said, "svar": "reached"}).status_code == 302
    assert britta.post(f"{line}/ringt", {**said, "svar": "no_answer"}).status_code == 302
    assert "En kollega har redan pratat" in britta.page("/personal/")
    with database.read() as session:
        assert session.scalars(select(WorkMark.call)).all() == [Call.REACHED]


def test_a_line_can_be_handed_to_a_colleague_and_to_everybody_again(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        tor = session.scalars(select(StaffMember).where(StaffMember.name == "Tor")).one()
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        session.add(Assignment(staff_id=tor.id, unit_id=unit.id, role="undersköterska"))
        tor_id, unit_id = str(tor.id), unit.id
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    assert britta.post(f"{line}/lamna", {"till": tor_id}).status_code == 302
    assert "Tor har hand om det." in britta.page("/personal/")
    assert line not in britta.page("/personal/?visa=mina")
    with database.read() as session:
        me = session.scalars(select(StaffMember.id).where(StaffMember.name == "Britta")).one()
    assert britta.post(f"{line}/lamna", {"till": str(me)}).status_code == 302
    assert line in britta.page("/personal/?visa=mina")
    assert britta.post(f"{line}/lamna", {"till": ""}).status_code == 302
    assert "Britta har hand om det." not in britta.page("/personal/")
    britta.post(f"{line}/lamna", {"till": tor_id})
    with database.writing() as session:
        theirs = Assignment.staff_id == tor.id, Assignment.unit_id == unit_id
        session.execute(update(Assignment).where(*theirs).values(ends_on=NOON.date() - timedelta(days=1)))
    assert "Tor har hand om det." not in britta.page("/personal/")  # who has left takes care of nothing


@ON_SQLITE
def test_nobody_of_another_unit_is_handed_a_line(app: Flask, database: Database, visit: Visitor) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    with database.read() as session:
        nils = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
    for said in (str(nils), "x", "00000000-0000-0000-0000-000000000000"):
        answer = britta.post(f"{line}/lamna", {"till": said})
        assert answer.status_code == 200
        assert "Vem tar hand om det?" in answer.text
    with database.read() as session:
        assert session.scalars(select(WorkMark)).all() == []


def test_staff_who_do_not_care_for_the_person_have_no_such_page(app: Flask, visit: Visitor) -> None:
    line = line_of(visit("britta"), "undelivered")
    for sub in ("nils", "gun", "karin", "lena"):
        assert visit(sub).get(line).status_code == 404
        for press in ("ringt", "tillbaka", "lamna"):
            assert visit(sub).post(f"{line}/{press}", {"svar": "reached"}).status_code == 404


@ON_SQLITE
def test_a_line_that_is_no_more_says_so_whatever_it_was(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")
    line = line_of(britta, "undelivered")
    other = line.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000001"
    for path in (other, line.replace("undelivered", "annat")):
        assert "Raden står inte på listan" in britta.get(path).text
        assert "Raden står inte på listan" in britta.post(f"{path}/ringt", {"svar": "reached"}).text


@ON_SQLITE
def test_a_call_without_an_answer_chosen_asks_for_it(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")
    answer = britta.post(f"{line_of(britta, 'undelivered')}/ringt", {})
    assert answer.status_code == 200
    assert "Välj om personen svarade" in answer.text


@ON_SQLITE
def test_what_is_the_units_own_to_do_is_not_settled_by_a_call(
    app: Flask, database: Database, visit: Visitor
) -> None:
    tor = visit("tor")
    line = line_of(tor, "no_contact")
    assert "Svarade personen?" not in tor.page(line)
    tor.post(f"{line}/ringt", {"svar": "reached", "galler": ""})
    assert line in tor.page("/personal/")


@ON_SQLITE
def test_the_person_sees_that_staff_have_called(app: Flask, database: Database, visit: Visitor) -> None:
    britta, gun = visit("britta"), visit("gun")
    call(britta, line_of(britta, "undelivered"), "reached")
    with database.read() as session:
        words = session.scalars(
            select(AccessLog.what).where(AccessLog.person_id == gun.id).order_by(AccessLog.number)
        ).all()
    assert words[-1] == "called"
    assert "Noterade att de har ringt dig" in gun.page(f"{gun.p}/logg")


def test_old_notes_are_thrown_away(app: Flask, database: Database, visit: Visitor) -> None:
    britta = visit("britta")
    call(britta, line_of(britta, "undelivered"), "reached")
    for after, left in ((marks.KEPT, 1), (marks.KEPT + timedelta(seconds=1), 0)):
        with database.writing() as session:
            marks.drop_old(session, NOON + after)
            assert len(session.scalars(select(WorkMark)).all()) == left
