"""Telling the organisation that answers for a row that the person said no: by the work list, and by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.directory import flows
from webapp.directory.models import Unit
from webapp.mailing import domain as mailing
from webapp.plans.models import PlanRow
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


def tell_owner(session: Session, row: PlanRow, now: datetime) -> None:
    """A mail to the units whose work list now has the objection. It names nobody and nothing.

    They are the row's organisation's, of a kind of care that sees the row, and care for the person today.
    """
    today = clock.local(now).date()
    units = session.execute(
        select(Unit.id, Unit.flow, Unit.email)
        .join(CareRelation, CareRelation.unit_id == Unit.id)
        .where(
            CareRelation.person_id == row.person_id,
            relates(today),
            ~is_blocked(CareRelation.person_id, Unit.id),
            Unit.organisation_id == row.organisation_id
            if row.organisation_id is not None
            else Unit.id == row.unit_id,
        )
        .distinct()
    )
    for unit in units:
        if unit.email and row.flow in flows.own(unit.flow):
            mailing.tell(session, unit.id, now)
