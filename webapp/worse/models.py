"""What staff propose that a person writes about getting worse. The words that stand are the plan's own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed


class Answer(StrEnum):
    """What came of a proposal."""

    OPEN = "open"
    TAKEN = "taken"  # it stands in the plan now
    DECLINED = "declined"  # the person said no
    REPLACED = "replaced"  # the same unit has proposed other words


class WorseProposal(Base):
    """Signs and what to do, as a unit proposes them. Read by everybody who reads the person's own."""

    __tablename__ = "worse_proposal"
    __table_args__ = (
        Index("ix_worse_proposal_plan", "plan_id", "answer"),
        CheckConstraint("(answer = 'open') = (answered_at IS NULL)", name="answered_some_time"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    signs: Mapped[str] = mapped_column(Sealed("worse_proposal.signs"), default="")
    do: Mapped[str] = mapped_column(Sealed("worse_proposal.do"), default="")
    written_as: Mapped[str] = mapped_column(String(300))
    written_at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(choice(Answer), default=Answer.OPEN)
    answered_at: Mapped[datetime | None]
