"""The person's own words: answers, every earlier version of them, drafts, and who has read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import Base, choice
from webapp.core.sealing import Sealed

MOST_WORDS = 2000  # characters


class Prompt(StrEnum):
    """The question, and three that can help where it is too big."""

    NOW = "now"  # Vad är viktigt för dig just nu?
    STRENGTH = "strength"  # Vad ger dig kraft?
    WORRY = "worry"  # Vad oroar dig?
    KNOW = "know"  # Vad vill du att vi vet om dig?


class Answer(Base):
    """What a person has said to one prompt, and who else may read it: nobody, until they say so."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("person_id", "prompt"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    prompt: Mapped[Prompt] = mapped_column(choice(Prompt))
    for_relatives: Mapped[bool] = mapped_column(default=False)
    for_team: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]  # the number of the words that stand now


class AnswerVersion(Base):
    """One version of the words. Never changed and never removed by a later one."""

    __tablename__ = "answer_version"
    __table_args__ = (UniqueConstraint("answer_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answer.id"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Sealed("answer_version.words"))
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_as: Mapped[str] = mapped_column(String(300))  # empty: the person; else "Anna, hemtjänst"


class Draft(Base):
    """Words not yet saved, kept on the server for the one who writes them, also after the session ends."""

    __tablename__ = "answer_draft"
    __table_args__ = (UniqueConstraint("person_id", "prompt", "account_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    prompt: Mapped[Prompt] = mapped_column(choice(Prompt))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str] = mapped_column(Sealed("answer_draft.words"))
    kept_at: Mapped[datetime]


class ReadReceipt(Base):
    """Staff say by a press that they have read these words, so that the person knows."""

    __tablename__ = "read_receipt"
    __table_args__ = (UniqueConstraint("version_id", "unit_id", "staff_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("answer_version.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    reader: Mapped[str] = mapped_column(String(300))  # as the person reads it: "Nils, Arjeplogs hälsocentral"
    read_at: Mapped[datetime]
