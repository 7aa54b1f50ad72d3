"""Times that have been agreed with a person: a visit, a call, a meeting about the plan."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.directory.flows import Flow


class AgreedTime(Base):
    """A time that has been agreed (överenskommen tid): a visit, a call, a meeting about the plan."""

    __tablename__ = "agreed_time"
    __table_args__ = (Index("ix_agreed_time_person", "person_id", "starts_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))  # set: a meeting about the plan
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # whom it is with
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(Sealed("agreed_time.place"))
    with_whom: Mapped[str] = mapped_column(Sealed("agreed_time.with_whom"))
    # what the person wants to ask
    question: Mapped[str] = mapped_column(Sealed("agreed_time.question"), default="")
