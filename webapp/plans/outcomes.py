"""How it went, row by row: what the person has said since the last meeting, and earlier. Told, never judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.core.db import Instant, rows
from webapp.meetings.models import AgreedTime
from webapp.plans.models import How, Plan, PlanRow, RowOutcome
from webapp.plans.reading import PlanView, Row, current_plan
from webapp.sharing.marks import as_seen

FURTHEST = timedelta(days=366)
MOST_WORDS = 3  # of the person's words, of each row, in the summary
MOST_TOLD = 100  # in a row's history


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said about one row on one day. `written_as`: empty for the person."""

    on: date
    how: How
    words: str
    written_as: str


@dataclass(frozen=True, slots=True)
class Went:
    """One row with what has been said of it since a day, the newest first."""

    row: Row
    told: Sequence[Told]

    @property
    def counts(self) -> Mapping[How, int]:
        found = Counter(each.how for each in self.told)
        return {how: found[how] for how in How}

    @property
    def said(self) -> Sequence[Told]:
        """The latest words."""
        return [each for each in self.told if each.words][:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Summary:
    """All rows that are agreed; `since` is the last meeting's day, or the plan's first."""

    since: date
    after_meeting: bool
    rows: Sequence[Went]

    @property
    def silent(self) -> Sequence[Row]:
        """The rows that nobody has said anything about."""
        return [went.row for went in self.rows if not went.told]

    @property
    def anything(self) -> bool:
        return any(went.told for went in self.rows)


# Made once: putting a query together costs twice what running it does.
_TOLD = (
    select(
        RowOutcome.row_id,
        RowOutcome.on,
        RowOutcome.how,
        RowOutcome.words,
        RowOutcome.written_as,
    )
    .join(PlanRow, PlanRow.id == RowOutcome.row_id)
    .join(Plan, Plan.id == PlanRow.plan_id)
    .where(
        RowOutcome.person_id == bindparam("person_id", type_=Uuid()),
        Plan.ended_on.is_(None),
        RowOutcome.on >= bindparam("since", type_=Date()),
    )
    .order_by(RowOutcome.on.desc())
)
_LAST_MEETING = (
    select(func.max(AgreedTime.starts_at).label("at"))
    .join(Plan, Plan.id == AgreedTime.plan_id)
    .where(
        AgreedTime.person_id == bindparam("person_id", type_=Uuid()),
        Plan.ended_on.is_(None),
        AgreedTime.cancelled_at.is_(None),
        AgreedTime.starts_at < bindparam("now", type_=Instant()),
    )
)


def since_last_meeting(session: Session, sight: Sight, now: datetime) -> Summary | None:
    """What the person has said since the plan was last talked about; None where this reader does not see the plan.

    Four queries, whatever the plan's size.
    """
    view = _whole(session, sight)
    if view is None:
        return None
    person = {"person_id": sight.person_id}
    met_at = rows(session, _LAST_MEETING, {**person, "now": now})[0].at
    today = clock.local(now).date()
    since = max(clock.local(met_at).date() if met_at else view.plan.begun_on, today - FURTHEST)
    told = rows(session, _TOLD, {**person, "since": since})
    return Summary(
        since,
        met_at is not None,
        [Went(row, _of(told, row.id, sight)) for row in view.going if row.status == "agreed"],
    )


def history(session: Session, sight: Sight, row_id: UUID, now: datetime) -> Went | None:
    """Everything that was said about one row in the last year; None where this reader does not see it."""
    view = _whole(session, sight)
    row = next((each for each in view.rows if each.id == row_id), None) if view is not None else None
    if row is None:
        return None
    since = clock.local(now).date() - FURTHEST
    told = rows(session, _TOLD, {"person_id": sight.person_id, "since": since})
    return Went(row, _of(told, row_id, sight)[:MOST_TOLD])


def _whole(session: Session, sight: Sight) -> PlanView | None:
    """The plan for somebody who sees more of it than their own tasks."""
    view = current_plan(session, sight)
    return view if view is not None and view.whole else None


def _of(told: Sequence[Any], row_id: UUID, sight: Sight) -> list[Told]:
    return [
        Told(each.on, each.how, each.words, as_seen(sight, each.written_as))
        for each in told
        if each.row_id == row_id
    ]
