"""The database: instants in UTC, readers that cannot write, writers that take turns."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from tests.conftest import NOON
from webapp.accounts.models import Person
from webapp.core import db
from webapp.core.db import Database, Instant
from webapp.pages.models import Feedback
from webapp.reminders.models import Heartbeat

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DIALECT = None


def test_a_time_without_a_zone_is_no_instant(app: Flask, database: Database) -> None:
    with database.write() as session:
        session.add(Heartbeat(worker="w", at=datetime(2026, 3, 9, 8)))  # noqa: DTZ001 # what is refused
        with pytest.raises(StatementError, match="time zone"):
            session.flush()
    with database.read() as session, pytest.raises(StatementError, match="time zone"):
        session.execute(select(Heartbeat).where(Heartbeat.at > datetime(2026, 3, 9, 8)))  # noqa: DTZ001


@given(st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_an_instant_goes_in_and_out_as_the_same_moment(moment: datetime) -> None:
    kept = Instant().process_bind_param(moment, DIALECT)  # type: ignore[arg-type] # looks at no dialect
    assert kept is not None
    assert kept.utcoffset() == timedelta(0)
    assert Instant().process_result_value(kept.replace(tzinfo=None), DIALECT) == kept  # type: ignore[arg-type]
    assert kept.timestamp() == pytest.approx(moment.timestamp(), abs=1e-3)


def test_an_instant_of_any_zone_comes_back_in_utc(app: Flask, database: Database) -> None:
    for number, zone in enumerate(
        (UTC, ZoneInfo("Europe/Stockholm"), timezone(timedelta(hours=-9, minutes=-30)))
    ):
        with database.writing() as session:
            session.add(Heartbeat(worker=str(number), at=NOON.astimezone(zone)))
        with database.read() as session:
            at = session.get_one(Heartbeat, str(number)).at
            assert at == NOON
            assert at.utcoffset() == timedelta(0)


def test_who_reads_cannot_write_whatever_they_try(app: Flask, database: Database) -> None:
    for statement in (
        "UPDATE person SET name = 'x'",
        "DELETE FROM heartbeat",
        "INSERT INTO heartbeat (worker, at) VALUES ('w', '2026-01-01')",
        "CREATE TABLE x (id INTEGER)",
    ):
        with database.read() as session, pytest.raises(DBAPIError, match=r"read-?only"):
            session.execute(text(statement))
    with database.writing() as session:  # and the connection that goes back can write again
        session.execute(text("UPDATE person SET name = name"))
    with database.read() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(text("DELETE FROM heartbeat"))


def test_what_raises_is_undone(app: Flask, database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            session.add(Feedback(page="/", words="x", told_at=NOON))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


def test_many_who_read_and_then_write_all_get_through(app: Flask, database: Database) -> None:
    """A transaction that reads first would be refused at once in SQLite, were it not for BEGIN IMMEDIATE."""
    threads, rounds, faults = 8, 5, []
    start = threading.Barrier(threads)
    with database.writing() as session:
        session.add(Heartbeat(worker="count", at=datetime(2026, 1, 1, tzinfo=UTC)))

    def count_up() -> None:
        start.wait()
        for _ in range(rounds):
            try:
                with database.writing() as session:
                    found = session.scalars(
                        select(Heartbeat).where(Heartbeat.worker == "count").with_for_update()
                    ).one()
                    found.at += timedelta(seconds=1)
            except Exception as fault:  # noqa: BLE001,RUF100 # every kind of failure is one
                faults.append(fault)

    running = [threading.Thread(target=count_up) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert faults == []
    with database.read() as session:
        at = session.get_one(Heartbeat, "count").at
    assert at == datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=threads * rounds)


def test_a_reader_does_not_wait_for_a_writer(app: Flask, database: Database) -> None:
    with database.write() as writer:
        writer.execute(text("UPDATE person SET called = 'Ajna' WHERE called = 'Aino'"))
        with database.read() as reader:
            assert reader.scalars(select(Person.called).where(Person.called == "Aino")).one() == "Aino"
        writer.rollback()


@ON_SQLITE
def test_sqlite_is_set_up_so_that_nothing_acknowledged_is_lost(app: Flask, database: Database) -> None:
    with database.engine.connect() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("synchronous", 2),
            ("busy_timeout", 15000),
        ):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value, pragma


@ON_SQLITE
def test_a_writer_holds_the_lock_from_the_beginning(app: Flask, database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        session.execute(text("SELECT 1"))
        other = sqlite3.connect(str(database.engine.url.database), timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_a_row_that_points_nowhere_is_refused(app: Flask, database: Database) -> None:
    with database.write() as session, pytest.raises(IntegrityError):
        session.execute(
            text("INSERT INTO consent_unit (consent_id, unit_id) VALUES (:one, :two)"),
            {"one": uuid4().hex, "two": uuid4().hex},
        )


def test_a_word_outside_its_choices_is_refused_by_the_database(app: Flask, database: Database) -> None:
    with database.write() as session, pytest.raises(IntegrityError, match="row_status"):
        session.execute(text("UPDATE plan_row SET status = 'perhaps'"))


def test_a_request_that_begins_to_write_reads_anew_under_the_lock(app: Flask, database: Database) -> None:
    with app.test_request_context("/"):
        assert not db.is_writing(db.current())
        first = db.session.scalars(select(Person.called).where(Person.called == "Aino")).first()
        db.begin_write()
        assert db.is_writing(db.current())
        assert db.session.scalars(select(Person.called).where(Person.called == "Aino")).first() == first
        db.session.execute(text("UPDATE person SET called = 'x'"))
    with database.read() as session:  # nobody committed, so nothing was kept
        assert session.scalars(select(Person.called).where(Person.called == "Aino")).first() == first


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_names_and_days_come_back_as_they_were(app: Flask, database: Database, born: date, name: str) -> None:
    with database.write() as session:
        person = Person(name=name, called=name, born_on=born)
        session.add(person)
        session.flush()
        session.expire(person)
        assert (person.name, person.born_on) == (name, born)
        session.rollback()


def test_midnight_is_a_time_too() -> None:
    assert Instant().process_bind_param(datetime.combine(date(2026, 3, 9), time(), UTC), DIALECT)  # type: ignore[arg-type]
    assert Instant().process_bind_param(None, DIALECT) is None  # type: ignore[arg-type]
    assert Instant().process_result_value(None, DIALECT) is None  # type: ignore[arg-type]
