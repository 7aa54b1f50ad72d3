"""Asking the driver itself: the same rows as by SQLAlchemy's own way, and the same faults."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Date, Integer, LargeBinary, Select, String, Uuid, bindparam, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

import webapp
from tests.conftest import NOON
from webapp.accounts.models import Person
from webapp.core import asking
from webapp.core.asking import Query
from webapp.core.db import Database, Instant, rows
from webapp.plans.models import Plan
from webapp.reminders.models import Heartbeat

_ONE = select(Person.called, Person.born_on).where(Person.id == bindparam("person_id", type_=Uuid()))


def made_at_import() -> dict[str, Query]:
    """Every query that stands ready in a module of the app."""
    found = {}
    for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
        if ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Select):
                found[f"{module.name}.{name}"] = value
    return found


def _something(part: BindParameter[Any], person_id: UUID, plan_id: UUID) -> object:
    if part.key in ("person_id", "relative_id"):
        return person_id
    if part.key == "plan_id":
        return plan_id
    if part.key == "most":
        return 100
    if isinstance(part.type, Uuid):
        return None if part.key == "within" else uuid4()
    kinds: list[tuple[type, object]] = [
        (Instant, NOON),
        (Date, NOON.date()),
        (LargeBinary, b"x"),
        (String, "x"),
        (Integer, 5),
    ]
    return next(value for kind, value in kinds if isinstance(part.type, kind))


def test_every_query_made_at_import_gives_the_rows_that_sqlalchemy_gives(
    app: Flask, database: Database
) -> None:
    queries = made_at_import()
    assert len(queries) > 10
    seen = 0
    with database.write() as session:
        people = session.scalars(select(Person.id)).all()
        plans = dict(session.execute(select(Plan.person_id, Plan.id)).all())
        for name, query in queries.items():
            parts = [
                part for part in visitors.iterate(query) if isinstance(part, BindParameter) and part.required
            ]
            for person_id in people:
                plan_id = plans.get(person_id, uuid4())
                given = {
                    part.key: _something(part, person_id, plan_id) for part in parts if not part.expanding
                }
                given |= {part.key: [person_id] for part in parts if part.expanding}
                wanted = session.connection().execute(query, given).all()
                got = rows(session, query, given)
                assert [tuple(row) for row in got] == [tuple(row) for row in wanted], name
                assert [row._fields for row in got] == [row._fields for row in wanted], name
                seen += len(got)
    assert seen > 50


def test_values_come_out_as_the_types_of_the_columns(app: Flask, database: Database) -> None:
    query = select(Person.id, Person.born_on, Person.protected, Person.deceased_at, Heartbeat.at).outerjoin(
        Heartbeat, Heartbeat.worker == bindparam("worker", type_=String())
    )
    with database.writing() as session:
        session.add(Heartbeat(worker="w", at=NOON))
    with database.read() as session:
        row = rows(session, query, {"worker": "w"})[0]
        assert [type(value) for value in row] == [UUID, date, bool, type(None), datetime]
        assert row.at == NOON
        assert rows(session, query, {"worker": "nobody"})[0].at is None


def test_a_value_that_is_not_given_is_a_fault(app: Flask, database: Database) -> None:
    with database.read() as session, pytest.raises(KeyError):
        rows(session, _ONE, {})


def test_a_fault_is_told_in_sqlalchemys_words_without_what_was_sent(app: Flask, database: Database) -> None:
    at = select(Heartbeat.at).where(Heartbeat.worker == bindparam("w", type_=String()))
    with database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE heartbeat")
        with pytest.raises(DBAPIError) as fault:
            rows(session, at, {"w": "hemlig"})
        assert "hemlig" not in str(fault.value)
        session.rollback()
        assert rows(session, at, {"w": "hemlig"}) == []  # the connection is as good as before


def test_whoever_counts_the_queries_hears_of_each(app: Flask, database: Database) -> None:
    heard: list[str] = []
    with database.read() as session:
        with asking.overheard(heard.append):
            rows(session, _ONE, {"person_id": uuid4()})
        rows(session, _ONE, {"person_id": uuid4()})
    assert len(heard) == 1
    assert "FROM person" in heard[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_cannot_write_by_asking_either(app: Flask, database: Database) -> None:
    with database.read() as session, pytest.raises(OperationalError, match="readonly"):
        session.connection().exec_driver_sql("DELETE FROM heartbeat")
