"""What whoever runs the app can see of the sending, and have done over again."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from tests.reminders.setting import MINUTE, deliveries, occurrences
from tests.sending.test_queue import DUE, lease, planned
from webapp.core import clock
from webapp.core.db import Database
from webapp.core.push import Outcome as Sent
from webapp.core.push import Result
from webapp.reminders import answering
from webapp.reminders.models import Reminder, State
from webapp.reminders.outcome import Press
from webapp.sending import queue, standing

REFUSED = Result(Sent.REFUSED, 413, cause="refused")


def refused(session: Session, result: Result = REFUSED) -> Reminder:
    reminder = planned(session)
    queue.settle_sent(session, "one", [(each, result) for each in lease(session, reminder)], DUE)
    return reminder


def test_what_waits_is_counted_with_its_oldest(session: Session) -> None:
    before = standing.waiting(session, DUE).due
    planned(session)
    assert standing.waiting(session, DUE).due == before + 1
    assert standing.waiting(session, DUE).oldest is not None


def test_where_nothing_waits_there_is_no_oldest(session: Session) -> None:
    planned(session)
    queue.lease_due(session, "one", DUE)
    assert standing.waiting(session, DUE - 20 * MINUTE) == standing.Waiting(0, None)


def test_what_was_given_up_is_counted_by_its_reason(session: Session) -> None:
    refused(session)
    refused(session)
    refused(session, Result(Sent.GONE, 410))
    found = {
        (each.state, each.status, each.cause): (each.number, each.can_go)
        for each in standing.standing(session, DUE).given_up
    }
    assert found[State.REFUSED, 413, "refused"] == (2, 2)
    assert found[State.GONE, 410, ""] == (1, 0)


def test_what_was_refused_is_tried_again_while_it_is_of_use(session: Session) -> None:
    reminder = refused(session)
    assert standing.replay(session, DUE + MINUTE) == 1
    assert [each.attempts for each in lease(session, reminder, now=DUE + MINUTE)] == [1]


def test_only_what_was_given_up_for_the_named_reason_is_tried_again(session: Session) -> None:
    ours = refused(session, Result(Sent.REFUSED, None, cause="key not kept"))
    theirs = refused(session)
    assert standing.replay(session, DUE, "key not kept") == 1
    assert [each.state for each in deliveries(session, ours)] == [State.DUE]
    assert [each.state for each in deliveries(session, theirs)] == [State.REFUSED]


def test_nothing_is_tried_again_that_has_been_answered_or_is_over(session: Session) -> None:
    answered, over = refused(session), refused(session)
    answering.answer(session, occurrences(session, answered)[0], Press.DONE, DUE)
    standing.replay(session, DUE)
    assert not lease(session, answered)
    assert [each.state for each in deliveries(session, answered)] == [State.CALLED_OFF]
    closes = occurrences(session, over)[0].closes_at
    queue.settle_sent(session, "one", [(each, REFUSED) for each in lease(session, over)], DUE)
    assert standing.replay(session, closes) == 0


def test_the_commands_say_how_it_stands_and_nothing_of_whom(app: Flask, database: Database) -> None:
    with database.writing() as session, app.app_context(), clock.frozen(DUE):
        text = refused(session).text
    with clock.frozen(DUE):
        said = app.test_cli_runner().invoke(args=["reminders", "status"]).output
        assert "1 refused, status 413: refused (1 can be replayed)" in said
        assert text not in said
        assert "fcm.googleapis.com" not in said
        assert "1 will be tried again" in app.test_cli_runner().invoke(args=["reminders", "replay"]).output
        assert "given up" not in app.test_cli_runner().invoke(args=["reminders", "status"]).output
