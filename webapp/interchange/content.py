"""A plan on its way between systems: what is sent and received, as this app understands it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from webapp.directory.flows import Flow
from webapp.patient_contract.questions import Question
from webapp.patient_contract.questions import Said as Reply
from webapp.plans.models import Doer, How, ParticipantKind, RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The person. `number`: personnummer or samordningsnummer, twelve digits."""

    id: UUID
    name: str
    number: str | None = None
    coordination: bool = False  # the number is a samordningsnummer
    language: str = "sv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An organisation (huvudman), or a unit that is part of one."""

    id: UUID
    name: str
    huvudman: str = ""
    hsa_id: str | None = None
    part_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A relative who does something in the plan or takes part in it."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedGoal:
    id: UUID
    words: str
    noticed_by: str = ""
    area: str = ""
    place: int = 0
    ended_on: date | None = None
    written_as: str = ""
    answer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How it went with a row on a day."""

    on: date
    how: How
    words: str
    told_at: datetime
    written_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    id: UUID
    what: str
    doer: Doer
    status: RowStatus
    organisation_id: UUID | None = None
    relative_id: UUID | None = None
    flow: Flow = Flow.ALL
    who: str = ""
    phone: str | None = None
    how_often: str = ""
    from_on: date | None = None
    until_on: date | None = None
    next_step: str = ""
    waits_for: str = ""
    objection: str = ""
    revises_id: UUID | None = None
    ends_row: bool = False
    unit_id: UUID | None = None  # whose staff proposed it
    answered_at: datetime | None = None
    written_at: datetime | None = None
    written_as: str = ""
    place: int = 0
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesPart:
    id: UUID
    kind: ParticipantKind
    chosen_at: datetime
    relative_id: UUID | None = None
    unit_id: UUID | None = None
    name: str = ""
    role: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A consent to share the plan between units (SIP). Told of, never taken in from a file."""

    id: UUID
    flow: Flow
    units: tuple[UUID, ...]
    areas: tuple[str, ...]
    how: str
    recorded_by: str
    from_on: date
    until_on: date
    given_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer to "vad är viktigt för dig?". Told of, never taken in from a file."""

    id: UUID
    prompt: str
    question: str
    words: str
    written_at: datetime
    written_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One day's answers to the seven questions of patientkontrakt. Told of, never taken in from a file."""

    id: UUID
    answered_at: datetime
    answers: tuple[tuple[Question, Reply], ...]
    shared: bool = False  # the person lets staff read them


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The plan and what stands around it."""

    id: UUID
    whose: Whose
    begun_on: date | None
    changed_at: datetime
    overall_id: UUID | None = None
    flow: Flow = Flow.ALL
    situation: str = ""
    situation_by_id: UUID | None = None
    situation_flow: Flow = Flow.ALL
    if_worse_signs: str = ""
    if_worse_do: str = ""
    held_together_by: str = ""
    starter: str = ""
    no_answer_reason: str = ""
    nobody_else: bool = False
    frozen_at: datetime | None = None
    unit_id: UUID | None = None
    complete: bool = False  # the person's own copy: nothing is left out
    bodies: tuple[Body, ...] = ()
    near: tuple[Near, ...] = ()
    goals: tuple[SharedGoal, ...] = ()
    rows: tuple[SharedRow, ...] = ()
    participants: tuple[TakesPart, ...] = ()
    consents: tuple[Agreement, ...] = ()
    answers: tuple[Said, ...] = ()
    rounds: tuple[Round, ...] = ()
