"""Writing many rows of one table at once: what a morning takes, where an object or a statement a row is too dear.

PostgreSQL is given each column as one array, and what all rows have in common as one value: its own work for a row
is then the indexes and the foreign keys, and nothing else. SQLite lies in this process, and takes row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Column, Dialect, Table, bindparam, insert, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from webapp.core.db import Base, connection_of

_NOTHING = object()


class _Place(NamedTuple):
    """One column in PostgreSQL's words, and how a value becomes the driver's."""

    name: str
    kind: str
    into: Callable[[Any], Any] | None


def insert_many(session: Session, model: type[Base], made: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; what they leave out has the column's own default. No objects.

    Not for a table with sealed columns: those are sealed row by row.
    """
    if not made:
        return
    connection, table = connection_of(session), cast(Table, model.__table__)
    left_out = {name: value for name, value in defaults(table).items() if name not in made[0]}
    made = [{**row, **left_out} for row in made] if left_out else made
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(made))
        return
    places = [_place(table.columns[name], connection.dialect) for name in made[0]]
    parts: list[str] = []
    values: list[Any] = []
    for place in places:
        column = [row[place.name] for row in made]
        common = column[0] if all(value == column[0] for value in column) else _NOTHING
        into = place.into or _as_it_is
        if common is _NOTHING:
            parts.append(f"unnest(%s::{place.kind}[])")
            values.append([into(value) for value in column])
        else:
            parts.append(f"%s::{place.kind}")
            values.append(into(common))
    names = ", ".join(place.name for place in places)
    only_one = "" if any(part.startswith("unnest") for part in parts) else " LIMIT 1"
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) SELECT {', '.join(parts)}{only_one}",
        tuple(values),
    )


def update_many(session: Session, model: type[Base], name: str, values: Mapping[UUID, Any]) -> None:
    """Give one column of each of these rows, by their id, a value of its own. Objects in the session read it anew."""
    if not values:
        return
    connection, table = connection_of(session), cast(Table, model.__table__)
    if connection.dialect.name == "postgresql":
        place = _place(table.columns[name], connection.dialect)
        into = place.into or _as_it_is
        given = f"SELECT unnest(%s::uuid[]) AS id, unnest(%s::{place.kind}[]) AS value"
        connection.exec_driver_sql(
            f"UPDATE {table.name} SET {place.name} = given.value FROM ({given}) AS given"  # noqa: S608 - our own names
            f" WHERE {table.name}.id = given.id",
            (list(values), [into(value) for value in values.values()]),
        )
    else:
        one = update(table).where(table.columns["id"] == bindparam("row")).values({name: bindparam("value")})
        connection.execute(one, [{"row": row, "value": value} for row, value in values.items()])
    for known in session.identity_map.values():
        identity = inspect(known).identity
        if isinstance(known, model) and identity and identity[0] in values:
            session.expire(known, [name])


@cache
def defaults(table: Table) -> Mapping[str, Any]:
    """What stands in a column when nobody says, of those where it is one value for all rows."""
    return {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }


def _place(column: Column[Any], dialect: Dialect) -> _Place:
    kind = column.type.dialect_impl(dialect)
    preparer = dialect.identifier_preparer
    return _Place(preparer.quote(column.name), column.type.compile(dialect), kind.bind_processor(dialect))


def _as_it_is(value: Any) -> Any:
    return value
