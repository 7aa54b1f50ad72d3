"""One text to several of those a unit cares for (utskick), ready texts (mallar), and what went wrong (avvikelser)."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed


class Template(Base):
    """A ready text (mall) in our languages, for every unit. Administrators write it; it names no person."""

    __tablename__ = "message_template"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(80))
    texts: Mapped[str] = mapped_column(Text)  # JSON: language to text, with variables: wording.py
    revision: Mapped[int] = mapped_column(default=1)  # goes up with every change
    changed_at: Mapped[datetime]
    changed_as: Mapped[str] = mapped_column(String(300))
    retired_at: Mapped[datetime | None]  # offered to nobody any more


class Stage(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"  # being written: nothing is sent
    CONFIRMED = "confirmed"  # waits for its time, and is then handed out
    HANDED_OUT = "handed_out"  # everybody who was to have it has it
    UNDONE = "undone"  # within the minute: nobody got it
    RECALLED = "recalled"  # afterwards: an Incident says why


class Broadcast(Base):
    """One text from a unit to several of those it cares for. Its recipients are fixed when it is looked through."""

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_unit", "unit_id", "made_at"),
        Index(
            "ix_broadcast_waiting",
            "hand_out_at",
            sqlite_where=text("hand_out_at IS NOT NULL"),
            postgresql_where=text("hand_out_at IS NOT NULL"),
        ),
        CheckConstraint("until_on >= on_day", name="ends_after_it_begins"),
        CheckConstraint("(stage = 'draft') = (confirmed_at IS NULL)", name="confirmed_some_time"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    sent_as: Mapped[str] = mapped_column(String(300))  # who, as the person reads it
    stage: Mapped[Stage] = mapped_column(choice(Stage), default=Stage.DRAFT)
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("message_template.id"))
    # JSON: group.Group; it can name a plan, and so an illness
    chosen: Mapped[str] = mapped_column(Sealed("broadcast.chosen"))
    # JSON: language to text, as it was written, and with its variables filled in
    words: Mapped[str] = mapped_column(Sealed("broadcast.words"))
    said: Mapped[str] = mapped_column(Sealed("broadcast.said"))
    about_on: Mapped[date | None]  # what {dag} and {tid} stand for
    about_at: Mapped[time | None]
    on_day: Mapped[date]  # when it comes, by the clock on the wall
    at: Mapped[time]
    until_on: Mapped[date]  # every day from `on_day` on; the same day: once
    revision: Mapped[int] = mapped_column(default=1)  # goes up with every change of the draft
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    hand_out_at: Mapped[datetime | None]  # when the worker has something to do with it; None: nothing
    ended_at: Mapped[datetime | None]  # handed out, undone or recalled, to the last one


class Handed(StrEnum):
    """What became of one recipient. Why somebody was left out is not kept: it can be what they hide."""

    WAITING = "waiting"
    HANDED = "handed"  # has the reminder
    LEFT_OUT = "left_out"
    CALLED_OFF = "called_off"  # the broadcast was recalled before


class Recipient(Base):
    """Somebody whom a broadcast is for. One row for each: handed out twice, it is once."""

    __tablename__ = "broadcast_recipient"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "person_id"),
        Index("ix_broadcast_recipient_person", "person_id"),
        Index("ix_broadcast_recipient_handed", "broadcast_id", "handed"),
        Index("ix_broadcast_recipient_reminder", "reminder_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    broadcast_id: Mapped[UUID] = mapped_column(ForeignKey("broadcast.id"))
    unit_id: Mapped[UUID] = mapped_column(
        ForeignKey("unit.id")
    )  # whose staff meet the row: migrations.fences
    handed: Mapped[Handed] = mapped_column(choice(Handed), default=Handed.WAITING)
    reminder_id: Mapped[UUID | None] = mapped_column(ForeignKey("reminder.id", ondelete="SET NULL"))


class Incident(Base):
    """Something that must not happen (avvikelse): a broadcast that was recalled, and what the unit did about it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_unit", "unit_id", "at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    broadcast_id: Mapped[UUID] = mapped_column(ForeignKey("broadcast.id"), unique=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_as: Mapped[str] = mapped_column(String(300))
    happened: Mapped[str] = mapped_column(Sealed("incident.happened"))
    had_it: Mapped[int]  # how many had the reminder when it was recalled
    notified: Mapped[int]  # and to how many a notice had gone out
    done: Mapped[str] = mapped_column(Sealed("incident.done"), default="")  # what was done about it
    done_at: Mapped[datetime | None]
    done_as: Mapped[str] = mapped_column(String(300), default="")
