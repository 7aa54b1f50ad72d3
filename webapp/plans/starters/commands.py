"""`flask --app webapp plans check-starters`: for whoever has edited a starter."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.directory.numbers import municipalities
from webapp.plans.starters.files import DATA, BadStarter, read_all, texts
from webapp.plans.starters.shape import LANGUAGES, Starter

plans_cli = AppGroup("plans", help="Plans and what they begin from.")


@plans_cli.command("check-starters", with_appcontext=False)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA)
def check_starters(folder: Path) -> None:
    """Read every starter, say each fault with file and key, and count what each language has."""
    found = list(read_all(folder, [each.name for each in municipalities()]))
    good = [each for each in found if isinstance(each, Starter)]
    faults = [each for each in found if isinstance(each, BadStarter)]
    for fault in faults:
        click.echo(str(fault), err=True)
    for language in LANGUAGES:
        said = {text.sv: text for starter in good for text in texts(starter)}.values()
        has = sum(text.language(language) == language for text in said)
        drafts = sum(language not in starter.read_by_speakers for starter in good)
        click.echo(f"{language}: {has} of {len(said)} texts; not read by a speaker in {drafts} starters")
    if faults or not good:
        raise click.ClickException(f"{len(faults)} of {len(found)} starters cannot be used.")
    click.echo(f"{len(good)} starters can be used.")
