"""The person's plan as one reader may take it out: no more than that reader's pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts import numbers
from webapp.accounts.models import Person
from webapp.core.access import Sight
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation, Unit
from webapp.interchange.content import (
    Agreement,
    Body,
    Near,
    Round,
    Said,
    Shared,
    SharedGoal,
    SharedRow,
    TakesPart,
    Told,
    Whose,
)
from webapp.patient_contract import domain as patient_contract
from webapp.patient_contract.questions import Question
from webapp.permissions import Area
from webapp.plans.domain import going_plan
from webapp.plans.models import Goal, Plan, PlanParticipant, PlanRow, RowOutcome
from webapp.plans.reading import is_another_relatives, mark_as_known, sees_situation, visible
from webapp.sharing.marks import another, as_seen
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit
from webapp.sharing.sip import AREAS
from webapp.what_matters import domain as what_matters
from webapp.what_matters.models import Answer
from webapp.what_matters.questions import QUESTIONS


def shared_plan(session: Session, sight: Sight, today: date) -> Shared | None:
    """The plan as this reader may see it; None where there is none."""
    plan = going_plan(session, sight.person_id)
    if plan is None:
        return None
    whole = sight.sees(Area.PLAN, plan.overall_id, plan.flow)
    kept = session.scalars(
        select(PlanRow)
        .where(PlanRow.plan_id == plan.id)
        .order_by(PlanRow.place, PlanRow.written_at, PlanRow.id)
    )
    mine = [row for row in kept if visible(row, sight)]
    told = _told(session, sight, [row.id for row in mine]) if whole else {}
    rows = tuple(_as_known(_row(row, told.get(row.id, []), whole), sight, whole) for row in mine)
    answers = tuple(_answers(session, sight))
    rounds = tuple(_rounds(session, sight))
    participants = tuple(_participants(session, sight, plan)) if whole else ()
    consents = tuple(_consents(session, sight, today)) if whole else ()
    units = [plan.unit_id if whole else None, *(row.unit_id for row in rows)]
    units += [each.unit_id for each in participants] + [unit for each in consents for unit in each.units]
    around = _around(plan, sight) if whole else {}
    bodies = [around.get("overall_id"), around.get("situation_by_id"), *(row.organisation_id for row in rows)]
    return Shared(
        id=plan.id,
        whose=_whose(session, sight.person_id),
        begun_on=plan.begun_on,
        changed_at=_changed_at(plan, rows, participants, consents, answers, rounds),
        flow=plan.flow,
        frozen_at=plan.frozen_at,
        complete=sight.is_self,
        bodies=tuple(_bodies(session, bodies, units)),
        near=tuple(_near(rows, participants)),
        goals=tuple(_goals(session, sight, plan, {each.id for each in answers})) if whole else (),
        rows=rows,
        participants=participants,
        consents=consents,
        answers=answers,
        rounds=rounds,
        **around,
    )


def _around(plan: Plan, sight: Sight) -> dict[str, Any]:
    """What stands around goals and rows, as this reader's page shows it."""
    names = ("situation", "held_together_by", "situation_by_id", "situation_flow")
    situation = {name: getattr(plan, name) for name in names} if sees_situation(plan, sight) else {}
    return {
        **situation,
        "overall_id": plan.overall_id,
        "if_worse_signs": plan.if_worse_signs,
        "if_worse_do": plan.if_worse_do,
        "starter": plan.starter,
        "no_answer_reason": plan.no_answer_reason,
        "nobody_else": plan.nobody_else,
        "unit_id": plan.unit_id,
    }


def _whose(session: Session, person_id: UUID) -> Whose:
    person = session.get_one(Person, person_id)
    number = numbers.parse(person.number) if person.number else None
    return Whose(
        id=person.id,
        name=person.name,
        number=number.digits if number else None,
        coordination=number is not None and number.kind is numbers.NumberKind.COORDINATION,
        language=person.language,
    )


def _goals(session: Session, sight: Sight, plan: Plan, answers: set[UUID]) -> Iterator[SharedGoal]:
    """The goals; which answer one comes from is told only to who may read the answer."""
    for goal in session.scalars(select(Goal).where(Goal.plan_id == plan.id).order_by(Goal.place, Goal.id)):
        yield SharedGoal(
            id=goal.id,
            words=goal.words,
            noticed_by=goal.noticed_by,
            area=goal.area,
            place=goal.place,
            ended_on=goal.ended_on,
            written_as=as_seen(sight, goal.written_as),
            answer_id=goal.answer_id if goal.answer_id in answers else None,
        )


def _row(row: PlanRow, told: Sequence[Told], whole: bool) -> SharedRow:
    return SharedRow(
        id=row.id,
        what=row.what,
        doer=row.doer,
        status=row.status,
        organisation_id=row.organisation_id,
        relative_id=row.relative_id,
        flow=row.flow,
        who=row.who,
        phone=row.phone,
        how_often=row.how_often,
        from_on=row.from_on,
        until_on=row.until_on,
        next_step=row.next_step,
        waits_for=row.waits_for,
        objection=row.objection if whole else "",
        revises_id=row.revises_id,
        ends_row=row.ends_row,
        unit_id=row.unit_id,
        answered_at=row.answered_at,
        written_at=row.written_at,
        written_as=row.written_as,
        place=row.place,
        told=tuple(told),
    )


def _as_known(row: SharedRow, sight: Sight, whole: bool) -> SharedRow:
    """As this reader's page shows it: no relative whom they are not told of, no unit that is not theirs."""
    mark = as_seen(sight, mark_as_known(row.written_as, row.unit_id, sight, whole))
    if sight.cares and not whole and row.unit_id != sight.reader.unit_id:
        row = replace(row, unit_id=None)
    if is_another_relatives(row, sight):
        row = replace(row, who=another(), phone=None, relative_id=None)
    return replace(row, written_as=mark)


def _told(session: Session, sight: Sight, row_ids: Sequence[UUID]) -> dict[UUID, list[Told]]:
    found: dict[UUID, list[Told]] = {}
    asked = select(RowOutcome).where(RowOutcome.row_id.in_(row_ids)).order_by(RowOutcome.on)
    for each in session.scalars(asked):
        by = as_seen(sight, each.written_as)
        told = Told(on=each.on, how=each.how, words=each.words, told_at=each.told_at, written_as=by)
        found.setdefault(each.row_id, []).append(told)
    return found


def _participants(session: Session, sight: Sight, plan: Plan) -> Iterator[TakesPart]:
    """Who takes part; a relative with protected identity is in no file."""
    asked = select(PlanParticipant).where(PlanParticipant.plan_id == plan.id)
    for each in session.scalars(asked.order_by(PlanParticipant.chosen_at, PlanParticipant.id)):
        if is_another_relatives(each, sight):
            continue
        yield TakesPart(
            id=each.id,
            kind=each.kind,
            chosen_at=each.chosen_at,
            relative_id=each.relative_id,
            unit_id=each.unit_id,
            name=each.name,
            role=each.role,
            ended_at=each.ended_at,
        )


def _consents(session: Session, sight: Sight, today: date) -> Iterator[Agreement]:
    """The SIP consents that hold; staff are told of those in plans their unit can be in."""
    asked = select(Consent).where(
        Consent.person_id == sight.person_id,
        Consent.kind == ConsentKind.SIP,
        Consent.withdrawn_at.is_(None),
        Consent.until_on >= today,
    )
    plans = None if sight.is_self else flows.plans_of(Flow(sight.reader.flow))
    for each in session.scalars(asked.order_by(Consent.given_at, Consent.id)):
        if each.flow is None or (plans is not None and each.flow not in plans):
            continue
        units = session.scalars(select(ConsentUnit.unit_id).where(ConsentUnit.consent_id == each.id)).all()
        if not sight.is_self and sight.reader.unit_id not in units:
            continue
        yield Agreement(
            id=each.id,
            flow=each.flow,
            units=tuple(sorted(units, key=str)),
            areas=tuple(area.value for area in AREAS if getattr(each, area.value)),
            how=each.how,
            recorded_by=each.recorded_by,
            from_on=each.from_on,
            until_on=each.until_on,
            given_at=each.given_at,
        )


def _answers(session: Session, sight: Sight) -> Iterator[Said]:
    """What the person has said is important, as far as this reader may read it."""
    asked = select(Answer.prompt, Answer.id).where(Answer.person_id == sight.person_id)
    ids = {prompt: answer_id for prompt, answer_id in session.execute(asked)}  # noqa: C416 - a Result is no mapping
    for each in what_matters.all_words(session, sight):
        if each.words and each.written_at:
            yield Said(
                id=ids[each.prompt],
                prompt=each.prompt.value,
                question=QUESTIONS[each.prompt].to_me.message,
                words=each.words,
                written_at=each.written_at,
                written_as=each.written_as,
            )


def _rounds(session: Session, sight: Sight) -> Iterator[Round]:
    """The seven questions of every day that this reader may read, the first day first."""
    for each in reversed(patient_contract.answered(session, sight, most=None)):
        replies = tuple(
            (question, each.answers[question]) for question in Question if question in each.answers
        )
        yield Round(id=each.id, answered_at=each.answered_at, answers=replies, shared=each.shared)


def _bodies(
    session: Session, organisations: Iterable[UUID | None], units: Iterable[UUID | None]
) -> Iterator[Body]:
    """The organisations and units that the plan names, each unit with its organisation before it."""
    asked = select(Unit).where(Unit.id.in_({unit for unit in units if unit})).order_by(Unit.name)
    kept = session.scalars(asked).all()
    wanted = {each for each in organisations if each} | {unit.organisation_id for unit in kept}
    named = select(Organisation).where(Organisation.id.in_(wanted)).order_by(Organisation.name)
    for each in session.scalars(named):
        yield Body(id=each.id, name=each.name, huvudman=each.huvudman.value)
    for unit in kept:
        yield Body(id=unit.id, name=unit.name, hsa_id=unit.hsa_id, part_of=unit.organisation_id)


def _near(rows: Iterable[SharedRow], participants: Iterable[TakesPart]) -> Iterator[Near]:
    """The relatives that rows and participants name, by the name that stands there."""
    seen: set[UUID] = set()
    named = [(row.relative_id, row.who) for row in rows]
    named += [(each.relative_id, each.name) for each in participants]
    for relative_id, name in named:
        if relative_id and relative_id not in seen:
            seen.add(relative_id)
            yield Near(id=relative_id, name=name or "Anhörig")


def _changed_at(plan: Plan, rows: Iterable[SharedRow], *others: Iterable[Any]) -> datetime:
    """The last moment that anything here is from."""
    moments = [datetime.combine(plan.begun_on, time(), UTC), plan.frozen_at]
    for row in rows:
        moments += [row.written_at, row.answered_at, *(told.told_at for told in row.told)]
    for each in (one for some in others for one in some):
        moments += [
            getattr(each, name, None)
            for name in ("chosen_at", "ended_at", "given_at", "written_at", "answered_at")
        ]
    return max(moment for moment in moments if moment)
