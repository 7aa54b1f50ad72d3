"""Staff begin a plan with the person: all of it in one act, or nothing.

What the law asks of a SIP: docs/legal.md, "SIP". The person's own words stand first; without any that staff may
read, the plan says why (design section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.core.access import Sight
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.plans import domain, goals, participants, row_reminders
from webapp.plans.models import Doer, Plan, PlanRow
from webapp.plans.participants import Other
from webapp.plans.row_reminders import Proposed
from webapp.reminders.setting import by_reader
from webapp.sharing import marks, notices, sip
from webapp.sharing.sip import Agreed
from webapp.what_matters import domain as what_matters
from webapp.what_matters.domain import Words
from webapp.what_matters.models import Answer, Prompt

HUVUDMAN = {Doer.REGION: Huvudman.REGION, Doer.KOMMUN: Huvudman.KOMMUN}


class PlanIsThere(Exception):
    """The person has a plan that has not ended: there is one plan, never two."""


class NeedsReason(ValueError):
    """No answer to the question stands first, and nothing says why."""


class NobodyAnswers(ValueError):
    """A row names the region or the municipality, and none of its units takes part."""


@dataclass(frozen=True, slots=True)
class WishedGoal:
    """A goal in the person's words; `prompt` is the answer it comes from."""

    words: str
    noticed_by: str = ""
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A row that is proposed to the person."""

    what: str
    doer: Doer
    how_often: str = ""
    who: str = ""
    phone: str | None = None
    flow: Flow | None = None  # None: the plan's own
    relative_id: UUID | None = None
    reminder: Proposed | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """Everything that a plan begins with. `consent.units` share; `only_own` take part and see their own rows."""

    consent: Agreed
    overall: Doer  # REGION or KOMMUN: which of the two has the overall responsibility
    starter: str = ""
    situation: str = ""
    held_together_by: str = ""
    no_answer_reason: str = ""
    if_worse_signs: str = ""
    if_worse_do: str = ""
    goals: Sequence[WishedGoal] = ()
    rows: Sequence[ProposedRow] = ()
    relatives: Sequence[UUID] = ()
    only_own: Sequence[Unit] = ()
    others: Sequence[Other] = ()


@dataclass(frozen=True, slots=True)
class Owners:
    """Which organisation answers for a row: the one of that kind among those who take part."""

    by_kind: dict[Huvudman, Organisation] = field(default_factory=dict)

    def of(self, doer: Doer) -> Organisation | None:
        """None for what neither of the two does. Raises NobodyAnswers."""
        kind = HUVUDMAN.get(doer)
        if kind is None:
            return None
        if kind not in self.by_kind:
            raise NobodyAnswers(doer)
        return self.by_kind[kind]


def owners(session: Session, own_unit: UUID, others: Iterable[Unit]) -> Owners:
    """The organisations of these units; the reader's own first, then in the order they are named."""
    ids = [own_unit, *(unit.id for unit in others)]
    rows = session.execute(
        select(Unit.id, Organisation)
        .join(Organisation, Organisation.id == Unit.organisation_id)
        .where(Unit.id.in_(ids))
    ).all()
    by_kind: dict[Huvudman, Organisation] = {}
    for _, organisation in sorted(rows, key=lambda row: ids.index(row[0])):
        by_kind.setdefault(organisation.huvudman, organisation)
    return Owners(by_kind)


def answers_first(session: Session, sight: Sight) -> list[Words]:
    """What the person has said is important, and shared with those who plan."""
    return [said for said in what_matters.all_words(session, sight) if said.words]


def open_plan(session: Session, person_id: UUID) -> Plan | None:
    """The person's plan that has not ended."""
    return session.scalars(select(Plan).where(Plan.person_id == person_id, Plan.ended_on.is_(None))).first()


def begin(session: Session, sight: Sight, wish: Beginning, now: datetime) -> Plan:
    """Begin the plan with its consent, participants, goals, and rows as proposals; the person is told.

    Raises PlanIsThere, NeedsReason, NobodyAnswers, participants.NoParticipant, sip.WrongFlow,
    numbers.ClosedNumber; after any of these the caller rolls back, and nothing has been saved.
    """
    if open_plan(session, sight.person_id) is not None:
        raise PlanIsThere
    said = answers_first(session, sight)
    if not said and not wish.no_answer_reason:
        raise NeedsReason
    own_unit = sight.reader.unit_id
    if own_unit is None:
        raise LookupError("staff at a unit begin a plan")
    answering = owners(session, own_unit, [*wish.consent.units, *wish.only_own])
    overall = answering.of(wish.overall)
    if overall is None:
        raise NobodyAnswers(wish.overall)
    today = clock.local(now).date()
    plan = _plan(session, sight, wish, overall, today, "" if said else wish.no_answer_reason)
    _consent(session, sight, wish, now)
    participants.choose(
        session, plan, wish.relatives, [*wish.consent.units, *wish.only_own], wish.others, now, today
    )
    for goal in wish.goals:
        prompt = goal.prompt if goal.prompt in {each.prompt for each in said} else None
        domain.set_goal(session, plan, goal.words, goal.noticed_by, _answer(session, plan.person_id, prompt))
    for row in wish.rows:
        _propose(session, sight, plan, row, answering, now)
    notices.tell(session, sight.person_id, notices.Kind.PLAN_BEGUN, now)
    session.flush()
    return plan


def _plan(
    session: Session, sight: Sight, wish: Beginning, overall: Organisation, today: date, reason: str
) -> Plan:
    plan = domain.begin_plan(
        session,
        sight.person_id,
        overall,
        today,
        flow=wish.consent.flow,
        starter=wish.starter,
        situation=wish.situation,
        held_together_by=wish.held_together_by,
        if_worse_signs=wish.if_worse_signs,
        if_worse_do=wish.if_worse_do,
    )
    plan.unit_id, plan.no_answer_reason = sight.reader.unit_id, reason
    goals.own_situation(plan, sight)
    return plan


def _consent(session: Session, sight: Sight, wish: Beginning, now: datetime) -> None:
    by = ", ".join(part for part in (sight.reader.name, sight.reader.role, sight.reader.unit_name) if part)
    sip.consent_to_sip(session, sight.person_id, wish.consent, by[:200], now)
    sip.tell_recorded(session, sight.person_id, now)


def _answer(session: Session, person_id: UUID, prompt: Prompt | None) -> UUID | None:
    if prompt is None:
        return None
    return session.scalar(select(Answer.id).where(Answer.person_id == person_id, Answer.prompt == prompt))


def _propose(
    session: Session, sight: Sight, plan: Plan, wished: ProposedRow, answering: Owners, now: datetime
) -> PlanRow:
    row = domain.propose_row(
        session,
        plan,
        wished.what,
        wished.doer,
        now,
        organisation=answering.of(wished.doer),
        flow=wished.flow,
        relative_id=wished.relative_id if wished.doer is Doer.RELATIVE else None,
        who=wished.who,
        phone=wished.phone,
        how_often=wished.how_often,
        written_as=marks.written_as(sight),
    )
    row.unit_id = sight.reader.unit_id
    if wished.reminder is not None:
        row_reminders.propose(session, row, wished.reminder, by_reader(sight), now)
    return row
