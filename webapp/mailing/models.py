"""Mail to units: that something waits on the work list, and nothing else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base


class UnitMail(Base):
    """One mail to one unit. It knows no person: what waits stands on the work list alone."""

    __tablename__ = "unit_mail"
    __table_args__ = (
        Index(
            "uq_unit_mail_waiting",  # several things that wait are one mail
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]  # not before; later again after each failure
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]  # sent, or given up
    sent: Mapped[bool] = mapped_column(default=False)
