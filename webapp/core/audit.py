"""The access log: who opened whose page, when, from which unit and in which role.

Append-only, chained per person: each line carries the hash of the one before, so that a line taken
away or changed shows. Law: docs/legal.md, "Åtkomstlogg". What was read is named by page, never by text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.core import clock
from webapp.core.db import Base, rows

START = "0" * 64


class AccessLog(Base):
    """One opening of a person's page by somebody else."""

    __tablename__ = "access_log"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        Index("ix_access_log_person_at", "person_id", "at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]  # 1, 2, 3 … per person
    at: Mapped[datetime]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(200))  # as it was called then
    role: Mapped[str] = mapped_column(String(100))
    page: Mapped[str] = mapped_column(String(60))
    chain: Mapped[str] = mapped_column(String(64))  # SHA-256 over the line before and this one


_COLUMNS = tuple(column.key for column in inspect(AccessLog).column_attrs)
_LINE = insert(
    cast(Table, AccessLog.__table__)
)  # no object of the session: the line is written, never changed
_LAST = (
    select(AccessLog.number, AccessLog.chain)
    .where(AccessLog.person_id == bindparam("person_id", type_=Uuid()))
    .order_by(AccessLog.number.desc())
    .limit(1)
)


class Who(Protocol):
    """The part of core.access.Reader that a line names."""

    @property
    def account_id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def role(self) -> str: ...


def write(session: Session, who: Who, person_id: UUID, page: str) -> AccessLog:
    """Add the line to the transaction in hand; it stands or falls with what is shown."""
    last = rows(session, _LAST, {"person_id": person_id})
    number, before = (last[0].number + 1, last[0].chain) if last else (1, START)
    line = AccessLog(
        id=uuid4(),
        person_id=person_id,
        number=number,
        at=clock.now(),
        account_id=who.account_id,
        unit_id=who.unit_id,
        unit_name=who.unit_name,
        role=who.role,
        page=page,
    )
    line.chain = _chain(before, line)
    session.connection().execute(_LINE, {name: getattr(line, name) for name in _COLUMNS})
    return line


def _chain(before: str, line: AccessLog) -> str:
    parts = (
        before,
        line.id.hex,
        line.person_id.hex,
        str(line.number),
        line.at.isoformat(),
        line.account_id.hex,
        line.unit_id.hex if line.unit_id else "",
        line.unit_name,
        line.role,
        line.page,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def first_broken(lines: Sequence[AccessLog]) -> AccessLog | None:
    """The first line of one person's log that does not follow from the one before; None if all hold."""
    before = START
    for number, line in enumerate(lines, start=1):
        if line.number != number or line.chain != _chain(before, line):
            return line
        before = line.chain
    return None


def page_of(endpoint: str | None) -> str:
    """The page's name for the log: the package of the route, such as "plans"."""
    return (endpoint or "").partition(".")[0][:60]
