"""What administrators have done: kept for ever, and changed by nobody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base


class AdminLog(Base):
    """One act of an administrator. Append-only: webapp.migrations.fences. It names staff and units, no persons."""

    __tablename__ = "admin_log"
    __table_args__ = (Index("ix_admin_log_at", "at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    by: Mapped[str] = mapped_column(String(300))  # as they were called then
    act: Mapped[str] = mapped_column(String(40))  # a word of administration.Act; new ones need no step
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    said: Mapped[str] = mapped_column(String(400))
