"""Queries that are made once, at import, must know the types of what they are given, whatever is imported first."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOOK = """
import importlib, pkgutil, sys
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import NullType
importlib.import_module(sys.argv[1])
import webapp
for found in pkgutil.walk_packages(webapp.__path__, 'webapp.'):
    if '.migrations.' in found.name:
        continue
    module = importlib.import_module(found.name)
    for name, value in vars(module).items():
        if isinstance(value, ClauseElement):
            for part in visitors.iterate(value):
                if isinstance(part, BindParameter) and isinstance(part.type, NullType):
                    print(found.name, name, part.key)
"""


@pytest.mark.parametrize(
    "first", ["webapp.serve", "webapp.core.audit", "webapp.sending.queue", "webapp.demo.load"]
)
def test_every_query_made_at_import_knows_its_types(first: str) -> None:
    """A fresh process for each order of imports: it was the order of `make run` that once failed."""
    done = subprocess.run([sys.executable, "-c", LOOK, first], capture_output=True, text=True, check=True)
    assert done.stdout == ""
