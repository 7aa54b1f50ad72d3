"""The named people a person can call."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed


class Role(StrEnum):
    """What the contact is to the person. The first three are named in law: docs/legal.md."""

    FAST_VARDKONTAKT = "fast_vardkontakt"
    FAST_LAKARKONTAKT = "fast_lakarkontakt"
    FAST_OMSORGSKONTAKT = "fast_omsorgskontakt"
    OTHER = "other"


class CareContact(Base):
    """A named contact, valid from–to. One without a phone or past its date is a task for staff."""

    __tablename__ = "care_contact"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
        Index(
            "ix_care_contact_ends",
            "unit_id",
            "until_on",
            sqlite_where=text("until_on IS NOT NULL"),
            postgresql_where=text("until_on IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    title: Mapped[str] = mapped_column(Sealed("care_contact.title"), default="")  # "distriktssköterska"
    name: Mapped[str] = mapped_column(Sealed("care_contact.name"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    staff_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff_member.id")
    )  # chosen from the unit's staff
    works_at: Mapped[str] = mapped_column(Sealed("care_contact.works_at"))  # as the person reads it
    phone: Mapped[str | None] = mapped_column(Sealed("care_contact.phone"))
    stand_in: Mapped[str] = mapped_column(Sealed("care_contact.stand_in"), default="")
    stand_in_phone: Mapped[str | None] = mapped_column(Sealed("care_contact.stand_in_phone"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]  # before its last day: the service has ended, or another came instead
    named_by: Mapped[str] = mapped_column(String(300), default="")  # who chose, as the person reads it
    for_relatives: Mapped[bool] = mapped_column(default=True)


class ContactHours(Base):
    """When a contact can be reached on one weekday (0 is Monday), by the clock on the wall."""

    __tablename__ = "contact_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="closes_after_it_opens"),)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("care_contact.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]
    holidays_too: Mapped[bool] = mapped_column(default=False)
