"""A plan as large as they come asks the database no more often than any other, and is light enough for a slow net."""

from __future__ import annotations

import brotli
import pytest
from flask import Flask

from bench.pages import counted
from tests.conftest import NOON
from tests.people import Visitor
from tests.plans.large import make_large
from webapp.core.db import Database

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST_HTML = 8000  # bytes, compressed
MOST_QUERIES = 9


def test_a_large_plan_takes_no_more_queries_than_a_usual_one(
    app: Flask, database: Database, visit: Visitor
) -> None:
    for sub in ("aino", "nils", "lisa"):
        guest = visit(sub)
        path = f"{visit.p('aino')}/plan"
        guest.page(path)
        with counted(app) as usual:
            guest.page(path)
        with database.writing() as session:
            make_large(session, visit("aino").id, NOON) if sub == "aino" else None
        with counted(app) as large:
            guest.page(path)
        assert len(large) == len(usual) <= MOST_QUERIES, sub


@ON_SQLITE
def test_a_large_plan_is_light(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        make_large(session, aino.id, NOON)
    for sub in ("aino", "nils", "lisa"):
        page = visit(sub).page(f"{aino.p}/plan")
        assert page.count('class="item"') == 60, sub
        assert len(brotli.compress(page.encode(), quality=5)) <= MOST_HTML, sub
