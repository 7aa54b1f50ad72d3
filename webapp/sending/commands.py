"""What whoever runs the app can say about the sending: `flask reminders …`."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.core import clock, daily, logs
from webapp.core.db import Database
from webapp.reminders import keys
from webapp.reminders.schedule import FIRST_YEAR, LAST_YEAR
from webapp.sending import standing
from webapp.sending.standing import Standing
from webapp.settings import Settings

reminders_cli = AppGroup("reminders", help="Sending reminders.")


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _database() -> Database:
    """As the worker meets it: it alone may see everybody's deliveries, and no text."""
    return Database(_settings().worker_url, _settings().keys)


@reminders_cli.command("run")
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
def run(once: bool) -> None:
    """The worker: plan, send and close, until asked to stop."""
    import uvloop  # with the sender, what the worker alone needs

    from webapp.broadcasts.handing_out import HandingOut
    from webapp.channels.codes import Codes
    from webapp.channels.letters import Writer
    from webapp.channels.post import PostOffice
    from webapp.core.push.sender import Sender
    from webapp.mailing.postman import Postman
    from webapp.sending import worker

    logs.set_up()
    settings = _settings()
    sender = Sender(keys.vapid(), older=keys.older_vapids(), extra_origins=settings.extra_push_origins)
    database, tasks = _database(), daily.tasks_of(current_app)
    post = PostOffice.of(settings, Writer(settings.origin, keys.tokens(), Codes(settings.secret_key)))
    mail = Postman(database, settings.smtp, settings.origin)
    uvloop.run(
        worker.serve(
            database,
            sender,
            keys.tokens(),
            post=post,
            daily=tasks,
            beside=[mail.run, HandingOut(database).run],
            metrics_port=0 if once else settings.metrics_port,
            once=once,
        )
    )


@reminders_cli.command("status")
def status() -> None:
    """What is due, what waits, what was given up and why, and when a worker last went round."""
    database = _database()
    with database.read() as session:
        said = _said(standing.standing(session, clock.now()))
    database.dispose()
    click.echo(said)


def _said(found: Standing) -> str:
    oldest = f", the oldest since {found.waiting.oldest:%H:%M:%S} UTC" if found.waiting.oldest else ""
    lines = [
        f"due now          {found.waiting.due}{oldest}",
        f"later            {found.planned}",
        f"phones           {found.phones}",
    ]
    lines += [
        f"given up         {each.number} {each.state.value}, status {each.status or '-'}: {each.cause or '-'}"
        + (f" ({each.can_go} can be replayed)" if each.can_go else "")
        for each in found.given_up
    ]
    beats = [f"worker           last round {at:%Y-%m-%d %H:%M:%S} UTC" for at in found.beats]
    return "\n".join(lines + (beats or ["worker           none has gone round"]))


@reminders_cli.command("replay")
@click.option("--cause", help="Only what was given up for this reason, as `status` says it.")
def replay(cause: str | None) -> None:
    """Try what was refused once more, while it is of use: after a fault of ours has been mended."""
    database = _database()
    with database.writing() as session:
        number = standing.replay(session, clock.now(), cause)
    database.dispose()
    click.echo(f"{number} will be tried again.")


@reminders_cli.command("simulate")
@click.option("--people", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--each", type=click.IntRange(1, 20), default=4, show_default=True, help="Reminders of each.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Which day to live through.")
@click.option("--rate", type=click.FloatRange(1), default=1500, show_default=True, help="Sent a second.")
def simulate(people: int, each: int, day: datetime, rate: float) -> None:
    """Live through a day of an invented county, in a scratch database of its own. Sends nothing."""
    from webapp.sending import simulate
    from webapp.sending.crowd import Crowd

    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise click.BadParameter(f"a day from {FIRST_YEAR} to {LAST_YEAR - 1}", param_hint="--day")
    with simulate.scratch(_settings().keys) as database:
        for line in simulate.report(simulate.simulate(database, Crowd(people, each), day.date(), rate), rate):
            click.echo(line)


@reminders_cli.command("restored")
@click.option(
    "--consents-are-current", is_flag=True, help="The backup holds every withdrawal: end no consent."
)
@click.confirmation_option(prompt="Before web and worker start: was a backup put back just now?")
def restored(consents_are_current: bool) -> None:
    """After a backup was put back: send nothing again, and end every consent until it is given anew."""
    from webapp.sending.restored import make_safe

    database = Database(_settings().owner_url, _settings().keys)
    with database.writing() as session:
        done = make_safe(session, clock.now(), consents_too=not consents_are_current)
    database.dispose()
    click.echo(f"{done.not_sent} notices are not sent, {done.consents_ended} consents ended.")
