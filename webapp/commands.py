"""What whoever runs the app can say on the command line: `flask --app webapp …`."""

from __future__ import annotations

from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from webapp import rotation
from webapp.audit_commands import audit_cli
from webapp.core import messages
from webapp.directory.commands import directory_cli
from webapp.migrations import steps
from webapp.migrations.fences import Roles
from webapp.plans.starters.commands import plans_cli
from webapp.sending.commands import reminders_cli
from webapp.settings import Settings

db_cli = AppGroup("db", help="The database's shape.")


def init_app(app: Flask) -> None:
    app.cli.add_command(db_cli)
    app.cli.add_command(reminders_cli)
    app.cli.add_command(messages.cli)
    app.cli.add_command(rotation.keys_cli)
    app.cli.add_command(audit_cli)
    app.cli.add_command(directory_cli)
    app.cli.add_command(plans_cli)
    if app.config["SETTINGS"].invented_people:
        from webapp.demo.load import demo_cli

        app.cli.add_command(demo_cli)


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _roles() -> Roles:
    settings = _settings()
    return Roles.of(settings.database_url, settings.worker_url, settings.owner_url)


@db_cli.command("upgrade")
@click.argument("to", default="head")
def upgrade(to: str) -> None:
    """Take every migration step, and say what each role may do (docs/running.md)."""
    steps.upgrade(_settings().owner_url, to, _settings().keys, _roles())
    click.echo("The database has its shape.")


@db_cli.command("downgrade")
@click.argument("to")
def downgrade(to: str) -> None:
    """Take steps back, such as `-1`."""
    steps.downgrade(_settings().owner_url, to, _settings().keys, _roles())
    click.echo("Done.")


@db_cli.command("revision")
@click.argument("message")
def revision(message: str) -> None:
    """Write a new step from what has changed in the models."""
    steps.revision(_settings().owner_url, message)
