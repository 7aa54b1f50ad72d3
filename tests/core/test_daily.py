"""Once a day: by one worker of many, again after a failure, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import person_id
from webapp.core import daily
from webapp.core.daily import Daily, DailyTask
from webapp.core.db import Database
from webapp.sharing import notices
from webapp.sharing.models import Notice
from webapp.sharing.notices import Kind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _told(session: Session, person: UUID) -> int:
    """How many notices of the tests' kind there are; two at once would be two."""
    told = select(Notice.id).where(Notice.person_id == person, Notice.kind == Kind.ACCESS_CHANGED)
    return len(session.scalars(told).all())


@ON_SQLITE
def test_a_task_is_done_once_each_local_day(app: Flask, database: Database) -> None:
    done: list[datetime] = []
    one = Daily({"count": lambda _session, now: done.append(now)})
    night = datetime(2026, 3, 28, 22, 59, tzinfo=UTC)  # 23.59 on a Swedish wall, before summer time begins
    for at in (night, night, night + timedelta(minutes=1), night + timedelta(hours=20)):
        one.do_due(database, at)
    assert done == [night, night + timedelta(minutes=1)]
    Daily(one.tasks).do_due(database, night + timedelta(hours=21))  # the worker was started anew
    assert len(done) == 2
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DailyTask)) == 1


def test_of_many_workers_at_once_one_does_it(app: Flask, database: Database) -> None:
    aino, together = person_id(app, "aino"), Barrier(6)
    tasks = {"tell": lambda session, now: notices.tell(session, aino, Kind.ACCESS_CHANGED, now)}

    def work() -> None:
        together.wait()
        Daily(tasks).do_due(database, NOON)

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert _told(session, aino) == 1
        assert session.scalars(select(DailyTask.task)).all() == ["tell"]


def test_what_fails_is_undone_tried_again_and_stops_nobody_else(app: Flask, database: Database) -> None:
    aino, tries = person_id(app, "aino"), []

    def fails_once(session: Session, now: datetime) -> None:
        tries.append(now)
        notices.tell(session, aino, Kind.ACCESS_CHANGED, now)
        if len(tries) == 1:
            raise RuntimeError("broken")

    done: list[datetime] = []
    one = Daily({"broken": fails_once, "whole": lambda _session, now: done.append(now)})
    one.do_due(database, NOON)
    with database.read() as session:
        assert session.scalars(select(DailyTask.task)).all() == ["whole"]
        assert _told(session, aino) == 0
    one.do_due(database, NOON + timedelta(seconds=1))
    assert len(tries) == 1
    one.do_due(database, NOON + daily.AGAIN)
    one.do_due(database, NOON + 2 * daily.AGAIN)
    assert len(tries) == 2
    assert done == [NOON]


@ON_SQLITE
def test_the_app_has_tasks_for_birthdays_and_consents(app: Flask) -> None:
    assert set(daily.tasks_of(app)) >= {"birthdays", "consents that end"}
