"""The database: SQLite in WAL for one machine, PostgreSQL for the county; one session a request.

A GET reads: its transaction cannot write at all, so a route that tries fails in the first test.
Whatever writes takes SQLite's write lock at the start (BEGIN IMMEDIATE): a transaction that
reads first and writes later fails at once under concurrency, in spite of the busy timeout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, cast
from weakref import WeakKeyDictionary

from flask import Flask, current_app, g
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Select,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session
from werkzeug.local import LocalProxy

from webapp.core import asking, fence
from webapp.core.keyring import Keys

BUSY_MILLISECONDS = 15_000
NOT_FOR_EVER = {  # libpq's: seconds until a server that has gone silent is given up, so that nobody hangs on it
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# Questions here are short, and some are long to read: compiling them took half a second, more than asking them.
NOT_COMPILED = {"options": "-c jit=off"}
EXTENSION = "naramig.database"
_HELD = "naramig.connection"
_KEYS: WeakKeyDictionary[Dialect, Keys | None] = WeakKeyDictionary()


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Refuses a naive datetime, so that no local time slips in unmarked."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table. Constraints have names, because a constraint is a rule."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant()}


def choice(kind: type[StrEnum], name: str = "") -> Enum:
    """A column that holds one of the words of `kind`; the database refuses any other.

    `name` is the rule's, where a table has two columns of one kind.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or _snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Database:
    """One database, seen in two ways: for reading, and for writing.

    On SQLite each way has connections of its own: telling a connection that it may read only, or write again,
    makes it forget how every query it has seen is carried out, which took a fifth of a page.
    """

    def __init__(self, url: str, keys: Keys) -> None:
        self.engine = make_engine(url, keys)
        self._reader = make_engine(url, keys, reads_only=True) if _is_sqlite(url) else self.engine
        self._reading = self._reader.execution_options(postgresql_readonly=True)
        self._writing = self.engine.execution_options(writing=True)

    @property
    def engines(self) -> set[Engine]:
        """What connections come from, for whoever counts or closes them."""
        return {self.engine, self._reader}

    def dispose(self) -> None:
        """Close every connection that is not in use."""
        for engine in self.engines:
            engine.dispose()

    def read(self) -> Session:
        """A session that cannot write."""
        return Session(self._reading, expire_on_commit=False, autoflush=False)

    def write(self) -> Session:
        """A session that holds the right to write from its first statement on."""
        return Session(self._writing, expire_on_commit=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of its own: committed at the end, undone if anything raises."""
        with self.write() as session, session.begin():
            yield session


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def make_engine(url: str, keys: Keys | None = None, *, reads_only: bool = False) -> Engine:
    """An engine with the settings that both databases need; `url` is SQLAlchemy's.

    Without `keys` it cannot read or write what is sealed (core.sealing). No fault of it shows what was sent.
    `reads_only`: on SQLite, its connections can never write.
    """
    if _is_sqlite(url):
        engine = _sqlite(url, reads_only)
    else:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            connect_args={**NOT_FOR_EVER, **NOT_COMPILED},
            hide_parameters=True,
        )
    _KEYS[engine.dialect] = keys
    return engine


def keys_at(dialect: Dialect) -> Keys | None:
    """The ring that texts are sealed with on this dialect's engine; a dialect belongs to one engine."""
    return _KEYS.get(dialect)


def _sqlite(url: str, reads_only: bool) -> Engine:
    given = {"timeout": BUSY_MILLISECONDS / 1000, "cached_statements": 500}
    engine = create_engine(url, connect_args=given, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        if reads_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options, driver = connection.get_execution_options(), connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection is closed")
        driver.execute("BEGIN IMMEDIATE" if options.get("writing", False) else "BEGIN")

    return engine


def init_app(app: Flask, url: str, keys: Keys) -> Database:
    """Give the app its database; `session` below is the request's."""
    database = Database(url, keys)
    app.extensions[EXTENSION] = database
    app.teardown_appcontext(_close)
    return database


def database() -> Database:
    """The app's database, for work that has transactions of its own."""
    return cast(Database, current_app.extensions[EXTENSION])


def current() -> Session:
    """The request's session itself, for whoever asks it more than once: `session` looks it up at each word."""
    held: Session | None = g.get("db_session")
    if held is None:
        held = g.db_session = database().write() if g.get("writes") else database().read()
        fence.put(held, g.setdefault("db_fence", fence.Fence()))
    return held


session = cast(Session, LocalProxy(current))


def is_writing(session: Session) -> bool:
    """Whether this session may write, and so may lock."""
    return bool(session.get_bind().get_execution_options().get("writing", False))


def rows(session: Session, statement: Select[*tuple[Any, ...]], given: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a query for columns that was made at import: no objects are made or kept."""
    return asking.ask(connection_of(session), statement, given)


def connection_of(session: Session) -> Connection:
    """The connection of the session's transaction: SQLAlchemy is asked once for it, not at each query."""
    begun, held = session.get_transaction(), session.info.get(_HELD)
    if held is not None and held[0] is begun and begun.is_active:
        return cast(Connection, held[1])
    connection = session.connection()
    session.info[_HELD] = (session.get_transaction(), connection)
    return connection


def begin_write() -> None:
    """From here on the request may write. Nothing read before is kept: it is read again, under the lock."""
    if not g.get("writes"):
        _close(None)
        g.writes = True


def _close(_error: BaseException | None) -> None:
    held: Session | None = g.pop("db_session", None)
    if held is not None:
        held.close()


__all__ = [
    "Base",
    "Database",
    "Instant",
    "Uuid",
    "begin_write",
    "choice",
    "current",
    "database",
    "init_app",
    "is_writing",
    "keys_at",
    "make_engine",
    "session",
]
