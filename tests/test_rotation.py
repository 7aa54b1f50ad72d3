"""Changing keys while the app runs: everything moves to the new key, nothing is lost, and nobody is lost sight of."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.conftest import KEYS, NOON, settings
from webapp import rotation
from webapp.accounts import domain as accounts
from webapp.accounts.models import Person
from webapp.accounts.numbers import IdentityNumber, parse
from webapp.core.db import Database
from webapp.core.keyring import Keys, code
from webapp.core.sealing import Unreadable
from webapp.pages.models import Feedback
from webapp.plans.models import Goal, PlanRow
from webapp.rotation import in_use, rotate
from webapp.settings import Settings
from webapp.what_matters.models import AnswerVersion

NEW = f"2:{secrets.token_urlsafe(32)}"
BOTH = f"{NEW},{KEYS}"


@pytest.fixture
def opening(database_url: str) -> Iterator[Callable[[str], Database]]:
    """Opens the database with a ring, as a process that has it does."""
    made = []

    def with_ring(ring: str) -> Database:
        made.append(Database(database_url, Keys.read(ring)))
        return made[-1]

    yield with_ring
    for database in made:
        database.engine.dispose()


@pytest.fixture
def both(app: Flask, opening: Callable[[str], Database]) -> Database:
    return opening(BOTH)


@pytest.fixture
def new(opening: Callable[[str], Database]) -> Database:
    return opening(NEW)


def people(database: Database) -> list[IdentityNumber]:
    with database.read() as session:
        numbers = [parse(number or "", NOON.date()) for number in session.scalars(select(Person.number))]
    assert all(numbers)
    return [number for number in numbers if number]


def words(database: Database) -> list[list[str]]:
    with database.read() as session:
        return [
            list(session.scalars(select(column).order_by(column.class_.id)))
            for column in (PlanRow.what, Goal.words, AnswerVersion.words, Person.phone, Person.number)
        ]


def found_by_number(database: Database, numbers: list[IdentityNumber]) -> None:
    with database.read() as session:
        for number in numbers:
            person = accounts.person_by_number(session, number)
            assert person
            assert person.number == number.digits


def test_everything_moves_to_the_new_key_and_the_old_one_can_go(both: Database, new: Database) -> None:
    before, numbers = words(both), people(both)
    counted, other = in_use(both)
    assert counted[2] == 0 < counted[1]
    assert other == 0
    done = rotate(both)
    assert (done.codes, done.unreadable, done.taken) == (len(numbers), set(), set())
    assert done.texts + done.codes == counted[1]
    assert in_use(both) == ({1: 0, 2: counted[1]}, 0)
    assert words(new) == before
    found_by_number(new, numbers)
    again = rotate(both)
    assert (again.texts, again.codes) == (0, 0)


def test_before_it_has_been_rotated_the_new_key_alone_opens_nothing(both: Database, new: Database) -> None:
    with pytest.raises(Unreadable, match="NARAMIG_KEYS"):
        words(new)
    assert in_use(new)[1] == in_use(both)[0][1] - len(people(both))


def test_everybody_is_found_and_read_all_the_way(
    both: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    before, numbers, looks = words(both), people(both), 0

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks % 10 == 0:
            assert words(both) == before
            found_by_number(both, numbers)
            with both.write() as session, pytest.raises(accounts.NumberTaken):
                accounts.add_person(session, name="Ny", called="Ny", number=numbers[-1])

    rotate(both, look)
    assert looks > 30
    assert words(new) == before


def test_who_stops_it_in_the_middle_starts_it_again(
    both: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    before, numbers, batches = words(both), people(both), 0

    def killed() -> None:
        nonlocal batches
        batches += 1
        if batches == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(both, killed)
    counted, other = in_use(both)
    assert counted[1] > 0 < counted[2]
    assert other == 0
    assert words(both) == before
    found_by_number(both, numbers)
    rest = rotate(both)
    assert rest.texts + rest.codes == counted[1]
    assert words(new) == before


def test_what_is_written_meanwhile_is_kept(
    both: Database, new: Database, opening: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that seals with the new key, and by one that knows it and still seals with the old."""
    older = opening(f"{KEYS},{NEW}")
    monkeypatch.setattr(rotation, "BATCH", 2)
    stop, faults, written = threading.Event(), [], {}

    def write(through: Database, place: int) -> None:
        turn = 0
        try:
            while not stop.is_set():
                turn += 1
                with through.writing() as session:
                    row = session.scalars(select(PlanRow).order_by(PlanRow.id).offset(place).limit(1)).one()
                    row.what = f"Rad {place}, gång {turn}"
                    session.add(Feedback(page="/", words=f"{place}:{turn}", told_at=NOON))
                written[place] = row.what
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=given) for given in ((both, 0), (older, 1))]
    for thread in threads:
        thread.start()
    try:
        rotate(both)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not faults
    rotate(both)  # what the older process wrote last
    assert in_use(both)[0][1] == 0
    with new.read() as session:
        rows = session.scalars(select(PlanRow.what).order_by(PlanRow.id).limit(2)).all()
        assert rows == [written[0], written[1]]
        said = set(session.scalars(select(Feedback.words)))
    for place, last in written.items():
        turns = int(last.rpartition(" ")[2])
        assert {f"{place}:{turn}" for turn in range(1, turns + 1)} <= said


def test_a_text_that_was_changed_since_it_was_read_is_not_put_back(
    both: Database, database: Database
) -> None:
    with both.writing() as session:
        feedback = Feedback(page="/", words="Först", told_at=NOON)
        session.add(feedback)
        session.flush()
        done, table = rotation.Rotated(), Feedback.__table__
        kept = session.execute(text("SELECT words FROM feedback")).scalar_one()
        feedback.words = "Sedan"
        session.flush()
        keys = Keys.read(BOTH)
        rotation._seal_anew(session, keys, table, "words", feedback.id, kept, done)  # type: ignore[arg-type]
        session.expire_all()
        assert feedback.words == "Sedan"


def test_one_that_does_not_open_is_named_and_keeps_nobody_waiting(both: Database) -> None:
    with both.writing() as session:
        session.execute(text("UPDATE goal SET noticed_by = words"))
        goals = {f"goal.noticed_by {goal}" for goal in session.scalars(select(Goal.id))}
    done = rotate(both)
    assert done.unreadable == goals
    assert in_use(both)[0][1] == len(goals)


def test_two_records_of_one_person_are_named_and_both_are_kept(both: Database) -> None:
    number = people(both)[0]
    with both.writing() as session:
        twin = accounts.add_person(session, name="Två", called="Två", born_on=number.born_on)
        twin.number = number.digits
        twin.number_mac = code(Keys.read(NEW).newest, number.digits)
    done = rotate(both)
    assert len(done.taken) == 1
    assert number.digits not in str(done)
    with both.read() as session:
        assert len([each for each in session.scalars(select(Person.number)) if each == number.digits]) == 2


def test_the_commands_say_what_they_did_and_what_is_left(
    app: Flask, both: Database, database_url: str
) -> None:
    run = app.test_cli_runner().invoke
    ring = {key: Settings.read(settings(database_url, NARAMIG_KEYS=key)) for key in (BOTH, NEW)}
    app.config["SETTINGS"] = ring[BOTH]
    before = run(args=["keys", "status"])
    assert "Key 2 seals. Under it: 0" in before.output
    assert "Key 1 opens." in before.output
    rotated = run(args=["keys", "rotate"])
    assert rotated.exit_code == 0
    assert rotated.output.startswith("Sealed anew under key 2: ")
    after = run(args=["keys", "status"])
    assert "Key 1 is not used: it can be taken away. Under it: 0" in after.output
    app.config["SETTINGS"] = ring[NEW]
    assert "Under no key" not in run(args=["keys", "status"]).output
    with both.writing() as session:
        session.execute(text("UPDATE goal SET noticed_by = words"))
    app.config["SETTINGS"] = Settings.read(
        settings(database_url, NARAMIG_KEYS=f"3:{secrets.token_urlsafe(32)},{NEW}")
    )
    broken = run(args=["keys", "rotate"])
    assert broken.exit_code == 1
    assert "Does not open: goal.noticed_by " in broken.output
