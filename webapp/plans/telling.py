"""Telling that the person said no, to a row or to what was proposed for a goal: by the work list, and by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.core import clock
from webapp.directory import flows
from webapp.directory.models import Unit
from webapp.mailing import domain as mailing
from webapp.plans.models import Goal, PlanRow
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


def tell_owner(session: Session, row: PlanRow, now: datetime) -> None:
    """A mail to the units whose work list now has the objection. It names nobody and nothing.

    They are the row's organisation's, of a kind of care that sees the row, and care for the person today.
    """
    own = Unit.organisation_id == row.organisation_id if row.organisation_id else Unit.id == row.unit_id
    for unit in _who_care(session, row.person_id, own, now):
        if unit.email and row.flow in flows.own(unit.flow):
            mailing.tell(session, unit.id, now)


def tell_proposer(session: Session, goal: Goal, now: datetime) -> None:
    """As `tell_owner`, to the unit that proposed something for a goal; a relative who did is told nothing."""
    for unit in _who_care(session, goal.person_id, Unit.id == goal.proposed_unit_id, now):
        if unit.email:
            mailing.tell(session, unit.id, now)


def _who_care(session: Session, person_id: UUID, which: ColumnElement[bool], now: datetime) -> Sequence[Any]:
    """Those of these units that care for the person today, and that the person has not blocked."""
    today = clock.local(now).date()
    return session.execute(
        select(Unit.id, Unit.flow, Unit.email)
        .join(CareRelation, CareRelation.unit_id == Unit.id)
        .where(
            CareRelation.person_id == person_id,
            relates(today),
            ~is_blocked(CareRelation.person_id, Unit.id),
            which,
        )
        .distinct()
    ).all()
