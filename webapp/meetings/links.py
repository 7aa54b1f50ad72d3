"""Which addresses a meeting's link may have: https, to a named host, and nothing that hides where it leads."""

from __future__ import annotations

from urllib.parse import urlsplit

MOST = 300  # characters
HIDING = frozenset(' "<>\\^`{|}')  # signs that no address has as they are


def is_safe(link: str) -> bool:
    """Whether `link` is an https address that shows where it leads."""
    plain = link.isascii() and link.isprintable() and not HIDING & set(link)
    if len(link) > MOST or not plain:
        return False
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    labels = (parts.hostname or "").split(".")
    named = len(labels) > 1 and all(label.replace("-", "").isalnum() for label in labels)
    is_a_number = labels[-1].isdigit()
    return (
        parts.scheme == "https"
        and named
        and not is_a_number
        and port in (None, 443)
        and "@" not in parts.netloc
    )
