"""Carrying the mail to units: beside the reminders, so that a slow mail server keeps nobody's reminder waiting."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from webapp.core import clock
from webapp.core.db import Database
from webapp.mailing import domain
from webapp.mailing.smtp import NotTaken, Smtp

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
# In Swedish, which is the language of the work list's owners; a shared mailbox has none of its own.
SUBJECT = "Nära mig: något väntar på arbetslistan"
TEXT = """Hej!

Något väntar på er enhets arbetslista i Nära mig. Logga in för att läsa:

{way}

Det här är ett automatiskt meddelande. Det säger inte vem eller vad det gäller.
"""


@dataclass
class Postman:
    """Sends what is due. Without a server (`smtp` None) nothing is kept for later: the work list has it."""

    database: Database
    smtp: Smtp | None
    origin: str
    now: Callable[[], datetime] = clock.now

    async def run(self, once: bool) -> None:
        """Go round until cancelled; with `once`, one time."""
        while True:
            try:
                await asyncio.to_thread(self.carry)
            except Exception:
                if once:
                    raise
                log.exception("the mail was not carried")
            if once:
                return
            await asyncio.sleep(EVERY_SECONDS)

    def carry(self) -> int:
        """Send what is due now; how many were taken by the server."""
        if self.smtp is None:
            with self.database.writing() as session:
                domain.give_up(session, self.now())
            return 0
        with self.database.writing() as session:
            due = domain.due(session, self.now())
        sent = 0
        for each in due:
            try:
                self.smtp.send(self._mail(self.smtp, each.address))
            except NotTaken as fault:
                log.warning("mail not taken: id=%s %s", each.id, fault)
                continue
            with self.database.writing() as session:
                domain.went_out(session, each.id, self.now())
            sent += 1
        return sent

    def _mail(self, smtp: Smtp, address: str) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = SUBJECT, smtp.sender, address
        mail["Date"], mail["Message-ID"] = (
            format_datetime(self.now()),
            make_msgid(domain=smtp.sender.rpartition("@")[2]),
        )
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(TEXT.format(way=f"{self.origin}/personal/"))
        return mail
