"""The access log: no line, no page; and no line goes away unseen."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.people import Visitor, person_id
from tests.tampering import tampering
from webapp.accounts.models import Person
from webapp.core import audit, clock
from webapp.core.audit import AccessLog, first_broken
from webapp.core.db import Database
from webapp.what_matters.models import AnswerVersion

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def log_of(database: Database, person: UUID) -> Sequence[AccessLog]:
    with database.read() as session:
        return session.scalars(
            select(AccessLog).where(AccessLog.person_id == person).order_by(AccessLog.number)
        ).all()


def test_each_opening_by_somebody_else_is_written_down(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    before = len(log_of(database, aino.id))
    visit("nils").page(f"{aino.p}/plan")
    with clock.frozen(NOON + timedelta(minutes=5)):
        visit("lisa").page(f"{aino.p}/idag")
    lines = log_of(database, aino.id)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    nils, lisa = lines[before:]
    assert (nils.page, nils.unit_name, nils.role) == ("plans", "Arjeplogs hälsocentral", "distriktssköterska")
    assert (nils.at, lisa.at) == (NOON, NOON + timedelta(minutes=5))
    assert (lisa.page, lisa.unit_id, lisa.role) == ("today", None, "")
    assert first_broken(lines) is None


def test_ones_own_pages_are_not_logged(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    before = len(log_of(database, aino.id))
    for page in ("idag", "plan", "logg"):
        aino.page(f"{aino.p}/{page}")
    assert len(log_of(database, aino.id)) == before


@ON_SQLITE
def test_a_page_that_was_refused_leaves_no_line(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit.p("aino")
    for sub in ("marit", "lena", "britta"):
        assert visit(sub).get(f"{aino}/plan").status_code == 404
    assert visit("lisa").get(f"{aino}/logg").status_code == 404
    assert not [line for line in log_of(database, person_id(app, "aino")) if line.at == NOON]


def test_a_page_that_fails_leaves_no_line(
    app: Flask, database: Database, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    nils, aino = visit("nils"), visit.p("aino")
    before = len(log_of(database, person_id(app, "aino")))

    def broken(*_args: object, **_more: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr("webapp.contacts.domain.contacts_of", broken)
    assert nils.get(f"{aino}/kontakter").status_code == 500
    assert len(log_of(database, person_id(app, "aino"))) == before


def test_no_line_no_page(
    app: Flask, database: Database, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    nils, aino = visit("nils"), visit.p("aino")

    def full(*_args: object) -> object:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "write", full)
    answer = nils.get(f"{aino}/plan")
    assert answer.status_code == 500
    assert "Aino" not in answer.text
    assert visit("aino").get(f"{aino}/plan").status_code == 200  # her own page needs no line


def test_a_form_that_is_shown_once_more_is_written_down_too(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """What was typed was refused, so nothing is kept; but the page has been read."""
    anna, aino = visit("anna"), visit("aino")
    path = f"{aino.p}/viktigt/strength"  # written by Anna, so she may mend it
    before = len(log_of(database, aino.id))
    for data in ({"words": ""}, {"words": "Ny", "csrf_token": "gammal"}, {"words": "Ny", "version": "99"}):
        page = anna.post(path, data)
        assert page.status_code == 200
        assert "Aino" in page.text
    lines = log_of(database, aino.id)
    assert [line.page for line in lines[before:]] == ["what_matters"] * 3
    assert first_broken(lines) is None
    with database.read() as session:
        words = session.scalars(select(AnswerVersion.words).where(AnswerVersion.person_id == aino.id)).all()
    assert "Ny" not in words


def test_what_somebody_else_writes_is_logged_once(app: Flask, database: Database, visit: Visitor) -> None:
    anna, aino = visit("anna"), visit("aino")
    before = len(log_of(database, aino.id))
    answer = anna.post(f"{aino.p}/viktigt/know", {"words": "Hör illa på vänster öra", "version": "0"})
    assert answer.status_code == 302
    assert len(log_of(database, aino.id)) == before + 1


def test_many_can_open_one_person_at_once(app: Flask, database: Database, visit: Visitor) -> None:
    """The lines of one person come one by one, and nobody is turned away for it."""
    aino = visit("aino")
    before = len(log_of(database, aino.id))
    guests = [visit(sub) for sub in ("nils", "anna", "lisa") * 3]
    start, statuses = threading.Barrier(len(guests)), []

    def open_page(number: int) -> None:
        start.wait()
        for page in ("plan", "kontakter"):
            with clock.frozen(NOON):
                statuses.append(guests[number].get(f"{aino.p}/{page}").status_code)

    threads = [threading.Thread(target=open_page, args=(number,)) for number in range(len(guests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 18
    lines = log_of(database, aino.id)
    assert [line.number for line in lines] == list(range(1, before + 19))
    assert first_broken(lines) is None


def test_a_line_that_was_changed_or_taken_away_shows(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    nils = visit("nils")
    for page in ("idag", "plan", "kontakter", "viktigt"):
        nils.page(f"{aino.p}/{page}")
    lines = list(log_of(database, aino.id))
    assert first_broken(lines) is None
    assert first_broken(lines[1:]) is lines[1]
    assert first_broken([*lines[:1], *lines[2:]]) is lines[2]
    for values in (
        {"page": "plans!"},
        {"role": "läkare"},
        {"unit_name": "Kalix hälsocentral"},
        {"at": NOON + timedelta(microseconds=1)},
        {"account_id": lines[0].id},
    ):
        altered = list(log_of(database, aino.id))
        for name, value in values.items():
            setattr(altered[1], name, value)
        assert first_broken(altered) is altered[1], values
    with tampering(database) as session:
        flipped = lines[2].chain.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
        session.execute(update(AccessLog).where(AccessLog.id == lines[2].id).values(chain=flipped))
    broken = first_broken(log_of(database, aino.id))
    assert broken is not None
    assert broken.number == 3


@ON_SQLITE
def test_the_line_keeps_what_the_unit_was_called_then(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    visit("nils").page(f"{aino.p}/plan")
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == aino.id).values(called="Ajna"))
    assert first_broken(log_of(database, aino.id)) is None


@given(st.text(max_size=60))
def test_the_log_names_the_page_by_its_package_never_by_its_text(endpoint: str) -> None:
    assert "." not in audit.page_of(endpoint)
    assert len(audit.page_of(endpoint)) <= 60
    assert audit.page_of("plans.show") == "plans"
    assert audit.page_of(None) == ""
