"""One mail server, by its address: NARAMIG_SMTP and NARAMIG_MAIL_FROM. Encrypted, but for one on this machine.

`smtps://user:secret@mail.example:465` speaks TLS from the start, `smtp://user:secret@mail.example:587` changes to it
before anything is said. A server that cannot is not used.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 10.0  # for each step
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PORTS = {"smtp": 587, "smtps": 465}


class Unfit(ValueError):
    """The address is none of a mail server, or lacks its sender."""


class NotTaken(OSError):
    """The server did not take the mail. Says nothing of what was in it.

    `for_good`: it said no to the mailbox, and would again (5xx); else it is tried again later.
    """

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status

    @property
    def for_good(self) -> bool:
        return self.status is not None and 500 <= self.status < 600


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server, and the address that mail from us bears."""

    host: str
    port: int
    from_start: bool  # TLS from the start, not by STARTTLS
    sender: str
    user: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def read(cls, address: str, sender: str) -> Smtp:
        """Raises Unfit."""
        parts = urlsplit(address)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Unfit("no address of a mail server") from None
        if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.query:
            raise Unfit("smtp://host:port or smtps://host:port, with user:secret@ where the server asks")
        name, at, domain = sender.partition("@")
        if not (name and at and domain) or any(sign.isspace() for sign in sender):
            raise Unfit("NARAMIG_MAIL_FROM must be the address that mail is sent from")
        return cls(
            host,
            port or PORTS[parts.scheme],
            parts.scheme == "smtps",
            sender,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def send(self, mail: EmailMessage) -> None:
        """Raises NotTaken."""
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.secret)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as fault:
            ((status, _said),) = fault.recipients.values()
            raise NotTaken(type(fault).__name__, status) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise NotTaken(type(fault).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        if self.from_start:
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.host not in LOOPBACK:
            server.starttls(context=ssl.create_default_context())
        return server
