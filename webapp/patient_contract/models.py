"""What the person says of how the care hangs together."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base
from webapp.core.sealing import Sealed


class SevenAnswers(Base):
    """The person's answers to the seven questions on one day. Staff read them only where the person shares them."""

    __tablename__ = "seven_answers"
    __table_args__ = (UniqueConstraint("person_id", "on"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    on: Mapped[date]  # the date on the kitchen wall
    answers: Mapped[str] = mapped_column(
        Sealed("seven_answers.answers")
    )  # each question with yes, partly or no
    shared: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime]
