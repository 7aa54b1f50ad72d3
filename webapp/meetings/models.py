"""Times that have been agreed with a person: a visit, a call, a meeting about the plan."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.directory.flows import Flow

NOT_CLOSED = "closed_at IS NULL AND cancelled_at IS NULL"


class AgreedTime(Base):
    """A time that has been agreed (överenskommen tid): a visit, a call, a meeting about the plan.

    A meeting is closed with its next date, or with a written reason why the plan ends.
    """

    __tablename__ = "agreed_time"
    __table_args__ = (
        Index("ix_agreed_time_person", "person_id", "starts_at"),
        Index(
            "ix_agreed_time_not_closed",
            "organisation_id",
            "starts_at",
            sqlite_where=text(NOT_CLOSED),
            postgresql_where=text(NOT_CLOSED),
        ),
        CheckConstraint("closed_at IS NULL OR next_id IS NOT NULL OR plan_ends", name="closed_with_a_next"),
        CheckConstraint("closed_at IS NULL OR cancelled_at IS NULL", name="cancelled_is_not_held"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))  # set: a meeting about the plan
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # whom it is with
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))  # whose staff call it
    flow: Mapped[Flow] = mapped_column(choice(Flow), default=Flow.ALL)
    starts_at: Mapped[datetime]
    minutes: Mapped[int | None]  # how long it takes; None: not said
    place: Mapped[str] = mapped_column(Sealed("agreed_time.place"), default="")
    link: Mapped[str] = mapped_column(Sealed("agreed_time.link"), default="")  # https alone: forms
    # those it is with; never a relative, since relatives do not see each other: they are invited by name
    with_whom: Mapped[str] = mapped_column(Sealed("agreed_time.with_whom"))
    called_by: Mapped[str] = mapped_column(Sealed("agreed_time.called_by"), default="")  # "Nils, enheten"
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    sequence: Mapped[int] = mapped_column(default=0)  # goes up with each move or cancelling (RFC 5545)
    cancelled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # it has been held, and written down
    notes: Mapped[str] = mapped_column(Sealed("agreed_time.notes"), default="")
    decisions: Mapped[str] = mapped_column(Sealed("agreed_time.decisions"), default="")
    next_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreed_time.id"))
    plan_ends: Mapped[bool] = mapped_column(default=False)
    ends_because: Mapped[str] = mapped_column(Sealed("agreed_time.ends_because"), default="")


class MeetingQuestion(Base):
    """A question written before an agreed time, by the person or somebody who is with them."""

    __tablename__ = "meeting_question"
    __table_args__ = (Index("ix_meeting_question_person", "person_id", "time_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    time_id: Mapped[UUID] = mapped_column(ForeignKey("agreed_time.id"))
    words: Mapped[str] = mapped_column(Sealed("meeting_question.words"))
    written_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # None: from before it was kept
    written_at: Mapped[datetime]


class MeetingInvitee(Base):
    """A participant of the plan who is invited to a meeting."""

    __tablename__ = "meeting_invitee"
    __table_args__ = (
        UniqueConstraint("time_id", "participant_id"),
        Index("ix_meeting_invitee_person", "person_id", "time_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    time_id: Mapped[UUID] = mapped_column(ForeignKey("agreed_time.id"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("plan_participant.id"))
    came: Mapped[bool | None]  # None: not written down


class CalendarFeed(Base):
    """An address that somebody's calendar fetches a person's times from, without a sign-in.

    Holds no times itself. Of the address only the secret's hash is kept.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (Index("ix_calendar_feed_person", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # whose times
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id")
    )  # in whose calendar: the person, a relative
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))  # as whom, for the log
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    with_place: Mapped[bool] = mapped_column(default=False)  # chosen: the place goes along
    with_reminders: Mapped[bool] = mapped_column(
        default=False
    )  # chosen: when reminders come, and not what of
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
