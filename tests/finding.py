"""Finding rows by sealed words, which no query can look for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session


def saying(session: Session, column: InstrumentedAttribute[str], words: str) -> list[Any]:
    """Every object whose text in `column` is `words`: `saying(session, Reminder.text, "…")`."""
    return [each for each in session.scalars(select(column.class_)) if getattr(each, column.key) == words]


def one_saying(session: Session, column: InstrumentedAttribute[str], words: str) -> Any:
    """The one object whose text in `column` is `words`; anything else fails the test."""
    (found,) = saying(session, column, words)
    return found
