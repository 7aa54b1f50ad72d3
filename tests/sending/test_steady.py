"""A clock that somebody sets wrong moves no reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy.orm import Session

from webapp.sending.steady import HOLD, JUMP, LOOK, SteadyClock, of_database

EIGHT = datetime(2026, 3, 9, 7, tzinfo=UTC)
NOBODY = cast(Session, None)


@dataclass
class Machine:
    """A database's clock that can be set, and a monotonic one that cannot."""

    wall: datetime = EIGHT
    passed: float = 1000.0

    def clock(self) -> SteadyClock:
        return SteadyClock(read=lambda _: self.wall, monotonic=lambda: self.passed)

    def wait(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds

    def watch(self, clock: SteadyClock, seconds: float) -> None:
        """Let time go by, with a look each second."""
        for _ in range(int(seconds)):
            self.wait(1)
            clock.look(NOBODY)


def test_it_is_what_the_database_says_and_goes_on_by_itself() -> None:
    machine = Machine()
    clock = machine.clock()
    assert not clock.is_sure()
    clock.look(NOBODY)
    machine.wait(0.5)
    assert clock.is_sure()
    assert clock.now() == EIGHT + timedelta(seconds=0.5)


def test_before_the_first_look_nobody_knows_what_time_it_is() -> None:
    with pytest.raises(RuntimeError):
        Machine().clock().now()


@pytest.mark.parametrize("hours", [2, -2, 24 * 365])
def test_a_jump_stops_the_worker_until_the_clock_has_stood_by_its_word(hours: int) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.watch(clock, 10)
    machine.wall += timedelta(hours=hours)
    machine.watch(clock, HOLD)
    assert not clock.is_sure()
    machine.watch(clock, 1)
    assert clock.is_sure()
    assert clock.now() == machine.wall


def test_a_clock_that_jumps_and_jumps_back_was_never_believed() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.look(NOBODY)
    machine.wall += timedelta(days=1)
    machine.watch(clock, HOLD / 2)
    assert not clock.is_sure()
    machine.wall -= timedelta(days=1)
    machine.watch(clock, 1)
    assert clock.is_sure()
    assert clock.now() == machine.wall == EIGHT + timedelta(seconds=HOLD / 2 + 1)


def test_a_clock_that_jumps_again_and_again_is_not_believed() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.look(NOBODY)
    for _ in range(10):
        machine.wall += timedelta(hours=1)
        machine.watch(clock, HOLD / 2)
        assert not clock.is_sure()


def test_a_clock_that_drifts_is_followed() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.look(NOBODY)
    for _ in range(100):
        machine.wall += JUMP / 2
        machine.watch(clock, LOOK)
        assert clock.is_sure()
    assert clock.now() == machine.wall


def test_the_database_tells_the_time_with_its_zone(session: Session) -> None:
    told = of_database(session)
    assert told.tzinfo is not None
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)
