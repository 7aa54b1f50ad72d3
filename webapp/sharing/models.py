"""What somebody else may see of a person: by the person's consent, or by a care relation."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed
from webapp.directory.flows import Flow
from webapp.permissions import Level


class ConsentKind(StrEnum):
    """What the consent is for."""

    RELATIVE = "relative"  # an adult lets a relative in, area by area
    GUARDIAN = "guardian"  # a child's guardian, verified by staff; the areas follow from the child's age
    SIP = "sip"  # information may pass between the organisations that share the plan
    GOD_MAN = (
        "god_man"  # appointed for an adult; staff have verified the decision and recorded what it covers
    )
    FORVALTARE = "forvaltare"  # likewise, where a god man is not enough
    FRAMTIDSFULLMAKT = "framtidsfullmakt"  # the adult's own power of attorney for later, likewise


APPOINTED = frozenset({ConsentKind.GOD_MAN, ConsentKind.FORVALTARE, ConsentKind.FRAMTIDSFULLMAKT})
BY_STAFF = APPOINTED | {ConsentKind.GUARDIAN}  # staff verify and end these; the person does not


class HowGiven(StrEnum):
    IN_APP = "in_app"
    ORAL = "oral"
    WRITTEN = "written"


class Consent(Base):
    """A consent (samtycke): whose, to whom, to what, until when. Withdrawal holds from the next request."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_person", "person_id", "relative_id"),
        Index("ix_consent_relative", "relative_id"),
        CheckConstraint("(kind = 'sip') = (relative_id IS NULL)", name="sip_has_no_relative"),
        CheckConstraint("(kind = 'sip') = (flow IS NOT NULL)", name="sip_has_a_flow"),
        CheckConstraint("relative_id IS NULL OR relative_id <> person_id", name="nobody_is_own_relative"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ConsentKind] = mapped_column(choice(ConsentKind))
    relative_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[str] = mapped_column(Sealed("consent.relation"), default="")  # "dotter"
    what_matters: Mapped[int] = mapped_column(default=Level.NONE)
    plan: Mapped[int] = mapped_column(default=Level.NONE)
    contacts: Mapped[int] = mapped_column(default=Level.NONE)
    reminders: Mapped[int] = mapped_column(default=Level.NONE)
    how: Mapped[HowGiven] = mapped_column(choice(HowGiven))
    flow: Mapped[Flow | None] = mapped_column(choice(Flow))  # of a SIP: which kind of plan
    recorded_by: Mapped[str] = mapped_column(String(200))  # the person's own name, or the staff member's
    # of a SIP: the guardian, god man or förvaltare who said yes; None: the person
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(300), default="")  # empty: the person


class Closed(StrEnum):
    """How an invitation ended."""

    TAKEN_BACK = "taken_back"  # by the person, before anybody accepted
    DECLINED = "declined"  # by the one who was invited, before or after accepting
    REFUSED = "refused"  # by the person: the wrong one had accepted
    CONFIRMED = "confirmed"  # it became a consent


class Invitation(Base):
    """A person invites somebody to be their relative in the app; becomes a consent, or nothing.

    The link holds a token, of which only the hash is kept. Open until `ends_at`; once somebody has accepted it
    waits, with a new `ends_at`, for the person to say that it was the right one.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index("ix_invitation_person", "person_id"),
        Index("ix_invitation_accepted_by", "accepted_by"),
        CheckConstraint("accepted_by IS NULL OR accepted_by <> person_id", name="nobody_invites_oneself"),
        CheckConstraint("(accepted_by IS NULL) = (accepted_at IS NULL)", name="accepted_by_somebody"),
        CheckConstraint("(closed_as IS NULL) = (closed_at IS NULL)", name="closed_in_some_way"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    called: Mapped[str] = mapped_column(Sealed("invitation.called"), default="")
    relation: Mapped[str] = mapped_column(Sealed("invitation.relation"), default="")  # "dotter"
    # only who has it may accept; kept until the invitation is closed
    number: Mapped[str | None] = mapped_column(Sealed("invitation.number"))
    what_matters: Mapped[int] = mapped_column(default=Level.NONE)
    plan: Mapped[int] = mapped_column(default=Level.NONE)
    contacts: Mapped[int] = mapped_column(default=Level.NONE)
    reminders: Mapped[int] = mapped_column(default=Level.NONE)
    until_on: Mapped[date]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    closed_as: Mapped[Closed | None] = mapped_column(choice(Closed))
    closed_at: Mapped[datetime | None]


class ConsentUnit(Base):
    """A unit that a SIP consent covers."""

    __tablename__ = "consent_unit"
    __table_args__ = (Index("ix_consent_unit_unit", "unit_id"),)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class CareRelation(Base):
    """A unit cares for a person: the reason why its staff may open the person's pages."""

    __tablename__ = "care_relation"
    __table_args__ = (
        Index("ix_care_relation_person", "person_id", "unit_id"),
        Index("ix_care_relation_unit", "unit_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(Sealed("care_relation.reason"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    begun_by: Mapped[str] = mapped_column(String(300), default="")  # who, as the person reads it
    ended_at: Mapped[datetime | None]  # ended by somebody before its last day: holds from that instant
    ended_by: Mapped[str] = mapped_column(String(300), default="")


class Block(Base):
    """The person has blocked (spärrat) a unit: its staff open nothing of the person's while it stands."""

    __tablename__ = "block"
    __table_args__ = (
        Index(
            "uq_block_open",
            "person_id",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_block_unit", "unit_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Emergency(Base):
    """Emergency access (nödöppning): one staff member opens one person for a short time, for a written reason."""

    __tablename__ = "emergency"
    __table_args__ = (
        Index("ix_emergency_person", "person_id", "opened_at"),
        Index("ix_emergency_staff", "staff_id", "opened_at"),
        Index("ix_emergency_unit", "unit_id", "opened_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(200))  # as it was called then
    role: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Sealed("emergency.reason"))  # the person reads it
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class EmergencyTally(Base):
    """That a unit has opened somebody in an emergency, and when: for whoever answers for the unit. Never whom."""

    __tablename__ = "emergency_tally"
    __table_args__ = (Index("ix_emergency_tally_unit", "unit_id", "opened_on"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    opened_on: Mapped[date]


class Notice(Base):
    """A word from the app to one person about what has changed; stands on their own page until pressed away."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_open",
            "person_id",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # the one it is for, and nobody else
    kind: Mapped[str] = mapped_column(String(40))  # a word of notices.Kind; new ones need no step
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # whom it is about, where named
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
