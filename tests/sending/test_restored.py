"""A backup that was put back resends nothing and revives no consent."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON as MORNING
from tests.people import Visitor
from tests.reminders.setting import MINUTE, deliveries, occurrences, person, phone, remind
from tests.sending.test_queue import DUE, planned
from webapp.core import clock
from webapp.core.db import Database
from webapp.plans.models import Plan
from webapp.reminders import planning
from webapp.reminders.models import Delivery, State
from webapp.reminders.outcome import Outcome
from webapp.sending import queue
from webapp.sending.restored import RESTORED, Restored, make_safe
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.ties import holds


def test_what_was_due_since_the_backup_is_written_down_and_not_sent(session: Session) -> None:
    """A backup from before the due time: whether it was sent and answered, nobody knows any more."""
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", "08:40", now=MORNING)
    make_safe(session, DUE + 5 * MINUTE)
    (missed,) = occurrences(session, reminder)
    assert [(each.state, each.cause) for each in deliveries(session, reminder)] == [
        (State.CALLED_OFF, RESTORED)
    ]
    own = {each.id for each in deliveries(session, reminder)}
    assert not own & {each.id for each in queue.lease_due(session, "one", DUE + 5 * MINUTE)}
    planning.close_due(session, missed.closes_at)
    session.expire_all()
    assert missed.outcome is Outcome.UNDELIVERED, "staff see that somebody may need a call"


def test_the_next_due_time_comes_as_usual(session: Session) -> None:
    who, account = person(session)
    phone(session, who.id, MORNING)
    reminder = remind(session, account, "08:10", "09:10", now=MORNING)
    make_safe(session, DUE + 5 * MINUTE)
    planning.plan_due(session, DUE + 60 * MINUTE)
    assert [each.state for each in deliveries(session, reminder)] == [State.CALLED_OFF, State.DUE]


def test_what_was_under_way_when_the_backup_was_taken_is_not_sent(session: Session) -> None:
    reminder = planned(session)
    queue.lease_due(session, "before", DUE)
    make_safe(session, DUE + MINUTE)
    assert [each.state for each in deliveries(session, reminder)] == [State.CALLED_OFF]


def test_every_consent_ends_until_it_is_given_anew(session: Session) -> None:
    holding = select(func.count()).where(holds(clock.today()))
    assert session.scalar(holding)
    done = make_safe(session, DUE)
    assert done.consents_ended
    assert session.scalar(holding) == 0
    shared = select(Consent.person_id).where(Consent.kind == ConsentKind.SIP, Consent.withdrawn_at == DUE)
    plans = session.scalars(select(Plan).where(Plan.person_id.in_(shared), Plan.ended_on.is_(None))).all()
    assert plans
    assert all(plan.frozen_at is not None for plan in plans)


def test_twice_is_once(session: Session) -> None:
    planned(session)
    assert make_safe(session, DUE).not_sent
    assert make_safe(session, DUE) == Restored(0, 0)


def test_whoever_runs_it_says_that_a_backup_was_put_back(
    app: Flask, database: Database, visit: Visitor
) -> None:
    lisa = visit("lisa")
    aino = visit("aino")
    assert lisa.get(f"{aino.p}/idag").status_code == 200
    run = app.test_cli_runner().invoke
    asked = run(args=["reminders", "restored"], input="n\n")
    assert asked.exit_code == 1
    assert lisa.get(f"{aino.p}/idag").status_code == 200
    with clock.frozen(MORNING + 5 * MINUTE):
        assert "consents ended" in run(args=["reminders", "restored", "--yes"]).output
        assert lisa.get(f"{aino.p}/idag").status_code == 404
        assert aino.get(f"{aino.p}/idag").status_code == 200
    with database.read() as session:
        assert not session.scalar(
            select(func.count()).where(Delivery.state == State.DUE, Delivery.due_at <= MORNING)
        )
