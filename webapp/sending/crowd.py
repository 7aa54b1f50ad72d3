"""An invented county, as large as asked for: people with phones and reminders, for a simulation or a benchmark.

Nobody in it has a name, a number or a word of their own. It is written past the app's own functions, which would
take an hour for a million reminders, and so goes only into a database that was made for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any, cast
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Table, insert

from webapp.accounts.models import Account, Kind, Person
from webapp.core.many import defaults
from webapp.core.sealing import Sealed
from webapp.reminders.models import Reminder, SetBy, Subscription
from webapp.reminders.schedule import EVERY_DAY, Rule, days_to_bits, instant, times_to_text

AT_ONCE = 5000  # rows
DIFFERENT_KEYS = 100  # of phones: to make one for each takes as long as all else
# When a county wants its reminders: of a hundred, so many at each time. Six of a hundred at eight is sixty
# thousand of a million.
WANTED = {
    "08:00": 6, "07:00": 4, "07:30": 3, "08:30": 3, "09:00": 4, "10:00": 4, "12:00": 5, "14:00": 4, "16:00": 4,
    "18:00": 5, "20:00": 6, "21:00": 5, "22:00": 3, "02:30": 1,
}  # fmt: skip
SOMEWHERE = 43  # of a hundred at any minute between six and ten
SOME_WEEKDAYS = (frozenset({0}), frozenset({0, 2, 4}), frozenset({2}), frozenset({5, 6}))
SEALED_LOOKS = "s1.1." + "A" * 120  # as wide as a sealed sentence; nobody reads it


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people with so many reminders each. `seed` makes the same county again, but for its ids."""

    people: int
    reminders_each: int = 4
    with_phone: float = 0.9  # of each person, how likely
    seed: int = 0


def wishes(crowd: Crowd, first_day: date) -> Iterator[tuple[int, Rule]]:
    """The number of a person and a rule of theirs: most every day, some on some weekdays."""
    random = Random(crowd.seed)
    times = [*WANTED, ""]
    weights = [*WANTED.values(), SOMEWHERE]
    for person in range(crowd.people):
        for at in random.choices(times, weights, k=crowd.reminders_each):
            at = at or f"{random.randrange(6, 22):02}:{random.randrange(60):02}"
            yield (
                person,
                _rule(at, random.choice(SOME_WEEKDAYS) if random.random() < 0.2 else EVERY_DAY, first_day),
            )


@cache
def _rule(at: str, weekdays: frozenset[int], first_day: date) -> Rule:
    return Rule((time.fromisoformat(at),), weekdays, first_day)


@cache
def _first_due(rule: Rule, after: datetime) -> datetime | None:
    due = rule.next_after(after)
    return due.at if due else None


def fill(
    connection: Connection, crowd: Crowd, origins: Sequence[str], vapid_key: str, first_day: date
) -> None:
    """Write the crowd, whose reminders begin on `first_day`, with phones shared out over the `origins`."""
    people = add_people(connection, crowd, origins, vapid_key, first_day)
    began = instant(first_day, time()) - timedelta(microseconds=1)
    add_reminders(connection, ((people[person], rule) for person, rule in wishes(crowd, first_day)), began)


def add_people(
    connection: Connection, crowd: Crowd, origins: Sequence[str], vapid_key: str, first_day: date
) -> Sequence[UUID]:
    random, people = Random(crowd.seed + 1), [uuid4() for _ in range(crowd.people)]
    made_at, keys = instant(first_day, time()), [_phone_key() for _ in range(DIFFERENT_KEYS)]
    write(connection, Person, ({"id": each, **_NOBODY} for each in people))
    write(
        connection,
        Subscription,
        (
            {
                "id": uuid4(),
                "person_id": person,
                "endpoint": f"{origins[number % len(origins)]}/push/{secrets.token_hex(16)}",
                "origin": origins[number % len(origins)],
                "p256dh": keys[number % len(keys)],
                "auth": secrets.token_bytes(16),
                "vapid_key": vapid_key,
                "made_at": made_at,
                "confirmed_at": made_at,
                "retired_at": None,
            }
            for number, person in enumerate(people)
            if random.random() < crowd.with_phone
        ),
    )
    return people


def _phone_key() -> bytes:
    """What a browser gives: a point that can be encrypted to, and whose secret is thrown away."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


_NOBODY = {"name": "Prov", "called": "Prov", "born_on": date(1944, 1, 1)}


def add_reminders(connection: Connection, wished: Iterable[tuple[UUID, Rule]], began: datetime) -> None:
    """A reminder for each of these people, set at `began`, none of them planned yet."""
    begun = iter(wished)
    first = next(begun, None)
    if first is None:
        return
    account = uuid4()
    keeper = {
        "id": account,
        "issuer": "crowd",
        "sub": account.hex,
        "kind": Kind.CITIZEN,
        "person_id": first[0],
    }
    write(connection, Account, [keeper])
    write(connection, Reminder, (_reminder(person, rule, account, began) for person, rule in (first, *begun)))


def _reminder(person: UUID, rule: Rule, account: UUID, began: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "person_id": person,
        "text": "",
        "times": times_to_text(rule.times),
        "days": days_to_bits(rule.weekdays),
        "from_on": rule.from_on,
        "until_on": rule.until_on,
        "set_by": SetBy.SELF,
        "set_by_account": account,
        "set_at": began,
        "held_until": began,
        "next_due_at": _first_due(rule, began),
    }


def write(connection: Connection, model: type[Any], made: Iterable[Mapping[str, Any]]) -> None:
    """Write rows, some thousands at once; what they leave out has the column's own default."""
    table = cast(Table, model.__table__)
    empty = {**dict.fromkeys(column.name for column in table.columns), **defaults(table)}
    whole = ({**empty, **row} for row in made)
    while batch := list(islice(whole, AT_ONCE)):
        if connection.dialect.name == "postgresql":
            _copy(connection, table, batch)
        else:
            connection.execute(insert(table), batch)


def _copy(connection: Connection, table: Table, batch: Sequence[Mapping[str, Any]]) -> None:
    """PostgreSQL's own way in, ten times as fast."""
    sealed = {column.name for column in table.columns if isinstance(column.type, Sealed)}
    names = [column.name for column in table.columns]
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    columns = ", ".join(f'"{name}"' for name in names)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in batch:
            copy.write_row(
                [SEALED_LOOKS if name in sealed and row[name] == "" else row[name] for name in names]
            )
