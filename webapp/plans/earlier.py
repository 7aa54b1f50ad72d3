"""What stood in a plan's texts before somebody wrote anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.plans.models import Goal, Plan, PlanEarlier, PlanRow

Texts = Mapping[str, str | date | bool | None]
MOST = 20  # shown


class About(StrEnum):
    """Which of the plan's texts."""

    GOAL = "goal"
    GOAL_PROPOSAL = "goal_proposal"  # one that came to nothing
    ROW = "row"
    SITUATION = "situation"
    SIGNS = "signs"


@dataclass(frozen=True, slots=True)
class Earlier:
    """One text that was replaced; `words`: each field with what stood in it."""

    words: Mapping[str, str]
    replaced_at: datetime
    replaced_as: str  # who wrote anew; empty: the person


def plain_text(value: Any) -> str:
    """What a field holds, as text; a box that is not ticked is empty."""
    return "" if value is None or value is False else str(value)


def keep(
    session: Session, about: About, of: Goal | Plan | PlanRow, texts: Texts, now: datetime, by: str
) -> None:
    """Keep what stands in `of`, before it is written anew. Where nothing stands, nothing is kept."""
    said = {name: plain_text(text) for name, text in texts.items() if plain_text(text)}
    if not said:
        return
    session.add(
        PlanEarlier(
            person_id=of.person_id,
            plan_id=of.id if isinstance(of, Plan) else of.plan_id,
            about=about,
            about_id=of.id,
            revision=of.revision,
            words=json.dumps(said, ensure_ascii=False),
            replaced_at=now,
            replaced_as=by,
        )
    )
    session.flush()


def of(session: Session, about: About, about_id: UUID) -> Sequence[Earlier]:
    """What stood there, the newest first."""
    found = session.scalars(
        select(PlanEarlier)
        .where(PlanEarlier.about == about, PlanEarlier.about_id == about_id)
        .order_by(PlanEarlier.replaced_at.desc(), PlanEarlier.revision.desc())
        .limit(MOST)
    )
    return [Earlier(json.loads(each.words), each.replaced_at, each.replaced_as) for each in found]
