"""The shared plan: beginning it, one's own rows, agreeing or objecting, and saying how it went."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Select, Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.core.db import Instant
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation
from webapp.directory.numbers import refuse_closed
from webapp.plans.models import Doer, Goal, How, Plan, PlanRow, RowOutcome, RowStatus
from webapp.plans.reading import visible
from webapp.sharing import notices


def begin_plan(
    session: Session,
    person_id: UUID,
    overall: Organisation,
    today: date,
    *,
    flow: Flow = Flow.ALL,
    starter: str = "",
    situation: str = "",
    held_together_by: str = "",
    if_worse_signs: str = "",
    if_worse_do: str = "",
) -> Plan:
    """Begin the person's plan; the database refuses a second one that has not ended."""
    plan = Plan(
        person_id=person_id,
        flow=flow,
        starter=starter,
        situation=situation,
        overall_id=overall.id,
        held_together_by=held_together_by,
        if_worse_signs=if_worse_signs,
        if_worse_do=if_worse_do,
        begun_on=today,
    )
    session.add(plan)
    session.flush()
    return plan


def set_goal(
    session: Session, plan: Plan, words: str, noticed_by: str = "", answer_id: UUID | None = None
) -> Goal:
    goal = Goal(
        person_id=plan.person_id, plan_id=plan.id, words=words, noticed_by=noticed_by, answer_id=answer_id
    )
    session.add(goal)
    session.flush()
    return goal


def propose_row(
    session: Session,
    plan: Plan,
    what: str,
    doer: Doer,
    now: datetime,
    *,
    organisation: Organisation | None = None,
    flow: Flow | None = None,
    relative_id: UUID | None = None,
    who: str = "",
    phone: str | None = None,
    how_often: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
    unit_id: UUID | None = None,
    row_id: UUID | None = None,
    written_as: str = "",
) -> PlanRow:
    """Propose a row to the person, who then agrees or objects. Raises numbers.ClosedNumber.

    `flow` is the kind of care that does it; the plan's own where none is named. `unit_id`: whose staff propose it.
    """
    refuse_closed(phone)
    row = PlanRow(
        id=row_id or uuid4(),
        person_id=plan.person_id,
        plan_id=plan.id,
        what=what,
        doer=doer,
        organisation_id=organisation.id if organisation else None,
        flow=flow or plan.flow,
        relative_id=relative_id,
        who=who,
        phone=phone,
        how_often=how_often,
        from_on=from_on,
        until_on=until_on,
        unit_id=unit_id,
        status=RowStatus.PROPOSED,
        written_as=written_as,
        place=next_place(session, plan.id),
        written_at=now,
    )
    session.add(row)
    session.flush()
    return row


def next_place(session: Session, plan_id: UUID) -> int:
    """After all the rows that are there."""
    last = session.scalar(
        select(PlanRow.place).where(PlanRow.plan_id == plan_id).order_by(PlanRow.place.desc()).limit(1)
    )
    return (last or 0) + 1


def going_plan(session: Session, person_id: UUID) -> Plan | None:
    """The person's one plan that has not ended."""
    return session.scalars(select(Plan).where(Plan.person_id == person_id, Plan.ended_on.is_(None))).first()


def add_own_row(
    session: Session,
    sight: Sight,
    what: str,
    how_often: str,
    now: datetime,
    written_as: str = "",
    once: UUID | None = None,
) -> PlanRow | None:
    """A row that the person does: agreed as it is written. What a relative writes, the person agrees to first.

    None where there is no plan to write in. `once`: the same id again gives the row that was made then.
    """
    plan = going_plan(session, sight.person_id)
    if plan is None:
        return None
    row_id = once_only(plan, once)
    made = session.get(PlanRow, row_id)
    if made is not None:
        return made
    doer = Doer.ME if sight.is_self else Doer.RELATIVE
    row = propose_row(
        session,
        plan,
        what,
        doer,
        now,
        relative_id=None if sight.is_self else sight.reader.person_id,
        who="" if sight.is_self else sight.reader.name,
        how_often=how_often,
        written_as=written_as,
        row_id=row_id,
    )
    if sight.is_self:
        row.status, row.answered_at = RowStatus.AGREED, now
    else:
        notices.tell(session, plan.person_id, notices.Kind.PLAN_ASKS, now)
    return row


def once_only(plan: Plan, once: UUID | None) -> UUID:
    """The id of what one sending of a form makes in this plan: the same for the same `once`, nobody else's."""
    return uuid5(plan.id, once.hex) if once else uuid4()


def row_of(session: Session, sight: Sight, row_id: UUID) -> PlanRow | None:
    """One row of this person's plan that this reader may see."""
    row = session.scalars(
        select(PlanRow)
        .join(Plan, Plan.id == PlanRow.plan_id)
        .where(PlanRow.id == row_id, PlanRow.person_id == sight.person_id, Plan.ended_on.is_(None))
    ).first()
    return row if row is not None and visible(row, sight) else None


def tell_outcome(
    session: Session, row: PlanRow, on: date, how: How, words: str, now: datetime, written_as: str = ""
) -> RowOutcome:
    """How it went, one telling a day for a row; told again, the later telling stands."""
    told = session.scalars(select(RowOutcome).where(RowOutcome.row_id == row.id, RowOutcome.on == on)).first()
    if told is None:
        told = RowOutcome(person_id=row.person_id, row_id=row.id, on=on, how=how, told_at=now)
        session.add(told)
    told.how, told.words, told.told_at, told.written_as = how, words, now, written_as
    session.flush()
    return told


# What a unit's list asks, made once: who, which thing, since when. `unit_id` and `organisation_id` are given later.
FROZEN = select(Plan.person_id, Plan.id, Plan.frozen_at).where(
    Plan.unit_id == bindparam("unit_id", type_=Uuid()), Plan.frozen_at.is_not(None), Plan.ended_on.is_(None)
)

# What the unit proposed for a goal, and the person said no to, while the unit reads the plan.
GOALS_REFUSED = (
    select(Goal.person_id, Goal.id, Goal.refused_at)
    .join(Plan, Plan.id == Goal.plan_id)
    .where(
        Goal.proposed_unit_id == bindparam("unit_id", type_=Uuid()),
        Goal.refused_at > bindparam("look_back", type_=Instant()),
        Goal.ended_on.is_(None),
        Plan.ended_on.is_(None),
        Plan.frozen_at.is_(None),
    )
)


def objected(flows: Set[Flow]) -> Select[UUID, UUID, datetime | None]:
    """Rows of these kinds of care that one organisation answers for, or nobody does, and people said no to."""
    return (
        select(PlanRow.person_id, PlanRow.id, PlanRow.answered_at)
        .join(Plan, Plan.id == PlanRow.plan_id)
        .where(
            PlanRow.status == RowStatus.OBJECTED,
            or_(*(PlanRow.flow == flow for flow in sorted(flows))),
            or_(
                PlanRow.organisation_id == bindparam("organisation_id", type_=Uuid()),
                PlanRow.doer == Doer.OTHER,
            ),
            Plan.ended_on.is_(None),
        )
    )
