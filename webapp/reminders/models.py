"""Reminders of agreed self-care, each due time of them, what was answered, and how they were delivered."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.reminders.outcome import Outcome, Press
from webapp.reminders.schedule import BREAKS_LENGTH


class SetBy(StrEnum):
    SELF = "self"
    RELATIVE = "relative"
    STAFF = "staff"


class Reminder(Base):
    """One self-care reminder (egenvård) that a person asked for, or that was agreed with staff."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("person_id", "once_key"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
        CheckConstraint("days BETWEEN 1 AND 127", name="has_a_day"),
        CheckConstraint("set_by <> 'staff' OR until_on IS NOT NULL", name="staff_say_until_when"),
        CheckConstraint(
            "set_by <> 'staff' OR (reassess_on IS NOT NULL AND until_on <= reassess_on)",
            name="ends_when_assessed_anew",
        ),
        CheckConstraint(
            "every_days BETWEEN 1 AND 99 AND every_weeks BETWEEN 1 AND 52 "
            "AND (every_days = 1 OR (every_weeks = 1 AND days = 127))",
            name="steps_by_days_or_weeks",
        ),
        CheckConstraint(
            "repeat_after_minutes BETWEEN 5 AND 240 AND tell_after_minutes BETWEEN 5 AND 1440",
            name="waits_within_reason",
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    # the person's or staff's words; never in a push, never in a log
    text: Mapped[str] = mapped_column(Sealed("reminder.text"))
    # the same in the person's language
    own_language_text: Mapped[str] = mapped_column(Sealed("reminder.own_language_text"), default="")
    own_language: Mapped[str] = mapped_column(String(3), default="sv")
    why: Mapped[str] = mapped_column(Sealed("reminder.why"), default="")
    how: Mapped[str] = mapped_column(Sealed("reminder.how"), default="")
    if_not: Mapped[str] = mapped_column(Sealed("reminder.if_not"), default="")  # om det inte går
    times: Mapped[str] = mapped_column(String(60))  # "08:00 20:00": the clock on the kitchen wall
    days: Mapped[int]  # a bit per weekday, Monday the lowest
    every_days: Mapped[int] = mapped_column(default=1)  # 2: every second day, counted from the first
    every_weeks: Mapped[int] = mapped_column(
        default=1
    )  # 2: every second week, the first day's being the first
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    # days when nothing comes, "2026-12-24 2027-01-07/2027-01-20": see schedule.py
    breaks: Mapped[str] = mapped_column(String(BREAKS_LENGTH), default="")
    exact: Mapped[bool] = mapped_column(default=False)  # on the minute: not spread with everybody else's
    set_by: Mapped[SetBy] = mapped_column(choice(SetBy))
    set_by_account: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    set_as: Mapped[str] = mapped_column(
        String(300), default=""
    )  # who, as the person reads it; empty: the person
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    to_several: Mapped[bool] = mapped_column(default=False)  # the same text went to many: webapp.broadcasts
    # who judged that it can be self-care
    assessed_by: Mapped[str] = mapped_column(Sealed("reminder.assessed_by"), default="")
    reassess_on: Mapped[date | None]  # when staff judge anew; what they set does not outlive it
    # "om det inte går: ring …": one of the person's contacts, or a number of the directory by its id
    call_contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_contact.id"))
    call_number: Mapped[str] = mapped_column(String(40), default="")
    set_at: Mapped[datetime]
    held_until: Mapped[datetime]  # nothing is delivered before: staff's 60 seconds to undo
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(
        index=True
    )  # None: paused, ended or past its last day
    once_key: Mapped[str | None] = mapped_column(String(36))  # a form sent twice makes one
    # what happens when nobody answers, as the person alone has chosen it: quiet.py
    repeat_after_minutes: Mapped[int | None]
    tell_after_minutes: Mapped[int | None]  # None: no relative is told
    quiet_hours: Mapped[str] = mapped_column(String(11), default="")  # "22:00-07:00"; empty: none


class UndoneSend(Base):
    """A form of staff's whose reminder was taken back within the minute: its key stays spent."""

    __tablename__ = "undone_send"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    once_key: Mapped[str] = mapped_column(String(36), primary_key=True)
    undone_at: Mapped[datetime]


MISSED = "outcome = 'undelivered' OR outcome = 'unanswered'"


class Occurrence(Base):
    """One due time of one reminder. Its outcome is worked out from the presses: see outcome.py."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("reminder_id", "local_on", "local_at"),
        Index("ix_occurrence_person_due", "person_id", "due_at"),
        Index(  # what a unit's work list begins with: webapp.work_list.reasons
            "ix_occurrence_missed",
            "reminder_id",
            "due_at",
            sqlite_where=text(MISSED),
            postgresql_where=text(MISSED),
        ),
        Index(
            "ix_occurrence_open",
            "closes_at",
            sqlite_where=text("outcome = 'open'"),
            postgresql_where=text("outcome = 'open'"),
        ),
        Index(
            "ix_occurrence_tell",
            "tell_at",
            sqlite_where=text("tell_at IS NOT NULL"),
            postgresql_where=text("tell_at IS NOT NULL"),
        ),
        Index(
            "ix_occurrence_repeat",
            "repeat_at",
            sqlite_where=text("repeat_at IS NOT NULL"),
            postgresql_where=text("repeat_at IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.id"))
    local_on: Mapped[date]
    local_at: Mapped[time]
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]  # after it the occurrence is unanswered, and nothing is sent late
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome), default=Outcome.OPEN)
    pressed_at: Mapped[
        datetime | None
    ]  # when the answer that counts was pressed, or when it was done by that
    told_later: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # afterwards, as from a paper calendar
    later_until: Mapped[datetime | None]
    repeat_at: Mapped[datetime | None]  # when the one repeat goes, unless somebody answers
    tell_at: Mapped[
        datetime | None
    ]  # when the next relative is told, unless somebody answers; None: nobody is


class RelativeToTell(Base):
    """A relative whom the person wants told when nobody has answered one reminder; in turn, by `place`."""

    __tablename__ = "reminder_relative"
    __table_args__ = (
        UniqueConstraint("reminder_id", "relative_id"),
        Index("ix_reminder_relative_person", "person_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.id"))
    relative_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    place: Mapped[int]  # 0 the first


class Told(Base):
    """That a relative was told of one due time that nobody had answered, and what they did."""

    __tablename__ = "told_relative"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "relative_id"),
        Index("ix_told_relative_person", "person_id"),
        Index("ix_told_relative_relative", "relative_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # whose reminder it is
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrence.id"))
    relative_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    told_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]  # "jag tar det"
    called_at: Mapped[datetime | None]  # "jag har ringt"


class Answered(Base):
    """One press: Klar, Senare, Inte idag or Ångra. All are kept; the rule in outcome.py says what they mean."""

    __tablename__ = "occurrence_press"
    __table_args__ = (Index("ix_occurrence_press_occurrence", "occurrence_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # made where it was pressed, so that twice is once
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrence.id"))
    press: Mapped[Press] = mapped_column(choice(Press))
    pressed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    said_at: Mapped[datetime | None]  # when it was done, where that is told afterwards
    pressed_as: Mapped[str] = mapped_column(String(300), default="")  # empty: the person, or their phone


class Subscription(Base):
    """One phone or browser that a person has asked us to notify."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_person", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    endpoint: Mapped[str] = mapped_column(String(1024), unique=True)
    origin: Mapped[str] = mapped_column(String(300), default="")  # of the push service: https://…
    p256dh: Mapped[bytes] = mapped_column(LargeBinary(65))
    auth: Mapped[bytes] = mapped_column(LargeBinary(16))
    vapid_key: Mapped[str] = mapped_column(String(100))  # the public key it was made with
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # the push service said 404 or 410, or the person switched it off


class State(StrEnum):
    """Where one delivery stands."""

    DUE = "due"  # waiting, or leased to a worker
    SENT = "sent"  # the push service took it
    GONE = "gone"  # the subscription is no more
    REFUSED = "refused"
    TOO_LATE = "too_late"  # of no more use, so not sent
    CALLED_OFF = "called_off"  # answered, ended, paused or withdrawn before it was sent


class Channel(StrEnum):
    """The way a notice goes."""

    PUSH = "push"  # to one subscription
    SMS = "sms"  # to the person's own number
    EMAIL = "email"


class Purpose(StrEnum):
    """What a notice is for, which decides what is asked again before it goes: webapp/sending/wanted.py."""

    REMINDER = "reminder"  # to the person themselves
    RELATIVE = (
        "relative"  # to a relative, of an occurrence that is not their own: `person_id` is the relative
    )
    CLOSING = "closing"  # takes the notice away on the phones where it was not answered
    TRIAL = "trial"  # so that the person sees that it works; has no occurrence


# What the worker looks for when a way has failed (sending.following), as its indexes say it.
GIVEN_UP = "state IN ('gone', 'refused', 'too_late') AND NOT followed"
WAITS = "state = 'due' AND NOT followed"


class Delivery(Base):
    """One notice on its way to one subscription, or by one other channel; leased by one worker at a time."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "subscription_id", "purpose", "number", name="uq_delivery_phone"),
        Index(
            "uq_delivery_channel",
            "occurrence_id",
            "person_id",
            "channel",
            "purpose",
            "number",
            unique=True,
            sqlite_where=text("subscription_id IS NULL"),
            postgresql_where=text("subscription_id IS NULL"),
        ),
        CheckConstraint("(channel = 'push') = (subscription_id IS NOT NULL)", name="push_goes_to_a_phone"),
        CheckConstraint("(purpose = 'trial') = (occurrence_id IS NULL)", name="a_trial_has_no_occurrence"),
        Index(
            "ix_delivery_due",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "ix_delivery_given_up",  # could not go: does the person have another way? (sending.following)
            "due_at",
            sqlite_where=text(GIVEN_UP),
            postgresql_where=text(GIVEN_UP),
        ),
        Index(
            "ix_delivery_waits_too_long",
            "patience_until",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)  # whom it goes to
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose), default=Purpose.REMINDER)
    channel: Mapped[Channel] = mapped_column(choice(Channel), default=Channel.PUSH)
    lane: Mapped[str] = mapped_column(String(300), default="")  # the push service's origin, or the channel
    occurrence_id: Mapped[UUID | None] = mapped_column(ForeignKey("occurrence.id"))  # None: a trial notice
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscription.id"))  # None: no push
    number: Mapped[int] = mapped_column(default=1)  # 1 the first notice, then one for each "later"
    state: Mapped[State] = mapped_column(choice(State), default=State.DUE)
    due_at: Mapped[datetime]
    useless_at: Mapped[datetime]  # not sent after this
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    status: Mapped[int | None]  # the service's last answer
    cause: Mapped[str] = mapped_column(String(40), default="")  # why it was given up, in a short code
    patience_until: Mapped[datetime | None]  # not sent by then: the person's next way; None: they have none
    followed: Mapped[bool] = mapped_column(default=False, server_default=false())  # that has been seen to


class Heartbeat(Base):
    """When a worker last went round: without it, nobody is reminding anybody."""

    __tablename__ = "heartbeat"
    worker: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]
