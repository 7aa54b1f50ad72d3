"""The worker hands it out in batches: whatever happens meanwhile, each has it once and nobody else is stopped."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import databases
from tests.broadcasts.several import hand_out, neighbours, recipients, reminders, send, the_broadcast
from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.models import Person
from webapp.broadcasts import handing_out
from webapp.broadcasts.handing_out import HandingOut
from webapp.broadcasts.models import Handed, Recipient, Stage
from webapp.core.db import Database
from webapp.reminders import planning, setting
from webapp.reminders.models import Occurrence, Subscription
from webapp.sending import queue
from webapp.sharing.models import Block

AFTER = NOON + timedelta(seconds=61)


def test_it_goes_in_batches_and_ends_when_all_have_it(visit: Visitor, database: Database) -> None:
    neighbours(database, 9)
    send(visit("nils"))
    assert hand_out(database, AFTER, most=4) == 4  # 4, 4, 2, and the one that finds nobody left
    with database.read() as session:
        assert set(reminders(session)) == recipients(session)
        ended = the_broadcast(session)
        assert (ended.stage, ended.hand_out_at, ended.ended_at) == (Stage.HANDED_OUT, None, AFTER)


def test_what_a_dead_worker_did_not_finish_is_done_by_the_next(visit: Visitor, database: Database) -> None:
    neighbours(database, 5)
    send(visit("nils"))
    with database.write() as session, session.begin():
        assert handing_out.step(session, AFTER, 3)
        session.rollback()  # killed before it was written down
    with database.writing() as session:
        assert handing_out.step(session, AFTER, 3)  # and after
    hand_out(database, AFTER)
    with database.read() as session:
        assert len(reminders(session)) == 6


def test_one_it_cannot_be_set_for_stops_nobody_else(
    visit: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor, full, _ = neighbours(database, 3)
    send(visit("nils"))
    really = setting.set_reminder

    def fails(session: Session, person_id: object, *rest: object) -> object:
        if person_id == poor:
            raise ValueError("bad")
        if person_id == full:
            raise setting.TooMany
        return really(session, person_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(setting, "set_reminder", fails)
    hand_out(database, AFTER)
    with database.read() as session:
        assert set(reminders(session)) == recipients(session) - {poor, full}
        out = select(Recipient.person_id).where(Recipient.handed == Handed.LEFT_OUT)
        assert set(session.scalars(out)) == {poor, full}


def test_after_an_outage_past_its_time_it_is_not_sent_late(visit: Visitor, database: Database) -> None:
    send(visit("nils"), at="09.00")
    hand_out(database, NOON + timedelta(hours=2))
    with database.read() as session:
        assert reminders(session) == {}
        assert session.scalar(select(func.count()).where(Recipient.handed == Handed.LEFT_OUT)) == 1


def test_it_becomes_due_like_any_reminder(visit: Visitor, database: Database) -> None:
    send(visit("nils"), at="09.00")
    hand_out(database, AFTER)
    due = NOON + timedelta(hours=1)
    with database.writing() as session:
        planning.plan_due(session, due)
        made = next(iter(reminders(session).values()))
        occurrence = session.scalars(select(Occurrence).where(Occurrence.reminder_id == made.id)).one()
        assert occurrence.due_at == due


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_worker_s_own_role_is_enough(visit: Visitor, database: Database, database_url: str) -> None:
    neighbours(database, 2)
    nils = visit("nils")
    address = send(nils)
    keys = visit.app.config["SETTINGS"].keys
    worker = Database(databases.as_role(database_url, databases.WORKER), keys)
    try:
        asyncio.run(HandingOut(worker, now=lambda: AFTER).run(once=True))
        with database.read() as session:
            assert len(reminders(session)) == 3
        with database.writing() as session:
            planning.plan_due(session, NOON + timedelta(hours=1))
        later = NOON + timedelta(minutes=61)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("webapp.core.clock.now", lambda: later)
            nils = visit("nils")
            nils.post(f"{address}/aterkalla", {"happened": "Fel grupp"})
        asyncio.run(HandingOut(worker, now=lambda: later).run(once=True))
        with database.read() as session:
            assert all(each.ended_at == later for each in reminders(session).values())
            assert the_broadcast(session).ended_at == later
        with worker.writing() as session:
            from webapp.broadcasts import domain

            domain.tidy_drafts(session, later)
    finally:
        worker.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_at_once_hand_out_each_once(visit: Visitor, database: Database) -> None:
    neighbours(database, 30)
    send(visit("nils"))
    with database.write() as one, database.write() as other, one.begin(), other.begin():
        assert handing_out.step(one, AFTER, 5)
        assert not handing_out.step(other, AFTER, 5)  # that one is in the first one's hands
    hand_out(database, AFTER, most=7)
    with database.read() as session:
        assert len(reminders(session)) == 31


@pytest.mark.parametrize("why", ["nothing", "protected", "wants none", "blocked", "dead"])
def test_who_may_have_it_is_asked_again_when_the_notice_is_sent(
    visit: Visitor, database: Database, why: str
) -> None:
    aino, due = visit("aino").id, NOON + timedelta(hours=1)
    with database.writing() as session:
        session.add(
            Subscription(
                person_id=aino,
                endpoint="https://push.invalid/aino",
                p256dh=b"\x04" * 65,
                auth=b"\x00" * 16,
                vapid_key="k",
                made_at=NOON,
                confirmed_at=NOON,
            )
        )
    send(visit("nils"), at="09.00")
    hand_out(database, AFTER)
    with database.writing() as session:
        planning.plan_due(session, due)
        (made,) = reminders(session).values()
        person = session.get_one(Person, aino)
        if why == "protected":
            person.protected = True
        elif why == "wants none":
            person.no_broadcasts = True
        elif why == "blocked":
            session.add(Block(person_id=aino, unit_id=made.unit_id, begun_at=NOON))
        elif why == "dead":
            person.deceased_at = NOON
    with database.writing() as session:
        one = session.scalars(select(Occurrence.id).where(Occurrence.reminder_id == made.id)).one()
        leased = queue.lease_due(session, "w", due + timedelta(minutes=3))
        assert (one in {each.occurrence_id for each in leased}) is (why == "nothing")
