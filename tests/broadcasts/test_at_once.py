"""Two press at the same moment: nothing goes out that nobody looked through, and twice is once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.broadcasts.several import (
    GOOD,
    UNIT,
    hand_out,
    neighbours,
    recipients,
    reminders,
    send,
    the_broadcast,
    write,
)
from tests.conftest import NOON
from tests.people import Visitor
from webapp.broadcasts import domain, templates
from webapp.broadcasts.domain import Wish
from webapp.broadcasts.group import Group, Whom
from webapp.broadcasts.models import Recipient, Stage, Template
from webapp.core.access import Reader
from webapp.core.db import Database
from webapp.directory.models import Unit

DAY = date(2026, 3, 9)
OTHER = Wish({"sv": "Ingen har granskat det här."}, Group(Whom.UNIT), DAY, time(9), DAY)
on_postgresql = pytest.mark.parametrize(
    "database_url", ["postgresql"], indirect=True
)  # SQLite has one writer

Act = Callable[[Session], Any]


def meanwhile(database: Database, first: Act, second: Act) -> Future[Any]:
    """The second reads and acts before the first has committed; what came of the second."""

    def act() -> Any:
        with database.writing() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        first(session)
        future = pool.submit(act)
        while not future.done() and not _waits(database):
            pass
    return future


def _waits(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as session:
        return bool(session.scalar(text(waiting)))


def confirm(session: Session) -> None:
    broadcast = the_broadcast(session)
    domain.confirm(session, broadcast, broadcast.revision, domain.how_many(session, broadcast, NOON), NOON)


def change(session: Session) -> None:
    broadcast, unit = the_broadcast(session), session.scalars(select(Unit).where(Unit.name == UNIT)).one()
    domain.change(session, unit, broadcast, OTHER, broadcast.revision, NOON)


def take_out(session: Session) -> None:
    domain.take_out(session, the_broadcast(session), recipients(session))


def throw_away(session: Session) -> None:
    domain.throw_away(session, the_broadcast(session))


def add(*people: UUID) -> Act:
    return lambda session: domain.add_people(session, the_broadcast(session), people, NOON)


def draft_with_one(visit: Visitor, database: Database) -> tuple[UUID, UUID]:
    """A draft for the first of two neighbours; both."""
    first, second = neighbours(database, 2)
    visit("nils").post(write(visit("nils"), whom="valda"), {"steg": "in", "person": str(first)})
    return first, second


@on_postgresql
@pytest.mark.parametrize("act", ["change", "take out", "throw away", "add"])
def test_what_is_let_go_is_what_was_looked_through(visit: Visitor, database: Database, act: str) -> None:
    first, second = draft_with_one(visit, database)
    acts = {"change": change, "take out": take_out, "throw away": throw_away, "add": add(second)}
    assert isinstance(meanwhile(database, confirm, acts[act]).exception(), domain.Changed)
    hand_out(database, NOON + domain.UNDO)
    with database.read() as session:
        assert set(reminders(session)) == {first}


@on_postgresql
@pytest.mark.parametrize("act", ["change", "take out", "throw away", "add"])
def test_nothing_is_let_go_that_was_changed_meanwhile(visit: Visitor, database: Database, act: str) -> None:
    _, second = draft_with_one(visit, database)
    acts = {"change": change, "take out": take_out, "throw away": throw_away, "add": add(second)}
    why = meanwhile(database, acts[act], confirm).exception()
    assert isinstance(why, domain.Changed | domain.Empty)
    assert hand_out(database, NOON + domain.UNDO) == 0


@on_postgresql
def test_of_two_who_save_the_same_draft_at_once_the_second_is_told(
    visit: Visitor, database: Database
) -> None:
    write(visit("nils"))
    assert isinstance(meanwhile(database, change, change).exception(), domain.Changed)


@on_postgresql
def test_somebody_taken_in_twice_at_once_is_taken_in_once(visit: Visitor, database: Database) -> None:
    _, second = draft_with_one(visit, database)
    assert meanwhile(database, add(second), add(second)).result() == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Recipient.person_id == second)) == 1


@on_postgresql
def test_a_ready_text_written_twice_at_once_is_written_once(database: Database) -> None:
    karin = Reader(uuid4(), uuid4(), "staff", "Karin", "sv", unit_name=UNIT)
    once = uuid4()

    def write_it(session: Session) -> bool:
        return templates.add(session, karin, "Julfest", {"sv": "Kom"}, once, NOON)

    assert meanwhile(database, write_it, write_it).result() is False
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Template.name == "Julfest")) == 1


@on_postgresql
def test_an_old_draft_that_is_let_go_as_they_are_tidied_is_kept(visit: Visitor, database: Database) -> None:
    write(visit("nils"))
    later = NOON + domain.DRAFTS_KEPT * 2
    assert meanwhile(database, confirm, lambda session: domain.tidy_drafts(session, later)).result() is None
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.CONFIRMED
        assert recipients(session)


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("slang", {}),
        ("vilka", {"steg": "in"}),
        ("vilka", {"steg": "ut"}),
        ("andra", {**GOOD, "text_sv": "Kom på måndag", "revision": 1}),
    ],
)
def test_a_press_on_what_a_colleague_has_let_go_is_told_so(
    visit: Visitor, database: Database, act: str, fields: dict[str, Any]
) -> None:
    nils = visit("nils")
    address = send(nils)
    with database.read() as session:
        there = recipients(session)
    answer = nils.post(f"{address}/{act}", {**fields, "person": [str(each) for each in there]})
    page = nils.page(answer.location) if answer.location else answer.text
    assert "redan skickat" in page
    if act == "andra":
        assert re.search(r'value="Kom på måndag"', page)  # what was written is kept
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.CONFIRMED
        assert recipients(session) == there
        assert domain.texts_of(the_broadcast(session).said)["sv"] == GOOD["text_sv"]


@pytest.mark.parametrize("page", ["andra", "vilka"])
def test_a_page_of_a_draft_that_is_sent_leads_to_how_it_went(visit: Visitor, page: str) -> None:
    nils = visit("nils")
    address = send(nils)
    assert nils.get(f"{address}/{page}").location == address
