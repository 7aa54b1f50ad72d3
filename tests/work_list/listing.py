"""A unit's list as one of its staff reads it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Assignment
from webapp.directory.models import Unit
from webapp.work_list.domain import Where


def where(session: Session, unit: Unit) -> Where:
    staff_id = session.scalars(select(Assignment.staff_id).where(Assignment.unit_id == unit.id)).first()
    assert staff_id
    return Where(unit.id, unit.organisation_id, unit.flow, staff_id)
