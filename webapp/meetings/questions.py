"""Questions written before an agreed time: by the person, by relatives who help, by staff who come.

A relative reads what they wrote themselves, and nobody else's words. Each may take their own back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.meetings.models import AgreedTime, MeetingQuestion
from webapp.permissions import Area
from webapp.sharing import marks

MOST = 10  # of one writer's, to one time


class TooMany(Exception):
    """This writer has written as many questions to this time as there may be."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as this reader reads it."""

    id: UUID
    time_id: UUID
    words: str
    written_as: str
    written_at: datetime
    mine: bool


def takes_questions(agreed: AgreedTime, now: datetime) -> bool:
    """A question is asked before the time: not to one that has begun, is cancelled or closed."""
    return agreed.cancelled_at is None and agreed.closed_at is None and agreed.starts_at > now


def ask(
    session: Session, sight: Sight, agreed: AgreedTime, words: str, now: datetime, once: UUID | None = None
) -> MeetingQuestion:
    """Raises TooMany. The same `once` again is the question that was asked then."""
    question_id = uuid5(agreed.id, once.hex) if once else uuid4()
    made = session.get(MeetingQuestion, question_id)
    if made is not None:
        return made
    written_as = marks.written_as(sight)
    mine = (MeetingQuestion.time_id == agreed.id, MeetingQuestion.by_id == sight.reader.account_id)
    if (session.scalar(select(func.count(MeetingQuestion.id)).where(*mine)) or 0) >= MOST:
        raise TooMany
    question = MeetingQuestion(
        id=question_id,
        person_id=agreed.person_id,
        time_id=agreed.id,
        words=words,
        written_as=written_as,
        by_id=sight.reader.account_id,
        written_at=now,
    )
    session.add(question)
    session.flush()
    return question


def take_back(session: Session, sight: Sight, agreed: AgreedTime, question_id: UUID) -> bool:
    """Delete a question of this reader's own. False where there is none such."""
    found = session.scalars(
        select(MeetingQuestion).where(MeetingQuestion.id == question_id, MeetingQuestion.time_id == agreed.id)
    ).first()
    if found is None or not is_mine(found, sight):
        return False
    session.delete(found)
    session.flush()
    return True


def is_mine(question: Any, sight: Sight) -> bool:  # a MeetingQuestion, or a row with its columns
    """Whether this reader wrote it; the person's own are theirs whichever way they signed in."""
    return bool(question.by_id == sight.reader.account_id or (sight.is_self and not question.written_as))


def to_times(session: Session, sight: Sight, time_ids: Sequence[UUID]) -> list[Question]:
    """The questions to these times that this reader may read, the oldest first. One query."""
    found = session.execute(
        select(
            MeetingQuestion.id,
            MeetingQuestion.time_id,
            MeetingQuestion.words,
            MeetingQuestion.written_as,
            MeetingQuestion.written_at,
            MeetingQuestion.by_id,
        )
        .where(MeetingQuestion.person_id == sight.person_id, MeetingQuestion.time_id.in_(time_ids))
        .order_by(MeetingQuestion.written_at, MeetingQuestion.id)
    ).all()
    return [
        Question(row.id, row.time_id, row.words, row.written_as, row.written_at, is_mine(row, sight))
        for row in found
        if is_mine(row, sight) or _is_told(row.written_as, sight)
    ]


def _is_told(written_as: str, sight: Sight) -> bool:
    """The person is told all; staff what the person and relatives ask, and another unit's by consent alone."""
    if sight.is_self or not sight.cares:
        return sight.is_self
    by_staff = written_as != "" and not marks.is_relatives(written_as)
    own_unit = written_as.endswith(f", {sight.reader.unit_name}")
    return not by_staff or own_unit or any(area == Area.PLAN for area, _ in sight.crosses)
