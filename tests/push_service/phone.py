"""The phone's side of web push: a subscription's keys, and reading a message with them (RFC 8291)."""

import base64
import secrets

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def octets(text: str) -> bytes:
    """Base64url read back, padded or not."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Phone:
    """One browser's subscription keys; only the private key here can read what is encrypted to them."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": text(point), "auth": text(self._auth)}

    def read(self, body: bytes) -> str:
        """Decrypt a message as the browser does; raises http_ece.ECEException if it is not for this phone."""
        plain: bytes = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        return plain.decode()
