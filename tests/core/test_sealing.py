"""Sealed texts: they open where they were written, and nowhere else, whatever is done to the database."""

from __future__ import annotations

import base64
import secrets
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, union_all, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session, aliased

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from webapp.core.db import Database, keys_at, rows
from webapp.core.keyring import Keys
from webapp.core.sealing import NotForARow, Unreadable, keys_of, opened, seal, sealed, without_texts
from webapp.pages.models import Feedback
from webapp.plans.models import Goal, PlanRow
from webapp.reminders import planning
from webapp.reminders.models import Reminder
from webapp.what_matters.models import AnswerVersion, Draft, Prompt

RING = Keys([(1, secrets.token_bytes(32))])
ROW = uuid4().hex
MARK = "Ordet som ingen annan får läsa: sjöräv"


def told(session: Session, words: str = MARK) -> Feedback:
    feedback = Feedback(page="/", words=words, told_at=NOON)
    session.add(feedback)
    session.flush()
    return feedback


def stored(session: Session, row_id: UUID) -> str:
    """What stands in the database."""
    kept = session.execute(text("SELECT CAST(id AS VARCHAR(36)) AS id, words FROM feedback")).all()
    return str({row.id.replace("-", ""): row.words for row in kept}[row_id.hex])


def put(session: Session, row_id: UUID, words: str) -> None:
    """Write past the app, as somebody in the database does."""
    shown = row_id.hex if session.get_bind().dialect.name == "sqlite" else str(row_id)
    session.execute(text("UPDATE feedback SET words = :words WHERE id = :id"), {"words": words, "id": shown})
    session.expire_all()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(words: str) -> None:
    kept = seal(RING, "a.b", ROW, words)
    assert kept.isascii()
    assert opened(RING, "a.b", ROW, kept) == words


@given(st.text(min_size=1), st.data())
def test_one_changed_character_never_gives_other_words(words: str, data: st.DataObject) -> None:
    words = words.encode(errors="replace").decode()
    kept = seal(RING, "a.b", ROW, words)
    place = data.draw(st.integers(0, len(kept) - 1))
    other = data.draw(st.characters(max_codepoint=127).filter(lambda each: each != kept[place]))
    changed = kept[:place] + other + kept[place + 1 :]
    try:
        assert opened(RING, "a.b", ROW, changed) == words  # the same octets, written otherwise
        assert place == 3 or place > len(kept) - 4
    except Unreadable:
        pass


@given(st.text())
def test_what_was_never_sealed_does_not_open(kept: str) -> None:
    with pytest.raises(Unreadable) as refused:
        opened(RING, "a.b", ROW, kept)
    assert not kept.strip() or len(kept) < 5 or kept not in str(refused.value)


def test_a_text_opens_in_its_own_row_and_column_alone() -> None:
    kept = seal(RING, "a.b", ROW, MARK)
    for where, row in (("a.c", ROW), ("c.b", ROW), ("a.b", uuid4().hex)):
        with pytest.raises(Unreadable):
            opened(RING, where, row, kept)


def test_the_same_words_never_look_the_same_twice() -> None:
    assert seal(RING, "a.b", ROW, MARK) != seal(RING, "a.b", ROW, MARK)


def test_every_key_of_the_ring_opens_and_the_first_seals() -> None:
    one, two = secrets.token_bytes(32), secrets.token_bytes(32)
    old, both, new = Keys([(1, one)]), Keys([(2, two), (1, one)]), Keys([(2, two)])
    before, after = seal(old, "a.b", ROW, MARK), seal(both, "a.b", ROW, MARK)
    assert opened(both, "a.b", ROW, before) == opened(both, "a.b", ROW, after) == MARK
    assert opened(new, "a.b", ROW, after) == MARK
    with pytest.raises(Unreadable, match="not in NARAMIG_KEYS"):
        opened(new, "a.b", ROW, before)
    with pytest.raises(Unreadable):  # another key under the same number
        opened(Keys([(1, two)]), "a.b", ROW, before)


def test_objects_rows_aliases_labels_and_joins_all_read_plain_words(session: Session) -> None:
    feedback = told(session)
    other, mine = aliased(Feedback), Feedback.id == feedback.id
    session.expire_all()
    assert session.get_one(Feedback, feedback.id).words == MARK
    assert session.scalars(select(Feedback.words).where(mine)).one() == MARK
    assert session.execute(select(Feedback.words.label("said")).where(mine)).one().said == MARK
    assert session.scalars(select(other.words).where(other.id == feedback.id)).one() == MARK
    assert session.scalars(select(other).where(other.id == feedback.id)).one().words == MARK
    assert [row.words for row in rows(session, select(Feedback.words).where(mine), {})] == [MARK]
    assert rows(session, select(Feedback.page, Feedback.words.label("w")).where(mine), {})[0].w == MARK
    both = select(Feedback.words, other.words.label("too")).join(other, other.id == Feedback.id).where(mine)
    assert tuple(session.execute(both).one()) == (MARK, MARK)
    inner = select(Feedback.id, Feedback.words).where(mine).subquery()
    assert session.scalars(select(inner.c.words)).one() == MARK
    cte = select(Feedback.id, Feedback.words).where(mine).cte()
    assert session.scalars(select(cte.c.words)).one() == MARK
    twice = union_all(select(Feedback.words).where(mine), select(other.words).where(other.id == feedback.id))
    assert session.scalars(twice).all() == [MARK, MARK]


def test_statements_that_return_give_plain_words(session: Session) -> None:
    row_id = uuid4()
    made = insert(Feedback).values(id=row_id, page="/", words=sealed("Ett", row_id), told_at=NOON)
    assert session.scalars(made.returning(Feedback.words)).one() == "Ett"
    change = update(Feedback).where(Feedback.id == row_id).values(words=sealed("Två", row_id))
    assert session.execute(change.returning(Feedback.id, Feedback.words)).one().words == "Två"
    assert (
        session.scalars(delete(Feedback).where(Feedback.id == row_id).returning(Feedback)).one().words
        == "Två"
    )


def test_a_missing_row_of_a_join_has_no_words(session: Session) -> None:
    feedback = told(session)
    none = aliased(Feedback)
    found = session.execute(
        select(Feedback.words, none.words).outerjoin(none, none.page == "x").where(Feedback.id == feedback.id)
    ).one()
    assert list(found) == [MARK, None]


def test_words_without_their_rows_id_are_refused_and_never_shown_shut(session: Session) -> None:
    told(session)
    alone = select(Feedback.words).subquery()
    with pytest.raises(NotForARow):
        session.execute(select(alone.c.words))


def test_what_is_changed_is_sealed_anew_and_what_is_not_stays(session: Session) -> None:
    feedback = told(session)
    before = stored(session, feedback.id)
    feedback.page = "/plan"
    session.flush()
    assert stored(session, feedback.id) == before
    feedback.words = "Annat"
    session.flush()
    assert stored(session, feedback.id) != before
    assert type(feedback.words) is str
    session.expire_all()
    assert (feedback.words, feedback.page) == ("Annat", "/plan")


def test_words_copied_to_another_row_are_sealed_for_that_row(session: Session) -> None:
    one = told(session)
    two = told(session, one.words)
    session.expire_all()
    assert one.words == two.words == MARK
    assert stored(session, one.id) != stored(session, two.id)


def test_a_statement_that_does_not_say_for_which_row_is_refused_without_its_words(session: Session) -> None:
    feedback = told(session)
    for statement in (
        update(Feedback).values(words="hemligt"),
        insert(Feedback).values(id=uuid4(), page="/", words="hemligt", told_at=NOON),
        select(Feedback).where(Feedback.words == "hemligt"),
        select(Feedback).where(Feedback.words.startswith("hemligt")),
    ):
        with pytest.raises(StatementError) as refused:
            session.execute(statement)
        assert "feedback.words" in str(refused.value)
        assert "hemligt" not in str(refused.value)
    with pytest.raises(StatementError):
        session.execute(insert(Feedback), [{"id": uuid4(), "page": "/", "words": "hemligt", "told_at": NOON}])
    assert session.get_one(Feedback, feedback.id).words == MARK


def test_nothing_and_the_empty_text_stay_as_they_are(session: Session) -> None:
    feedback = told(session, "")
    assert stored(session, feedback.id) == ""
    session.expire_all()
    assert feedback.words == ""
    assert session.scalars(select(Feedback.id).where(Feedback.words == "")).one() == feedback.id


def flipped(kept: str) -> str:
    form, key, packed = kept.split(".")
    octets = bytearray(base64.b64decode(packed))
    octets[20] ^= 1
    return f"{form}.{key}.{base64.b64encode(octets).decode()}"


@pytest.mark.parametrize(
    "spoil",
    [
        flipped,
        lambda kept: kept.replace("s1.1.", "s1.7.", 1),
        lambda kept: kept.replace("s1.", "s2.", 1),
        lambda _: "s1.1.",
        lambda _: "s1.1.AAAA",
        lambda kept: kept[:-8],
        lambda _: MARK,
        lambda _: "..",
    ],
)
def test_what_somebody_did_in_the_database_is_unreadable(
    session: Session, spoil: Callable[[str], str]
) -> None:
    feedback = told(session)
    put(session, feedback.id, spoil(stored(session, feedback.id)))
    with pytest.raises(Unreadable) as refused:
        _ = feedback.words
    assert "feedback.words" in str(refused.value)
    assert "sjöräv" not in str(refused.value)


def test_two_rows_words_that_change_places_are_unreadable(session: Session) -> None:
    one, two = told(session, "ett"), told(session, "två")
    first, second = stored(session, one.id), stored(session, two.id)
    put(session, one.id, second)
    put(session, two.id, first)
    for feedback in (one, two):
        with pytest.raises(Unreadable):
            _ = feedback.words


def test_words_moved_to_another_column_of_the_row_are_unreadable(app: Flask, database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE goal SET noticed_by = words"))
    with database.read() as session, pytest.raises(Unreadable):
        session.scalars(select(Goal.noticed_by)).all()


def test_the_reader_gets_a_calm_page_and_the_log_gets_no_words(
    app: Flask, database: Database, visit: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE plan_row SET what = how_often"))
    aino = visit("aino")
    answer = aino.get(f"{aino.p}/plan", headers={"Accept-Language": "sv"})
    assert answer.status_code == 500
    assert "Något gick fel hos oss" in answer.text
    assert 'href="tel:112"' in answer.text
    assert "s1.1." not in answer.text + caplog.text
    assert aino.get(f"{aino.p}/idag").status_code == 200  # the rest of her day is not lost with it


def test_one_reminder_that_does_not_open_keeps_nobody_waiting(app: Flask, database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE reminder SET why = text, text = why"))
    with database.writing() as session:
        assert planning.plan_due(session, NOON + timedelta(days=1))


def test_work_that_needs_no_words_opens_none(app: Flask, database: Database) -> None:
    with database.writing() as session:
        one = session.scalars(select(Reminder).options(*without_texts(Reminder))).first()
        assert one
        assert "text" not in one.__dict__
        assert "why" not in one.__dict__
        one.held_until = NOON  # and it can still be changed
    with database.read() as session:
        assert session.get_one(Reminder, one.id).text


def test_a_database_without_keys_says_what_is_missing(app: Flask, database: Database) -> None:
    from webapp.core.db import make_engine

    engine = make_engine(database.engine.url.render_as_string(hide_password=False))
    try:
        assert keys_at(engine.dialect) is None
        with Session(engine) as bare:
            with pytest.raises(RuntimeError, match="keys"):
                bare.scalars(select(Goal)).all()
            with pytest.raises(RuntimeError, match="keys"):
                keys_of(bare)
    finally:
        engine.dispose()


def test_no_planted_word_stands_in_what_the_database_keeps(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """The whole of it, raw: the file of SQLite with its log, every row of PostgreSQL."""
    aino = visit("aino")
    form = {"words": MARK, "version": "0", "for_whom": "none"}
    aino.post(f"{aino.p}/viktigt/strength", form)
    with database.writing() as session:
        told(session)
        row = one_saying(session, PlanRow.what, "Jag väger mig varje morgon")
        row.what, row.objection, row.phone = MARK, MARK, "070-174 06 05"
        draft = Draft(
            person_id=aino.id, prompt=Prompt.KNOW, account_id=_account(session, aino.id), words=MARK
        )
        draft.kept_at = NOON
        session.add(draft)
    with database.read() as session:
        assert MARK in session.scalars(select(PlanRow.what)).all()
        seeded = session.scalars(select(AnswerVersion.words)).all()
        phones = [phone for phone in session.scalars(select(PlanRow.phone)) if phone]
    kept = everything_kept(database)
    for planted in ("sjöräv", "070-174 06 05", *phones, *(words for words in seeded if len(words) > 8)):
        assert planted.encode() not in kept, planted
    assert b"Aino" in kept  # it is the right database: names stand in clear


def _account(session: Session, person_id: UUID) -> UUID:
    from webapp.accounts.models import Account

    return session.scalars(select(Account.id).where(Account.person_id == person_id)).one()


def everything_kept(database: Database) -> bytes:
    if database.engine.dialect.name == "sqlite":
        path = str(database.engine.url.database)
        with sqlite3.connect(path) as connection:
            dump = "\n".join(connection.iterdump()).encode()
        connection.close()
        files = [path, f"{path}-wal"]
        return dump + b"".join(_octets(file) for file in files)
    from webapp.core.db import Base

    with database.read() as session:
        return b"".join(
            str(session.execute(text(f'SELECT * FROM "{name}"')).all()).encode()  # noqa: S608 # our own tables
            for name in Base.metadata.tables
        )


def _octets(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
