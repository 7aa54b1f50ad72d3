"""Who runs what: the region, the municipalities, and their units."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.directory.flows import Flow
from webapp.directory.listing import PlaceKind


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


class Place(Base):
    """Somewhere to turn to in a municipality, as the directory's file says it: no person's, and open to anybody."""

    __tablename__ = "place"
    __table_args__ = (Index("ix_place_municipality", "municipality"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    municipality: Mapped[str] = mapped_column(String(60))
    kind: Mapped[PlaceKind] = mapped_column(choice(PlaceKind))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))  # None: not known, 1177 is shown
    address: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(300))
    checked_on: Mapped[date]
    closed_on: Mapped[date | None]  # the first day that it is no more


class PlaceHours(Base):
    """When a place is open on one weekday (0 is Monday), by the clock on the wall."""

    __tablename__ = "place_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="closes_after_it_opens"),)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("place.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]
    holidays_too: Mapped[bool] = mapped_column(default=False)
