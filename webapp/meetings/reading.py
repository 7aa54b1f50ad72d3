"""Agreed times as one reader may see them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core.access import UNKNOWN, Sight
from webapp.core.db import Instant, rows
from webapp.core.i18n import plain
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.meetings import questions
from webapp.meetings.models import AgreedTime, MeetingInvitee, MeetingQuestion
from webapp.meetings.questions import Question
from webapp.permissions import Area
from webapp.plans.models import Plan, PlanParticipant
from webapp.plans.reading import is_another_relatives
from webapp.sharing.marks import another


@dataclass(frozen=True, slots=True)
class NextTime:
    """The next time that has been agreed; with a plan, it is a meeting about it. `questions`: the person's own."""

    id: UUID
    starts_at: datetime
    place: str
    with_whom: str
    link: str
    called_by: str
    plan_id: UUID | None
    questions: Sequence[str] = ()


# Made once: putting a query together costs twice what running it does.
MOST_ROWS = 40  # looked through for a time that this reader may see; a time comes once for each question
_NEXT_TIME = (
    select(
        AgreedTime.id,
        AgreedTime.starts_at,
        AgreedTime.place,
        AgreedTime.with_whom,
        AgreedTime.link,
        AgreedTime.called_by,
        AgreedTime.plan_id,
        AgreedTime.organisation_id,
        AgreedTime.flow,
        MeetingQuestion.words,
    )
    .outerjoin(
        MeetingQuestion, (MeetingQuestion.time_id == AgreedTime.id) & (MeetingQuestion.written_as == "")
    )
    .where(
        AgreedTime.person_id == bindparam("person_id", type_=Uuid()),
        AgreedTime.starts_at >= bindparam("now", type_=Instant()),
        AgreedTime.cancelled_at.is_(None),
    )
    .order_by(AgreedTime.starts_at, AgreedTime.id, MeetingQuestion.written_at)
    .limit(MOST_ROWS)
)
_NEXT_MEETING = _NEXT_TIME.where(AgreedTime.plan_id.is_not(None))


def next_time(session: Session, sight: Sight, now: datetime, meeting: bool = False) -> NextTime | None:
    """The next agreed time that this reader may see; with `meeting`, the next one about the plan."""
    wanted = _NEXT_MEETING if meeting else _NEXT_TIME
    found = rows(session, wanted, {"person_id": sight.person_id, "now": now})
    for row in found:
        if sight.sees(Area.PLAN, row.organisation_id or UNKNOWN, row.flow):
            asked = [each.words for each in found if each.id == row.id and each.words]
            facts = (row.id, row.starts_at, row.place, row.with_whom, row.link, row.called_by, row.plan_id)
            return NextTime(*facts, questions=asked)
    return None


class Invited(NamedTuple):
    """Somebody who is invited, as this reader may know them."""

    id: UUID
    name: str
    role: str
    came: bool | None


@dataclass(frozen=True, slots=True)
class Time:
    """One time with all that belongs to it. `whole`: the reader sees the plan too, so what was said and decided."""

    agreed: AgreedTime
    whole: bool
    invited: Sequence[Invited] = field(default_factory=list)
    questions: Sequence[Question] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Times:
    """Coming times, the next first, and those that have been, the last first."""

    coming: Sequence[Time]
    past: Sequence[Time]


MOST_TIMES = 60  # of each, coming and past


def times_of(session: Session, sight: Sight, now: datetime) -> Times:
    """All times that this reader may see. Four queries, whatever their number."""
    whose = AgreedTime.person_id == sight.person_id
    ahead = select(AgreedTime).where(whose, AgreedTime.starts_at >= now).order_by(AgreedTime.starts_at)
    behind = select(AgreedTime).where(whose, AgreedTime.starts_at < now).order_by(AgreedTime.starts_at.desc())
    found = [
        [each for each in session.scalars(wanted.limit(MOST_TIMES)) if _visible(each, sight)]
        for wanted in (ahead, behind)
    ]
    return Times(*_with_all(session, sight, *found))


def one_time(session: Session, sight: Sight, agreed: AgreedTime) -> Time:
    ((only,),) = _with_all(session, sight, [agreed])
    return only


def _visible(agreed: AgreedTime, sight: Sight) -> bool:
    return sight.sees(Area.PLAN, agreed.organisation_id or UNKNOWN, agreed.flow)


def sees_plan(sight: Sight) -> bool:
    """Not so a guardian of a 13–15-year-old, who sees when and where."""
    return sight.is_self or sight.cares or bool(sight.ties.level(Area.PLAN))


def _with_all(session: Session, sight: Sight, *lists: Sequence[AgreedTime]) -> list[list[Time]]:
    whole = sees_plan(sight)
    ids = [agreed.id for those in lists for agreed in those] if whole else []
    asked = questions.to_times(session, sight, ids) if ids else []
    invited = _invited(session, sight, ids) if ids else {}
    return [
        [
            Time(
                agreed, whole, invited.get(agreed.id, []), [one for one in asked if one.time_id == agreed.id]
            )
            for agreed in those
        ]
        for those in lists
    ]


def _invited(session: Session, sight: Sight, time_ids: Sequence[UUID]) -> dict[UUID, list[Invited]]:
    found = session.execute(
        select(
            MeetingInvitee.time_id,
            MeetingInvitee.id,
            MeetingInvitee.came,
            PlanParticipant.relative_id,
            PlanParticipant.name,
            PlanParticipant.role,
            Unit.name.label("unit"),
            Unit.organisation_id,
        )
        .join(PlanParticipant, PlanParticipant.id == MeetingInvitee.participant_id)
        .outerjoin(Unit, Unit.id == PlanParticipant.unit_id)
        .where(MeetingInvitee.person_id == sight.person_id, MeetingInvitee.time_id.in_(time_ids))
        .order_by(PlanParticipant.chosen_at, PlanParticipant.id)
    ).all()
    invited: dict[UUID, list[Invited]] = {}
    for row in found:
        name, role = (row.name or row.unit or "", row.role)
        if is_another_relatives(row, sight):
            name, role = another(), ""
        elif row.unit and not sight.sees(Area.PLAN, row.organisation_id, sight.reader.flow):
            name, role = plain("en annan enhet"), ""
        invited.setdefault(row.time_id, []).append(Invited(row.id, name, role, row.came))
    return invited


def participants(session: Session, plan_id: UUID) -> list[tuple[str, str]]:
    """Who takes part in the plan: id and name, for staff to choose among."""
    found = session.execute(
        select(PlanParticipant.id, PlanParticipant.name, PlanParticipant.role, Unit.name.label("unit"))
        .outerjoin(Unit, Unit.id == PlanParticipant.unit_id)
        .outerjoin(Person, Person.id == PlanParticipant.relative_id)
        .where(
            PlanParticipant.plan_id == plan_id,
            PlanParticipant.ended_at.is_(None),
            or_(Person.id.is_(None), Person.protected.is_(False)),
        )
        .order_by(PlanParticipant.chosen_at, PlanParticipant.id)
    ).all()
    return [(str(row.id), ", ".join(filter(None, (row.name or row.unit or "", row.role)))) for row in found]


def not_written_down(flows: Set[Flow]) -> Select[UUID, UUID, datetime]:
    """Meetings that an organisation has called and held, in these kinds of care, without saying what comes then.

    `organisation_id` and `now` are given later: whose meeting, which, and when it began.
    """
    return (
        select(AgreedTime.person_id, AgreedTime.id, AgreedTime.starts_at)
        .join(Plan, Plan.id == AgreedTime.plan_id)
        .where(
            AgreedTime.organisation_id == bindparam("organisation_id", type_=Uuid()),
            or_(*(AgreedTime.flow == flow for flow in sorted(flows))),
            AgreedTime.starts_at < bindparam("now", type_=Instant()),
            AgreedTime.closed_at.is_(None),
            AgreedTime.cancelled_at.is_(None),
            Plan.ended_on.is_(None),
            Plan.frozen_at.is_(None),
        )
    )
