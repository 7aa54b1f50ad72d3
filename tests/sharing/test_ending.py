"""Fourteen days before a consent ends, the person is told; in time, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor, person_id
from tests.sharing.inviting import FIELDS, accept, confirm, invite
from webapp.core import clock
from webapp.core.daily import Daily, DailyTask, tasks_of
from webapp.core.db import Database
from webapp.sharing import terms
from webapp.sharing.ending import tell_of_ending
from webapp.sharing.models import Consent, ConsentKind

LISAS_LAST = timedelta(days=357)  # 1 March 2027: Aino let Lisa in eight days ago, for 365


@pytest.fixture
def as_worker(app: Flask) -> Iterator[Database]:
    """The database as the worker meets it: on PostgreSQL by a role of its own, which may do little."""
    made = Database(app.config["SETTINGS"].worker_url, app.config["SETTINGS"].keys)
    yield made
    made.engine.dispose()


def told(database: Database, days: timedelta) -> int:
    with clock.frozen(NOON + days), database.writing() as session:
        return tell_of_ending(session, NOON + days)


def test_fourteen_days_ahead_and_not_the_day_before_that(
    app: Flask, database: Database, as_worker: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        eino = select(Consent).where(Consent.relative_id == person_id(app, "marit"))
        session.delete(session.scalars(eino).one())
    day = timedelta(days=1)
    assert told(as_worker, LISAS_LAST - terms.SOON - day) == 0
    assert told(as_worker, LISAS_LAST - terms.SOON) == 1
    for later in range(15):
        assert told(as_worker, LISAS_LAST - terms.SOON + later * day) == 0
    with clock.frozen(NOON + LISAS_LAST - terms.SOON):
        aino = visit("aino")
        assert "Det du delar med Lisa tar slut snart" in aino.page(f"{aino.p}/idag")
        assert "tar slut snart" not in visit("lisa").page("/mina")


def test_a_day_that_the_worker_missed_is_made_up_for(
    app: Flask, database: Database, as_worker: Database
) -> None:
    assert told(as_worker, LISAS_LAST - timedelta(days=3)) == 2  # Lisa's and Marit's
    assert told(as_worker, LISAS_LAST - timedelta(days=2)) == 0


def test_extended_it_is_told_of_again_a_year_later_and_what_was_ended_never(
    app: Flask, database: Database, as_worker: Database, visit: Visitor
) -> None:
    soon = LISAS_LAST - terms.SOON
    assert told(as_worker, soon) == 2
    with clock.frozen(NOON + soon):
        aino = visit("aino")
        with database.read() as session:
            lisas = session.scalars(
                select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.RELATIVE)
            ).one()
        assert "tar slut snart" in aino.page(f"{aino.p}/idag")
        assert aino.post(f"{aino.p}/delning/{lisas}/andra", FIELDS).status_code == 302
        assert "tar slut snart" not in aino.page(f"{aino.p}/idag")
    assert told(as_worker, LISAS_LAST + timedelta(days=1)) == 0
    assert told(as_worker, soon + timedelta(days=365 - 14)) == 1


def test_one_that_was_given_for_a_week_is_not_told_of(
    app: Flask, database: Database, as_worker: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    accept(visit("gun"), invite(aino, until="egen", until_on="2026-03-16"))
    confirm(aino)
    assert told(as_worker, timedelta(days=1)) == 0


def test_the_day_s_tasks_are_done_by_the_worker_s_role(
    app: Flask, database: Database, as_worker: Database
) -> None:
    Daily(tasks_of(app)).do_due(as_worker, NOON)
    with database.read() as session:
        assert set(session.scalars(select(DailyTask.task))) == set(tasks_of(app))
