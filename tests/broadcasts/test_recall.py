"""A text that should not have gone out is recalled: it stops, those who have it are told, and it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.broadcasts.several import hand_out, neighbours, reminders, send, the_broadcast
from tests.conftest import NOON
from tests.people import Visitor
from webapp.broadcasts import handing_out
from webapp.broadcasts.models import Handed, Incident, Recipient, Stage
from webapp.core import clock
from webapp.core.db import Database
from webapp.reminders import planning
from webapp.reminders.models import Delivery, Occurrence, Purpose, State, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sending import queue
from webapp.sharing.models import Notice

AFTER = NOON + timedelta(seconds=61)
DUE = NOON + timedelta(hours=1)
LATER = DUE + timedelta(minutes=5)
WHY = {"happened": "Gick till fel grupp."}


def recalled(visit: Visitor, address: str, at: Any = LATER) -> str:
    with clock.frozen(at):
        nils = visit("nils")
        answer = nils.post(f"{address}/aterkalla", WHY)
        assert answer.status_code == 302
        return nils.page(answer.location)


def test_nothing_more_comes_and_those_who_had_it_are_told(visit: Visitor, database: Database) -> None:
    neighbours(database, 2)
    address = send(visit("nils"), until_on="2026-03-12")
    hand_out(database, AFTER)
    with database.writing() as session:
        planning.plan_due(session, DUE)
    page = recalled(visit, address)
    assert "Gick till fel grupp." in page
    assert "Hade fått den i appen: 3" in page
    hand_out(database, LATER)
    with database.writing() as session:
        assert all(each.ended_at == LATER for each in reminders(session).values())
        planning.plan_due(session, DUE + timedelta(days=1))
        assert session.scalar(select(func.count()).where(Occurrence.due_at > LATER)) == _others(session)
    with clock.frozen(LATER):
        aino = visit("aino")
        assert "skickades av misstag" in aino.page(f"{aino.p}/idag")
        assert "Dags för vaccin" not in aino.page(f"{aino.p}/paminnelser")


def _others(session: Any) -> int:
    ids = [each.id for each in reminders(session).values()]
    found = select(func.count()).where(Occurrence.due_at > LATER, Occurrence.reminder_id.not_in(ids))
    return session.scalar(found) or 0


def test_a_notice_on_its_way_is_called_off(visit: Visitor, database: Database) -> None:
    aino = visit("aino").id
    with database.writing() as session:
        session.add(_phone(aino, "aino"))
    address = send(visit("nils"))
    hand_out(database, AFTER)
    with database.writing() as session:
        planning.plan_due(session, DUE - timedelta(seconds=30))
        made = next(iter(reminders(session).values()))
        planned = session.scalars(select(Occurrence).where(Occurrence.reminder_id == made.id)).one().id
    recalled(visit, address, DUE - timedelta(seconds=10))
    hand_out(database, DUE - timedelta(seconds=8))
    with database.writing() as session:
        leased = queue.lease_due(session, "w", DUE + timedelta(seconds=1))
        assert planned not in {each.occurrence_id for each in leased}
        state = session.scalars(select(Delivery.state).where(Delivery.occurrence_id == planned))
        assert set(state) == {State.CALLED_OFF}
        planning.close_due(session, DUE + timedelta(minutes=1))
        assert session.get_one(Occurrence, planned).outcome is not Outcome.OPEN
        told = select(func.count()).where(Notice.person_id == aino, Notice.kind == "reminder_recalled")
        assert session.scalar(told) == 0  # it had not come: there is nothing to be sorry for


@pytest.mark.parametrize("state", ["sent", "in hand", "waits for another try", "refused", "phone gone"])
def test_what_has_come_goes_from_the_phones_again(visit: Visitor, database: Database, state: str) -> None:
    aino = visit("aino").id
    with database.writing() as session:
        session.add_all(_phone(aino, name) for name in ("one", "two"))
    address = send(visit("nils"))
    hand_out(database, AFTER)
    with database.writing() as session:
        planning.plan_due(session, DUE)
        theirs = _notices(session, aino)
        assert len(theirs) == 2
        for each in theirs:
            each.state = {"refused": State.REFUSED}.get(state, State.SENT)
            if state in ("in hand", "waits for another try"):
                each.state, each.lease_until = State.DUE, LATER + timedelta(seconds=30)
                each.due_at = each.lease_until if state == "waits for another try" else DUE
        if state == "phone gone":
            for phone in session.scalars(select(Subscription).where(Subscription.person_id == aino)):
                phone.retired_at = DUE
    recalled(visit, address)
    for _ in range(2):  # twice is once
        hand_out(database, LATER)
    closes = state in ("sent", "in hand")
    with database.writing() as session:
        closings = _notices(session, aino, Purpose.CLOSING)
        assert len(closings) == (2 if closes else 0)
        ours = {each.id for each in closings}
        planning.close_due(session, LATER)
        going = [each for each in queue.lease_due(session, "w", LATER) if each.id in ours]
        assert len(going) == len(closings)
        assert all(each.recalled for each in going)
        nothing_waits = select(func.count()).where(
            Delivery.person_id == aino, Delivery.purpose == Purpose.REMINDER, Delivery.state == State.DUE
        )
        made = next(iter(reminders(session).values())).id
        about = select(Occurrence.id).where(Occurrence.reminder_id == made)
        assert session.scalar(nothing_waits.where(Delivery.occurrence_id.in_(about))) == 0


def _phone(person_id: Any, name: str) -> Subscription:
    return Subscription(
        person_id=person_id,
        endpoint=f"https://push.invalid/{name}",
        p256dh=b"\x04" * 65,
        auth=b"\x00" * 16,
        vapid_key="k",
        made_at=NOON,
        confirmed_at=NOON,
    )


def _notices(session: Any, person_id: Any, purpose: Purpose = Purpose.REMINDER) -> list[Delivery]:
    """What goes to this person of what was sent to several."""
    ids = [each.id for each in reminders(session).values()]
    about = select(Occurrence.id).where(Occurrence.reminder_id.in_(ids))
    found = select(Delivery).where(
        Delivery.person_id == person_id, Delivery.occurrence_id.in_(about), Delivery.purpose == purpose
    )
    return list(session.scalars(found))


def test_who_waits_for_it_gets_nothing(visit: Visitor, database: Database) -> None:
    neighbours(database, 9)
    address = send(visit("nils"))
    with database.writing() as session:
        handing_out.step(session, AFTER, 4)
    recalled(visit, address, AFTER)
    hand_out(database, AFTER, most=3)
    with database.read() as session:
        assert len(reminders(session)) == 4
        assert all(each.ended_at is not None for each in reminders(session).values())
        assert set(session.scalars(select(Recipient.handed))) == {Handed.CALLED_OFF}
        assert session.scalars(select(Incident.had_it)).one() == 4


def test_recalled_twice_it_is_one_record(visit: Visitor, database: Database) -> None:
    address = send(visit("nils"))
    hand_out(database, AFTER)
    for _ in range(2):
        recalled(visit, address)
    hand_out(database, LATER)
    recalled(visit, address)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
        assert the_broadcast(session).stage is Stage.RECALLED


def test_what_happened_must_be_said(visit: Visitor, database: Database) -> None:
    address = send(visit("nils"))
    with clock.frozen(AFTER):
        for words in ("", "x" * 501):
            answer = visit("nils").post(f"{address}/aterkalla", {"happened": words})
            assert answer.status_code == 200
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.CONFIRMED


@pytest.mark.parametrize("state", ["draft", "within the minute", "undone"])
def test_what_nobody_has_is_not_recalled(visit: Visitor, database: Database, state: str) -> None:
    nils = visit("nils")
    address = send(nils)
    if state == "undone":
        nils.post(f"{address}/angra")
    answer = nils.post(f"{address}/aterkalla", WHY)
    assert answer.location == address
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_the_unit_writes_what_it_did_and_no_other_unit_reads(visit: Visitor, database: Database) -> None:
    address = send(visit("nils"))
    recalled(visit, address, AFTER)
    with database.read() as session:
        incident = f"/personal/avvikelser/{session.scalars(select(Incident.id)).one()}"
    with clock.frozen(AFTER):
        nils = visit("nils")
        assert "Gick till fel grupp." in nils.page("/personal/avvikelser")
        assert nils.post(incident, {"done": ""}).status_code == 200
        nils.post(incident, {"done": "Ringde alla."})
        page = nils.page(incident)
        assert "Ringde alla." in page
        assert "Skrivet av Nils" in page
        for sub in ("anna", "karin", "lena", "aino"):
            assert visit(sub).get(incident).status_code == 404
        assert "Gick till fel grupp." not in visit("anna").page("/personal/avvikelser")
        assert nils.get(f"/personal/avvikelser/{uuid4()}").status_code == 404
