"""What a goal says, and what somebody else proposes that it says: plain data, as it is kept beside the goal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GoalWords:
    """What a goal says; `answer_id`: the "viktigt" answer it comes from."""

    words: str
    noticed_by: str = ""
    area: str = ""
    answer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProposedGoal:
    """A change of a goal that waits for the person's answer; `ends`: that the goal ends."""

    says: GoalWords
    ends: bool = False

    def kept(self) -> str:
        return json.dumps({**asdict(self.says), "ends": self.ends}, default=str, ensure_ascii=False)


def proposed(kept: str) -> ProposedGoal | None:
    """What `ProposedGoal.kept` wrote; None of an empty text."""
    if not kept:
        return None
    said = json.loads(kept)
    ends, answer = said.pop("ends"), said.pop("answer_id")
    return ProposedGoal(GoalWords(**said, answer_id=UUID(answer) if answer else None), ends)
