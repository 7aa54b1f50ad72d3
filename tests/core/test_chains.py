"""`flask audit verify`: one byte flipped, or one line gone, anywhere in the log is found and named."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from tests.conftest import NOON
from tests.people import Visitor, person_id
from tests.tampering import tampering
from webapp.accounts.models import Account, Person
from webapp.core import audit, chains, clock
from webapp.core.access import Reader
from webapp.core.audit import AccessLog, What
from webapp.core.chains import Fault, Head, Looked
from webapp.core.db import Database
from webapp.directory.models import Unit

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LINES = 5


@pytest.fixture
def logged(app: Flask, database: Database) -> dict[str, list[UUID]]:
    """The ids of Aino's and Eino's lines, in order: openings and things done, by a nurse and by a relative."""
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.sub == "nils")).one()
        unit = session.scalars(select(Unit)).first()
        assert unit
        nurse = Reader(
            uuid4(), account.id, "staff", "Nils", "sv", unit_id=unit.id, unit_name=unit.name, role="läkare"
        )
        relative = Reader(uuid4(), account.id, "citizen", "Lisa", "sv")
        for sub in ("aino", "eino"):
            for number in range(LINES):
                with clock.frozen(NOON + timedelta(minutes=number, microseconds=7)):
                    who = (nurse, relative)[number % 2]
                    audit.write(
                        session, who, person_id(app, sub), "plans", (What.OPENED, What.SENT)[number // 3]
                    )
    with database.read() as session:
        return {
            sub: list(
                session.scalars(
                    select(AccessLog.id)
                    .where(AccessLog.person_id == person_id(app, sub))
                    .order_by(AccessLog.number)
                )
            )
            for sub in ("aino", "eino")
        }


def look(database: Database, **more: Any) -> tuple[list[Fault], Looked]:
    looked = Looked()
    with database.read() as session:
        return list(chains.faults(session.connection(), looked, **more)), looked


def heads_of(database: Database) -> list[Head]:
    with database.read() as session:
        return list(chains.heads(session.connection()))


def test_a_log_that_nobody_has_touched_holds(
    app: Flask, database: Database, logged: dict[str, list[UUID]]
) -> None:
    found, looked = look(database, kept=heads_of(database))
    assert found == []
    with database.read() as session:
        assert looked.lines == session.scalar(select(func.count()).select_from(AccessLog))
        assert looked.persons == session.scalar(select(func.count(AccessLog.person_id.distinct())))


@pytest.mark.parametrize("column", [column.name for column in AccessLog.__table__.columns])
def test_a_byte_flipped_in_any_column_is_found_and_named(
    app: Flask, database: Database, logged: dict[str, list[UUID]], column: str
) -> None:
    before, (aino, line) = heads_of(database), (person_id(app, "aino"), logged["aino"][-2])
    with database.read() as session:
        stood = session.get_one(AccessLog, line)
        new = session.scalars(select(Person.id).where(Person.id.not_in(select(AccessLog.person_id)))).all()
    with tampering(database) as session:
        session.execute(
            update(AccessLog).where(AccessLog.id == line).values({column: _flipped(column, stood, new)})
        )
    found, _ = look(database, kept=before)
    named = [fault for fault in found if fault.person_id == aino]
    assert len(named) == 1
    if column == "person_id":  # moved to somebody else: a hole here, and one too many there
        assert len(found) == 2
        assert named[0].number == stood.number + 1
    elif column == "number":
        assert named[0].number in (stood.number + 1, stood.number + 100)
    else:
        assert found == named
        assert named[0].number == stood.number
        assert named[0].line_id == (line if column != "id" else named[0].line_id)


def _flipped(column: str, line: AccessLog, new: Sequence[UUID]) -> Any:
    value = getattr(line, column)
    match column:
        case "person_id":
            return new[0]
        case "account_id":
            return select(Account.id).where(Account.id != value).limit(1).scalar_subquery()
        case "unit_id":
            return select(Unit.id).where(Unit.id != value).limit(1).scalar_subquery() if value else _A_UNIT
        case "number":
            return value + 100
        case "at":
            return value + timedelta(microseconds=1)
        case "id":
            return UUID(int=value.int ^ 1)
        case _:
            return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"


_A_UNIT = select(Unit.id).limit(1).scalar_subquery()


@pytest.mark.parametrize(("place", "named"), [(0, "next"), (2, "next"), (-1, "gone")])
def test_a_line_that_is_gone_is_missed_first_middle_and_last(
    app: Flask, database: Database, logged: dict[str, list[UUID]], place: int, named: str
) -> None:
    before, ids = heads_of(database), logged["aino"]
    with tampering(database) as session:
        session.execute(delete(AccessLog).where(AccessLog.id == ids[place]))
    found, _ = look(database, kept=before)
    assert len(found) == 1
    if named == "next":
        assert found[0].line_id == ids[place + 1]
        assert "gone" in found[0].why
    else:
        assert found[0].line_id is None
        assert look(database)[0] == []  # without the heads that somebody kept, nobody can know
    assert found[0].person_id == person_id(app, "aino")


def test_a_chain_that_is_gone_altogether_is_missed(
    app: Flask, database: Database, logged: dict[str, list[UUID]]
) -> None:
    before = heads_of(database)
    with tampering(database) as session:
        session.execute(delete(AccessLog).where(AccessLog.person_id == person_id(app, "eino")))
    found, _ = look(database, kept=before)
    assert [(fault.person_id, fault.line_id) for fault in found] == [(person_id(app, "eino"), None)]


def test_a_chain_written_anew_from_the_beginning_shows_against_its_head(
    app: Flask, database: Database, logged: dict[str, list[UUID]]
) -> None:
    """Whoever knows how chains are made can make one that holds by itself."""
    before, aino = heads_of(database), person_id(app, "aino")
    with tampering(database) as session:
        lines = session.scalars(
            select(AccessLog).where(AccessLog.person_id == aino).order_by(AccessLog.number)
        ).all()
        lines[0].role, chain = "någon annan", audit.START
        for line in lines:
            chain = line.chain = audit.chained(chain, line)
    assert look(database)[0] == []
    found, _ = look(database, kept=before)
    assert [(fault.person_id, fault.number) for fault in found] == [(aino, len(logged["aino"]))]


def test_a_line_put_in_is_found(app: Flask, database: Database, logged: dict[str, list[UUID]]) -> None:
    line = logged["aino"][-1]
    with tampering(database) as session:
        stood = dict(
            session.execute(select(AccessLog.__table__).where(AccessLog.id == line)).mappings().one()
        )
        session.execute(insert(AccessLog), {**stood, "id": uuid4(), "number": stood["number"] + 1})
    found, _ = look(database)
    assert [fault.number for fault in found] == [stood["number"] + 1]


def test_lines_from_before_the_log_said_what_was_done_hold_on(app: Flask, database: Database) -> None:
    """Their chain was made over fewer words."""
    line = AccessLog(
        id=UUID(int=1),
        person_id=UUID(int=2),
        number=1,
        at=NOON,
        account_id=UUID(int=3),
        unit_id=None,
        unit_name="",
        role="",
        page="plans",
        what=What.OPENED,
    )
    made_then = "7875eff4e943f37e976eddfd3631128c47be532dc3b230dcebae03123df40980"
    assert audit.chained(audit.START, line) == made_then


def test_what_was_weeded_out_by_the_owner_can_be_said(
    app: Flask, database: Database, logged: dict[str, list[UUID]]
) -> None:
    with tampering(database) as session:
        session.execute(delete(AccessLog).where(AccessLog.id.in_(logged["aino"][:2])))
    assert len(look(database)[0]) == 1
    assert look(database, weeded=True)[0] == []
    with tampering(database) as session:
        session.execute(delete(AccessLog).where(AccessLog.id == logged["aino"][3]))
    assert len(look(database, weeded=True)[0]) == 1


# The commands


def run(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *args])


def test_the_command_names_person_number_and_line_and_fails(
    app: Flask, database: Database, logged: dict[str, list[UUID]]
) -> None:
    assert run(app, "verify").exit_code == 0
    line, aino = logged["aino"][1], person_id(app, "aino")
    with tampering(database) as session:
        session.execute(update(AccessLog).where(AccessLog.id == line).values(role="någon annan"))
    for more in ((), ("--person", str(aino))):
        said = run(app, "verify", *more)
        assert said.exit_code == 1
        assert re.search(rf"person {aino}, number \d+, line {line}: ", said.output)
        assert "1 chains broken" in said.output
    assert run(app, "verify", "--person", str(person_id(app, "eino"))).exit_code == 0


def test_heads_that_were_kept_are_looked_at(
    app: Flask, database: Database, logged: dict[str, list[UUID]], tmp_path: Path
) -> None:
    kept = tmp_path / "heads"
    written = run(app, "heads")
    lines = [line for line in written.output.splitlines() if not line.startswith("SHA-256")]
    assert "SHA-256 of the list: " in written.output
    kept.write_text("\n".join(lines) + "\n", "utf-8")
    assert run(app, "verify", "--heads", str(kept)).exit_code == 0
    with tampering(database) as session:
        session.execute(delete(AccessLog).where(AccessLog.id == logged["aino"][-1]))
    assert run(app, "verify").exit_code == 0
    said = run(app, "verify", "--heads", str(kept))
    assert said.exit_code == 1
    assert f"person {person_id(app, 'aino')}" in said.output
    for bad in ("nothing here\n", "\n".join(reversed(lines)) + "\n"):
        kept.write_text(bad, "utf-8")
        said = run(app, "verify", "--heads", str(kept))
        assert said.exit_code == 1
        assert "cannot be read" in said.output


@ON_SQLITE
def test_a_byte_flipped_in_a_copy_of_the_file_is_found(
    app: Flask, database: Database, database_url: str, logged: dict[str, list[UUID]], tmp_path: Path
) -> None:
    with database.read() as session:
        chain = session.scalars(select(AccessLog.chain).where(AccessLog.id == logged["aino"][2])).one()
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    octets = bytearray(copy.read_bytes())
    octets[octets.index(chain.encode())] ^= 1
    copy.write_bytes(octets)
    copied = Database(f"sqlite:///{copy}", app.config["SETTINGS"].keys)
    found, _ = look(copied)
    assert [fault.line_id for fault in found] == [logged["aino"][2]]
    copied.engine.dispose()


@ON_SQLITE
def test_memory_does_not_grow_with_the_log(app: Flask, database: Database, visit: Visitor) -> None:
    import tracemalloc

    def most(times: int) -> int:
        with database.writing() as session:
            for _ in range(times):
                session.execute(insert(AccessLog), list(_many(session, app, 1000)))
        tracemalloc.start()
        found, looked = look(database)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == []
        assert looked.lines >= times * 1000
        return peak

    first = most(4)
    assert most(12) < first * 1.5


def _many(session: Any, app: Flask, count: int) -> Iterator[dict[str, Any]]:
    aino = person_id(app, "aino")
    account = session.scalars(select(Account.id)).first()
    last = session.execute(
        select(AccessLog.number, AccessLog.chain)
        .where(AccessLog.person_id == aino)
        .order_by(AccessLog.number.desc())
        .limit(1)
    ).one()
    number, chain = last.number, last.chain
    for _ in range(count):
        number += 1
        line = AccessLog(
            id=uuid4(),
            person_id=aino,
            number=number,
            at=NOON,
            account_id=account,
            unit_id=None,
            unit_name="",
            role="",
            page="plans",
            what=What.OPENED,
        )
        chain = line.chain = audit.chained(chain, line)
        yield {column.name: getattr(line, column.name) for column in AccessLog.__table__.columns}
