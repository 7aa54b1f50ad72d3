"""Which numbers and mailboxes a reminder can go to, and the one form that each is kept in."""

from __future__ import annotations

import re

LONGEST_NUMBER, LONGEST_MAILBOX = 25, 254
# Mobile numbers of the countries around us, after the + : Sweden, Norway, Finland and Denmark. No others: a gateway
# charges for the rest, some of them dearly.
_MOBILE = re.compile(r"\+(?:467[02369]\d{7}|47[49]\d{7}|358(?:4\d{5,9}|50\d{4,8})|45[2-9]\d{7})")
_BETWEEN = re.compile(r"[ \u00a0\u2007\u2011\u2013()./-]")
_MAILBOX = re.compile(
    r"(?!.*\.\.)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}(?<!\.)@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


def mobile(typed: str) -> str | None:
    """The number as E.164 has it (+46…); None where it is no mobile number that we send to."""
    digits = _BETWEEN.sub("", typed.strip())
    if len(typed) > LONGEST_NUMBER or not digits.isascii():
        return None
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+46{digits[1:]}"
    elif digits.startswith("+460"):  # written "+46 (0)70"
        digits = f"+46{digits[4:]}"
    return digits if _MOBILE.fullmatch(digits) else None


def mailbox(typed: str) -> str | None:
    """The address with its domain in small letters; None where it is none that mail can be sent to."""
    address = typed.strip()
    if len(address) > LONGEST_MAILBOX or not _MAILBOX.fullmatch(address):
        return None
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def counted(address: str) -> str:
    """Whose it is, for counting what is sent there: aino+1@ and AINO@ are mostly aino@, one and the same mailbox."""
    name, at, domain = address.casefold().partition("@")
    return f"{name.partition('+')[0] or name}@{domain}" if at else address


def covered(address: str) -> str:
    """Enough for its owner to know it by, and no more: for the page, which others may see over a shoulder."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[0]}…@{domain}"
    return f"…{address[-4:-2]} {address[-2:]}"
