"""The seven questions: answering, sharing, and reading what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.patient_contract import rhythm
from webapp.patient_contract.models import SevenAnswers
from webapp.patient_contract.questions import Question, Said

MOST_SHOWN = 8  # two years of them


class TooOften(Exception):
    """The person has answered as often as they may this year."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One day's answers; a question that was left out is not there."""

    id: UUID
    on: date
    answers: Mapping[Question, Said]
    shared: bool
    answered_at: datetime


def answer(
    session: Session, person_id: UUID, said: Mapping[Question, Said], now: datetime, *, shared: bool = False
) -> SevenAnswers:
    """Keep the person's answers; the same day's are replaced. Raises TooOften."""
    today = clock.local(now).date()
    if not rhythm.may_answer(days_of(session, person_id), today):
        raise TooOften
    kept = session.scalars(
        select(SevenAnswers).where(SevenAnswers.person_id == person_id, SevenAnswers.on == today)
    ).first()
    if kept is None:
        kept = SevenAnswers(person_id=person_id, on=today)
        session.add(kept)
    kept.answers = json.dumps({str(question): str(one) for question, one in said.items()})
    kept.answered_at, kept.shared = now, shared
    session.flush()
    return kept


def days_of(session: Session, person_id: UUID) -> list[date]:
    return list(session.scalars(select(SevenAnswers.on).where(SevenAnswers.person_id == person_id)))


def share(session: Session, person_id: UUID, answers_id: UUID, shared: bool) -> bool:
    """Let staff read one day's answers, or no longer. False where the person has none such."""
    done = session.execute(
        update(SevenAnswers)
        .where(SevenAnswers.id == answers_id, SevenAnswers.person_id == person_id)
        .values(shared=shared)
        .returning(SevenAnswers.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def answered(session: Session, sight: Sight, most: int | None = MOST_SHOWN) -> Sequence[Answered]:
    """What this reader may read, the newest first: the person everything, staff what is shared, nobody else.

    Of the last `most` days; None: of all.
    """
    if not sight.is_self and (not sight.cares or sight.ties.emergency):
        return []
    found = session.scalars(
        select(SevenAnswers)
        .where(SevenAnswers.person_id == sight.person_id)
        .order_by(SevenAnswers.on.desc())
        .limit(most)
    )
    return [
        Answered(each.id, each.on, _read(each.answers), each.shared, each.answered_at)
        for each in found
        if sight.is_self or each.shared
    ]


def _read(kept: str) -> Mapping[Question, Said]:
    said = json.loads(kept)
    return {question: Said(said[question]) for question in Question if question in said}
