"""The address in a notice: a token for one due time alone, and the topic under which phones replace it.

The token can answer that one due time until it closes, without a session; it opens nothing else
(design section 5, point 6). Nothing is stored: it is the occurrence's id, signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from itsdangerous import BadSignature, Signer

TOKEN_LENGTH = 66  # 16 octets of id, a dot, 32 octets of signature
TOPIC_LENGTH = 32
TOPIC_OCTETS = 24  # 32 characters of base64url, the most a Topic may have (RFC 8030 section 5.4)


class Tokens:
    """Makes and reads tokens under the app's secret key."""

    def __init__(self, secret_key: str) -> None:
        signing_key = hashlib.sha256(b"naramig.occurrence" + secret_key.encode()).digest()
        self._signing_key = signing_key
        self._signer = Signer(signing_key, key_derivation="none", digest_method=hashlib.sha256)
        self._topic_key = hashlib.sha256(b"naramig.topic" + secret_key.encode()).digest()

    def token(self, occurrence_id: UUID) -> str:
        """What stands after /s/ in the notice of this due time."""
        text = _text(occurrence_id.bytes)  # signed as Signer does it, which takes longer
        return f"{text}.{_text(hmac.digest(self._signing_key, text.encode(), 'sha256'))}"

    def read(self, token: str) -> UUID | None:
        """The due time a token is for; None for one that we did not make."""
        try:
            octets = base64.urlsafe_b64decode(self._signer.unsign(token.encode()) + b"==")
            return UUID(bytes=octets)
        except (BadSignature, ValueError):
            return None

    def topic(self, occurrence_id: UUID) -> str:
        """The same for every notice of one due time, and saying nothing about it."""
        digest = hmac.new(self._topic_key, occurrence_id.bytes, hashlib.sha256).digest()
        return _text(digest[:TOPIC_OCTETS])


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
