"""`flask --app webapp audit …`: does the access log still stand as it was written?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Connection

from webapp.core import chains
from webapp.core.db import Database

audit_cli = AppGroup("audit", help="The access log's chains.")
MOST_TOLD = 50


@contextmanager
def _reading() -> Iterator[Connection]:
    """As the owner, whom the fences do not stop: every person's lines."""
    settings = current_app.config["SETTINGS"]
    database = Database(settings.owner_url, settings.keys)
    try:
        with database.read() as session:
            yield session.connection()
    finally:
        database.engine.dispose()


@audit_cli.command("verify")
@click.option("--person", type=click.UUID, help="One person's chain alone.")
@click.option("--heads", type=click.File(encoding="utf-8"), help="What `audit heads` wrote before.")
@click.option("--weeded", is_flag=True, help="The owner has taken away the oldest lines.")
def verify(person: UUID | None, heads: TextIO | None, weeded: bool) -> None:
    """Look at every line. Names where each broken chain first breaks; the exit code is 1 if any does."""
    looked, broken = chains.Looked(), 0
    kept = chains.read(heads) if heads else iter(())
    if person is not None:
        kept = (head for head in kept if head.person_id == person)
    try:
        with _reading() as connection:
            for fault in chains.faults(connection, looked, person_id=person, kept=kept, weeded=weeded):
                broken += 1
                if broken <= MOST_TOLD:
                    which = f"line {fault.line_id}" if fault.line_id else "no line"
                    click.echo(f"person {fault.person_id}, number {fault.number}, {which}: {fault.why}")
    except chains.UnreadableHeads as fault:
        raise click.ClickException(f"the kept heads cannot be read: {fault}") from None
    click.echo(f"{looked.lines} lines of {looked.persons} persons looked at, {broken} chains broken.")
    if broken:
        raise SystemExit(1)


@audit_cli.command("heads")
def heads() -> None:
    """Write where every chain ends, for somebody outside to keep, and the sum of it all."""
    total = chains.Sum()
    with _reading() as connection:
        for head in chains.heads(connection):
            click.echo(total.add(chains.written(head)), nl=False)
    click.echo(f"SHA-256 of the list: {total}", err=True)
