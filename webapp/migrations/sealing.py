"""For steps: sealing a column that stands in clear, and opening it again on the way back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import keys_at
from webapp.core.keyring import Keys
from webapp.core.sealing import opened, seal

BATCH = 500  # rows
Change = Callable[[Keys, str, str, str], str]


def seal_column(connection: sa.Connection, table: str, column: str) -> None:
    """Seal every text of the column, under the newest key of the connection's ring."""
    _each(connection, table, column, seal)


def open_column(connection: sa.Connection, table: str, column: str) -> None:
    """Put every text of the column back in clear. Raises core.sealing.Unreadable, and then nothing is changed."""
    _each(connection, table, column, opened)


def _each(connection: sa.Connection, table: str, column: str, change: Change) -> None:
    here = sa.table(table, sa.column("id", sa.Uuid()), sa.column(column, sa.Text()))
    text = here.c[column]
    batch = sa.select(here.c.id, text).where(text != "").order_by(here.c.id).limit(BATCH)
    write = (
        sa.update(here)
        .where(here.c.id == sa.bindparam("row", type_=sa.Uuid()))
        .values({column: sa.bindparam("changed")})
    )
    found = connection.execute(batch).all()
    while found:
        keys = keys_at(connection.dialect)
        if keys is None:
            raise RuntimeError("this step needs the keys: steps.upgrade(url, keys=…)")
        changed = [
            {"row": row, "changed": change(keys, f"{table}.{column}", row.hex, stands)}
            for row, stands in found
        ]
        connection.execute(write, changed)
        last: UUID = found[-1][0]
        found = connection.execute(batch.where(here.c.id > last)).all()
