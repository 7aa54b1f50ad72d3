"""The staff's lists: one's own unit's people, the most urgent first, and nobody's words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.work_list.listing import where
from webapp.accounts.models import Person, StaffMember
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.plans.models import Plan, PlanRow, RowStatus
from webapp.reminders import planning
from webapp.reminders.models import Occurrence, Reminder
from webapp.sharing import care
from webapp.staff import domain
from webapp.work_list import domain as tasks
from webapp.work_list import people
from webapp.work_list.domain import Wish
from webapp.work_list.reasons import Task

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)


def _said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def test_the_list_names_the_units_own_people_alone(app: Flask, visit: Visitor) -> None:
    for sub, own, others in (
        ("nils", ["Aino"], ["Eino", "Gun", "Jon", "Rolf", "Elle", "Vera"]),
        ("tor", ["Elle"], ["Aino", "Vera"]),
        ("mats", ["Jon"], ["Aino", "Vera"]),
    ):
        for path in ("/personal/", "/personal/sok"):
            page = _said(visit(sub).page(path))
            assert path == "/personal/" or all(name in page for name in own), sub
            assert not any(name in page for name in others), (sub, path)


def test_the_list_says_what_to_do_and_nothing_that_the_person_wrote(app: Flask, visit: Visitor) -> None:
    for sub in ("nils", "anna", "britta", "mats", "tor", "johan"):
        for path in ("/personal/", "/personal/sok", "/personal/skickat"):
            page = visit(sub).page(path)
            for words in ("Ludde", "halt på trappan", "Jag vill vänta", "tittar", "posten"):
                assert words not in page, (sub, path, words)


@ON_SQLITE
def test_the_most_urgent_stands_first(app: Flask, database: Database) -> None:
    with database.read() as session:
        unit = one_saying(session, Unit.name, "Hemtjänsten Arjeplog")
        items = tasks.work_list(session, where(session, unit), Wish(), NOON).items
    order = list(Task)
    places = [order.index(item.task) for item in items]
    assert places == sorted(places)
    assert Task.OBJECTED in {item.task for item in items}


def test_words_shared_with_the_team_are_unread_until_the_unit_has_read_them(
    app: Flask, database: Database, visit: Visitor
) -> None:
    task = "Nya ord i Viktigt för mig"
    assert task in visit("anna").page("/personal/")
    aino = visit.p("aino")
    page = visit("anna").page(f"{aino}/viktigt")
    for action in re.findall(r'action="([^"]+/viktigt/last/[^"]+)"', page):
        assert visit("anna").post(action).status_code == 302
    assert task not in visit("anna").page("/personal/")


@ON_SQLITE
def test_an_objection_that_is_taken_back_leaves_the_list(
    app: Flask, database: Database, visit: Visitor
) -> None:
    task = "Har sagt nej till en rad i planen"
    assert task in visit("anna").page("/personal/")
    with database.writing() as session:
        session.execute(update(PlanRow).where(PlanRow.status == RowStatus.OBJECTED).values(status="agreed"))
    assert task not in visit("anna").page("/personal/")


def test_a_frozen_plan_is_a_task_for_the_unit_that_began_it_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    task = "Samtycket är taget tillbaka"
    assert task not in visit("nils").page("/personal/")
    with database.writing() as session:
        plan = session.scalars(
            select(Plan).join(Person, Person.id == Plan.person_id).where(Person.called == "Aino")
        ).one()
        plan.frozen_at = NOON
        person = plan.person_id
    page = visit("nils").page("/personal/")
    assert task in page
    assert f'href="/p/{person}/plan"' in page
    assert task not in visit("anna").page("/personal/")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == person).values(ended_on=TODAY))
    assert task not in visit("nils").page("/personal/")


def test_each_reminder_sent_stands_once_with_what_its_last_due_time_came_to(
    app: Flask, database: Database
) -> None:
    with database.writing() as session:
        unit = one_saying(session, Unit.name, "Arjeplogs hälsocentral")
        before = {each.reminder.id for each in domain.sent_by(session, unit.id, TODAY)}
        planning.plan_due(session, NOON + timedelta(days=2))
        sent = domain.sent_by(session, unit.id, TODAY)
        assert [each.reminder.id for each in sent] == list(dict.fromkeys(each.reminder.id for each in sent))
        assert {each.reminder.id for each in sent} == before
        for each in sent:
            of = select(Occurrence).where(Occurrence.reminder_id == each.reminder.id)
            last = session.scalars(of.order_by(Occurrence.due_at.desc())).first()
            assert (each.last, each.last_at) == ((last.outcome, last.due_at) if last else (None, None))
        assert any(each.last for each in sent)


@ON_SQLITE
def test_a_person_in_two_care_relations_of_one_unit_stands_once(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        aino = one_saying(session, Person.called, "Aino")
        unit = one_saying(session, Unit.name, "Arjeplogs hälsocentral")
        care.begin_care(session, aino, unit, "Sår", NOON)
        unit_id = unit.id
    with database.read() as session:
        assert [each.name for each in people.found(session, unit_id, "", 1, TODAY).people] == [
            "Aino Lundmark"
        ]
    assert visit("nils").get(f"{visit.p('aino')}/idag").status_code == 200


@ON_SQLITE
def test_staff_without_an_assignment_have_no_lists(app: Flask, database: Database, visit: Visitor) -> None:
    from webapp.accounts.models import Assignment

    with database.writing() as session:
        nils = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
        session.execute(
            update(Assignment).where(Assignment.staff_id == nils).values(ends_on=TODAY - timedelta(days=1))
        )
    guest = visit("nils")
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        assert guest.get(path).status_code == 404, path
    assert guest.get("/personal/ingen-vard").status_code == 200


@ON_SQLITE
def test_a_citizen_has_no_staff_pages(app: Flask, visit: Visitor) -> None:
    for path in ("/personal/", "/personal/sok", "/personal/skickat", "/personal/ingen-vard"):
        assert visit("aino").get(path).status_code == 404, path


@ON_SQLITE
def test_looking_at_a_list_is_no_opening_of_a_person(app: Flask, database: Database, visit: Visitor) -> None:
    from webapp.core.audit import AccessLog

    nils = visit("nils")
    with database.read() as session:
        before = session.scalars(select(AccessLog.id)).all()
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        nils.page(path)
    with database.read() as session:
        assert session.scalars(select(AccessLog.id)).all() == before


@ON_SQLITE
def test_self_care_to_assess_again_stands_with_its_last_day_the_soonest_first(
    app: Flask, database: Database, visit: Visitor
) -> None:
    assert "Egenvård ska bedömas på nytt Ta blodtrycket och skriv upp det Senast torsdag 19 mars" in _said(
        visit("britta").page("/personal/")
    )
    with database.writing() as session:
        unit = one_saying(session, Unit.name, "Kalix hälsocentral")
        gun = session.scalars(select(Reminder.person_id).where(Reminder.unit_id == unit.id)).one()
        sooner = one_saying(session, Reminder.text, "Frukost och tabletter")
        sooner.person_id, sooner.unit_id = gun, unit.id
        sooner.until_on = sooner.reassess_on = TODAY + timedelta(days=3)
        session.flush()
        items = tasks.work_list(session, where(session, unit), Wish(), NOON).items
    ending = [item.until_on for item in items if item.task is Task.ENDING]
    assert ending == [TODAY + timedelta(days=3), TODAY + timedelta(days=10)]
