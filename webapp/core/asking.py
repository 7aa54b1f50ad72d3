"""Queries for columns that are made once, at import, asked straight of the driver.

SQLAlchemy puts a query into words at its first asking, and tells how each value goes in and comes out: the types
are its own and ours (Instant, Sealed). After that the same words are sent and the answer is translated, and no
more: its own way from query to rows costs as much as six lookups in the database, and a page asks up to nine
times. Why and when: docs/decisions/0010.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Insert, Select
from sqlalchemy.types import TypeEngine

Query = Select[*tuple[Any, ...]]
Statement = Query | Insert
Translate = Callable[[Any], Any]

_HEARS: list[Callable[[str], None]] = []
_SEVERAL = 5  # rows; with fewer, looking for what was said already costs more than it saves
_PLAIN = re.compile(r"[a-z_]+")  # as the words of a choice (core.db)
_MOST_KEPT = 500  # far more than the app has: a guard should somebody ask with queries not made at import
_PREPARED: WeakKeyDictionary[Dialect, dict[Statement, Prepared | None]] = WeakKeyDictionary()


class Prepared:
    """One statement in the words of one database."""

    def __init__(self, dialect: Dialect, words: Any, types: Sequence[TypeEngine[Any]]) -> None:
        self._words = str(words)
        self._fixed: dict[str, Any] = {}
        self._into: dict[str, Translate | None] = {}
        for part, name in words.bind_names.items():
            how = part.type.dialect_impl(dialect).bind_processor(dialect)
            if part.required:
                self._into[name] = how
            else:
                self._fixed[name] = _into(how, words.params[name])
        self._places: Sequence[str] | None = words.positiontup  # None: by name
        if self._places is not None:
            self._words, self._places = _said(self._words, self._places, self._fixed)
        self._types = types  # of the columns it answers with
        self._answer: _Answer | None = None  # known when the driver has answered once

    def ask(self, connection: Connection, given: Mapping[str, Any]) -> list[Any]:
        sent = {**self._fixed, **{name: _into(how, given[name]) for name, how in self._into.items()}}
        values = sent if self._places is None else [sent[name] for name in self._places]
        for hear in _HEARS:
            hear(self._words)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._words, values)
            found = cursor.fetchall() if self._types else ()
        except BaseException as fault:  # raised again, in SQLAlchemy's words
            connection._handle_dbapi_exception(fault, self._words, values, cursor, None)
        answer = self._answer
        if answer is None:
            answer = self._answer = _Answer(self._types, connection.dialect, cursor.description or ())
        cursor.close()
        return answer.rows(found)


class _Answer:
    """How the driver's rows become ours: names, and the columns that are translated."""

    def __init__(
        self, types: Sequence[TypeEngine[Any]], dialect: Dialect, columns: Sequence[Sequence[Any]]
    ) -> None:
        made = namedtuple("Row", [column[0] for column in columns], rename=True)  # type: ignore[misc]
        self._make: Callable[[Sequence[Any]], Any] = partial(tuple.__new__, made)  # as _make, but quicker
        out = [
            kind.dialect_impl(dialect).result_processor(dialect, column[1])
            for kind, column in zip(types, columns, strict=True)
        ]
        self._out = [(place, how) for place, how in enumerate(out) if how is not None]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        if len(found) < _SEVERAL:
            few = [list(row) for row in found]
            for row in few:
                for place, how in self._out:
                    row[place] = how(row[place])
            return list(map(self._make, few))
        columns = list(zip(*found, strict=True))
        for place, how in self._out:
            columns[place] = _translated(columns[place], how)
        return list(map(self._make, zip(*columns, strict=True)))


def _translated(column: Sequence[Any], how: Translate) -> tuple[Any, ...]:
    """One column of several rows, which often say the same: it is found out once."""
    known = {raw: how(raw) for raw in set(column)}
    return tuple(map(known.__getitem__, column))


def _said(words: str, places: Sequence[str], fixed: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    """The statement with its own numbers and plain words written out, and the places that are left.

    SQLite plans a statement anew each time when such a value is sent beside it and an index speaks of the same
    column: of the work list that was nine tenths of the time. What anybody has typed is never written out.
    """
    pieces = words.split("?")
    if len(pieces) != len(places) + 1:
        return words, places
    left, out = [], [pieces[0]]
    for name, piece in zip(places, pieces[1:], strict=True):
        value = fixed.get(name)
        if isinstance(value, int):
            out.append(str(int(value)))
        elif isinstance(value, str) and _PLAIN.fullmatch(value):
            out.append(f"'{value}'")
        else:
            out.append("?")
            left.append(name)
        out.append(piece)
    return "".join(out), left


def _into(how: Translate | None, value: Any) -> Any:
    return value if how is None else how(value)


def ask(connection: Connection, query: Query, given: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a query, each a named tuple; a fault is SQLAlchemy's, as ever."""
    prepared = _prepared(connection, query)
    if prepared is None:
        return connection.execute(query, given).all()
    return prepared.ask(connection, given)


def write(connection: Connection, line: Insert, given: Mapping[str, Any]) -> None:
    """Write one row of which every column is given."""
    prepared = _prepared(connection, line)
    if prepared is None:
        connection.execute(line, given)
    else:
        prepared.ask(connection, given)


@contextmanager
def overheard(hear: Callable[[str], None]) -> Iterator[None]:
    """Let somebody hear each statement that goes this way, as those of SQLAlchemy's own are heard by an event."""
    _HEARS.append(hear)
    try:
        yield
    finally:
        _HEARS.remove(hear)


def _prepared(connection: Connection, statement: Statement) -> Prepared | None:
    """None where SQLAlchemy is to send it: its words depend on what is given, as with a list to look among."""
    dialect = connection.dialect
    known = _PREPARED.get(dialect)
    if known is None:
        known = _PREPARED[dialect] = {}
    if statement in known:
        return known[statement]
    prepared = _prepare(statement, dialect)
    if len(known) < _MOST_KEPT:
        known[statement] = prepared
    return prepared


def _prepare(statement: Statement, dialect: Dialect) -> Prepared | None:
    words = statement.compile(dialect=dialect)
    if words.post_compile_params:
        return None
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    return Prepared(dialect, words, [column.type for column in columns])
