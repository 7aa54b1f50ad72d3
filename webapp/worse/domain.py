"""Om det blir sämre: the person's own signs and what to do, and whom to call by day and by night.

The person writes, and a relative who helps with the plan, marked. What staff write is a proposal: it stands on
the page as theirs until the person takes it or declines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Uuid, and_, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from webapp.contacts.domain import Contact, Instead
from webapp.core.access import Sight
from webapp.core.db import rows
from webapp.permissions import Area, Permission
from webapp.plans.models import Plan, PlanEarlier
from webapp.plans.reading import only_own_tasks
from webapp.sharing.marks import as_seen, written_as
from webapp.worse.models import Answer, WorseProposal

ABOUT = "signs"  # of PlanEarlier


class ChangedMeanwhile(Exception):
    """Somebody has written since the form was opened. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a unit proposes."""

    id: UUID
    signs: str
    do: str
    written_as: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Worse:
    """What stands, as one reader may see it. `written_as`: who wrote it last; empty for the person."""

    plan_id: UUID
    signs: str
    do: str
    revision: int
    is_frozen: bool
    written_as: str
    proposals: Sequence[Proposed]


_later = aliased(PlanEarlier)
_LAST = (
    select(func.max(_later.revision))
    .where(_later.plan_id == Plan.id, _later.about == ABOUT)
    .correlate(Plan)
    .scalar_subquery()
)
# Made once: putting a query together costs twice what running it does.
_STANDS = (
    select(
        Plan.id,
        Plan.if_worse_signs,
        Plan.if_worse_do,
        Plan.revision,
        Plan.frozen_at,
        Plan.overall_id,
        Plan.flow,
        PlanEarlier.replaced_as,
        WorseProposal.id.label("proposal_id"),
        WorseProposal.signs,
        WorseProposal.do,
        WorseProposal.written_as,
        WorseProposal.written_at,
    )
    .select_from(Plan)
    .outerjoin(
        PlanEarlier,
        and_(PlanEarlier.plan_id == Plan.id, PlanEarlier.about == ABOUT, PlanEarlier.revision == _LAST),
    )
    .outerjoin(WorseProposal, and_(WorseProposal.plan_id == Plan.id, WorseProposal.answer == Answer.OPEN))
    .where(Plan.person_id == bindparam("person_id", type_=Uuid()), Plan.ended_on.is_(None))
    .order_by(WorseProposal.written_at)
)


def what_stands(session: Session, sight: Sight) -> Worse | None:
    """The signs and what to do; None where there is no plan, or this reader sees nothing of it. One query.

    A guardian of somebody between 13 and 15, and a relative without the plan, see none of the person's words.
    """
    if not sight.may(Permission.PLAN_SEE) or only_own_tasks(sight):
        return None
    found = rows(session, _STANDS, {"person_id": sight.person_id})
    if not found or not sight.sees(Area.PLAN, found[0].overall_id, found[0].flow):
        return None
    plan = found[0]
    return Worse(
        plan_id=plan.id,
        signs=plan.if_worse_signs,
        do=plan.if_worse_do,
        revision=plan.revision,
        is_frozen=plan.frozen_at is not None,
        written_as=as_seen(sight, plan.replaced_as or ""),
        proposals=list(
            {
                row.proposal_id: Proposed(row.proposal_id, row.signs, row.do, row.written_as, row.written_at)
                for row in found
                if row.proposal_id is not None
            }.values()
        ),
    )


def write(
    session: Session, sight: Sight, stands: Worse, signs: str, do: str, revision: int, now: datetime
) -> None:
    """The person's words, or a helper's, marked; what stood before is kept. The same words again change nothing.

    `revision` is the plan's as the writer saw it. Raises ChangedMeanwhile if another stands now.
    """
    if (signs, do) == (stands.signs, stands.do):
        return
    if revision != stands.revision:
        raise ChangedMeanwhile
    _put(session, session.get_one(Plan, stands.plan_id), signs, do, written_as(sight), now)


def _put(session: Session, plan: Plan, signs: str, do: str, by: str, now: datetime) -> None:
    before = {"if_worse_signs": plan.if_worse_signs, "if_worse_do": plan.if_worse_do}
    session.add(
        PlanEarlier(
            id=uuid4(),
            person_id=plan.person_id,
            plan_id=plan.id,
            about=ABOUT,
            about_id=plan.id,
            revision=plan.revision,
            words=json.dumps({name: text for name, text in before.items() if text}, ensure_ascii=False),
            replaced_at=now,
            replaced_as=by,
        )
    )
    plan.if_worse_signs, plan.if_worse_do = signs, do
    plan.revision += 1
    session.flush()


def propose(session: Session, sight: Sight, stands: Worse, signs: str, do: str, now: datetime) -> bool:
    """What staff write. Their unit's earlier proposal, if it waits, gives way. False while the plan is frozen."""
    unit_id = sight.reader.unit_id
    if stands.is_frozen or unit_id is None:
        return False
    session.execute(
        update(WorseProposal)
        .where(
            WorseProposal.plan_id == stands.plan_id,
            WorseProposal.unit_id == unit_id,
            WorseProposal.answer == Answer.OPEN,
        )
        .values(answer=Answer.REPLACED, answered_at=now)
    )
    session.add(
        WorseProposal(
            id=uuid4(),
            person_id=sight.person_id,
            plan_id=stands.plan_id,
            unit_id=unit_id,
            signs=signs,
            do=do,
            written_as=written_as(sight),
            written_at=now,
        )
    )
    session.flush()
    return True


def take(session: Session, sight: Sight, stands: Worse, proposal_id: UUID, now: datetime) -> bool:
    """The person takes what is proposed: it stands in the plan, as theirs who wrote it.

    A part that is empty changes nothing. False if it does not wait any more.
    """
    chosen = _answer(session, sight, proposal_id, Answer.TAKEN, now)
    if chosen is None:
        return False
    plan = session.get_one(Plan, stands.plan_id)
    signs, do = chosen.signs or plan.if_worse_signs, chosen.do or plan.if_worse_do
    _put(session, plan, signs, do, chosen.written_as, now)
    return True


def decline(session: Session, sight: Sight, proposal_id: UUID, now: datetime) -> bool:
    return _answer(session, sight, proposal_id, Answer.DECLINED, now) is not None


def _answer(
    session: Session, sight: Sight, proposal_id: UUID, answer: Answer, now: datetime
) -> WorseProposal | None:
    found = session.scalars(
        select(WorseProposal).where(
            WorseProposal.id == proposal_id,
            WorseProposal.person_id == sight.person_id,
            WorseProposal.answer == Answer.OPEN,
        )
    ).first()
    if found is not None:
        found.answer, found.answered_at = answer, now
    return found


def open_now(contacts: Sequence[Contact]) -> Contact | None:
    """Somebody who knows the person and answers at this hour, in the order shown."""
    return next(
        (each for each in contacts if each.phone and each.reach is not None and each.reach.is_open), None
    )


def at_night(contacts: Sequence[Contact]) -> list[Instead]:
    """Whom to call when the named ones do not answer: their stand-ins and units, each number once."""
    found = {
        each.stand_in_phone: Instead(each.stand_in or each.works_at, each.stand_in_phone)
        for each in contacts
        if each.stand_in_phone
    }
    for each in contacts:
        if each.instead is not None:
            found.setdefault(each.instead.phone, each.instead)
    return list(found.values())
