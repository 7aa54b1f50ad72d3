"""A mark of its own in every text that is kept about somebody, and who may come across it.

The rules here are written by hand from the design (section 6) and the demo people's consents, and ask
nothing of the app: a mark that turns up with anybody else is a leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, String, inspect, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.core.db import Base
from webapp.core.sealing import Sealed
from webapp.directory.models import Organisation
from webapp.what_matters.models import Answer, AnswerVersion

MARK = re.compile(r"Mrk\d{4}x")

# Whose unit cares for whom, and which of them the person's SIP consent lets see across organisations.
CARE = {
    "aino": {"nils", "anna"},
    "eino": {"britta på Pajala hälsocentral"},
    "elle": {"tor"},
    "jon": {"mats", "ulla", "eva"},
    "gun": {"britta"},
    "rolf": {"johan"},
}
CROSSES = {("nils", "aino"), ("anna", "aino"), ("mats", "jon"), ("ulla", "jon")}
CROSSES |= {("britta på Pajala hälsocentral", "eino"), ("johan", "rolf")}
WORKS_FOR = {"eva": "Gällivare kommun", "britta på Pajala hälsocentral": "Region Norrbotten"}
WORKS_FOR |= {"britta": "Region Norrbotten", "tor": "Jokkmokks kommun", "johan": "Bodens kommun"}
# Whom a person let in, and to what.
LET_IN = {
    ("lisa", "aino"): {"plan", "contacts", "reminders", "what_matters"},
    ("marit", "eino"): {"plan", "contacts", "reminders"},
    ("sara", "jon"): {"contacts", "times"},  # guardian of a fourteen-year-old
}
AREA = {
    "plan": "plan",
    "goal": "plan",
    "plan_row": "plan",
    "row_outcome": "plan",
    "agreed_time": "times",
    "care_contact": "contacts",
    "worse_proposal": "plan",
    "reminder": "reminders",
    "occurrence_press": "reminders",
    "answer_version": "what_matters",
}
# Not anybody's words: what the app itself looks up, compares or counts by.
NOT_WORDS = {
    *(
        "person.language",
        "person.municipality",
        "reminder.own_language",
        "reminder.times",
        "reminder.once_key",
        "undone_send.once_key",
        "row_reminder.own_language",
        "row_reminder.times",
    ),
    *("plan.starter", "subscription.endpoint", "subscription.vapid_key", "notice.kind", "login.device"),
    *("account.issuer", "account.sub", "feedback.page", "delivery.worker", "person.number"),
}
# Lines that cannot be changed: they carry roles and units, and are looked at by their own test.
CHAINED = {"access_log"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark was planted, and who may come across it."""

    where: str
    owner: str
    readers: frozenset[str]


def plant(session: Session) -> dict[str, Mark]:
    """Put a mark into every text about a person; which mark is whose."""
    people = Names(session)
    marks: dict[str, Mark] = {}
    for kind in sorted(Base.__subclasses__(), key=lambda each: each.__tablename__):
        table: Any = inspect(kind).local_table
        about = "id" if table.name == "person" else "person_id"
        if about not in table.c or table.name in CHAINED:
            continue
        for row in session.scalars(select(kind)):
            for name in _texts(table):
                if not getattr(row, name):
                    continue
                mark = f"Mrk{len(marks):04d}x"
                owner = people.of[getattr(row, about)]
                readers = _readers(people, table.name, name, row, owner) | {owner}
                marks[mark] = Mark(f"{table.name}.{name}", owner, frozenset(readers))
                setattr(row, name, mark)
    session.flush()
    return marks


def _texts(table: Any) -> Iterator[str]:
    for column in table.c:
        words = isinstance(column.type, String | Sealed) and not isinstance(column.type, Enum)
        if words and f"{table.name}.{column.name}" not in NOT_WORDS:
            yield column.name


class Names:
    """First names instead of ids."""

    def __init__(self, session: Session) -> None:
        accounts = session.execute(
            select(Account.person_id, Account.sub).where(Account.person_id.is_not(None))
        )
        self.of: dict[UUID, str] = {row.person_id: row.sub for row in accounts}
        self.organisation = {row.id: row.name for row in session.scalars(select(Organisation))}
        self.answers = {answer.id: answer for answer in session.scalars(select(Answer))}
        self.versions = {version.id: version for version in session.scalars(select(AnswerVersion))}
        self.plans = {row.id: row.overall_id for row in session.scalars(select(_kind("plan")))}


def _kind(table: str) -> Any:
    return next(each for each in Base.__subclasses__() if each.__tablename__ == table)


def _readers(people: Names, table: str, column: str, row: Any, owner: str) -> set[str]:
    if table == "person":
        return _readers_of_a_name(column, owner)
    if table == "calendar_feed":
        return {people.of[row.owner_id]}
    if table == "seven_answers":
        return set(CARE.get(owner, ())) if row.shared else set()
    if table == "meeting_question":  # a relative reads their own
        return set(CARE.get(owner, ()))
    if table == "answer_version":
        return _readers_of_words(people, row, owner)
    if table == "read_receipt":
        return _readers_of_words(people, people.versions[row.version_id], owner)
    if table == "plan_participant":  # whom the person chose: staff who see the plan, and no other relative
        own = {people.of[row.relative_id]} if row.relative_id else set()  # each their own
        return own | {who for who in CARE.get(owner, ()) if _within(people, who, owner, "goal", row)}
    area = AREA.get(table)
    if area is None:
        return _of_the_care(table, owner) | (
            {people.of[row.relative_id]} if _names_a_relative(row) else set()
        )
    found = {who for (who, whom), areas in LET_IN.items() if whom == owner and area in _wider(areas)}
    if table == "plan_row" and row.relative_id is not None:
        found.add(people.of[row.relative_id])
    return found | {who for who in CARE.get(owner, ()) if _within(people, who, owner, table, row)}


def _wider(areas: set[str]) -> set[str]:
    return areas | ({"times"} if "plan" in areas else set())


def _within(people: Names, who: str, owner: str, table: str, row: Any) -> bool:
    """Whether staff of another organisation may see it without the person's SIP consent."""
    if (who, owner) in CROSSES or table in {"care_contact", "reminder", "occurrence_press"}:
        return True
    if table == "plan":
        responsible = row.overall_id
    elif table == "goal":
        responsible = people.plans[row.plan_id]
    elif table == "row_outcome":
        return True  # by its row: checked by the rows' own marks
    else:
        responsible = row.organisation_id
        if responsible is None:
            return table == "plan_row"
    return people.organisation[responsible] == WORKS_FOR[who]


def _readers_of_a_name(column: str, owner: str) -> set[str]:
    helps = {whom for who, whom in LET_IN if who == owner}
    helped_by = {who for who, whom in LET_IN if whom == owner}
    care = set(CARE.get(owner, ()))
    if column in {"name", "called"}:
        return helps | helped_by | care | {staff for whom in helps for staff in CARE.get(whom, ())}
    return care


def _readers_of_words(people: Names, row: Any, owner: str) -> set[str]:
    answer = people.answers[row.answer_id]
    if row.number != answer.version:
        return set()
    found = set(CARE.get(owner, ())) if answer.for_team else set()
    if answer.for_relatives:
        found |= {who for (who, whom), areas in LET_IN.items() if whom == owner and "what_matters" in areas}
    return found


def _of_the_care(table: str, owner: str) -> set[str]:
    """What the person and those who care for them read: why a unit cares, who speaks for them, what was agreed."""
    return set(CARE.get(owner, ())) if table in {"care_relation", "consent", "mandate"} else set()


def _names_a_relative(row: Any) -> bool:
    return getattr(row, "relative_id", None) is not None
