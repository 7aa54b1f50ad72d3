"""What every test can ask for: an app on each database, with the invented people in it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import databases, memory
from tests.people import Visitor
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Database
from webapp.core.push import new_private_key
from webapp.demo.load import load
from webapp.migrations import steps
from webapp.settings import Settings

# A law holds or does not; how long it takes on a busy machine is no part of it.
hypothesis.settings.register_profile(
    "a busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("a busy machine")

NOON = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # Monday, 08.00 on a Swedish wall
SECRET = "a secret for the tests alone: 0123456789abcdef"
VAPID = new_private_key()
KEYS = f"1:{secrets.token_urlsafe(32)}"


def settings(url: str, **more: str) -> dict[str, str]:
    """An environment in which the app starts as a test."""
    return {
        "NARAMIG_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "NARAMIG_KEYS": KEYS,
        "VAPID_PRIVATE_KEY": VAPID,
        "VAPID_SUBJECT": "mailto:test@naramig.invalid",
        **more,
    }


def in_production(url: str, **more: str) -> dict[str, str]:
    """The same in earnest, with providers that do not exist. `url` is the owner's."""
    providers = str(Path(__file__).parent / "providers.toml")
    real = {
        "NARAMIG_ENV": "production",
        "NARAMIG_ORIGIN": "https://naramig.example",
        "NARAMIG_PROVIDERS": providers,
        "NARAMIG_BANKID_SECRET": "a secret for the tests alone",
        "VAPID_SUBJECT": "mailto:drift@norrbotten.se",
    }
    return settings_by_role(url, **{**real, **more})


def settings_by_role(url: str, **more: str) -> dict[str, str]:
    """The same on PostgreSQL as it is meant to run: web and worker are fenced, `url` is the owner's."""
    if url.startswith("sqlite"):
        return settings(url, **more)
    web, worker = (databases.as_role(url, role) for role in (databases.WEB, databases.WORKER))
    return settings(web, **{"DATABASE_OWNER_URL": url, "DATABASE_WORKER_URL": worker, **more})


def populated(url: str) -> None:
    """Give an empty database its shape and the invented people, as they stand on Monday morning."""
    steps.upgrade(url, roles=None if url.startswith("sqlite") else databases.roles())
    app = create_app(settings(url))
    with app.app_context(), clock.frozen(NOON):
        database: Database = app.extensions[EXTENSION]
        with database.writing() as session:
            load(session, NOON)
        database.dispose()


def pytest_configure(config: pytest.Config) -> None:
    """Give `tmp_path` its place, in the process that starts the others."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        home = memory.folder("naramig-tests-")
        config.option.basetemp = str(home / "tests")
        config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))


@pytest.fixture(scope="session")
def sqlite_with_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("people") / "naramig.sqlite"
    populated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_with_people() -> Iterator[str]:
    name = databases.create()
    populated(databases.address(name))
    yield name
    databases.drop(name)


@contextmanager
def of_its_own(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A copy of the invented people's database, of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        copy = folder / "naramig.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_with_people"), copy)
        yield f"sqlite:///{copy}"
        return
    name = databases.create(template=request.getfixturevalue("postgresql_with_people"))
    yield databases.address(name)
    databases.drop(name)


@pytest.fixture(params=databases.KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, with the invented people; every test that asks runs on both kinds."""
    with of_its_own(request, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def app_without_data() -> Flask:
    """Made once: its templates are compiled for all tests."""
    made = create_app(settings("sqlite://"))
    made.testing = True
    return made


@pytest.fixture
def app(app_without_data: Flask, database_url: str) -> Iterator[Flask]:
    """The app over the test's own database, on Monday morning. On PostgreSQL it has the web's own role."""
    app, before = app_without_data, dict(app_without_data.extensions)
    read = Settings.read(settings_by_role(database_url))
    app.extensions[EXTENSION], app.config["SETTINGS"] = Database(read.database_url, read.keys), read
    with clock.frozen(NOON):
        yield app
    app.extensions[EXTENSION].dispose()
    app.extensions.update(before)


@pytest.fixture
def database(app: Flask, database_url: str) -> Iterator[Database]:
    """The test's own look into the database: as the owner, whom no fence stops."""
    if database_url.startswith("sqlite"):
        yield app.extensions[EXTENSION]
        return
    owner = Database(database_url, app.config["SETTINGS"].keys)
    yield owner
    owner.dispose()


@pytest.fixture
def as_web(app: Flask) -> Database:
    """The app's own database, under the web's role."""
    found: Database = app.extensions[EXTENSION]
    return found


@pytest.fixture
def session(app: Flask, database: Database) -> Iterator[Session]:
    """A writing session for looking at what a page has done; nothing in it lasts."""
    with app.app_context(), database.write() as opened:
        yield opened


@pytest.fixture
def visit(app: Flask) -> Visitor:
    """Sign in as one of the invented people: `visit("aino").get("/…")`."""
    return Visitor(app)
