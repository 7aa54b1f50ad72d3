"""Sealed text: a column that the database, its backups and whoever reads them cannot read.

AES-256-GCM with a random nonce; the column and the row are bound in, so that a text opens only where it was
written. A value moved to another row or column, changed in one bit, or sealed under a key that is not in the ring
is `Unreadable`: never other words, never garbage. Why and how it is stored: docs/decisions/0016.

Reading needs nothing: `select(Thing.words)`, objects, aliases and `core.db.rows` all give plain text, because the
column brings the row's id along. Writing through the session needs nothing either. A statement of one's own says
for which row: `update(Thing).where(Thing.id == id).values(words=sealed("…", id))`; without, it is refused.
NULL stays NULL and an empty text stays empty.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    ColumnElement,
    Dialect,
    String,
    Text,
    TypeDecorator,
    cast,
    event,
    inspect,
    literal_column,
    type_coerce,
)
from sqlalchemy.orm import Mapper, Session, defer
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.elements import Label

from webapp.core.db import Base, keys_at
from webapp.core.keyring import Keys

FORM = "s1"  # how it is written: s1.<key's number>.<base64 of nonce, text and tag>
NONCE = 12  # octets


class Unreadable(RuntimeError):
    """A sealed text does not open here. The message names the column, and never what stands there."""


class NotForARow(TypeError):
    """A text on its way to a sealed column without the row it is for: use `sealed(text, row_id)`."""


class _ForRow(str):
    """A text with the row it is to be sealed for."""

    __slots__ = ("row",)
    row: str


def sealed(text: str | None, row_id: UUID) -> str | None:
    """The text as a statement of one's own takes it to the row with this id."""
    if text is None:
        return None
    bound = _ForRow(text)
    bound.row = row_id.hex
    return bound


class Sealed(TypeDecorator[str]):
    """A sealed column. `where` is "table.column", bound into each text: the table needs a random `id`."""

    impl = Text
    cache_ok = True

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Bring the row's id along: `id:text`."""
        while isinstance(column, Label):
            column = column.element
        row = getattr(getattr(column, "table", None), "c", {}).get("id")
        if row is None:
            raise NotForARow(f"{self.where} can be read only beside its row's id: select the column itself")
        both = cast(row, String(36)) + literal_column("':'", Text) + type_coerce(column, Text)
        return type_coerce(both, column.type)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        where, keys = self.where, keys_at(dialect)

        def bind(value: str | None) -> str | None:
            if not value:
                return value
            if not isinstance(value, _ForRow):
                raise NotForARow(f"{where} takes sealed(text, row_id)")
            return seal(keys, where, value.row, value)

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None]:
        where, keys = self.where, keys_at(dialect)

        def result(value: str | None) -> str | None:
            if value is None:
                return None
            if value.endswith(":"):
                return ""
            row, _, stored = value.partition(":")
            return opened(keys, where, row.replace("-", ""), stored)

        return result


def seal(keys: Keys | None, where: str, row: str, text: str) -> str:
    """What is stored for a text; `row` is the row's id in 32 hexadecimal digits."""
    keys = _held(keys)
    nonce = os.urandom(NONCE)
    shut = keys.newest.texts.encrypt(nonce, text.encode(), f"{where}:{row}".encode())
    return f"{FORM}.{keys.newest.number}.{b2a_base64(nonce + shut, newline=False).decode()}"


def opened(keys: Keys | None, where: str, row: str, stored: str) -> str:
    """The text; raises Unreadable."""
    keys = _held(keys)
    try:
        form, number, packed = stored.split(".")
        key = keys.get(int(number))
        if form == FORM and key is not None:
            shut = a2b_base64(packed, strict_mode=True)
            return key.texts.decrypt(shut[:NONCE], shut[NONCE:], f"{where}:{row}".encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable(f"{where}: not what was sealed there") from None
    raise Unreadable(f"{where}: sealed with a key that is not in NARAMIG_KEYS")


def _held(keys: Keys | None) -> Keys:
    if keys is None:
        raise RuntimeError("this engine has no keys: make it with Database(url, keys)")
    return keys


@cache
def _sealed_in(mapper: Mapper[Any]) -> tuple[str, ...]:
    """The attributes of a class that stand in sealed columns."""
    return tuple(each.key for each in mapper.column_attrs if isinstance(each.columns[0].type, Sealed))


def _name_the_row(mapper: Mapper[Any], _connection: object, target: Any) -> None:
    """Before an object is written: its sealed texts learn which row they are for."""
    if names := _sealed_in(mapper):
        if target.id is None:
            target.id = uuid4()
        held = target.__dict__
        for name in names:
            if held.get(name):
                held[name] = sealed(held[name], target.id)


def _forget_the_row(mapper: Mapper[Any], _connection: object, target: Any) -> None:
    """After: they are texts like any others, so that a copy to another row is sealed for that one."""
    held = target.__dict__
    for name in _sealed_in(mapper):
        if isinstance(held.get(name), _ForRow):
            held[name] = str(held[name])


for _moment in ("before_insert", "before_update"):
    event.listen(Base, _moment, _name_the_row, propagate=True)
for _moment in ("after_insert", "after_update"):
    event.listen(Base, _moment, _forget_the_row, propagate=True)


def without_texts(kind: type[Base]) -> list[ExecutableOption]:
    """Options of a query for objects that opens none of their sealed texts, and raises where one is asked for.

    For work that needs no words: it is quicker, and a text that does not open stops nothing.
    """
    return [defer(getattr(kind, name), raiseload=True) for name in _sealed_in(inspect(kind))]


def keys_of(session: Session) -> Keys:
    """The ring of the database that this session speaks to."""
    return _held(keys_at(session.get_bind().dialect))
