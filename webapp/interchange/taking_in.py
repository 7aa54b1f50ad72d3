"""What a file may bring into the app: proposals that the person answers, or our own plan back as it was.

Nothing stands agreed because a file says so, unless the app itself wrote the file and nobody has changed it. No
consent and no answer to "vad är viktigt för dig?" is ever taken from a file. Everything is taken in, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.access import Reader, Sight
from webapp.core.i18n import LazyText, _l
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.directory.numbers import ClosedNumber, refuse_closed
from webapp.interchange.content import Body, Shared, SharedRow
from webapp.plans import domain
from webapp.plans.models import Doer, Goal, Plan, PlanParticipant, PlanRow, RowOutcome, RowStatus
from webapp.plans.reading import visible

MOST_NEW = 60  # rows and goals that come in at once: more than a large plan, and as much as a person answers
MOST_WHAT, MOST_OFTEN, MOST_WHO, MOST_PHONE = 300, 120, 300, 40  # characters, as in the forms


class NotTaken(Exception):
    """The file cannot come in here; `why` says it to staff."""

    def __init__(self, why: LazyText, what: str = "") -> None:
        super().__init__(why.message)
        self.why, self.what = why, what


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in that was not in the plan before. `back`: our own plan, as it was."""

    rows: Sequence[str] = ()
    goals: Sequence[str] = ()
    back: bool = False


def take_in(session: Session, sight: Sight, named: str, shared: Shared, ours: bool, now: datetime) -> Taken:
    """Take a checked file into the plan of the person it is about. Raises NotTaken.

    The reader of `sight` proposes, under the name `named`. `ours`: the app wrote the file, and nobody has
    changed it (seal.is_ours).
    """
    _refuse_faulty(shared.rows)
    plan = domain.going_plan(session, shared.whose.id)
    if plan is None:
        if ours and session.get(Plan, shared.id) is None:
            return _restore(session, shared)
        raise NotTaken(
            _l("Personen har ingen plan som gäller. Börja en plan först, tillsammans med personen.")
        )
    if plan.frozen_at:
        raise NotTaken(_l("Planen är fryst, för samtycket är taget tillbaka. Inget kan läsas in."))
    if ours and plan.id == shared.id:
        return Taken()
    return _propose(session, sight, named, plan, shared, now)


def _refuse_faulty(rows: Iterable[SharedRow]) -> None:
    for row in rows:
        lengths = ((row.what, MOST_WHAT), (row.how_often, MOST_OFTEN), (row.who, MOST_WHO))
        if not row.what.strip():
            raise NotTaken(_l("En rad säger inte vad som ska göras."))
        if any(len(text) > most for text, most in (*lengths, (row.phone or "", MOST_PHONE))):
            raise NotTaken(_l("En rad har en för lång text."), row.what[:MOST_OFTEN])
        if row.from_on and row.until_on and row.until_on < row.from_on:
            raise NotTaken(_l("En rad slutar innan den börjar."), row.what)
        try:
            refuse_closed(row.phone)
        except ClosedNumber:
            raise NotTaken(
                _l("En rad har ett telefonnummer som inte går att ringa längre."), row.what
            ) from None


def _propose(session: Session, sight: Sight, named: str, plan: Plan, shared: Shared, now: datetime) -> Taken:
    """Every row that still goes, once, as a proposal; every goal that is not there, marked with who brought it."""
    kept = session.scalars(select(PlanRow).where(PlanRow.plan_id == plan.id)).all()
    going = [row for row in kept if row.status is not RowStatus.ENDED and visible(row, sight)]
    there, who = {_same(row.what, row.how_often) for row in going}, sight.reader
    bodies = {body.id: body for body in shared.bodies}
    own = session.get(Organisation, who.organisation_id) if who.organisation_id else None
    rows: list[str] = []
    for row in shared.rows:
        if row.status is RowStatus.ENDED or row.revises_id or _same(row.what, row.how_often) in there:
            continue
        there.add(_same(row.what, row.how_often))
        _propose_one(session, who, named, plan, row, bodies.get(row.organisation_id or UUID(int=0)), own, now)
        rows.append(row.what)
    goals = _bring_goals(session, plan, shared, named)
    if len(rows) + len(goals) > MOST_NEW:
        raise NotTaken(_l("Filen har fler än 60 nya rader och mål. Så många läses inte in på en gång."))
    return Taken(rows, goals)


def _same(what: str, how_often: str) -> tuple[str, str]:
    return " ".join(what.split()).casefold(), " ".join(how_often.split()).casefold()


def _propose_one(
    session: Session,
    who: Reader,
    named: str,
    plan: Plan,
    row: SharedRow,
    body: Body | None,
    own: Organisation | None,
    now: datetime,
) -> None:
    """The row is the reader's own organisation's, or nobody's that is bound here: nobody answers for another."""
    is_own = body is not None and own is not None and _is_body_of(session, body, own)
    doer: Doer = row.doer if row.doer in (Doer.ME, Doer.RELATIVE) else Doer.OTHER
    if is_own and own is not None:
        doer = Doer.REGION if own.huvudman is Huvudman.REGION else Doer.KOMMUN
    outside = ", ".join(text for text in (row.who, body.name if body else "") if text)
    domain.propose_row(
        session,
        plan,
        row.what,
        doer,
        now,
        organisation=own if is_own else None,
        who=row.who if is_own else "" if doer in (Doer.ME, Doer.RELATIVE) else outside[:MOST_WHO],
        phone=row.phone,
        how_often=row.how_often,
        from_on=row.from_on,
        until_on=row.until_on,
        unit_id=who.unit_id,
        written_as=named,
    )


def _is_body_of(session: Session, body: Body, own: Organisation) -> bool:
    """Whether the file's organisation is this one, or a unit of it, by our id or by its HSA-id."""
    if body.id == own.id or body.part_of == own.id:
        return True
    if body.hsa_id is None:
        return False
    found = session.scalars(select(Unit.organisation_id).where(Unit.hsa_id == body.hsa_id)).first()
    return found == own.id


def _bring_goals(session: Session, plan: Plan, shared: Shared, named: str) -> list[str]:
    there = {_same(goal.words, "") for goal in session.scalars(select(Goal).where(Goal.plan_id == plan.id))}
    brought = []
    for goal in shared.goals:
        if goal.ended_on or not goal.words.strip() or _same(goal.words, "") in there:
            continue
        there.add(_same(goal.words, ""))
        made = domain.set_goal(session, plan, goal.words, goal.noticed_by)
        made.written_as = named
        brought.append(goal.words)
    return brought


def _restore(session: Session, shared: Shared) -> Taken:
    """Our own plan, which the database no longer has, as it was."""
    if shared.overall_id is None or shared.begun_on is None or not shared.complete:
        raise NotTaken(_l("Filen har inte hela planen. Be personen om sin egen kopia."))
    if not _are_known(session, shared):
        raise NotTaken(_l("Filen nämner en enhet som inte längre finns här."))
    person_id, plan_id = shared.whose.id, shared.id
    session.add(_plan(shared, shared.overall_id, shared.begun_on))
    session.flush()
    for goal in shared.goals:
        fields = ("id", "words", "noticed_by", "area", "place", "ended_on", "written_as", "answer_id")
        session.add(
            Goal(person_id=person_id, plan_id=plan_id, **{name: getattr(goal, name) for name in fields})
        )
    for row in sorted(shared.rows, key=lambda row: row.revises_id is not None):
        _restore_row(session, row, person_id, plan_id)
    for each in shared.participants:
        names = ("id", "kind", "chosen_at", "relative_id", "unit_id", "name", "role", "ended_at")
        values = {name: getattr(each, name) for name in names}
        session.add(PlanParticipant(person_id=person_id, plan_id=plan_id, **values))
    session.flush()
    return Taken([row.what for row in shared.rows], [goal.words for goal in shared.goals], back=True)


def _plan(shared: Shared, overall_id: UUID, begun_on: date) -> Plan:
    names = ("situation", "if_worse_signs", "if_worse_do", "held_together_by", "starter", "no_answer_reason")
    return Plan(
        id=shared.id,
        person_id=shared.whose.id,
        overall_id=overall_id,
        begun_on=begun_on,
        flow=shared.flow,
        situation_by_id=shared.situation_by_id,
        situation_flow=shared.situation_flow,
        nobody_else=shared.nobody_else,
        frozen_at=shared.frozen_at,
        unit_id=shared.unit_id,
        **{name: getattr(shared, name) for name in names},
    )


def _are_known(session: Session, shared: Shared) -> bool:
    """Whether every organisation and unit that the file names is still here."""
    units = {body.id for body in shared.bodies if body.part_of}
    organisations = {body.id for body in shared.bodies if not body.part_of}
    found = set(session.scalars(select(Unit.id).where(Unit.id.in_(units))))
    known = set(session.scalars(select(Organisation.id).where(Organisation.id.in_(organisations))))
    return found == units and known == organisations


def _restore_row(session: Session, row: SharedRow, person_id: UUID, plan_id: UUID) -> None:
    left_out = {"told", "written_at"}
    values = {name: getattr(row, name) for name in row.__slots__ if name not in left_out}
    if row.written_at is None:
        raise NotTaken(_l("Filen har inte hela planen. Be personen om sin egen kopia."))
    session.add(PlanRow(person_id=person_id, plan_id=plan_id, written_at=row.written_at, **values))
    session.flush()
    for told in row.told:
        given = {name: getattr(told, name) for name in told.__slots__}
        session.add(RowOutcome(person_id=person_id, row_id=row.id, **given))
