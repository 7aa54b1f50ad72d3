"""Rows of the plan, written by those whose they are: the region's, a municipality's, the person's, a helper's.

What the person has said yes to is not changed in silence: a change is a proposal (`revises_id`), which the person
answers like any other. What comes next and what is waited for is no part of what was agreed to, and is kept up
to date by whoever the row belongs to.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.access import Sight
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation
from webapp.directory.numbers import refuse_closed
from webapp.plans import domain, earlier, row_reminders
from webapp.plans.earlier import About
from webapp.plans.models import Doer, Plan, PlanRow, RowStatus
from webapp.sharing import notices
from webapp.sharing.marks import written_as

OPEN = (RowStatus.PROPOSED, RowStatus.OBJECTED)


class NotYours(LookupError):
    """This reader may not write that row, or not now: the plan is frozen, and the row is not their own."""


@dataclass(frozen=True, slots=True)
class RowWords:
    """What a row says, and what the person agrees to. The days are both included; None: not said."""

    what: str
    who: str = ""
    phone: str | None = None
    how_often: str = ""
    from_on: date | None = None
    until_on: date | None = None


def words_of(row: PlanRow) -> RowWords:
    return RowWords(row.what, row.who, row.phone, row.how_often, row.from_on, row.until_on)


class _Row(Protocol):
    """A PlanRow, or a row of the plan's page."""

    @property
    def doer(self) -> Doer: ...
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def flow(self) -> Flow: ...
    @property
    def relative_id(self) -> UUID | None: ...
    @property
    def unit_id(self) -> UUID | None: ...


def is_mine(row: _Row, sight: Sight) -> bool:
    """Whether the row belongs to this reader: their organisation's in their kind of care, or their own.

    What somebody outside does belongs to the unit that wrote it down.
    """
    if sight.is_self:
        return row.doer is Doer.ME or (row.doer is Doer.OTHER and row.unit_id is None)
    if not sight.cares:
        return row.relative_id is not None and row.relative_id == sight.reader.person_id
    if row.organisation_id is None:
        return row.doer is Doer.OTHER and row.unit_id is not None and row.unit_id == sight.reader.unit_id
    return row.organisation_id == sight.reader.organisation_id and row.flow in sight.own_flows


def is_frozen_for(plan: Plan, organisation_id: UUID | None, sight: Sight) -> bool:
    """In a frozen plan each organisation goes on with its own rows, and with nothing else."""
    if plan.frozen_at is None or not sight.cares:
        return False
    return organisation_id is None or organisation_id != sight.reader.organisation_id


def add(
    session: Session, sight: Sight, plan: Plan, own: bool, words: RowWords, now: datetime, once: UUID
) -> PlanRow:
    """Staff propose a row: their own organisation's, or (not `own`) one that somebody outside does.

    The same `once` again gives the row that was made then. Raises NotYours and numbers.ClosedNumber.
    """
    row_id = domain.once_only(plan, once)
    made = session.get(PlanRow, row_id)
    if made is not None:
        return made
    organisation = session.get(Organisation, sight.reader.organisation_id) if own else None
    if not sight.cares or (own and organisation is None):
        raise NotYours
    if is_frozen_for(plan, organisation.id if organisation else None, sight):
        raise NotYours
    doer = Doer(organisation.huvudman.value) if organisation else Doer.OTHER
    _ask(session, plan.person_id, now)
    return domain.propose_row(
        session,
        plan,
        doer=doer,
        now=now,
        organisation=organisation,
        flow=Flow(sight.reader.flow) if organisation else plan.flow,
        unit_id=sight.reader.unit_id,
        row_id=row_id,
        written_as=written_as(sight),
        **asdict(words),
    )


def open_change(session: Session, row: PlanRow) -> PlanRow | None:
    """The proposal to change or end this row that the person has not said yes to; there is one at most."""
    return session.scalars(
        select(PlanRow).where(PlanRow.revises_id == row.id, PlanRow.status.in_(OPEN))
    ).first()


def change(session: Session, sight: Sight, row: PlanRow, words: RowWords, now: datetime) -> PlanRow:
    """Write a row anew, or propose that it is: the row that now holds the words.

    The person's own rows are changed at once. What a row said before is kept. Raises NotYours, ClosedNumber.
    """
    _refuse(session, sight, row)
    refuse_closed(words.phone)
    if row.status is RowStatus.AGREED and not sight.is_self:
        proposal = open_change(session, row)
        if proposal is None:
            return _propose(session, sight, row, words, now)
        row, proposal.ends_row = proposal, False
    _write(session, sight, row, words, now)
    return row


def propose_end(session: Session, sight: Sight, row: PlanRow, now: datetime) -> None:
    """End a row: at once if it is the person's own or not agreed to yet, else as a proposal. Twice is once."""
    _refuse(session, sight, row)
    if row.status is not RowStatus.AGREED or sight.is_self:
        for each in (row, open_change(session, row)):
            if each is not None:
                each.status, each.revision = RowStatus.ENDED, each.revision + 1
                row_reminders.end(session, each, now)
        session.flush()
        return
    proposal = open_change(session, row)
    if proposal is None:
        _propose(session, sight, row, words_of(row), now, ends_row=True)
    elif not proposal.ends_row:
        _write(session, sight, proposal, words_of(row), now)
        proposal.ends_row = True
    session.flush()


def take_back(session: Session, sight: Sight, proposal: PlanRow) -> None:
    """Take back a proposed change; the agreed row stands as it did. Raises NotYours."""
    _refuse(session, sight, proposal)
    if proposal.revises_id is None:
        raise NotYours
    proposal.status, proposal.revision, proposal.answered_at = RowStatus.ENDED, proposal.revision + 1, None
    session.flush()


def set_next(
    session: Session, sight: Sight, row: PlanRow, next_step: str, waits_for: str, now: datetime
) -> None:
    """Say what comes next, and whom or what it waits for. Raises NotYours."""
    _refuse(session, sight, row)
    stood = {"next_step": row.next_step, "waits_for": row.waits_for}
    earlier.keep(session, About.ROW, row, stood, now, written_as(sight))
    row.next_step, row.waits_for, row.revision = next_step, waits_for, row.revision + 1
    session.flush()


def may_write(session: Session, row: PlanRow, sight: Sight) -> bool:
    """Whether the row is this reader's, and still going."""
    plan = session.get_one(Plan, row.plan_id)
    going = row.status is not RowStatus.ENDED and plan.ended_on is None
    return going and is_mine(row, sight) and not is_frozen_for(plan, row.organisation_id, sight)


def _refuse(session: Session, sight: Sight, row: PlanRow) -> None:
    if not may_write(session, row, sight):
        raise NotYours


def _propose(
    session: Session, sight: Sight, row: PlanRow, words: RowWords, now: datetime, *, ends_row: bool = False
) -> PlanRow:
    proposal = PlanRow(
        person_id=row.person_id,
        plan_id=row.plan_id,
        doer=row.doer,
        organisation_id=row.organisation_id,
        flow=row.flow,
        relative_id=row.relative_id,
        revises_id=row.id,
        ends_row=ends_row,
        unit_id=sight.reader.unit_id,
        status=RowStatus.PROPOSED,
        place=row.place,
        written_as=written_as(sight),
        written_at=now,
        **asdict(words),
    )
    session.add(proposal)
    _ask(session, row.person_id, now)
    return proposal


def _write(session: Session, sight: Sight, row: PlanRow, words: RowWords, now: datetime) -> None:
    stood = {**asdict(words_of(row)), "objection": row.objection}
    earlier.keep(session, About.ROW, row, stood, now, written_as(sight))
    for name, value in asdict(words).items():
        setattr(row, name, value)
    row.status = RowStatus.AGREED if sight.is_self else RowStatus.PROPOSED
    row.objection, row.answered_at = "", now if sight.is_self else None
    row.revision, row.written_as, row.written_at = row.revision + 1, written_as(sight), now
    if row.status is RowStatus.PROPOSED:
        _ask(session, row.person_id, now)
    session.flush()


def _ask(session: Session, person_id: UUID, now: datetime) -> None:
    """Tell the person, in the app alone, that there is something to answer."""
    notices.tell(session, person_id, notices.Kind.PLAN_ASKS, now)
