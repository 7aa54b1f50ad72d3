"""SMS through a gateway's HTTP interface: NARAMIG_SMS and NARAMIG_SMS_FROM.

`https://user:secret@gateway.example/sms`: a form with `from`, `to` and `message` is posted there with basic
authentication, and any 2xx means that the gateway has it. That is how the Swedish gateways do; one that speaks
otherwise needs a class of its own beside this.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SENDER = re.compile(r"[A-Za-z][A-Za-z0-9]{2,10}|\+\d{8,15}")  # a name of at most eleven signs, or a number


class UnfitGateway(ValueError):
    """The address is none of a gateway, or lacks its sender."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where SMS are handed over, and the sender they bear."""

    address: str
    sender: str
    user: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def read(cls, address: str, sender: str) -> Gateway:
        """Raises UnfitGateway. Encrypted, but for one on this machine."""
        parts = urlsplit(address)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            raise UnfitGateway("no address of a gateway") from None
        if not host or parts.query or parts.fragment or parts.scheme not in ("https", "http"):
            raise UnfitGateway("https://user:secret@gateway.example/path")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise UnfitGateway("https alone: numbers and texts pass there")
        if not _SENDER.fullmatch(sender):
            raise UnfitGateway("NARAMIG_SMS_FROM must be a name of 3 to 11 letters and digits, or a number")
        shown = f"[{host}]" if ":" in host else host
        bare = urlunsplit((parts.scheme, f"{shown}:{port}" if port else shown, parts.path or "/", "", ""))
        return cls(bare, sender, unquote(parts.username or ""), unquote(parts.password or ""))

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
