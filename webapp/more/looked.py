"""Who has opened a person's pages, as the person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Person
from webapp.core.audit import AccessLog
from webapp.core.i18n import LazyText, _l

LINES = 50
SAME_VISIT = timedelta(minutes=30)

PAGES: Mapping[str, LazyText] = {
    "today": _l("Idag"),
    "what_matters": _l("Viktigt"),
    "plans": _l("Plan"),
    "contacts": _l("Kontakter"),
    "reminders": _l("Påminnelser"),
    "more": _l("Mer"),
    "care": _l("Uppgifter för personalen"),
    "sip": _l("Samtycke till SIP"),
    "care_begun": _l("Började hjälpa dig i appen"),
    "emergency": _l("Öppnat i en nödsituation"),
    "devices": _l("Tappad telefon"),
    "custody": _l("Vem får se vad"),
    "deaths": _l("Uppgifter för personalen"),
    "protection": _l("Skyddade personuppgifter"),
    "paper": _l("Papperskod"),
}
SAME_PAGE = {"staff": "reminders", "answers": "reminders"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One or more openings by the same reader shortly after one another, and the pages seen."""

    at: datetime
    role: str  # empty: a relative
    unit: str
    name: str  # the relative's; staff are named by role and unit
    pages: tuple[str, ...]


def at(session: Session, person_id: UUID, page: int) -> tuple[Sequence[Visit], bool]:
    """One page of the log, the newest first, and whether there is more."""
    rows = session.execute(
        select(AccessLog, Person.called)
        .join(Account, Account.id == AccessLog.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(AccessLog.person_id == person_id)
        .order_by(AccessLog.number.desc())
        .offset((page - 1) * LINES)
        .limit(LINES + 1)
    ).all()
    visits: list[Visit] = []
    last: AccessLog | None = None
    for line, called in rows[:LINES]:
        seen = SAME_PAGE.get(line.page, line.page)
        same = last is not None and last.account_id == line.account_id and last.unit_id == line.unit_id
        if same and last is not None and last.at - line.at < SAME_VISIT:
            before = visits[-1]
            pages = before.pages if seen in before.pages else (seen, *before.pages)
            visits[-1] = Visit(line.at, before.role, before.unit, before.name, pages)
        else:
            visits.append(Visit(line.at, line.role, line.unit_name, called or "", (seen,)))
        last = line
    return visits, len(rows) > LINES
