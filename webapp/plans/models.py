"""The one plan a person has: SIP and patientkontrakt are two ways to look at it, never two plans."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.directory.flows import Flow


class Plan(Base):
    """One plan. A person has at most one that has not ended."""

    __tablename__ = "plan"
    __table_args__ = (
        Index(
            "uq_plan_open",
            "person_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_plan_person_id", "person_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # the local flow it began from: it can name an illness
    starter: Mapped[str] = mapped_column(Sealed("plan.starter"), default="")
    situation: Mapped[str] = mapped_column(Sealed("plan.situation"), default="")
    # the person's own signs
    if_worse_signs: Mapped[str] = mapped_column(Sealed("plan.if_worse_signs"), default="")
    if_worse_do: Mapped[str] = mapped_column(Sealed("plan.if_worse_do"), default="")
    overall_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # has the overall responsibility
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)  # which kind of care it is about
    held_together_by: Mapped[str] = mapped_column(Sealed("plan.held_together_by"), default="")  # samordnare
    begun_on: Mapped[date]
    ended_on: Mapped[date | None]


class Goal(Base):
    """What the person wants, in their own words."""

    __tablename__ = "goal"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    words: Mapped[str] = mapped_column(Sealed("goal.words"))
    # hur märker jag att det blivit bättre?
    noticed_by: Mapped[str] = mapped_column(Sealed("goal.noticed_by"), default="")
    # the "viktigt" answer it comes from
    answer_id: Mapped[UUID | None] = mapped_column(ForeignKey("answer.id"))


class Doer(StrEnum):
    """Who does a row."""

    ME = "me"
    RELATIVE = "relative"
    REGION = "region"
    KOMMUN = "kommun"
    OTHER = "other"


class RowStatus(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    OBJECTED = "objected"
    ENDED = "ended"


class PlanRow(Base):
    """One effort (insats) of the plan. What region or municipality does has that organisation as its owner."""

    __tablename__ = "plan_row"
    __table_args__ = (
        CheckConstraint("(doer IN ('region', 'kommun')) = (organisation_id IS NOT NULL)", name="one_owner"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    what: Mapped[str] = mapped_column(Sealed("plan_row.what"))
    doer: Mapped[Doer] = mapped_column(choice(Doer))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)  # the kind of care that does it
    relative_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    # the named person: "Nils, distriktssköterska"
    who: Mapped[str] = mapped_column(Sealed("plan_row.who"), default="")
    phone: Mapped[str | None] = mapped_column(Sealed("plan_row.phone"))
    how_often: Mapped[str] = mapped_column(Sealed("plan_row.how_often"), default="")
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    status: Mapped[RowStatus] = mapped_column(choice(RowStatus))
    objection: Mapped[str] = mapped_column(Sealed("plan_row.objection"), default="")
    answered_at: Mapped[datetime | None]
    written_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person
    place: Mapped[int] = mapped_column(default=0)  # the order on the page
    written_at: Mapped[datetime]


class RowOutcome(Base):
    """The person says how it went: "det blev så" or "det blev inte så"."""

    __tablename__ = "row_outcome"
    __table_args__ = (UniqueConstraint("row_id", "on"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    row_id: Mapped[UUID] = mapped_column(ForeignKey("plan_row.id"))
    on: Mapped[date]
    happened: Mapped[bool]
    words: Mapped[str] = mapped_column(Sealed("row_outcome.words"), default="")
    told_at: Mapped[datetime]
    written_as: Mapped[str] = mapped_column(String(300), default="")
