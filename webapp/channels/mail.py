"""Reminders by e-mail, through the server that mail to units goes by (mailing.smtp)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from webapp.channels.letters import Letter
from webapp.core.push import Outcome, Patience, Result
from webapp.core.push.breaker import Lane, Sign
from webapp.mailing.smtp import NotTaken, Smtp

log = logging.getLogger(__name__)

AT_ONCE = 8  # connections to the mail server
DEADLINE_SECONDS = 25.0  # connecting, and each step of the conversation has ten of its own


class Mail:
    """Carries letters as e-mail. A channels.carrier.Carrier."""

    def __init__(
        self,
        smtp: Smtp,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._smtp = smtp
        self._deadline = deadline_seconds
        self._lane = Lane(patience or Patience(at_once=AT_ONCE), monotonic)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Each mail has a connection of its own, which ends with it."""

    def rests(self) -> bool:
        return self._lane.rests()

    async def send(self, letter: Letter, reference: UUID, now: datetime) -> Result:
        """As channels.carrier says. A second try has the same Message-ID: a mailbox can see that it is the same."""
        async with self._lane.slots:
            if rest := self._lane.must_wait():
                return Result(
                    Outcome.LATER, retry_at=now + timedelta(seconds=rest), cause="mail server resting"
                )
            result, sign = Result(Outcome.LATER, cause="cancelled"), Sign.NEUTRAL
            try:
                result, sign = await self._hand_over(self._mail(letter, reference, now))
            finally:
                if self._lane.note(sign):
                    log.error("mail server left alone: cause=%s", result.cause)
        return result

    async def _hand_over(self, mail: EmailMessage) -> tuple[Result, Sign]:
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.to_thread(self._smtp.send, mail)
        except TimeoutError:
            return Result(Outcome.LATER, cause="deadline"), Sign.FAILED
        except NotTaken as fault:
            if fault.for_good:
                return Result(Outcome.REFUSED, fault.status, cause="refused"), Sign.WELL
            return Result(Outcome.LATER, fault.status, cause="not taken"), Sign.FAILED
        return Result(Outcome.SENT, 250), Sign.WELL

    def _mail(self, letter: Letter, reference: UUID, now: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail.set_content(f"{letter.text}\n")  # first: it takes away what was said of the content
        mail["Subject"], mail["From"], mail["To"] = letter.subject, self._smtp.sender, letter.address
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{reference}@{self._smtp.sender.rpartition('@')[2]}>"
        mail["Content-Language"], mail["Auto-Submitted"] = letter.language, "auto-generated"
        return mail
