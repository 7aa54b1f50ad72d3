"""For tests of the plan: finding what stands there, and what a form was opened with."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.finding import one_saying
from tests.people import Guest
from webapp.core.db import Database
from webapp.plans.models import Plan, PlanRow, RowStatus

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_NAME = re.compile(r'name="([^"]+)"')
_VALUE = re.compile(r'value="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's forms, a later one of the same name standing."""
    found = {}
    for field in _HIDDEN.findall(page):
        name, value = _NAME.search(field), _VALUE.search(field)
        if name and name[1] != "csrf_token":
            found[name[1]] = value[1] if value else ""
    return found


def opened(guest: Guest, path: str) -> dict[str, str]:
    """What a form carries when it is opened."""
    return hidden(guest.page(path))


def row_saying(database: Database, what: str) -> PlanRow:
    with database.read() as session:
        found: PlanRow = one_saying(session, PlanRow.what, what)
    return found


def plan_of(session: Session, person_id: UUID) -> Plan:
    return session.scalars(select(Plan).where(Plan.person_id == person_id, Plan.ended_on.is_(None))).one()


def answered(database: Database, person: UUID) -> None:
    """Every row of the plan has its answer."""
    with database.writing() as session:
        open_rows = (PlanRow.person_id == person, PlanRow.status == RowStatus.PROPOSED)
        session.execute(update(PlanRow).where(*open_rows).values(status=RowStatus.AGREED))


def agree(database: Database, person: Guest) -> None:
    """The person says yes to the whole plan as it stands."""
    answered(database, person.id)
    path = f"{person.p}/plan/ja"
    assert person.post(path, {"planen": opened(person, path)["planen"]}).status_code == 302


def rows_of(database: Database, person_id: UUID) -> dict[str, Any]:
    """What each row says, with its state."""
    with database.read() as session:
        found = session.execute(
            select(PlanRow.what, PlanRow.status).where(PlanRow.person_id == person_id)
        ).all()
    return {row.what: row.status for row in found}
