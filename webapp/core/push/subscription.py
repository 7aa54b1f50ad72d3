"""Which push subscriptions we believe: what a browser may hand us, and where we may send.

A subscription names the address our worker will call, so it is checked as strictly as a login: otherwise
anyone could have us knock on doors inside our own network.
"""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

LONGEST_ENDPOINT = 1024  # characters; the services' own stay under 600
HOSTS = frozenset({"fcm.googleapis.com", "updates.push.services.mozilla.com"})
HOST_ENDINGS = (".push.apple.com", ".notify.windows.com")  # any name below these, never the bare ending

P256DH_OCTETS, AUTH_OCTETS = 65, 16
_UNCOMPRESSED = 0x04
# Scheme, authority, rest: visible ASCII without the signs that one parser reads differently from another.
_PLAIN = re.compile(r"(https?)://([!$-.0-;=>@-\[\]-~]+)(/[!\"$-\[\]-~]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Reason(StrEnum):
    """Why a subscription was refused, as a code; the words for the reader are chosen elsewhere."""

    ENDPOINT_TYPE = "endpoint_type"
    ENDPOINT_LENGTH = "endpoint_length"
    ENDPOINT_FORM = "endpoint_form"
    ENDPOINT_SCHEME = "endpoint_scheme"
    ENDPOINT_USERINFO = "endpoint_userinfo"
    ENDPOINT_PORT = "endpoint_port"
    ENDPOINT_HOST = "endpoint_host"
    P256DH = "p256dh"
    AUTH = "auth"


class BadSubscription(ValueError):
    """This subscription is not one we may keep or send to; `reason_code` says why, without repeating it."""

    def __init__(self, reason_code: Reason) -> None:
        super().__init__(reason_code.value)
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class CheckedSubscription:
    """A subscription that passed every check: `p256dh` is a point on P-256 in 65 octets, `auth` 16 octets.

    `endpoint` is written in one form (lower-case host, no default port), so that equal ones compare equal.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes
    origin: str


class Place(NamedTuple):
    """Where an endpoint leads: its origin as RFC 6454 writes it, and the whole address beginning so."""

    origin: str
    address: str


def _written(url: URL) -> str:
    """The origin of a URL in the one form that all are compared in: lower case, no default port."""
    port = "" if url.is_default_port() else f":{url.port}"
    return f"{url.scheme}://{url.host_subcomponent}{port}"


def extra(origins: Collection[str]) -> frozenset[str]:
    """These origins in the form that endpoints are compared with; raises ValueError for what is no origin."""
    found = set()
    for origin in origins:
        url = URL(origin.strip())
        bare = url.raw_path in ("", "/") and not (url.raw_query_string or url.raw_fragment or url.raw_user)
        if url.scheme not in ("http", "https") or not url.raw_host or not bare:
            raise ValueError("an extra push origin must be http(s)://host or http(s)://host:port")
        found.add(_written(url))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _allowed(scheme: str, authority: str, extra_origins: frozenset[str]) -> str:
    if "@" in authority:
        raise BadSubscription(Reason.ENDPOINT_USERINFO)
    try:
        url = URL(f"{scheme}://{authority}/")
        origin = _written(url)
    except (ValueError, TypeError):
        raise BadSubscription(Reason.ENDPOINT_FORM) from None
    if origin in extra_origins:
        return origin
    if url.scheme != "https":
        raise BadSubscription(Reason.ENDPOINT_SCHEME)
    host = url.raw_host or ""
    if not _HOST.fullmatch(host) or not (host in HOSTS or host.endswith(HOST_ENDINGS)):
        raise BadSubscription(Reason.ENDPOINT_HOST)
    if not url.is_default_port():
        raise BadSubscription(Reason.ENDPOINT_PORT)
    return origin


def place(endpoint: str, extra_origins: frozenset[str]) -> Place:
    """Where we send for this endpoint; raises BadSubscription unless it is a push service's.

    Cheap enough to ask at each sending: scheme and authority are parsed once and remembered, and what follows
    them is visible ASCII that goes out as it stands.
    """
    if len(endpoint) > LONGEST_ENDPOINT:
        raise BadSubscription(Reason.ENDPOINT_LENGTH)
    plain = _PLAIN.fullmatch(endpoint)
    if plain is None:
        http = endpoint[:8].lower().startswith(("https://", "http://"))
        raise BadSubscription(Reason.ENDPOINT_FORM if http else Reason.ENDPOINT_SCHEME)
    scheme, authority, rest = plain.groups()
    origin = _allowed(scheme, authority, extra_origins)
    return Place(origin, origin + rest)


def _octets(text: object, length: int, reason: Reason) -> bytes:
    """Base64url as browsers write it (RFC 4648 section 5, no padding, spare bits zero), `length` octets."""
    if not isinstance(text, str) or len(text) != (length * 8 + 5) // 6:
        raise BadSubscription(reason)
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise BadSubscription(reason) from None
    # The library skips what is not of the alphabet, so only an exact return journey counts.
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != text:
        raise BadSubscription(reason)
    return octets


def check_subscription(
    endpoint: object, p256dh: object, auth: object, extra_origins: Collection[str] = ()
) -> CheckedSubscription:
    """Take what a browser sent (any JSON values), checked; raises BadSubscription with the first fault.

    `extra_origins` are for demo and test alone; they match exactly and may be http.
    """
    if not isinstance(endpoint, str):
        raise BadSubscription(Reason.ENDPOINT_TYPE)
    origin, address = place(endpoint, extra(extra_origins))
    key = _octets(p256dh, P256DH_OCTETS, Reason.P256DH)
    if key[0] != _UNCOMPRESSED:
        raise BadSubscription(Reason.P256DH)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError:
        raise BadSubscription(Reason.P256DH) from None
    return CheckedSubscription(address, key, _octets(auth, AUTH_OCTETS, Reason.AUTH), origin)
