"""Which ways a person's reminders take, in which order, and the own number or mailbox of each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.reminders.models import Channel


class Way(Base):
    """One way a person's reminders may take. Who has no row has push alone.

    An address is used only once it has been proven by a code that was sent there. The code stands nowhere: it
    follows from the row's `code_salt` and the app's secret (channels.codes).
    """

    __tablename__ = "way"
    __table_args__ = (
        UniqueConstraint("person_id", "channel"),
        CheckConstraint("channel <> 'push' OR verified_at IS NULL", name="push_has_no_address"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    place: Mapped[int]  # 1 is tried first
    address: Mapped[str] = mapped_column(Sealed("way.address"), default="")  # own and proven
    with_text: Mapped[bool] = mapped_column(default=False)  # chose to have the reminder's own words there
    verified_at: Mapped[datetime | None]
    asked_address: Mapped[str] = mapped_column(Sealed("way.asked_address"), default="")  # not proven yet
    code_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
