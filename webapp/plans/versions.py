"""Agreeing to the plan, and the versions that agreement makes: dated, numbered, never changed.

Law: docs/legal.md, "SIP".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.core.access import UNKNOWN, Sight
from webapp.directory.models import Organisation, Unit
from webapp.permissions import Area
from webapp.plans import reading, statute
from webapp.plans.document import GoalText, PlanDocument, RowText, Taking
from webapp.plans.models import Goal, Plan, PlanParticipant, PlanRow, PlanVersion, RowStatus
from webapp.plans.statute import Missing
from webapp.sharing.marks import another, written_as


class NotNewest(Exception):
    """The plan has changed since the page that was agreed to; nothing was saved."""


class NotComplete(Exception):
    """Something is missing before the plan can be agreed to."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("the plan is not complete")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Draft:
    """The plan as it would be agreed to now, and what is missing before it can be."""

    document: PlanDocument
    missing: Sequence[Missing]
    waiting: int  # rows, and changes of rows and goals, that the person has not answered


@dataclass(frozen=True, slots=True)
class Version:
    """One version as a reader may see it."""

    number: int
    agreed_at: datetime
    agreed_as: str  # empty: the person
    document: PlanDocument


def draft_of(session: Session, plan: Plan) -> Draft:
    """The plan's document of today. Four queries, whatever its size."""
    every = _rows(session, plan)
    agreed = [row for row in every if row.status is RowStatus.AGREED]
    wanted = _goals(session, plan)
    waiting = sum(row.status is RowStatus.PROPOSED for row in every) + sum(
        bool(goal.proposal) for goal in wanted
    )
    overall = session.get_one(Organisation, plan.overall_id)
    document = PlanDocument(
        plan_id=plan.id,
        flow=plan.flow,
        overall_id=overall.id,
        overall=overall.name,
        begun_on=plan.begun_on,
        situation=plan.situation,
        situation_by_id=plan.situation_by_id,
        situation_flow=plan.situation_flow,
        held_together_by=plan.held_together_by,
        if_worse_signs=plan.if_worse_signs,
        if_worse_do=plan.if_worse_do,
        no_answer_reason=plan.no_answer_reason,
        nobody_else=plan.nobody_else,
        goals=tuple(_goal_text(goal) for goal in wanted),
        rows=tuple(_row_text(row) for row in agreed),
        participants=tuple(_participants(session, plan)),
    )
    lacks = statute.missing(
        document.rows,
        document.overall,
        nobody_else=plan.nobody_else,
        waiting=waiting,
        frozen=plan.frozen_at is not None,
    )
    return Draft(document, lacks, waiting)


def _rows(session: Session, plan: Plan) -> Sequence[Any]:
    return session.execute(
        select(
            PlanRow.id,
            PlanRow.what,
            PlanRow.doer,
            PlanRow.organisation_id,
            Organisation.name,
            PlanRow.flow,
            PlanRow.relative_id,
            PlanRow.who,
            PlanRow.phone,
            PlanRow.how_often,
            PlanRow.from_on,
            PlanRow.until_on,
            PlanRow.next_step,
            PlanRow.waits_for,
            PlanRow.unit_id,
            PlanRow.status,
        )
        .outerjoin(Organisation, Organisation.id == PlanRow.organisation_id)
        .where(PlanRow.plan_id == plan.id, PlanRow.status.in_((RowStatus.AGREED, RowStatus.PROPOSED)))
        .order_by(PlanRow.place, PlanRow.written_at, PlanRow.id)
    ).all()


def _row_text(row: Any) -> RowText:
    return RowText(
        id=row.id,
        what=row.what,
        doer=str(row.doer),
        organisation_id=row.organisation_id,
        organisation=row.name or "",
        flow=str(row.flow),
        relative_id=row.relative_id,
        who=row.who,
        phone=row.phone,
        how_often=row.how_often,
        from_on=row.from_on,
        until_on=row.until_on,
        next_step=row.next_step,
        waits_for=row.waits_for,
        unit_id=row.unit_id,
    )


def _goals(session: Session, plan: Plan) -> Sequence[Goal]:
    return session.scalars(
        select(Goal).where(Goal.plan_id == plan.id, Goal.ended_on.is_(None)).order_by(Goal.place, Goal.id)
    ).all()


def _goal_text(goal: Goal) -> GoalText:
    return GoalText(goal.id, goal.words, goal.noticed_by, goal.area, goal.answer_id)


def _participants(session: Session, plan: Plan) -> list[Taking]:
    found = session.execute(
        select(PlanParticipant, Unit.name)
        .outerjoin(Unit, Unit.id == PlanParticipant.unit_id)
        .where(PlanParticipant.plan_id == plan.id, PlanParticipant.ended_at.is_(None))
        .order_by(PlanParticipant.chosen_at, PlanParticipant.id)
    )
    return [Taking(str(who.kind), who.name, who.role, unit or "", who.relative_id) for who, unit in found]


def newest(session: Session, plan: Plan) -> PlanVersion | None:
    return session.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan.id).order_by(PlanVersion.number.desc()).limit(1)
    ).first()


def agree(session: Session, sight: Sight, plan: Plan, fingerprint: str, now: datetime) -> PlanVersion:
    """The person agrees to the plan with this fingerprint (document.fingerprint), as it stood on the page.

    Raises NotNewest if it has changed since, NotComplete if something is missing. Twice is once.
    """
    draft, last = draft_of(session, plan), newest(session, plan)
    if draft.document.fingerprint != fingerprint:
        raise NotNewest
    if last is not None and PlanDocument.from_json(last.document).fingerprint == fingerprint:
        return last
    if draft.missing:
        raise NotComplete(draft.missing)
    if sight.reader.person_id is None:
        raise PermissionError("staff agree to nothing")
    made = PlanVersion(
        id=uuid4(),
        person_id=plan.person_id,
        plan_id=plan.id,
        number=last.number + 1 if last else 1,
        agreed_at=now,
        agreed_by_id=sight.reader.person_id,
        agreed_as=written_as(sight),
        document=draft.document.to_json(),
    )
    session.add(made)
    session.flush()
    return made


def versions_of(session: Session, plan: Plan) -> Sequence[Any]:
    """Number, when and by whom of each version, the newest first, without its texts."""
    return session.execute(
        select(PlanVersion.number, PlanVersion.agreed_at, PlanVersion.agreed_as)
        .where(PlanVersion.plan_id == plan.id)
        .order_by(PlanVersion.number.desc())
    ).all()


def how_many(session: Session, plan: Plan) -> int:
    counted = select(func.count()).where(PlanVersion.plan_id == plan.id)
    return session.scalar(counted) or 0


def version(session: Session, sight: Sight, plan: Plan, number: int) -> Version | None:
    """One version, with what this reader may see of it."""
    found = session.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == number)
    ).first()
    if found is None:
        return None
    document = as_seen(PlanDocument.from_json(found.document), sight)
    return Version(found.number, found.agreed_at, found.agreed_as, document)


def as_seen(document: PlanDocument, sight: Sight, *, rows_alone: bool = False) -> PlanDocument:
    """What this reader may see of it: rows one by one, the rest only with the whole plan."""
    rows = tuple(_seen(row, sight) for row in document.rows if reading.visible(row, sight))
    if not rows_alone and sees_whole(document, sight):
        people = tuple(_seen_taking(each, sight) for each in document.participants)
        seen = replace(document, rows=rows, participants=people)
        return seen if reading.sees_situation(document, sight) else _without_situation(seen)
    return PlanDocument(
        plan_id=document.plan_id,
        flow="",
        overall_id=UNKNOWN,
        overall="",
        begun_on=document.begun_on,
        rows=rows,
    )


def _without_situation(document: PlanDocument) -> PlanDocument:
    return replace(document, situation="", held_together_by="")


def sees_whole(document: PlanDocument, sight: Sight) -> bool:
    return not reading.only_own_tasks(sight) and sight.sees(Area.PLAN, document.overall_id, document.flow)


def _seen(row: RowText, sight: Sight) -> RowText:
    return replace(row, who=another(), phone=None) if reading.is_another_relatives(row, sight) else row


def _seen_taking(taking: Taking, sight: Sight) -> Taking:
    hidden = reading.is_another_relatives(taking, sight)
    return replace(taking, name=another(), role="") if hidden else taking
