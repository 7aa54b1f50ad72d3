"""Whether the access log still stands as it was written: every person's chain, looked at line by line.

A line changed, taken away or put in shows by itself. Lines taken away at the end of a chain, and a whole chain
written anew, show only against the heads that somebody outside has kept: `heads`. Why: docs/decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, inspect, select

from webapp.core.audit import START, AccessLog, Line, chained

AT_ONCE = 2000  # lines in memory


class UnreadableHeads(ValueError):
    """The list of heads cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where one person's chain ended when the heads were written down."""

    person_id: UUID
    number: int
    chain: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a person's chain first breaks. `line_id` is None where the line itself is gone."""

    person_id: UUID
    number: int
    line_id: UUID | None
    why: str


@dataclass(slots=True)
class Looked:
    """How much has been looked at so far."""

    lines: int = 0
    persons: int = 0


_COLUMNS = [getattr(AccessLog, column.key) for column in inspect(AccessLog).column_attrs]


def faults(
    connection: Connection,
    looked: Looked,
    *,
    person_id: UUID | None = None,
    kept: Iterable[Head] = (),
    weeded: bool = False,
) -> Iterator[Fault]:
    """The first fault of each broken chain, by person. Memory does not grow with the log.

    `kept` are heads from before, by person; `weeded` says that the owner has taken away the oldest lines, so
    that a chain may begin later than at 1.
    """
    lines = select(*_COLUMNS).order_by(AccessLog.person_id, AccessLog.number)
    if person_id is not None:
        lines = lines.where(AccessLog.person_id == person_id)
    waiting = iter(kept)
    head = next(waiting, None)
    with connection.execution_options(yield_per=AT_ONCE).execute(lines) as streamed:
        for person, own in groupby(streamed, key=lambda line: line.person_id):
            while head is not None and head.person_id.bytes < person.bytes:
                yield _gone(head)
                head = next(waiting, None)
            its_head = head if head is not None and head.person_id == person else None
            if its_head is not None:
                head = next(waiting, None)
            looked.persons += 1
            fault = _first_fault(_counted(own, looked), its_head, weeded)
            if fault is not None:
                yield fault
    while head is not None:
        yield _gone(head)
        head = next(waiting, None)


def _gone(head: Head) -> Fault:
    return Fault(head.person_id, head.number, None, "the whole chain is gone")


def _counted(lines: Iterable[Any], looked: Looked) -> Iterator[Line]:
    for line in lines:
        looked.lines += 1
        yield line


def _first_fault(lines: Iterator[Line], head: Head | None, weeded: bool) -> Fault | None:
    """Goes through all of the person's lines, so that the next person's come after."""
    found: Fault | None = None
    before, number, last = START, 0, None
    head_is_met = head is None
    for line in lines:
        if found is not None:
            continue
        begins_later = weeded and last is None and line.number > 1
        if line.number != number + 1 and not begins_later:
            why = "lines before it are gone" if line.number > number else "a line was put in"
            found = Fault(line.person_id, line.number, line.id, why)
        elif not begins_later and line.chain != chained(before, line):
            found = Fault(line.person_id, line.number, line.id, "it does not follow from the line before")
        elif head is not None and line.number == head.number:
            head_is_met = True
            if line.chain != head.chain:
                found = Fault(line.person_id, line.number, line.id, "it is not the line whose head was kept")
        before, number, last = line.chain, line.number, line
    if found is None and not head_is_met and head is not None:
        return Fault(head.person_id, number + 1, None, f"lines up to {head.number} are gone")
    return found


def heads(connection: Connection) -> Iterator[Head]:
    """Where every person's chain ends now, by person."""
    last = select(AccessLog.person_id, func.max(AccessLog.number).label("number"))
    ends = last.group_by(AccessLog.person_id).subquery()
    found = select(AccessLog.person_id, AccessLog.number, AccessLog.chain).join(
        ends, (ends.c.person_id == AccessLog.person_id) & (ends.c.number == AccessLog.number)
    )
    by_person = found.order_by(AccessLog.person_id)
    with connection.execution_options(yield_per=AT_ONCE).execute(by_person) as streamed:
        for row in streamed:
            yield Head(row.person_id, row.number, row.chain)


def written(head: Head) -> str:
    return f"{head.person_id} {head.number} {head.chain}\n"


def read(lines: Iterable[str]) -> Iterator[Head]:
    """Heads from a file, as `written` puts them. Raises UnreadableHeads, also when they are not by person."""
    before = b""
    for place, text in enumerate(lines, start=1):
        try:
            person, number, chain = text.split()
            head = Head(UUID(person), int(number), chain)
        except ValueError:
            raise UnreadableHeads(f"line {place} is no head") from None
        if head.person_id.bytes <= before:
            raise UnreadableHeads(f"line {place} does not come after the line before it")
        before = head.person_id.bytes
        yield head


class Sum:
    """SHA-256 over the heads as they are written: short enough to be kept on paper."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, text: str) -> str:
        self._hash.update(text.encode())
        return text

    def __str__(self) -> str:
        return self._hash.hexdigest()
