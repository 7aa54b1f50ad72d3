"""What a push service demands of a request before it takes the message (RFC 8030, 8188, 8291, 8292)."""

import json
import re
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.push_service.phone import octets

LARGEST_BODY = 4096
_VAPID = re.compile(r"vapid t=([\w-]+\.[\w-]+)\.([\w-]+), ?k=([\w-]+)", re.ASCII)


class Fault(Exception):
    """The request breaks a rule; `status` is what a push service answers."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def check_vapid(header: str, origin: str, server_key: str | None) -> None:
    """The token must be signed by the key beside it, be for us, and end within a day."""
    parts = _VAPID.fullmatch(header)
    if parts is None:
        raise Fault(401, "no VAPID header")
    signed, signature, key = parts.groups()
    if server_key is not None and key != server_key:
        raise Fault(403, "another key than the subscription was made with")
    numbers = octets(signature)
    if len(numbers) != 64:
        raise Fault(401, "the signature is not of ES256")
    der = encode_dss_signature(int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:]))
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(key))
        point.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        raise Fault(401, "the signature does not hold") from None
    head, claims = (json.loads(octets(part)) for part in signed.split("."))
    if head.get("alg") != "ES256":
        raise Fault(401, "the token does not say ES256")
    if claims.get("aud") != origin:
        raise Fault(401, "the token is for somebody else")
    if not 0 < claims.get("exp", 0) - time.time() <= 24 * 3600:
        raise Fault(401, "the token has ended or lives more than a day")
    if not re.match(r"mailto:.+@|https://", claims.get("sub", "")):
        raise Fault(401, "the token says nobody to reach")


def check_request(method: str, headers: Mapping[str, str], body: bytes) -> None:
    """The headers a message must carry; names in `headers` are in lower case."""
    if method != "POST":
        raise Fault(405, "messages are posted")
    if not re.fullmatch(r"\d{1,8}", headers.get("ttl", "")):
        raise Fault(400, "no TTL")
    if headers.get("content-encoding") != "aes128gcm":
        raise Fault(400, "not aes128gcm")
    if not re.fullmatch(r"[\w-]{1,32}", headers.get("topic", "x"), re.ASCII):
        raise Fault(400, "no topic has that form")
    if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
        raise Fault(400, "no such urgency")
    if len(body) > LARGEST_BODY:
        raise Fault(413, "too large")
