"""`flask --app webapp directory import FILE`: dry by default."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.core import clock
from webapp.core.db import Database
from webapp.directory import importing
from webapp.directory.importing import Report

MOST_SHOWN = 200

directory_cli = AppGroup("directory", help="Units, service points and mobile teams, by municipality.")


@directory_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "write", is_flag=True, help="Write it. Without, nothing is changed.")
def import_command(file: Path, write: bool) -> None:
    """Say what a CSV file would change; write it with --apply. With a fault in any row nothing is written."""
    settings = current_app.config["SETTINGS"]
    database = Database(settings.owner_url, settings.keys)
    data = file.read_bytes()
    try:
        if write:
            with database.writing() as session:
                found = importing.apply(session, data, clock.today())
        else:
            with database.read() as session:
                found = importing.report(session, data, clock.today())[1]
    finally:
        database.dispose()
    _say(found)
    if not found.is_fine:
        raise click.ClickException("Nothing was saved. Mend the rows above and try again.")
    click.echo("Saved." if write else "Nothing is saved yet. Run it again with --apply.")


def _say(found: Report) -> None:
    for fault in found.faults[:MOST_SHOWN]:
        click.echo(str(fault), err=True)
    if len(found.faults) > MOST_SHOWN:
        click.echo(f"and {len(found.faults) - MOST_SHOWN} more", err=True)
    if not found.is_fine:
        return
    click.echo(f"{len(found.new)} new, {len(found.changed)} changed, {found.same} as before.")
    for row, columns in found.changed[:MOST_SHOWN]:
        click.echo(f"  changed, line {row.line}: {row.name} ({', '.join(columns)})")
    for row in found.old[:MOST_SHOWN]:
        click.echo(f"  older than a year, line {row.line}: {row.name}. Staff are told, citizens not.")
    for row in found.without_number[:MOST_SHOWN]:
        click.echo(f"  without a number, line {row.line}: {row.name}. The advice line is shown instead.")
    for name in found.not_named[:MOST_SHOWN]:
        click.echo(f"  stands here and not in the file: {name}. It is left as it is.")
