"""The plan as one document: what a version keeps for good, and what leaves the app on paper or as data.

The form is stable: a version that was agreed to years ago is still read. New fields get a default, and none
changes its meaning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

FORM = 1
T = TypeVar("T")


class BrokenDocument(ValueError):
    """Not a plan's document, or of a later form than this app knows."""


@dataclass(frozen=True, slots=True)
class GoalText:
    """A goal in the person's words; `answer_id`: the "viktigt" answer it comes from."""

    id: UUID
    words: str
    noticed_by: str = ""
    area: str = ""
    answer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RowText:
    """One effort (insats). `doer`: a word of models.Doer; `organisation`: the name of the one that answers for it."""

    id: UUID
    what: str
    doer: str
    organisation_id: UUID | None = None
    organisation: str = ""
    flow: str = "all"
    relative_id: UUID | None = None
    who: str = ""
    phone: str | None = None
    how_often: str = ""
    from_on: date | None = None
    until_on: date | None = None
    next_step: str = ""
    waits_for: str = ""
    unit_id: UUID | None = None  # whose staff wrote it: who sees the row, and nothing to agree to

    @property
    def agreed(self) -> RowText:
        """What is agreed to: what comes next and what is waited for change without asking."""
        return replace(self, next_step="", waits_for="", unit_id=None)


@dataclass(frozen=True, slots=True)
class Taking:
    """Somebody who takes part. `kind`: a word of models.ParticipantKind; `unit`: its name."""

    kind: str
    name: str = ""
    role: str = ""
    unit: str = ""
    relative_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The whole plan, its agreed rows and going goals, on one day."""

    plan_id: UUID
    flow: str
    overall_id: UUID
    overall: str  # who has the overall responsibility
    begun_on: date
    situation: str = ""
    held_together_by: str = ""
    if_worse_signs: str = ""
    if_worse_do: str = ""
    no_answer_reason: str = ""
    nobody_else: bool = False
    goals: Sequence[GoalText] = ()
    rows: Sequence[RowText] = ()
    participants: Sequence[Taking] = ()
    situation_by_id: UUID | None = (
        None  # the organisation that wrote it: who reads it, and nothing to agree to
    )
    situation_flow: str = ""

    def to_json(self) -> str:
        """The same text for the same plan, always."""
        return json.dumps(
            {"form": FORM, **asdict(self)},
            default=str,
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> PlanDocument:
        """Raises BrokenDocument."""
        try:
            read = json.loads(text)
            if read["form"] > FORM:
                raise BrokenDocument("of a later form")
            whole = _read(cls, read)
            return replace(
                whole,
                goals=tuple(_read(GoalText, each) for each in read.get("goals", ())),
                rows=tuple(_read(RowText, each) for each in read.get("rows", ())),
                participants=tuple(_read(Taking, each) for each in read.get("participants", ())),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            raise BrokenDocument("not a plan's document") from fault

    @property
    def fingerprint(self) -> str:
        """Of what is agreed to, and so the same as long as that is the same. 32 hexadecimal digits."""
        rows = tuple(row.agreed for row in self.rows)
        agreed = replace(self, rows=rows, situation_by_id=None, situation_flow="")
        return hashlib.sha256(agreed.to_json().encode()).hexdigest()[:32]


_DAYS = {"begun_on", "from_on", "until_on"}


def _read(kind: type[T], read: Mapping[str, Any]) -> T:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type] # only dataclasses are read
    return kind(**{name: _value(name, value) for name, value in read.items() if name in known})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    return UUID(value) if name == "id" or name.endswith("_id") else value
