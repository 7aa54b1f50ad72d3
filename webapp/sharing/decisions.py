"""What staff have verified or decided about who may see a person: each with its reason, and by whom."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed


class Basis(StrEnum):
    """What staff looked at when they verified a mandate."""

    REGISTER = "register"  # folkbokföringen
    DECISION = "decision"  # a court's or the chief guardian's (överförmyndarens)
    DOCUMENT = "document"  # a document shown, such as a framtidsfullmakt
    OTHER = "other"


class Mandate(Base):
    """Why a consent holds that the person did not give: staff have verified a guardian, a god man …

    What it is for, of whom and until when stands in the consent. Only staff read this; no guardian reads
    what was noted about another.
    """

    __tablename__ = "mandate"
    __table_args__ = (Index("ix_mandate_person", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(
        Sealed("mandate.name")
    )  # as it stood in what staff looked at, not as the app knows it
    basis: Mapped[Basis] = mapped_column(choice(Basis))
    note: Mapped[str] = mapped_column(
        Sealed("mandate.note"), default=""
    )  # the document's reference, or what staff want to say
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    ended_why: Mapped[str] = mapped_column(Sealed("mandate.ended_why"), default="")


class Freeze(Base):
    """Staff have frozen one person's sight of another, such as a guardian's of a child, until it is lifted.

    It holds over every tie between the two, those that begin later too. The frozen one reads none of it.
    """

    __tablename__ = "freeze"
    __table_args__ = (
        Index(
            "uq_freeze_open",
            "person_id",
            "relative_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(
            "ix_freeze_stands",
            "unit_id",
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    relative_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(
        Sealed("freeze.why")
    )  # read by staff of the organisation that froze, and nobody else
    look_again_on: Mapped[date]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    lifted_why: Mapped[str] = mapped_column(Sealed("freeze.lifted_why"), default="")


class NamedStaff(Base):
    """A staff member who may open one person with protected identity; nobody else's staff may."""

    __tablename__ = "named_staff"
    __table_args__ = (
        Index(
            "uq_named_staff_open",
            "person_id",
            "staff_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_named_staff_staff", "staff_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    named_at: Mapped[datetime]
    named_by: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))


class Death(Base):
    """Staff have marked a person as deceased; Person.deceased_at says whether it stands."""

    __tablename__ = "death"
    __table_args__ = (Index("ix_death_person", "person_id"), Index("ix_death_unit", "unit_id", "marked_at"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    died_on: Mapped[date]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    marked_at: Mapped[datetime]
    marked_by: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    undone_at: Mapped[datetime | None]  # it was a mistake
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))


class AgeNotice(Base):
    """One person has been told that a child's 13th or 16th birthday changes who sees what; told once."""

    __tablename__ = "age_notice"
    __table_args__ = (
        UniqueConstraint("person_id", "years", "told_id"),
        CheckConstraint("years IN (13, 16)", name="years_that_change_something"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # the child
    years: Mapped[int] = mapped_column(SmallInteger)
    told_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # the child, or a guardian
    told_at: Mapped[datetime]
