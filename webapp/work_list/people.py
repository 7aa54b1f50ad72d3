"""The people of a unit, by name: one page at a time, or those whose name has what somebody typed.

Names are put in order and looked through here, and not by the database: its order of å, ä and ö depends on how it
was made, and SQLite finds no "Åsa" for "åsa". Five thousand names take a few milliseconds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core.db import rows
from webapp.work_list import reasons

PAGE = 50
_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
_OTHERS = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t", "ß": "s"})
_NAMES = reasons.people()
_PERSONS = select(Person.id, Person.name, Person.born_on, Person.municipality, Person.language).where(
    Person.id.in_(bindparam("ids", type_=Uuid(), expanding=True))
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A person whom the unit cares for, as the list shows them."""

    id: UUID
    name: str
    born_on: date
    municipality: str
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the unit's people. `total`: all whose name has what was typed."""

    people: Sequence[Listed]
    total: int
    page: int
    pages: int


def found(session: Session, unit_id: UUID, typed: str, page: int, today: date) -> Found:
    """The unit's people with each typed word somewhere in the name; all of them where nothing was typed.

    In the order of the Swedish alphabet. A page past the last is the last.
    """
    wanted = [folded(word) for word in typed.split()]
    named: list[tuple[str, Any]] = []
    for row in rows(session, _NAMES, {"unit_id": unit_id, "today": today}):
        name = folded(row.name)
        if all(word in name for word in wanted):
            named.append((name, row))
    named.sort(key=lambda each: (each[0], each[1].person_id))
    pages = max(1, -(-len(named) // PAGE))
    page = min(page, pages)
    ids = [row.person_id for _, row in named[(page - 1) * PAGE : page * PAGE]]
    whole = {row.id: Listed(*row) for row in rows(session, _PERSONS, {"ids": ids})} if ids else {}
    return Found([whole[each] for each in ids], len(named), page, pages)


def folded(name: str) -> str:
    """The name as it is compared: small letters, without accents; å, ä and ö are letters of their own, after z."""
    small = unicodedata.normalize("NFC", name).casefold().translate(_AFTER_Z).translate(_OTHERS)
    if small.isascii():
        return small
    return "".join(sign for sign in unicodedata.normalize("NFD", small) if not unicodedata.combining(sign))
