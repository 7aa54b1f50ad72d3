"""A worker as it runs in earnest, but with short leases: `python -m tests.drills.hasty SECONDS`."""

from __future__ import annotations

import sys
from datetime import timedelta

import uvloop

from webapp.core.db import Database
from webapp.core.push import Patience, Vapid
from webapp.core.push import sender as sender_
from webapp.core.push.sender import Sender
from webapp.reminders.tokens import Tokens
from webapp.sending import queue, worker
from webapp.settings import Settings

MANY = 1_000_000


def main(lease_seconds: float) -> None:
    queue.LEASE = timedelta(seconds=lease_seconds)
    sender_.TURN_SECONDS = lease_seconds / 4  # a turn and a deadline together stay well under the lease
    worker.TROUBLE_SECONDS = 0.5
    settings = Settings.read()
    vapid = Vapid(settings.vapid_private_key, settings.vapid_subject)
    sender = Sender(
        vapid,
        extra_origins=settings.extra_push_origins,
        deadline_seconds=lease_seconds / 4,
        patience=Patience(failures=MANY, refusals=MANY),  # one service plays all the services here
    )
    database = Database(settings.worker_url, settings.keys)
    uvloop.run(worker.serve(database, sender, Tokens(settings.secret_key)))


if __name__ == "__main__":
    main(float(sys.argv[1]))
