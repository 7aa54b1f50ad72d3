"""The queue against a simple model of it: several workers, some of whom die, and whatever comes between.

The model is a handful of lines that anybody can check. Hypothesis makes up what happens; after every step the
database must stand as the model says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.reminders.setting import person, phone, remind
from webapp.core.db import Database
from webapp.core.push import Outcome as Sent
from webapp.core.push import Result
from webapp.reminders.models import Delivery, Occurrence, Purpose, Reminder, State
from webapp.reminders.outcome import Outcome
from webapp.sending import queue
from webapp.sending.queue import LEASE, Leased

BEGIN = datetime(2026, 3, 9, 7, tzinfo=UTC)
SETTLED = {
    Sent.SENT: State.SENT,
    Sent.GONE: State.GONE,
    Sent.REFUSED: State.REFUSED,
    Sent.TOO_LATE: State.TOO_LATE,
}
WORKERS = st.sampled_from(["one", "two", "three"])
SECONDS = st.integers(0, 90)


@dataclass
class Notice:
    """What the model knows of one delivery."""

    occurrence: UUID
    phone: UUID
    due_at: datetime
    useless_at: datetime
    state: State = State.DUE
    free_at: datetime = BEGIN
    leased_to: tuple[str, datetime] | None = None  # the fence: who may settle it


@dataclass
class Model:
    notices: dict[UUID, Notice] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    gone: set[UUID] = field(default_factory=set)

    def free(self, now: datetime) -> list[UUID]:
        return [
            id_
            for id_, each in self.notices.items()
            if each.state is State.DUE and each.due_at <= now and each.free_at <= now
        ]


class Queue(RuleBasedStateMachine):
    """One database, three workers, and people who answer whenever they like."""

    database: Database  # given by the test

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = self.database.write()
        self.session.execute(delete(Delivery))
        who, account = person(self.session)
        self.person_id = who.id
        self.reminder: Reminder = remind(self.session, account, "08:00", now=BEGIN)
        self.phones = [phone(self.session, who.id, BEGIN).id for _ in range(2)]
        self.model, self.now, self.day = Model(), BEGIN, date(2027, 1, 1)
        self.hands: dict[str, list[Leased]] = {"one": [], "two": [], "three": []}

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    @rule(wait=SECONDS, window=st.integers(1, 300))
    def a_reminder_comes_due_on_both_phones(self, wait: int, window: int) -> None:
        due_at = self.now + timedelta(seconds=wait)
        occurrence = Occurrence(
            id=uuid4(),
            person_id=self.person_id,
            reminder_id=self.reminder.id,
            local_on=self.day,
            local_at=BEGIN.time(),
            due_at=due_at,
            closes_at=due_at + timedelta(seconds=window),
        )
        self.day += timedelta(days=1)
        self.session.add(occurrence)
        self.session.flush()
        for each in self.phones:
            made = Delivery(
                id=uuid4(),
                person_id=self.person_id,
                purpose=Purpose.REMINDER,
                occurrence_id=occurrence.id,
                subscription_id=each,
                due_at=due_at,
                useless_at=occurrence.closes_at,
                lease_until=due_at,
            )
            self.session.add(made)
            self.model.notices[made.id] = Notice(occurrence.id, each, due_at, made.useless_at, free_at=due_at)
        self.session.flush()

    @rule(seconds=SECONDS)
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(worker=WORKERS, most=st.integers(1, 5))
    def a_worker_leases(self, worker: str, most: int) -> None:
        free = self.model.free(self.now)
        leased = queue.lease_due(self.session, worker, self.now, most)
        ids = [each.id for each in leased]
        assert len(ids) == len(set(ids)) <= most
        for each in leased:
            known = self.model.notices[each.id]
            assert each.id in free, "of two workers, only one gets each"
            assert known.occurrence not in self.model.answered
            assert known.phone not in self.model.gone
            assert known.useless_at > self.now
            known.leased_to, known.free_at = (worker, each.lease_until), self.now + LEASE
        self._what_is_called_off(free, set(ids))
        if not leased:
            assert not self.model.free(self.now), "an empty hand says that nothing more is due"
        self.hands[worker] += leased

    def _what_is_called_off(self, free: list[UUID], leased: set[UUID]) -> None:
        """What a lease comes upon and does not take: no more wanted, or too late. It need not come upon all."""
        states = dict(self.session.execute(select(Delivery.id, Delivery.state)).all())
        for id_ in set(free) - leased:
            known = self.model.notices[id_]
            if states[id_] is not State.DUE:
                known.state = self._why_not(known)
                assert states[id_] is known.state

    def _why_not(self, known: Notice) -> State:
        if known.phone in self.model.gone:
            return State.GONE
        if known.occurrence in self.model.answered:
            return State.CALLED_OFF
        assert known.useless_at <= self.now
        return State.TOO_LATE

    @precondition(lambda self: any(self.hands.values()))
    @rule(worker=WORKERS, outcome=st.sampled_from(sorted(SETTLED)), most=st.integers(1, 5))
    def a_worker_writes_down_what_came_of_it(self, worker: str, outcome: Sent, most: int) -> None:
        """Also one that comes back after its lease ran out: then nothing is written."""
        done, self.hands[worker] = self.hands[worker][:most], self.hands[worker][most:]
        queue.settle_sent(self.session, worker, [(each, Result(outcome)) for each in done], self.now)
        for each in done:
            known = self.model.notices[each.id]
            if known.state is State.DUE and known.leased_to == (worker, each.lease_until):
                known.state, known.leased_to = SETTLED[outcome], None
            if outcome is Sent.GONE:
                self.model.gone.add(known.phone)

    @precondition(lambda self: any(self.hands.values()))
    @rule(worker=WORKERS, seconds=SECONDS)
    def a_service_asks_a_worker_to_wait(self, worker: str, seconds: int) -> None:
        done, self.hands[worker] = self.hands[worker][:1], self.hands[worker][1:]
        at = self.now + timedelta(seconds=seconds)
        asked = Result(Sent.LATER, 429, retry_at=at)
        queue.settle_sent(self.session, worker, [(each, asked) for each in done], self.now)
        for each in done:
            known = self.model.notices[each.id]
            if known.state is State.DUE and known.leased_to == (worker, each.lease_until):
                known.due_at = known.free_at = at
                known.leased_to = None
                known.state = State.TOO_LATE if at >= known.useless_at else State.DUE

    @rule(worker=WORKERS)
    def a_worker_dies(self, worker: str) -> None:
        self.hands[worker].clear()

    @precondition(lambda self: self.model.notices)
    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        occurrence = data.draw(st.sampled_from([each.occurrence for each in self.model.notices.values()]))
        self.session.execute(
            update(Occurrence)
            .where(Occurrence.id == occurrence)
            .values(outcome=Outcome.DONE_IN_TIME)
            .execution_options(synchronize_session=False)
        )
        self.model.answered.add(occurrence)

    @invariant()
    def the_database_stands_as_the_model_says(self) -> None:
        found = dict(self.session.execute(select(Delivery.id, Delivery.state)).all())
        assert found == {id_: each.state for id_, each in self.model.notices.items()}


def test_whatever_happens_no_notice_is_lost_and_none_is_in_two_hands(database: Database) -> None:
    machine = type("Here", (Queue,), {"database": database})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )
