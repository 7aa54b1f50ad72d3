"""Who runs what: the region, the municipalities, and their units."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.directory.flows import Flow


class Huvudman(StrEnum):
    """Which of the two the law makes answerable; others are neither."""

    REGION = "region"
    KOMMUN = "kommun"


class Organisation(Base):
    """The region or one municipality: a huvudman, with its own staff and its own rows in a plan."""

    __tablename__ = "organisation"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    huvudman: Mapped[Huvudman] = mapped_column(choice(Huvudman))


class Unit(Base):
    """Where staff work: a health centre (hälsocentral), home care (hemtjänst), BUP, a school's elevhälsa."""

    __tablename__ = "unit"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    municipality: Mapped[str] = mapped_column(String(60))
    hsa_id: Mapped[str | None] = mapped_column(String(64), unique=True)  # as staff's card names it
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)
    phone: Mapped[str | None] = mapped_column(String(30))  # None: not known, 1177 is shown
    email: Mapped[str | None] = mapped_column(String(254))  # told that something waits, never what
    checked_on: Mapped[date | None]
    closed_on: Mapped[date | None]  # the first day that it is no more
