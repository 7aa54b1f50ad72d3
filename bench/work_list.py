"""The staff's lists of a small unit and of one with five thousand people, against a bare Flask page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from flask import Flask
from sqlalchemy import create_engine, select, text

from bench.pages import bare_page, call, counted
from tests import databases
from tests.conftest import NOON, populated, settings_by_role
from tests.people import Visitor
from tests.work_list.large import make_large
from tests.work_list.listing import where
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Database
from webapp.directory.models import Unit
from webapp.settings import Settings

PEOPLE, OTHERS = 5000, 10_000
PAGES = {"the work list": "/personal/", "the people": "/personal/sok"}
BAR = "bar: at most 100 ms at the 95th of a hundred pages, at a unit of 5 000"


def measure(calls: int = 60) -> None:
    """On both databases; in PostgreSQL under the web's own role, with the fence up."""
    for kind in databases.KINDS:
        with _address(kind) as url, clock.frozen(NOON):
            populated(url)
            app = create_app(settings_by_role(url))
            nurse = Visitor(app)("britta")
            nurse.page("/ring")
            print(f"Staff's lists on {kind}, wall clock, {calls} pages each")
            bare = _times(bare_page(), calls)
            print(f"  {'a bare Flask page':<46} {_said(bare)}")
            for people in (1, PEOPLE):
                if people > 1:
                    _fill(app, url)
                for name, path in PAGES.items():
                    once = call(app, nurse, path)
                    took = _times(once, calls)
                    with counted(app) as queries:
                        once()
                    times, what = median(took) / median(bare), f"{name}, {people} people"
                    print(f"  {what:<46} {_said(took)}   {times:6.0f} times   {len(queries)} queries")
            app.extensions[EXTENSION].dispose()
    print(f"  {BAR}")


@contextmanager
def _address(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="naramig-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        return
    name = databases.create()
    try:
        yield databases.address(name)
    finally:
        databases.drop(name)


def _fill(app: Flask, url: str) -> None:
    """The unit's people, and twice as many of another's, who must not cost anything."""
    read: Settings = app.config["SETTINGS"]
    owner = Database(url, read.keys)
    with owner.writing() as session:
        for name, people in (("Kalix hälsocentral", PEOPLE), ("Pajala hälsocentral", OTHERS)):
            unit = session.scalars(select(Unit).where(Unit.name == name)).one()
            make_large(session, unit, where(session, unit).staff_id, people, NOON)
    owner.dispose()
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(text("ANALYZE"))
    made.dispose()


def _times(once: object, calls: int) -> list[float]:
    assert callable(once)
    once()
    took = []
    for _ in range(calls):
        begun = time.perf_counter()
        once()
        took.append((time.perf_counter() - begun) * 1000)
    return took


def _said(took: list[float]) -> str:
    return f"p50 {median(took):7.1f} ms   p95 {quantiles(took, n=20)[18]:7.1f} ms"
