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
        Index(
            "ix_plan_frozen",
            "unit_id",
            sqlite_where=text("frozen_at IS NOT NULL"),
            postgresql_where=text("frozen_at IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # the local flow it began from: it can name an illness
    starter: Mapped[str] = mapped_column(Sealed("plan.starter"), default="")
    situation: Mapped[str] = mapped_column(Sealed("plan.situation"), default="")
    # whose staff wrote it last, and in which kind of care; None: the person, or a relative
    situation_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    situation_flow: Mapped[Flow] = mapped_column(choice(Flow, "situation_flow"), default=Flow.ALL)
    # the person's own signs
    if_worse_signs: Mapped[str] = mapped_column(Sealed("plan.if_worse_signs"), default="")
    if_worse_do: Mapped[str] = mapped_column(Sealed("plan.if_worse_do"), default="")
    overall_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # has the overall responsibility
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)  # which kind of care it is about
    held_together_by: Mapped[str] = mapped_column(Sealed("plan.held_together_by"), default="")  # samordnare
    nobody_else: Mapped[bool] = mapped_column(
        default=False
    )  # said: nobody but the two huvudmän does anything
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))  # whose staff began it
    # why no "viktigt" answer stands first
    no_answer_reason: Mapped[str] = mapped_column(Sealed("plan.no_answer_reason"), default="")
    revision: Mapped[int] = mapped_column(default=1)  # goes up whenever situation or signs are changed
    begun_on: Mapped[date]
    frozen_at: Mapped[datetime | None]  # the consent to share is withdrawn: each keeps to its own rows
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(Sealed("plan.end_reason"), default="")


class Goal(Base):
    """What the person wants, in their own words."""

    __tablename__ = "goal"
    __table_args__ = (
        Index(
            "ix_goal_refused",
            "person_id",
            sqlite_where=text("refused_at IS NOT NULL"),
            postgresql_where=text("refused_at IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    words: Mapped[str] = mapped_column(Sealed("goal.words"))
    # hur märker jag att det blivit bättre?
    noticed_by: Mapped[str] = mapped_column(Sealed("goal.noticed_by"), default="")
    # the "viktigt" answer it comes from, the person's own
    answer_id: Mapped[UUID | None] = mapped_column(ForeignKey("answer.id"))
    area: Mapped[str] = mapped_column(Sealed("goal.area"), default="")  # of life: "hemma", "skola"
    place: Mapped[int] = mapped_column(default=0)  # the order on the page
    revision: Mapped[int] = mapped_column(default=1)  # goes up with every change
    written_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person
    # what somebody else proposes that it says, or that it ends (plans.goal_words); empty: nothing
    proposal: Mapped[str] = mapped_column(Sealed("goal.proposal"), default="")
    proposed_as: Mapped[str] = mapped_column(String(300), default="")
    # whose staff proposed it, or the last that was said no to; None: a relative
    proposed_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    refused_at: Mapped[datetime | None]  # the person said no, and nothing has come of the goal since
    ended_on: Mapped[date | None]


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
    """One effort (insats) of the plan. What region or municipality does has that organisation as its owner.

    A row that the person has agreed to is not changed: a change is a proposed row of its own that points at it
    (`revises_id`; with `ends_row` it proposes that the row ends). When the person says yes, what it says goes into
    the agreed row, and the proposal has ended.
    """

    __tablename__ = "plan_row"
    __table_args__ = (
        CheckConstraint("(doer IN ('region', 'kommun')) = (organisation_id IS NOT NULL)", name="one_owner"),
        CheckConstraint(
            "until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name="ends_after_start"
        ),
        CheckConstraint("revises_id IS NULL OR status <> 'agreed'", name="change_is_not_agreed"),
        CheckConstraint("revises_id IS NOT NULL OR NOT ends_row", name="ends_another"),
        Index(
            "uq_plan_row_open_change",  # one open change of a row at a time
            "revises_id",
            unique=True,
            sqlite_where=text("status IN ('proposed', 'objected')"),
            postgresql_where=text("status IN ('proposed', 'objected')"),
        ),
        Index(
            "ix_plan_row_objected",
            "person_id",
            sqlite_where=text("status = 'objected'"),
            postgresql_where=text("status = 'objected'"),
        ),
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
    next_step: Mapped[str] = mapped_column(Sealed("plan_row.next_step"), default="")
    waits_for: Mapped[str] = mapped_column(Sealed("plan_row.waits_for"), default="")  # whom or what
    status: Mapped[RowStatus] = mapped_column(choice(RowStatus))
    revises_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_row.id"))
    ends_row: Mapped[bool] = mapped_column(default=False)
    unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id")
    )  # whose staff proposed it; None: a citizen
    revision: Mapped[int] = mapped_column(default=1)  # goes up with every change
    objection: Mapped[str] = mapped_column(Sealed("plan_row.objection"), default="")
    answered_at: Mapped[datetime | None]
    written_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person
    place: Mapped[int] = mapped_column(default=0)  # the order on the page
    written_at: Mapped[datetime]


class How(StrEnum):
    """How it went."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class RowOutcome(Base):
    """The person says how it went: "det blev så", "det blev delvis så" or "det blev inte så"."""

    __tablename__ = "row_outcome"
    __table_args__ = (UniqueConstraint("row_id", "on"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    row_id: Mapped[UUID] = mapped_column(ForeignKey("plan_row.id"))
    on: Mapped[date]
    how: Mapped[How] = mapped_column(choice(How))
    words: Mapped[str] = mapped_column(Sealed("row_outcome.words"), default="")
    told_at: Mapped[datetime]
    written_as: Mapped[str] = mapped_column(String(300), default="")


class PlanVersion(Base):
    """The plan as the person agreed to it on a day. Never changed: the database refuses (migrations.fences)."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"), Index("ix_plan_version_person_id", "person_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]  # 1, 2, 3 … of the plan
    agreed_at: Mapped[datetime]
    agreed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # the person, or a guardian
    agreed_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person
    document: Mapped[str] = mapped_column(Sealed("plan_version.document"))  # plans.document, as JSON


class PlanEarlier(Base):
    """What stood in a goal, a row, the situation or the signs before somebody wrote anew: no words are lost."""

    __tablename__ = "plan_earlier"
    __table_args__ = (Index("ix_plan_earlier_plan", "plan_id", "replaced_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    about: Mapped[str] = mapped_column(String(20))  # "goal", "row", "situation", "signs"; plans.earlier
    about_id: Mapped[UUID]  # the goal's, the row's or the plan's
    revision: Mapped[int]  # which one it was
    words: Mapped[str] = mapped_column(Sealed("plan_earlier.words"))  # each field with its text, as JSON
    replaced_at: Mapped[datetime]
    replaced_as: Mapped[str] = mapped_column(String(300), default="")  # who wrote anew; empty: the person


class ParticipantKind(StrEnum):
    """What somebody takes part as."""

    RELATIVE = "relative"
    UNIT = "unit"
    SCHOOL = "school"
    OTHER = "other"


class PlanParticipant(Base):
    """Somebody whom the person chose to take part in the plan."""

    __tablename__ = "plan_participant"
    __table_args__ = (
        CheckConstraint("relative_id IS NULL OR kind = 'relative'", name="relative_takes_part"),
        CheckConstraint("unit_id IS NULL OR kind IN ('unit', 'school')", name="unit_takes_part"),
        CheckConstraint("kind <> 'unit' OR unit_id IS NOT NULL", name="unit_is_known"),
        CheckConstraint("relative_id IS NULL OR relative_id <> person_id", name="nobody_is_own_relative"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"), index=True)
    kind: Mapped[ParticipantKind] = mapped_column(choice(ParticipantKind))
    relative_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # one who has an own sign-in
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(Sealed("plan_participant.name"), default="")
    role: Mapped[str] = mapped_column(Sealed("plan_participant.role"), default="")
    chosen_at: Mapped[datetime]
    # who of staff wrote the person's choice down, after the plan had begun; empty: at its beginning, or the person
    recorded_as: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None]
