"""Taking migration steps, up and down.

Two traps on SQLite: a batch step with foreign keys on deletes every child row by cascade, so they are off
before the transaction begins and everything is checked before it ends; and Alembic must be told that the
database can undo a change of shape (transactional_ddl), or the steps are never committed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData

from webapp.core.db import Base, make_engine
from webapp.core.keyring import Keys
from webapp.migrations import fences
from webapp.migrations.fences import Roles

TABLES = (
    "webapp.accounts.models",
    "webapp.accounts.oidc.models",
    "webapp.broadcasts.models",
    "webapp.channels.models",
    "webapp.contacts.models",
    "webapp.core.audit",
    "webapp.core.daily",
    "webapp.core.limits",
    "webapp.directory.models",
    "webapp.mailing.models",
    "webapp.pages.models",
    "webapp.meetings.models",
    "webapp.patient_contract.models",
    "webapp.plans.models",
    "webapp.plans.reminder_models",
    "webapp.reminders.models",
    "webapp.sharing.decisions",
    "webapp.sharing.models",
    "webapp.staff.models",
    "webapp.what_matters.models",
    "webapp.work_list.models",
    "webapp.worse.models",
)
if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # not needed by the web process, which starts faster without

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("version_path_separator", "os")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(url: str, to: str = "head", keys: Keys | None = None, roles: Roles | None = None) -> None:
    """Take every step up to `to`, and say what `roles` may do; `url` is the owner's.

    A step that seals what is there needs the keys.
    """
    from alembic import command

    _run(url, lambda connection: command.upgrade(config(connection), to), keys, roles)


def downgrade(url: str, to: str, keys: Keys | None = None, roles: Roles | None = None) -> None:
    """Take steps back to `to`, such as "-1" or "base"."""
    from alembic import command

    def back(connection: Connection) -> None:
        fences.lower(connection)
        command.downgrade(config(connection), to)

    _run(url, back, keys, roles)


def revision(url: str, message: str) -> None:
    """Write a step that leads from the database's shape to the models'."""
    from alembic import command

    number = f"{len(list((HERE / 'versions').glob('*.py'))) + 1:04}"
    _run(
        url,
        lambda connection: command.revision(config(connection), message, autogenerate=True, rev_id=number),
    )


def _run(
    url: str,
    step: Callable[[Connection], object],
    keys: Keys | None = None,
    roles: Roles | None = None,
) -> None:
    engine = make_engine(url, keys)
    try:
        with engine.execution_options(writing=True).connect() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            raw = connection.connection.driver_connection
            if is_sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys = OFF")
                raw.execute(
                    "PRAGMA secure_delete = ON"
                )  # a text that a step seals is not left in a free page
            try:
                with connection.begin():
                    step(connection)
                    fences.apply(connection, metadata(), roles, newest=is_current(connection))
                    if is_sqlite:
                        _refuse_orphans(connection)
            finally:
                if is_sqlite and raw is not None:
                    raw.execute("PRAGMA foreign_keys = ON")
    finally:
        engine.dispose()


def _refuse_orphans(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = sorted({row[0] for row in broken})
        raise RuntimeError(f"the step leaves rows that point nowhere, in: {', '.join(tables)}")


def is_current(connection: Connection) -> bool:
    """Whether every step has been taken."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    heads = set(ScriptDirectory.from_config(config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def metadata() -> MetaData:
    """Every table of the app: importing the models fills Base.metadata."""
    for tables in TABLES:
        import_module(tables)
    return Base.metadata
