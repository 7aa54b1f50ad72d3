"""What is done once a day: each task by whichever worker comes first after local midnight, and by no other.

A task is a function of a session and an instant. It runs in a transaction of its own together with the row
that says it is done: what fails is undone, said in the log by the task's name, and tried again later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from flask import Flask
from sqlalchemy import String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.core import clock
from webapp.core.db import Base, Database

log = logging.getLogger(__name__)

EXTENSION = "naramig.daily"
AGAIN = timedelta(minutes=10)  # after a task that failed

Task = Callable[[Session, datetime], object]


class DailyTask(Base):
    """A task that has been done on a local day."""

    __tablename__ = "daily_task"
    task: Mapped[str] = mapped_column(String(60), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)


def add(app: Flask, name: str, task: Task) -> None:
    """Have `task` done once a day, under a name that stays the same for ever."""
    app.extensions.setdefault(EXTENSION, {})[name] = task


def tasks_of(app: Flask) -> Mapping[str, Task]:
    return cast(Mapping[str, Task], app.extensions.get(EXTENSION, {}))


@dataclass
class Daily:
    """One worker's share of the day's tasks. Asking it again and again costs nothing until the day is over."""

    tasks: Mapping[str, Task] = field(default_factory=dict)
    done_on: date | None = None
    again_at: datetime | None = None

    def do_due(self, database: Database, now: datetime) -> None:
        today = clock.local(now).date()
        if not self.tasks or self.done_on == today or (self.again_at is not None and now < self.again_at):
            return
        done = [_done(database, name, task, now) for name, task in self.tasks.items()]
        if all(done):
            self.done_on, self.again_at = today, None
        else:
            self.again_at = now + AGAIN


def _done(database: Database, name: str, task: Task, now: datetime) -> bool:
    """Do it if nobody has today; False if it failed."""
    try:
        with database.writing() as session:
            if _is_ours(session, name, clock.local(now).date()):
                task(session, now)
    except Exception:
        log.exception("daily task failed: name=%s", name)
        return False
    return True


def _is_ours(session: Session, name: str, today: date) -> bool:
    """Write down that it is done. A second worker waits here for the first, and finds the row."""
    try:
        with session.begin_nested():
            session.add(DailyTask(task=name, on=today))
    except IntegrityError:
        return False
    session.execute(delete(DailyTask).where(DailyTask.task == name, DailyTask.on < today))
    return True
