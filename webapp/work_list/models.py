"""What the unit's staff have noted by a line of their work list."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice


class Call(StrEnum):
    """What came of a call. No words are kept beside it: those belong in the journal."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"


class WorkMark(Base):
    """One unit's mark by one line of its list: the last call, and who of them takes care of it."""

    __tablename__ = "work_mark"
    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "task", "thing_id"),
        Index("ix_work_mark_unit", "unit_id"),
        CheckConstraint("(call IS NULL) = (called_at IS NULL)", name="called_at_some_time"),
        CheckConstraint("(handed_to IS NULL) = (handed_at IS NULL)", name="handed_at_some_time"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    task: Mapped[str] = mapped_column(String(32))  # a word of reasons.Task; new ones need no step
    thing_id: Mapped[UUID]  # what the line is about: a reminder, a row of the plan, the person
    call: Mapped[Call | None] = mapped_column(choice(Call))
    called_at: Mapped[datetime | None]
    called_as: Mapped[str] = mapped_column(String(200), default="")  # the caller's name
    # what the line said when they called: where it says something newer, the call is not about that
    about_at: Mapped[datetime | None]
    about_on: Mapped[date | None]
    handed_to: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    handed_at: Mapped[datetime | None]
    handed_as: Mapped[str] = mapped_column(String(200), default="")  # the name of who handed it over
