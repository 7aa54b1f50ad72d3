"""How signing in is said to people."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.accounts.models import HowKnown
from webapp.core.i18n import LazyText, _l

SYSTEMS: Mapping[str, LazyText] = {
    "android-phone": _l("Android-telefon"),
    "android-tablet": _l("Android-platta"),
    "iphone": _l("iPhone"),
    "ipad": _l("iPad"),
    "chromebook": _l("Chromebook"),
    "windows": _l("Windows-dator"),
    "mac": _l("Mac"),
    "linux": _l("Linux-dator"),
}
HOW_KNOWN: Mapping[HowKnown, LazyText] = {
    HowKnown.ID_CARD: _l("Personen visade legitimation"),
    HowKnown.KNOWN: _l("Jag känner personen sedan tidigare"),
    HowKnown.VOUCHED: _l("Någon med legitimation intygade vem det är"),
}
UNKNOWN = _l("Telefon eller dator")


def device(kind: str) -> tuple[LazyText, str]:
    """The words for what devices.kind_of gave: the kind of device, and the browser's own name or nothing."""
    system, _, browser = kind.partition("/")
    return SYSTEMS.get(system, UNKNOWN), browser
