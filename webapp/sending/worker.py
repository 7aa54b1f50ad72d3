"""The worker: one loop of small steps. Plan, close, lease, send, settle; and stop when asked to.

Any number of workers can run on PostgreSQL, and a few on SQLite, where they take turns. A row that
raises is logged by its id and let go, so that it cannot stop everybody else's morning.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import socket
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from webapp.channels.post import PostOffice
from webapp.core.daily import Daily, Task
from webapp.core.db import Database
from webapp.core.push import Outcome, Result
from webapp.core.push.sender import Sender
from webapp.reminders import answering, planning, telling
from webapp.reminders.models import Channel
from webapp.reminders.tokens import Tokens
from webapp.sending import notice, queue, standing
from webapp.sending.following import Follower
from webapp.sending.metrics import Metrics
from webapp.sending.queue import Leased
from webapp.sending.steady import SteadyClock

log = logging.getLogger(__name__)
Errand = Callable[[bool], Coroutine[Any, Any, None]]  # told whether to go once only


IDLE_SECONDS = 1.0  # between rounds when nothing is due
BEAT = timedelta(seconds=10)
IN_HAND = 600  # deliveries under way at once
PER_LANE = 450  # of them, to one service: one that hangs leaves room for the rest
MOST_IN_HAND = 2400  # where several services hang at once
AT_ONCE = 300  # leased, and settled, at once
LOOK_AT_MEMORY = (
    50_000,
    20,
    20,
)  # gc thresholds: a notice leaves few cycles behind, and many notices none that stay
PLAN_SECONDS = 0.5  # between looks for what is to be planned, while much is going out
MUCH = 500  # as many as one look plans at most
SETTLE_SECONDS = 0.25  # a result waits no longer than this before it is written down
TROUBLE_SECONDS = 5.0  # after a round that failed: the database is away, or two were in each other's way


def name() -> str:
    """A name that no other worker has, and that says where it runs."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass
class Worker:
    """One worker over one database and one sender."""

    database: Database
    sender: Sender
    tokens: Tokens
    post: PostOffice = field(default_factory=PostOffice)  # for what does not go by push
    id: str = field(default_factory=name)
    steady: SteadyClock = field(default_factory=SteadyClock)
    follower: Follower = field(default_factory=Follower)
    metrics: Metrics = field(default_factory=Metrics)
    in_hand: int = 0
    in_lanes: Counter[str] = field(default_factory=Counter)  # of what is in hand, by the service it goes to
    finished: list[tuple[Leased, Result]] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    last_beat: datetime | None = None
    looked_at: float = 0.0  # when it last planned, by the monotonic clock
    daily: Daily = field(default_factory=Daily)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, *, once: bool = False) -> None:
        """Go round until asked to stop; with `once`, until nothing is due or in hand, and a failure raises.

        A round that fails is logged and tried again: a database that was away comes back, and a worker that
        had ended would remind nobody. What was sent meanwhile is kept and written down then.
        """
        gc.collect()
        gc.freeze()  # what is there now stays; looking through it again and again took a tenth of the time
        gc.set_threshold(*LOOK_AT_MEMORY)
        while not self.stopping:
            try:
                busy = await self._round()
            except Exception:
                if once:
                    raise
                log.exception("round failed")
                await self._wait(TROUBLE_SECONDS)
                continue
            if once and not (busy or self.in_hand or self.finished):
                break
        while self.in_hand:
            await self._wait(SETTLE_SECONDS)
            try:
                self._settle()
            except Exception:
                log.exception("results not written down yet")
        self._settle()

    def stop(self) -> None:
        """Finish what is on its way, let the rest go, lease nothing more."""
        self.stopping = True
        self.sender.let_go()
        self.wake.set()

    async def _round(self) -> bool:
        """One round; whether there was anything to do."""
        self._settle()
        planned = self._plan() if self._looks_ahead() else 0
        leased = self._lease()
        for delivery in leased:
            self._start(delivery)
        if planned or leased:
            await asyncio.sleep(0)
            if self.in_hand >= IN_HAND:
                await self._wait(SETTLE_SECONDS)
            return True
        await self._wait(SETTLE_SECONDS if self.in_hand else IDLE_SECONDS)
        return False

    def _looks_ahead(self) -> bool:
        """Whether to plan in this round; while much is going out, a look at each round would find little."""
        if not self.in_hand or self.steady.monotonic() - self.looked_at >= PLAN_SECONDS:
            return self._moving() < IN_HAND
        return False

    def _plan(self) -> int:
        self.looked_at = self.steady.monotonic()
        with self.database.writing() as session:
            self.steady.look(session)
            if not self.steady.is_sure():
                return 0
            now = self.steady.now()
            beats = self.last_beat is None or abs(now - self.last_beat) >= BEAT
            if beats:
                queue.beat(session, self.id, now)
                self.metrics.waits(standing.waiting(session, now), now)
            done = planning.plan_due(session, now, ahead=self._ahead()) + planning.close_due(session, now)
            done += self.follower.go(session, now)
            done += answering.repeat_due(session, now) + telling.tell_due(session, now)
        if beats:
            self.last_beat = now
        if done >= MUCH:
            self.looked_at -= PLAN_SECONDS  # there may be more: look again at once
        self.daily.do_due(self.database, now)
        return done

    def _ahead(self) -> timedelta:
        """While much is going out, only what could not wait is planned."""
        return planning.SOON if self.in_hand else planning.AHEAD

    def _lease(self) -> list[Leased]:
        room = min(AT_ONCE, IN_HAND - self._moving(), MOST_IN_HAND - self.in_hand)
        if not self.steady.is_sure() or (room < AT_ONCE // 2 and self.in_hand):
            return []
        full = self._crowded() | self.sender.resting() | self.post.resting()
        with self.database.writing() as session:
            leased = queue.lease_due(session, self.id, self.steady.now(), room, full)
            self.post.make_ready(session, leased, self.steady.now())
            return leased

    def _crowded(self) -> set[str]:
        """The services that have their share of what is in hand."""
        return {lane for lane, number in self.in_lanes.items() if number >= PER_LANE}

    def _moving(self) -> int:
        """How much is in hand, apart from what waits for a service that has its share."""
        return self.in_hand - sum(self.in_lanes[lane] for lane in self._crowded())

    def _start(self, delivery: Leased) -> None:
        self.in_hand += 1
        self.in_lanes[delivery.lane] += 1
        task = asyncio.create_task(self._send(delivery))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _send(self, delivery: Leased) -> None:
        try:
            now = self.steady.now()
            if delivery.channel is Channel.PUSH:
                result = await self.sender.send(notice.message(delivery, self.tokens, now), now)
            else:
                result = await self.post.send(delivery, now)
        except Exception:
            log.exception("delivery failed: id=%s", delivery.id)
            result = Result(Outcome.LATER)
        self.in_hand -= 1
        self.in_lanes[delivery.lane] -= 1
        self.finished.append((delivery, result))
        if len(self.finished) >= AT_ONCE // 2 or not self.in_hand:
            self.wake.set()

    def _settle(self) -> None:
        if not self.finished:
            return
        with self.database.writing() as session:
            queue.settle_sent(session, self.id, self.finished, self.steady.now())
        self.metrics.settled(self.finished, self.steady.now())
        self.finished = []  # only now: what could not be written is tried again

    async def _wait(self, seconds: float) -> None:
        self.wake.clear()
        if self.stopping and not self.in_hand:
            return
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            return


async def serve(
    database: Database,
    sender: Sender,
    tokens: Tokens,
    *,
    post: PostOffice | None = None,
    daily: Mapping[str, Task] | None = None,
    beside: Sequence[Errand] = (),
    metrics_port: int = 0,
    once: bool = False,
) -> None:
    """Run one worker until SIGTERM or SIGINT; with `once`, until nothing is due. `daily`: also once a day.

    `beside`: what goes on at the same time, until the worker stops; with `once`, one time and after it.
    `metrics_port`: where the worker's figures are read; 0: nowhere.
    """
    async with sender, post or PostOffice() as others:
        worker = Worker(database, sender, tokens, others, daily=Daily(daily or {}))
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, worker.stop)
        if metrics_port:
            worker.metrics.serve(metrics_port)
        log.info("worker started")
        errands = [] if once else [asyncio.create_task(errand(False)) for errand in beside]
        await worker.run(once=once)
        for errand in errands:
            errand.cancel()
        for last in beside if once else ():
            await last(True)
        log.info("worker stopped")
