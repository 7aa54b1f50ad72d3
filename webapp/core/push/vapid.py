"""Who we are to the push services: VAPID (RFC 8292), one signed header per service, renewed in time."""

import base64
import re
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

VALIDITY = timedelta(hours=12)  # services refuse more than 24 h (RFC 8292 section 2)
_RAW_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 octets


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def new_private_key() -> str:
    """A fresh VAPID_PRIVATE_KEY. One in use is kept beside it: every subscription is bound to its key."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _text(number.to_bytes(32, "big"))


class Vapid:
    """Our key and name towards push services; raises ValueError if either is unfit.

    `private_key`: 32 octets in base64url. `subject`: mailto: or https: address where a service reaches us.
    `public_key` is what the browser needs for subscribing (applicationServerKey).
    """

    def __init__(self, private_key: str, subject: str) -> None:
        if not _RAW_KEY.fullmatch(private_key):
            raise ValueError("the VAPID private key must be 32 octets in base64url")
        self._key = Vapid02.from_raw(private_key.encode())
        self._subject = subject
        point = self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = _text(point)
        self._headers: dict[str, tuple[datetime, str]] = {}
        try:
            self._key.sign({"aud": "https://fcm.googleapis.com", "sub": subject, "exp": 1})
        except VapidException:
            raise ValueError("the VAPID subject must be a mailto: or https: address") from None

    def authorization(self, origin: str, now: datetime) -> str:
        """The Authorization header for a push service: signed once, then the same for half its life."""
        known = self._headers.get(origin)
        if known is not None and abs(now - known[0]) < VALIDITY / 2:  # abs: the clock may be set back
            return known[1]
        claims = {"aud": origin, "sub": self._subject, "exp": int((now + VALIDITY).timestamp())}
        header: str = self._key.sign(claims)["Authorization"]
        self._headers[origin] = (now, header)
        return header

    def forget(self, origin: str) -> None:
        """Sign anew for this service next time: it did not accept what it was shown."""
        self._headers.pop(origin, None)
