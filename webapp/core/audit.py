"""The access log: who opened whose page or did something there, when, from which unit and in which role.

Append-only, chained per person: each line carries the hash of the one before, so that a line taken
away or changed shows. Law: docs/legal.md, "Åtkomstlogg". What was read is named by page, never by text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, cast
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
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.core import asking, clock
from webapp.core.db import Base, connection_of, rows

START = "0" * 64


class What(StrEnum):
    """What was done. A later version of the app may write others: the column takes any word."""

    OPENED = "opened"
    CHANGED = "changed"  # a press that has no word of its own
    WROTE = "wrote"
    READ = "read"  # pressed that it is read
    REMINDED = "reminded"  # set a reminder
    SENT = "sent"  # staff sent a reminder
    ANSWERED = "answered"  # a reminder
    SAW_TO = "saw_to"  # a relative: that a reminder was not answered
    REMINDER_CHANGED = "reminder_changed"
    REMINDER_ENDED = "reminder_ended"
    CARE_BEGUN = "care_begun"
    CARE_CHANGED = "care_changed"
    CARE_ENDED = "care_ended"
    CONSENT_RECORDED = "consent_recorded"
    CONSENT_ENDED = "consent_ended"
    EMERGENCY = "emergency"
    PHONE_LOST = "phone_lost"
    CALLED = "called"  # staff have noted that they called


class AccessLog(Base):
    """One opening of a person's page by somebody else, or one thing that they did there."""

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
    what: Mapped[str] = mapped_column(String(32), default=What.OPENED, server_default=What.OPENED)
    chain: Mapped[str] = mapped_column(String(64))  # SHA-256 over the line before and this one


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


def write(session: Session, who: Who, person_id: UUID, page: str, what: What = What.OPENED) -> Written:
    """Add the line to the transaction in hand; it stands or falls with what is shown. Two statements."""
    last = rows(session, _LAST, {"person_id": person_id})
    number, before = (last[0].number + 1, last[0].chain) if last else (1, START)
    line = Written(
        id=uuid4(),
        person_id=person_id,
        number=number,
        at=clock.now(),
        account_id=who.account_id,
        unit_id=who.unit_id,
        unit_name=who.unit_name,
        role=who.role,
        page=page,
        what=what,
    )
    line = line._replace(chain=chained(before, line))
    asking.write(connection_of(session), _LINE, line._asdict())
    return line


class Written(NamedTuple):
    """A line on its way into the log: every column of it."""

    id: UUID
    person_id: UUID
    number: int
    at: datetime
    account_id: UUID
    unit_id: UUID | None
    unit_name: str
    role: str
    page: str
    what: str
    chain: str = ""


class Line(Protocol):
    """A line of the log, as an object or as a row."""

    @property
    def id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def account_id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def chain(self) -> str: ...


def chained(before: str, line: Line) -> str:
    """What the line's `chain` is to be, after the line whose chain is `before` (START for the first)."""
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
        *(
            () if line.what == What.OPENED else (line.what,)
        ),  # lines from before there was such a word hold on
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def first_broken(lines: Sequence[Line]) -> Line | None:
    """The first line of one person's log that does not follow from the one before; None if all hold."""
    before = START
    for number, line in enumerate(lines, start=1):
        if line.number != number or line.chain != chained(before, line):
            return line
        before = line.chain
    return None


def page_of(endpoint: str | None) -> str:
    """The page's name for the log: the package of the route, such as "plans"."""
    return (endpoint or "").partition(".")[0][:60]
