"""The second fence: in each transaction, PostgreSQL is told whose rows it is about.

The first fence is core.access: every page asks there. This one is for the query that forgets: row-level
security (webapp.migrations.fences) gives the web's role the rows of one person alone, of the subject said
here, and none before a subject is said. It is said for the transaction (SET LOCAL), so that no pooled
connection carries it over, and once more in each transaction that follows in the same session.

SQLite has no such fence; there this only remembers. Why, and what it does not do: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from webapp.core import clock

SUBJECT, READER, ACCOUNT, UNIT, KEY, TODAY = (
    "naramig.subject",  # the person whose rows these are
    "naramig.reader",  # the citizen who reads: finds whom they help
    "naramig.account",  # whoever reads, by their sign-in: finds what they had begun to write
    "naramig.unit",  # the unit the reader cares for people at: finds those, and lists them
    "naramig.key",  # a secret that speaks for one row before its person is known
    "naramig.today",  # the day in Sweden, by the app's clock
)
_WORDS = (SUBJECT, READER, ACCOUNT, UNIT, KEY, TODAY)
_SAY = f"SELECT {', '.join(f'set_config({name!r}, %s, true)' for name in _WORDS)}"
_HELD = "naramig.fence"
OF_A_UNIT = frozenset({"care", "manager"})  # the duties that ask for whom their unit cares


class Who(Protocol):
    """The part of core.access.Reader that the fence is told."""

    @property
    def account_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def duty(self) -> str: ...


@dataclass(slots=True)
class Fence:
    """What a session says of its transactions. One request's sessions share one."""

    subject: str = ""
    reader: str = ""
    account: str = ""
    unit: str = ""
    key: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return (self.subject, self.reader, self.account, self.unit, self.key)


def put(session: Session, held: Fence) -> None:
    """Let this session speak with the words of `held`."""
    session.info[_HELD] = held


def about(session: Session, person_id: UUID | None) -> None:
    """From here on the session is about this person's rows alone; None: about nobody's.

    Call it where no page of the person's has been opened: for a token, or for somebody who is taken in. It
    gives no right: whoever calls it has found out that the reader may.
    """
    held = _of(session)
    held.subject = str(person_id) if person_id else ""
    _tell(session, held)


@contextmanager
def meanwhile(session: Session, person_id: UUID) -> Iterator[None]:
    """For a moment about somebody else: a word to a relative, written down while the person's page is open."""
    held = _of(session)
    before = held.subject
    about(session, person_id)
    try:
        yield
    except BaseException:
        held.subject = before  # the transaction is lost; the next one begins where this was
        raise
    held.subject = before
    _tell(session, held)


def read_by(session: Session, who: Who) -> None:
    """Say who reads. A citizen begins with their own rows; staff see lists of those their unit cares for."""
    held = _of(session)
    held.subject = held.reader = str(who.person_id) if who.person_id else ""
    held.account = str(who.account_id)
    held.unit = str(who.unit_id) if who.unit_id and who.duty in OF_A_UNIT else ""
    _tell(session, held)


def for_account(session: Session, account_id: UUID) -> None:
    """Nobody is signed in any more, and what somebody had typed is kept for them."""
    held = _of(session)
    held.account = str(account_id)
    _tell(session, held)


def by_key(session: Session, key: str) -> None:
    """Let the one row be found that this secret speaks for: a due time's id, a phone's address."""
    held = _of(session)
    held.key = key
    _tell(session, held)


def _of(session: Session) -> Fence:
    held: Fence = session.info.setdefault(_HELD, Fence())
    return held


def _tell(session: Session, held: Fence) -> None:
    if session.in_nested_transaction():
        raise RuntimeError("said inside a savepoint, it would be forgotten when that is undone")
    if session.in_transaction() and session.info.get("told") != held.words:
        session.flush()  # what was changed before belongs to the subject before
        connection = session.connection()  # if it begins here, _begun says it
        if session.info.get("told") != held.words:
            _say(session, connection, held)


@event.listens_for(Session, "after_begin")
def _begun(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Whatever the last transaction said has ended with it."""
    held: Fence | None = session.info.get(_HELD)
    if held is not None and not session.in_nested_transaction():
        session.info["told"] = None
        if any(held.words):
            _say(session, connection, held)


def _say(session: Session, connection: Connection, held: Fence) -> None:
    session.info["told"] = held.words
    if connection.dialect.name == "postgresql":
        driver: Any = (
            connection.connection.driver_connection
        )  # past SQLAlchemy, which takes longer than the server
        driver.execute(_SAY, (*held.words, clock.today().isoformat()))
