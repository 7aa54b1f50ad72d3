"""Whatever people do with a plan, in whatever order: a row has one owner, and what was agreed to stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import person_id
from tests.plans.planning import plan_of
from webapp.core.access import Sight
from webapp.core.db import Database
from webapp.demo.load import sight_of
from webapp.plans import answering, rows, versions
from webapp.plans.models import Doer, PlanRow, PlanVersion, RowStatus

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHO = ("aino", "lisa", "nils", "anna")
ACTS = st.tuples(
    st.sampled_from(["add", "change", "end", "next", "yes", "no", "agree", "freeze", "thaw"]),
    st.sampled_from(WHO),
    st.integers(0, 30),
    st.booleans(),
)


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A transaction of which nothing is left."""
    with database.write() as session:
        yield session
        session.rollback()


def act(
    session: Session, sights: dict[str, Sight], what: str, who: str, place: int, own: bool, now: datetime
) -> None:
    """One person does one thing, if they may."""
    sight = sights[who]
    plan = plan_of(session, sights["aino"].person_id)
    every = session.scalars(select(PlanRow).where(PlanRow.plan_id == plan.id).order_by(PlanRow.id)).all()
    row = every[place % len(every)]
    try:
        if what == "add" and sight.cares:
            rows.add(session, sight, plan, own, rows.RowWords(f"Ny {place}"), now, uuid4())
        elif what == "change" and row.revises_id is None:
            rows.change(session, sight, row, rows.RowWords(f"Ändrad {place}"), now)
        elif what == "end" and row.revises_id is None:
            rows.propose_end(session, sight, row, now)
        elif what == "next":
            rows.set_next(session, sight, row, f"Steg {place}", "", now)
        elif what == "yes" and sight.is_self:
            answering.say_yes(session, row, row.revision - (not own), now)
        elif what == "no" and sight.is_self:
            answering.say_no(session, row, "Nej", row.revision - (not own), now)
        elif what == "agree" and sight.is_self:
            fingerprint = versions.draft_of(session, plan).document.fingerprint
            versions.agree(session, sight, plan, fingerprint if own else "x" * 32, now)
        elif what in ("freeze", "thaw"):
            plan.frozen_at = now if what == "freeze" else None
    except (rows.NotYours, versions.NotNewest, versions.NotComplete):
        pass
    session.flush()


def agreed_words(session: Session, plan_id: UUID) -> dict[UUID, Any]:
    found = session.scalars(
        select(PlanRow).where(PlanRow.plan_id == plan_id, PlanRow.status == RowStatus.AGREED)
    )
    return {row.id: rows.words_of(row) for row in found}


@ON_SQLITE
@given(acts=st.lists(ACTS, max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_acts_breaks_what_was_agreed_to(
    app: Flask, database: Database, acts: list[tuple[str, str, int, bool]]
) -> None:
    with app.app_context(), undone(database) as session:
        aino = person_id(app, "aino")
        sights = {who: sight_of(session, who, aino, NOON) for who in WHO}
        plan_id = plan_of(session, aino).id
        kept: dict[int, str] = {}
        for step, (what, who, place, own) in enumerate(acts):
            before = agreed_words(session, plan_id)
            act(session, sights, what, who, place, own, NOON + timedelta(minutes=step))
            after = agreed_words(session, plan_id)
            if who != "aino":  # nobody but the person changes what the person has said yes to
                assert after == before, (what, who)
            for version in session.scalars(select(PlanVersion).where(PlanVersion.plan_id == plan_id)):
                session.refresh(version)
                assert kept.setdefault(version.number, version.document) == version.document
            assert sorted(kept) == list(range(1, len(kept) + 1))
            for row in session.scalars(select(PlanRow).where(PlanRow.plan_id == plan_id)):
                assert (row.organisation_id is not None) == (row.doer in (Doer.REGION, Doer.KOMMUN))
                assert (row.relative_id is not None) <= (row.doer is Doer.RELATIVE)
            open_changes = [
                row.revises_id
                for row in session.scalars(select(PlanRow).where(PlanRow.revises_id.is_not(None)))
                if row.status is not RowStatus.ENDED
            ]
            assert len(open_changes) == len(set(open_changes))
