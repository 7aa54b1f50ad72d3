"""What is kept of a reminder that was talked about when a plan began, until the person says yes to its row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base
from webapp.core.sealing import Sealed


class RowReminder(Base):
    """A reminder that goes with a row of the plan. Nothing is sent before the person has agreed to the row."""

    __tablename__ = "row_reminder"
    __table_args__ = (
        UniqueConstraint("row_id"),
        CheckConstraint("weeks BETWEEN 1 AND 52", name="ends_within_a_year"),
        CheckConstraint("days BETWEEN 1 AND 127", name="has_a_day"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    row_id: Mapped[UUID] = mapped_column(ForeignKey("plan_row.id"))
    text: Mapped[str] = mapped_column(Sealed("row_reminder.text"))
    own_language_text: Mapped[str] = mapped_column(Sealed("row_reminder.own_language_text"), default="")
    own_language: Mapped[str] = mapped_column(String(3), default="sv")
    why: Mapped[str] = mapped_column(Sealed("row_reminder.why"), default="")
    how: Mapped[str] = mapped_column(Sealed("row_reminder.how"), default="")
    if_not: Mapped[str] = mapped_column(Sealed("row_reminder.if_not"), default="")
    assessed_by: Mapped[str] = mapped_column(Sealed("row_reminder.assessed_by"), default="")
    times: Mapped[str] = mapped_column(String(60))  # "08:00 20:00": the clock on the kitchen wall
    days: Mapped[int]  # a bit per weekday, Monday the lowest
    weeks: Mapped[int]  # from the day the person says yes until it is assessed again
    set_by_account: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    set_as: Mapped[str] = mapped_column(String(300), default="")  # who, as the person reads it
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    # the row's next step before the answer: "När du säger ja …"
    says: Mapped[str] = mapped_column(Sealed("row_reminder.says"), default="")
    proposed_at: Mapped[datetime]
    reminder_id: Mapped[UUID | None] = mapped_column(ForeignKey("reminder.id"))  # None: has not begun
