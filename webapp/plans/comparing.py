"""Two versions of a plan side by side: what came, what changed, what ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Generic, TypeVar
from uuid import UUID

from webapp.plans.document import GoalText, PlanDocument, RowText

T = TypeVar("T", GoalText, RowText)
TEXTS = ("situation", "held_together_by", "overall", "if_worse_signs", "if_worse_do")


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """The same thing then and now; `words`: the names of the fields that differ."""

    before: T
    after: T
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Differences(Generic[T]):
    """Of rows or goals."""

    added: Sequence[T] = ()
    changed: Sequence[Pair[T]] = ()
    ended: Sequence[T] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.ended)


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs; `texts`: the names of the plan's own texts that do."""

    rows: Differences[RowText] = field(default_factory=Differences)
    goals: Differences[GoalText] = field(default_factory=Differences)
    texts: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.goals or self.texts)


def compare(before: PlanDocument, after: PlanDocument) -> Changes:
    """What `after` has that differs from `before`; nothing where only the order or the next step does."""
    return Changes(
        _differences([row.agreed for row in before.rows], [row.agreed for row in after.rows]),
        _differences(before.goals, after.goals),
        [name for name in TEXTS if getattr(before, name) != getattr(after, name)],
    )


def _differences(before: Sequence[T], after: Sequence[T]) -> Differences[T]:
    then: dict[UUID, T] = {each.id: each for each in before}
    now: dict[UUID, T] = {each.id: each for each in after}
    pairs = [Pair(then[key], now[key], _words(then[key], now[key])) for key in now if key in then]
    return Differences(
        [each for key, each in now.items() if key not in then],
        [pair for pair in pairs if pair.words],
        [each for key, each in then.items() if key not in now],
    )


def _words(before: GoalText | RowText, after: GoalText | RowText) -> list[str]:
    return [each.name for each in fields(before) if getattr(before, each.name) != getattr(after, each.name)]
