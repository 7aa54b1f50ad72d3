"""What the person has agreed to stays as it was: the database itself refuses to change it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core import fence
from webapp.core.db import Database
from webapp.plans.models import Plan, PlanVersion


def version_of(session: Session, visit: Visitor) -> PlanVersion:
    """A version of Aino's plan, agreed to by her."""
    aino = visit("aino").id
    plan = session.scalars(select(Plan).where(Plan.person_id == aino)).one()
    made = PlanVersion(
        person_id=aino, plan_id=plan.id, number=1, agreed_at=NOON, agreed_by_id=aino, document="{}"
    )
    session.add(made)
    session.flush()
    return made


def test_the_database_refuses_to_change_or_take_away_a_version(
    app: Flask, database: Database, as_web: Database, visit: Visitor
) -> None:
    with database.writing() as session:
        made = version_of(session, visit)
    mine = PlanVersion.id == made.id
    for statement in (
        update(PlanVersion).where(mine).values(number=2),
        update(PlanVersion).where(mine).values(document=""),
        delete(PlanVersion).where(mine),
    ):
        with app.app_context(), as_web.write() as session:
            fence.about(session, made.person_id)
            with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
                session.execute(statement)
    with database.read() as session:
        assert session.get_one(PlanVersion, made.id).number == 1
