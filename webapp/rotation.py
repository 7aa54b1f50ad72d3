"""Changing keys while the app runs: `flask keys rotate` seals everything anew, `flask keys status` says what is left.

In batches, each a transaction of its own, so that nobody waits for more than one of them, and whoever stops it in the
middle starts it again: what is sealed under the newest key is left alone. A text that somebody changes
meanwhile is theirs. How a key is changed step by step: docs/running.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import ColumnElement, Table, Text, case, func, or_, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.core.keyring import Keys, code
from webapp.core.sealing import FORM, Sealed, Unreadable, keys_of, opened, sealed
from webapp.migrations import steps
from webapp.settings import Settings

Batch = Callable[[Session, UUID | None], UUID | None]  # takes the id of the last row seen, gives the next
BATCH = 200  # rows
PASSES = 3  # rows that somebody was writing are passed over, and looked at again

keys_cli = AppGroup("keys", help="The keys that texts are sealed with.")


@dataclass
class Rotated:
    """What was done, and what could not be: named by column and row, never by what stands there."""

    texts: int = 0
    codes: int = 0
    unreadable: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)


def rotate(database: Database, after_batch: Callable[[], None] = lambda: None) -> Rotated:
    """Seal everything under the newest key, and give every number its code under it."""
    done = Rotated()
    for _ in range(PASSES):
        before = done.texts, done.codes
        for table, columns in _sealed_tables():
            _each(database, partial(_texts, table, columns, done), after_batch)
        _each(database, partial(_codes, done), after_batch)
        if (done.texts, done.codes) == before:
            break
    return done


def _each(database: Database, batch: Batch, after_batch: Callable[[], None]) -> None:
    """One batch after another, each in its own transaction, until there are no more rows."""
    last = None
    while True:
        with database.writing() as session:
            last = batch(session, last)
        if last is None:
            return
        after_batch()


def _sealed_tables() -> Iterator[tuple[Table, list[str]]]:
    for table in steps.metadata().sorted_tables:
        columns = [column.name for column in table.columns if isinstance(column.type, Sealed)]
        if columns:
            yield table, columns


def _raw(table: Table, column: str) -> ColumnElement[str]:
    """The column as it stands, shut."""
    return type_coerce(table.c[column], Text)


def _texts(
    table: Table, columns: Sequence[str], done: Rotated, session: Session, last: UUID | None
) -> UUID | None:
    """Seal a batch anew; the last row's id, or None when there are no more."""
    keys = keys_of(session)
    newest = f"{FORM}.{keys.newest.number}."
    stale = or_(*((_raw(table, name) != "") & ~_raw(table, name).startswith(newest) for name in columns))
    wanted = select(table.c.id, *(_raw(table, name).label(name) for name in columns)).where(stale)
    if last is not None:
        wanted = wanted.where(table.c.id > last)
    found = session.execute(
        wanted.order_by(table.c.id).limit(BATCH).with_for_update(skip_locked=True)  # waits for nobody
    ).all()
    for row in found:
        for name in columns:
            kept = row._mapping[name]
            if kept and not kept.startswith(newest):
                _seal_anew(session, keys, table, name, row.id, kept, done)
    return found[-1].id if found else None


def _seal_anew(
    session: Session, keys: Keys, table: Table, name: str, row_id: UUID, kept: str, done: Rotated
) -> None:
    where = f"{table.name}.{name}"
    try:
        words = opened(keys, where, row_id.hex, kept)
    except Unreadable:
        done.unreadable.add(f"{where} {row_id}")
        return
    stands = (table.c.id == row_id) & (_raw(table, name) == kept)
    session.execute(update(table).where(stands).values({name: sealed(words, row_id)}))
    done.texts += 1


def _codes(done: Rotated, session: Session, last: UUID | None) -> UUID | None:
    """Give a batch of people's numbers their code under the newest key."""
    people = cast(Table, Person.__table__)
    wanted = select(people.c.id, _raw(people, "number").label("number"), people.c.number_mac).where(
        people.c.number.is_not(None)
    )
    if last is not None:
        wanted = wanted.where(people.c.id > last)
    found = session.execute(wanted.order_by(people.c.id).limit(BATCH).with_for_update(skip_locked=True)).all()
    keys = keys_of(session)
    for row in found:
        _code_anew(session, keys, row, done)
    return found[-1].id if found else None


def _code_anew(session: Session, keys: Keys, row: Any, done: Rotated) -> None:
    try:
        fresh = code(keys.newest, opened(keys, "person.number", row.id.hex, row.number))
    except Unreadable:
        done.unreadable.add(f"person.number {row.id}")
        return
    if fresh == row.number_mac:
        return
    try:
        with session.begin_nested():
            session.execute(update(Person).where(Person.id == row.id).values(number_mac=fresh))
    except IntegrityError:  # two records of one person, made while old and new keys were both in use
        done.taken.add(f"person.number {row.id}")
        return
    done.codes += 1


def in_use(database: Database) -> tuple[Counter[int], int]:
    """How many texts and codes stand under each key of the ring, and how many under none of them."""
    counted: Counter[int] = Counter()
    other = 0
    with database.read() as session:
        ring = [key.number for key in keys_of(session).all]
        for table, columns in _sealed_tables():
            for name in columns:
                raw = _raw(table, name)
                under = [func.sum(case((raw.startswith(f"{FORM}.{number}."), 1), else_=0)) for number in ring]
                total, *each = session.execute(select(func.count(), *under).where(raw != "")).one()
                counted.update({number: count or 0 for number, count in zip(ring, each, strict=True)})
                other += total - sum(count or 0 for count in each)
        other += _codes_in_use(session, counted)
    return counted, other


def _codes_in_use(session: Session, counted: Counter[int]) -> int:
    keys, other = keys_of(session), 0
    people = cast(Table, Person.__table__)
    wanted = select(people.c.id, _raw(people, "number").label("number"), people.c.number_mac)
    for row in session.execute(
        wanted.where(people.c.number_mac.is_not(None)).execution_options(yield_per=BATCH)
    ):
        try:
            number = opened(keys, "person.number", row.id.hex, row.number or "")
        except Unreadable:  # counted among the texts
            continue
        under = [key.number for key in keys.all if code(key, number) == row.number_mac]
        counted.update(under)
        other += not under
    return other


def _database() -> Database:
    settings: Settings = current_app.config["SETTINGS"]
    return Database(settings.owner_url, settings.keys)


@keys_cli.command("rotate")
def rotate_command() -> None:
    """Seal everything under the first key of NARAMIG_KEYS; may be stopped and run again."""
    database = _database()
    done = rotate(database)
    click.echo(
        f"Sealed anew under key {_newest(database)}: {done.texts} texts, {done.codes} codes of numbers."
    )
    for place in sorted(done.unreadable):
        click.echo(f"Does not open: {place}")
    for place in sorted(done.taken):
        click.echo(f"Another person has the same number: {place}")
    database.engine.dispose()
    if done.unreadable or done.taken:
        raise SystemExit(1)


@keys_cli.command("status")
def status_command() -> None:
    """How much stands under each key, and which can be taken away."""
    database = _database()
    counted, other = in_use(database)
    newest = _newest(database)
    for number in sorted(counted, reverse=True):
        says = (
            "seals"
            if number == newest
            else "opens"
            if counted[number]
            else "is not used: it can be taken away"
        )
        click.echo(f"Key {number} {says}. Under it: {counted[number]}")
    if other:
        click.echo(f"Under no key of NARAMIG_KEYS, or broken: {other}")
    database.engine.dispose()


def _newest(database: Database) -> int:
    with database.read() as session:
        return keys_of(session).newest.number
