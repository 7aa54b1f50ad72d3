"""Who has opened a person's pages or done something there, as the person reads it.

Law: docs/legal.md, "Åtkomstlogg".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, null, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Person, StaffMember
from webapp.core.audit import AccessLog, What
from webapp.core.i18n import LazyText, _l
from webapp.sharing import emergency
from webapp.sharing.models import Consent

LINES = 50
SAME_VISIT = timedelta(minutes=30)
SAME_MOMENT = timedelta(seconds=5)

PAGES: Mapping[str, LazyText] = {
    "today": _l("Idag"),
    "what_matters": _l("Viktigt"),
    "plans": _l("Plan"),
    "meetings": _l("Tider"),
    "patient_contract": _l("Patientkontrakt"),
    "calendar": _l("Tider i kalendern"),
    "contacts": _l("Kontakter"),
    "worse": _l("Om det blir sämre"),
    "reminders": _l("Påminnelser"),
    "more": _l("Mer"),
    "care": _l("Uppgifter för personalen"),
    "sip": _l("Samtycke till SIP"),
    "devices": _l("Tappad telefon"),
    "custody": _l("Vem får se vad"),
    "deaths": _l("Uppgifter för personalen"),
    "protection": _l("Skyddade personuppgifter"),
    "paper": _l("Papperskod"),
    "interchange": _l("Planen som fil"),
    "work_list": _l("Det enheten har att göra"),
}
SAME_PAGE = {
    "plan_rows": "plans",
    "ended": "plans",
    "taking_part": "plans",
    "ending": "plans",
    "goals": "plans",
    "agreement": "plans",
    "staff": "reminders",
    "answers": "reminders",
    "history": "reminders",
    "breaks": "reminders",
    "reminders_on_paper": "reminders",
    "telling": "reminders",
    "printed": "plans",
    "naming": "contacts",
    "outcomes": "plans",
    "beginning": "plans",
    "joining": "plans",
    "meeting_calls": "meetings",
    "calendars": "meetings",
}


@dataclass(slots=True)
class Visit:
    """What one reader did shortly after one another. `deeds`: each word of audit.What with the pages it was on."""

    at: datetime
    role: str  # empty: a relative
    unit: str
    name: str  # a relative's; a staff member's where the log is to name them
    relation: str  # what the person calls the relative: "dotter"
    deeds: dict[str, list[str]] = field(default_factory=dict)
    reason: str = ""  # of an emergency
    staff_id: UUID | None = None

    def add(self, what: str, page: str) -> None:
        pages = self.deeds.setdefault(what, [])
        if page not in pages:
            pages.insert(0, page)


@dataclass(frozen=True, slots=True)
class Looker:
    """A unit or a relative that stands in the log, to choose among."""

    id: UUID
    name: str


_CALLED = case((Person.protected, null()), else_=Person.called)  # with protected identity nobody is named
_RELATIVE = case((AccessLog.unit_id.is_(None), AccessLog.account_id))


def at(
    session: Session, person_id: UUID, page: int, who: UUID | None = None, *, names_staff: bool = False
) -> tuple[Sequence[Visit], bool]:
    """One page of the log, the newest first, and whether there is more. `who`: a Looker's lines alone."""
    lines = (
        select(
            AccessLog,
            _CALLED.label("called"),
            StaffMember.name,
            Account.person_id.label("relative_id"),
            Account.staff_id,
        )
        .join(Account, Account.id == AccessLog.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(StaffMember, StaffMember.id == Account.staff_id)
        .where(AccessLog.person_id == person_id)
        .order_by(AccessLog.number.desc())
        .offset((page - 1) * LINES)
        .limit(LINES + 1)
    )
    if who is not None:
        lines = lines.where((AccessLog.unit_id == who) | (who == _RELATIVE))
    rows = session.execute(lines).all()
    relations = _relations(session, person_id) if any(row.relative_id for row in rows) else {}
    visits = _visits(rows[:LINES], relations, names_staff)
    _give_reasons(session, person_id, visits)
    return visits, len(rows) > LINES


def _relations(session: Session, person_id: UUID) -> Mapping[UUID, str]:
    """The person's own word for each relative: the newest."""
    given = select(Consent.relative_id, Consent.id, Consent.relation).where(
        Consent.person_id == person_id, Consent.relative_id.is_not(None)
    )
    return {row.relative_id: row.relation for row in session.execute(given.order_by(Consent.given_at))}


def _visits(rows: Iterable[Any], relations: Mapping[UUID, str], names_staff: bool) -> list[Visit]:
    visits: list[Visit] = []
    last: AccessLog | None = None
    for row in rows:
        line: AccessLog = row.AccessLog
        if last is None or not _same_visit(line, last):
            name = (row.name or "") if names_staff and line.unit_id else (row.called or "")
            relation = relations.get(row.relative_id, "")
            visits.append(Visit(line.at, line.role, line.unit_name, name, relation, staff_id=row.staff_id))
        visits[-1].at = line.at
        visits[-1].add(line.what, SAME_PAGE.get(line.page, line.page))
        last = line
    for visit in visits:  # what was done stands before what was only seen
        visit.deeds = dict(sorted(visit.deeds.items(), key=lambda deed: deed[0] == What.OPENED))
    return visits


def _same_visit(line: AccessLog, later: AccessLog) -> bool:
    same = (later.account_id, later.unit_id, later.role) == (line.account_id, line.unit_id, line.role)
    return same and later.at - line.at < SAME_VISIT


def _give_reasons(session: Session, person_id: UUID, visits: Iterable[Visit]) -> None:
    """Staff who open in an emergency say why, and the person reads it."""
    urgent = [visit for visit in visits if What.EMERGENCY in visit.deeds]
    if not urgent:
        return
    for opened in emergency.opened_for(session, person_id):
        for visit in urgent:
            until = visit.at + SAME_VISIT
            same = (visit.staff_id, visit.unit) == (opened.staff_id, opened.unit_name)
            if same and visit.at - SAME_MOMENT <= opened.opened_at < until:
                visit.reason = opened.reason


def lookers(session: Session, person_id: UUID) -> Sequence[Looker]:
    """The units and the relatives that stand in the log, by name."""
    found = session.execute(
        select(
            AccessLog.unit_id,
            _RELATIVE.label("account_id"),
            func.max(AccessLog.unit_name).label("unit"),
            func.max(_CALLED).label("called"),
        )
        .join(Account, Account.id == AccessLog.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(AccessLog.person_id == person_id)
        .group_by(AccessLog.unit_id, _RELATIVE)
    )
    known = [Looker(row.unit_id or row.account_id, row.unit or row.called or "") for row in found]
    return sorted((each for each in known if each.name), key=lambda each: each.name.casefold())
