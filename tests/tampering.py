"""Somebody who has got hold of the database itself: what the app's roles and triggers refuse, they can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.core.db import Database
from webapp.migrations.fences import APPEND_ONLY


@contextmanager
def tampering(database: Database) -> Iterator[Session]:
    """A transaction in which nothing is append-only. `database` is the owner's."""
    with database.writing() as session:
        if database.engine.dialect.name == "sqlite":
            for table in APPEND_ONLY:
                for word in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{word}"))
        yield session
