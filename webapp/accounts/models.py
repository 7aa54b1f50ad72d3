"""The person, the account one signs in with, staff and their assignments, and the open sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed


class Person(Base):
    """Somebody the app is for: the citizen, and the relative who is one too."""

    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    called: Mapped[str] = mapped_column(String(60))  # the name they go by
    number: Mapped[str | None] = mapped_column(Sealed("person.number"))  # personnummer, 12 digits; or none
    number_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # finds it: core.keyring
    born_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(3), default="sv")
    municipality: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str | None] = mapped_column(Sealed("person.phone"))
    protected: Mapped[bool] = mapped_column(default=False)  # skyddade personuppgifter: in no list, no search
    deceased_at: Mapped[datetime | None]
    phone_lost_at: Mapped[datetime | None]  # sign-ins from before it are dead, and so are copies on a device
    lock_screen_text: Mapped[bool] = mapped_column(default=False)  # chose to read the text on a locked phone
    no_broadcasts: Mapped[bool] = mapped_column(default=False)  # wants no text that goes to many (utskick)


class Kind(StrEnum):
    """Comes from the identity provider alone, so that a citizen's sign-in never becomes staff's."""

    CITIZEN = "citizen"
    STAFF = "staff"


class StaffMember(Base):
    """Somebody who works for the region or a municipality."""

    __tablename__ = "staff_member"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(3), default="sv")
    hsa_id: Mapped[str | None] = mapped_column(
        String(64), unique=True
    )  # as the card for signing in names them
    active: Mapped[bool] = mapped_column(default=True)  # False: out at the next request


class Duty(StrEnum):
    """What an assignment is for. Only care opens persons."""

    CARE = "care"
    MANAGER = (
        "manager"  # of a unit: names which staff may open somebody with protected identity; opens nobody
    )
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Assignment(Base):
    """A staff member's work at one unit (medarbetaruppdrag): one is in use at a time."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("staff_id", "unit_id", "role"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(100))  # as the person reads it: "distriktssköterska"
    duty: Mapped[Duty] = mapped_column(choice(Duty), default=Duty.CARE)
    hsa_id: Mapped[str | None] = mapped_column(String(64))  # of the medarbetaruppdrag, as the card names it
    ends_on: Mapped[date | None]


class Account(Base):
    """A sign-in at one identity provider, keyed by (issuer, sub). One person may have several."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("issuer", "sub"),
        CheckConstraint(
            "(kind = 'citizen') = (person_id IS NOT NULL) AND (kind = 'staff') = (staff_id IS NOT NULL)",
            name="is_one_of_both",
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), index=True)


class Login(Base):
    """One open sign-in on one device. The browser holds the token, we hold its hash."""

    __tablename__ = "login"
    __table_args__ = (Index("ix_login_account", "account_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignment.id"))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(40), default="")  # devices.kind_of, not the User-Agent
    passkey_id: Mapped[UUID | None] = mapped_column(ForeignKey("passkey.id"))  # if that is what opened it
    limited: Mapped[bool] = mapped_column(default=False)  # by a paper code: some pages alone


class Passkey(Base):
    """A key in a person's own device that brings them back (passnyckel): opened by finger, face or its code."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_person", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for good where the device does not count
    name: Mapped[str] = mapped_column(Sealed("passkey.name"))  # the person's own
    limited: Mapped[bool] = mapped_column(
        default=False
    )  # made in a sign-in by paper code, and no more than that
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """What a challenge is for."""

    MAKE = "make"
    SIGN_IN = "sign_in"


class Challenge(Base):
    """What a passkey is asked to sign: once, and within five minutes."""

    __tablename__ = "passkey_challenge"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    octets: Mapped[bytes] = mapped_column(LargeBinary(64))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # whose key is to be made
    made_at: Mapped[datetime] = mapped_column(index=True)


class HowKnown(StrEnum):
    """How staff knew who the person in the room was."""

    ID_CARD = "id_card"
    KNOWN = "known"  # by the one who gives the code, since before
    VOUCHED = "vouched"  # somebody who showed an identity card said so


class PaperCode(Base):
    """A code on paper (papperskod) that lets a person without e-ID in, once. Its hash alone is kept."""

    __tablename__ = "paper_code"
    __table_args__ = (Index("ix_paper_code_person", "person_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    how: Mapped[HowKnown] = mapped_column(choice(HowKnown))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    made_as: Mapped[str] = mapped_column(String(300))  # role and unit, as they were called then
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class KeptForm(Base):
    """What somebody had typed in a form when their sign-in ended; for that account alone (accounts.kept)."""

    __tablename__ = "kept_form"
    __table_args__ = (UniqueConstraint("account_id", "place"), Index("ix_kept_form_person", "person_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))  # whose page the form is on
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))  # who typed
    place: Mapped[str] = mapped_column(String(200))  # the form's path, of random ids alone
    typed: Mapped[str] = mapped_column(Sealed("kept_form.typed"))  # JSON: field to its values
    kept_at: Mapped[datetime]
