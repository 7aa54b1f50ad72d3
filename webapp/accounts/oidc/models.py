"""What is kept of a sign-in at a provider: which login it opened, and what must not be used twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base


class ProviderLogin(Base):
    """The provider that opened a login, so that the provider can end it too. The id_token is not kept."""

    __tablename__ = "provider_login"
    login_id: Mapped[UUID] = mapped_column(ForeignKey("login.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(30))  # its key in the settings
    sid: Mapped[str] = mapped_column(String(255), default="", index=True)  # its own name for the sign-in


class UsedOnce(Base):
    """A state or a logout token's jti, hashed: it has been used, and is refused until it is too old anyway."""

    __tablename__ = "used_once"
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
