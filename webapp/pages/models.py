"""What people tell us on /fel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base
from webapp.core.sealing import Sealed


class Feedback(Base):
    """What somebody says is wrong with a page. It does not say who."""

    __tablename__ = "feedback"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    page: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Sealed("feedback.words"))
    told_at: Mapped[datetime]
