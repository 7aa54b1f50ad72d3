"""Run by Alembic for every command; the connection is always given by steps.py."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from webapp.core.db import Instant
from webapp.core.sealing import Sealed
from webapp.migrations import steps


def _rendered(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A step is written in the database's own types, so that it holds when ours change."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(item, Sealed) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=steps.metadata(),
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    render_item=_rendered,
)
context.run_migrations()
