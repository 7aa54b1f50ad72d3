"""The log as the person reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.audit import What
from webapp.core.db import Database
from webapp.demo.load import sight_of
from webapp.more.deeds import OF_PRESS, WHOLE, WITH_PAGES
from webapp.more.looked import PAGES, SAME_PAGE
from webapp.permissions import TABLE
from webapp.sharing import emergency
from webapp.what_matters.models import Answer, AnswerVersion

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _said(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_the_person_reads_who_looked_by_role_and_unit_and_a_relative_by_name(
    app: Flask, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    for page in ("idag", "plan", "plan"):
        nils.page(f"{aino.p}/{page}")
    with clock.frozen(NOON + timedelta(minutes=10)):
        visit("lisa").page(f"{aino.p}/kontakter")
    with clock.frozen(NOON + timedelta(hours=2)):
        visit("nils").page(f"{aino.p}/viktigt")
        said = _said(visit("aino").page(f"{aino.p}/logg"))
    assert "Distriktssköterska, Arjeplogs hälsocentral Öppnade: Idag, Plan" in said
    assert said.index("Viktigt") < said.index("Lisa") < said.index("Idag, Plan")  # the newest first
    assert "Nils" not in said  # staff stand by role and unit


@ON_SQLITE
def test_the_log_comes_a_page_at_a_time(app: Flask, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    for hour in range(27):
        with clock.frozen(NOON + timedelta(hours=hour)):
            for sub in ("nils", "anna"):
                nils = visit(sub)
                nils.page(f"{aino.p}/plan")
    with clock.frozen(NOON + timedelta(hours=30)):
        aino = visit("aino")
        assert "Äldre" in aino.page(f"{aino.p}/logg")
        assert "Nyare" in aino.page(f"{aino.p}/logg?sida=2")
        for page in ("0", "-1", "x", "9" * 5000, "1000", "", "%00", "٣"):
            assert aino.get(f"{aino.p}/logg?sida={page}").status_code == 200, page


@ON_SQLITE
def test_nobody_has_looked_at_somebody_new(app: Flask, visit: Visitor) -> None:
    marit = visit("marit")
    assert "Ingen annan har tittat" in marit.page(f"{marit.p}/logg")


@ON_SQLITE
def test_every_page_of_the_log_has_a_name_people_know(app: Flask) -> None:
    others_too = {permission for permission, rule in TABLE.items() if rule.areas or rule.staff}
    personal = {
        rule.endpoint.partition(".")[0]
        for rule in app.url_map.iter_rules()
        if "person_id" in rule.arguments
        and getattr(app.view_functions[rule.endpoint], "permission", None) in others_too
    }
    assert personal <= set(PAGES) | set(SAME_PAGE)


@ON_SQLITE
def test_more_shows_the_ways_that_are_open_to_the_reader(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    mine = aino.page(f"{aino.p}/mer")
    for page in ("paminnelser", "delning", "logg", "installningar"):
        assert f'href="{aino.p}/{page}"' in mine
    for sub in ("lisa", "nils"):
        theirs = visit(sub).page(f"{aino.p}/mer")
        for page in ("delning", "logg", "installningar"):
            assert f'href="{aino.p}/{page}"' not in theirs, (sub, page)


@ON_SQLITE
def test_everything_that_can_be_done_has_words(app: Flask) -> None:
    assert set(WITH_PAGES) | set(WHOLE) == set(What)
    assert set(OF_PRESS) <= {rule.endpoint for rule in app.url_map.iter_rules()}


def test_what_others_have_done_stands_as_what_it_was(app: Flask, visit: Visitor, database: Database) -> None:
    aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
    with database.read() as session:
        words = session.scalars(
            select(AnswerVersion.id)
            .join(Answer, Answer.id == AnswerVersion.answer_id)
            .where(
                Answer.person_id == aino.id, Answer.for_team.is_(True), Answer.version == AnswerVersion.number
            )
        ).first()
    assert nils.post(f"{aino.p}/viktigt/last/{words}").status_code == 302
    assert lisa.post(f"{aino.p}/plan/egen-rad", {"what": "Handlar på torsdagar"}).status_code == 302
    said = _said(aino.page(f"{aino.p}/logg"))
    assert "Kvitterade det du har skrivit" in said
    assert "Lisa (dotter) Skrev i: Plan" in said


def test_a_form_that_was_refused_stands_as_opened(app: Flask, visit: Visitor) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    assert lisa.post(f"{aino.p}/plan/egen-rad", {"what": ""}).status_code == 200
    said = _said(aino.page(f"{aino.p}/logg"))
    assert "Lisa (dotter) Öppnade: Plan" in said
    assert "Skrev" not in said.partition("Lisa (dotter)")[2][:40]


def test_an_emergency_stands_with_its_reason(app: Flask, visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    with app.app_context(), database.writing() as session:
        doctor = sight_of(session, "nils", aino.id, NOON).reader
        person = session.get_one(Person, aino.id)
        emergency.open_in_emergency(session, doctor, person, "Medvetslös, behöver veta om medicin", NOON)
    said = _said(aino.page(f"{aino.p}/logg"))
    assert "Öppnade dina sidor i en nödsituation" in said
    assert "Medvetslös, behöver veta om medicin" in said


def test_two_of_one_unit_in_the_same_moment_keep_a_reason_each(
    app: Flask, visit: Visitor, database: Database
) -> None:
    aino = visit("aino")
    reasons = {"nils": "Hittad på golvet, vi behöver veta", "anna": "Svarar inte när hemtjänsten ringer"}
    with app.app_context(), database.writing() as session:
        unit = sight_of(session, "nils", aino.id, NOON).reader
        for second, (sub, reason) in enumerate(reasons.items()):
            who = replace(
                sight_of(session, sub, aino.id, NOON).reader, unit_id=unit.unit_id, unit_name=unit.unit_name
            )
            at = NOON + timedelta(seconds=second)
            emergency.open_in_emergency(session, who, session.get_one(Person, aino.id), reason, at)
    said = _said(aino.page(f"{aino.p}/logg"))
    assert all(said.count(reason) == 1 for reason in reasons.values())


@ON_SQLITE
def test_staff_are_named_where_the_log_is_set_to(app: Flask, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    nils.page(f"{aino.p}/plan")
    assert "Nils" not in _said(aino.page(f"{aino.p}/logg"))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], log_names=True)
    assert re.search(
        r"Nils[^,]*, distriktssköterska, Arjeplogs hälsocentral", _said(aino.page(f"{aino.p}/logg"))
    )


def test_the_person_can_look_at_one_unit_s_or_one_relative_s_lines(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for sub in ("nils", "anna", "lisa"):
        visit(sub).page(f"{aino.p}/plan")
    page = aino.page(f"{aino.p}/logg")
    options = {name: value for value, name in re.findall(r'<option value="([^"]+)">([^<]+)', page)}
    assert {"Arjeplogs hälsocentral", "Lisa"} <= set(options)
    rows = _said(aino.page(f"{aino.p}/logg?vem={options['Lisa']}")).partition("Visa bara")[0]
    assert "Lisa (dotter)" in rows
    assert "hälsocentral" not in rows
    rows = _said(aino.page(f"{aino.p}/logg?vem={options['Arjeplogs hälsocentral']}")).partition("Visa bara")[
        0
    ]
    assert "Lisa" not in rows
    assert "Distriktssköterska" in rows
    for odd in ("x", "%00", "00000000-0000-0000-0000-000000000000", "٣" * 32):
        assert aino.get(f"{aino.p}/logg?vem={odd}").status_code == 200


def test_a_relative_whose_identity_is_protected_is_not_named(
    app: Flask, visit: Visitor, database: Database
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    lisa.page(f"{aino.p}/plan")
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == lisa.id).values(protected=True))
    said = _said(aino.page(f"{aino.p}/logg"))
    assert "En anhörig" in said
    assert "Lisa" not in said


def test_where_the_line_cannot_be_written_there_is_no_page(
    app: Flask, visit: Visitor, database: Database
) -> None:
    """The database itself refuses, as a full disk does."""
    aino, nils = visit("aino"), visit("nils")
    nils.page(f"{aino.p}/plan")
    with database.writing() as session:
        if database.engine.dialect.name == "sqlite":
            session.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'full'); END")
            )
        else:
            session.execute(text("ALTER TABLE access_log ADD CONSTRAINT full_disk CHECK (false) NOT VALID"))
    answers = [
        nils.get(f"{aino.p}/plan"),
        nils.get(f"/personal/skicka/{aino.id}"),
        visit("lisa").post(f"{aino.p}/plan/egen-rad", {"what": "Handlar på torsdagar"}),
    ]
    for answer in answers:
        assert answer.status_code == 500
        assert "Aino" not in answer.text
        assert "Handlar" not in answer.text
        assert 'href="tel:112"' in answer.text
    assert "Handlar" not in aino.page(f"{aino.p}/plan")
