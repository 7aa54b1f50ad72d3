"""A device with passkeys, in software: it makes and uses keys as a phone does, and can be told to do it wrong."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8000"


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Phone:
    """One key in one device. Everything that a wrong, old or hostile device could say can be set."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    count: int = 0
    counts: bool = False
    origin: str = ORIGIN
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    client: dict[str, Any] = field(default_factory=dict)  # said instead in clientDataJSON

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to navigator.credentials.create()."""
        self.handle = unb64(options["user"]["id"])
        key = self.private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: key.x.to_bytes(32, "big"), -3: key.y.to_bytes(32, "big")}
        about = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(self.flags | HAS_KEY) + about
        shown = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._client("webauthn.create", options)
        return self._answer({"clientDataJSON": b64(said), "attestationObject": b64(shown)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to navigator.credentials.get()."""
        self.count += self.counts
        data, said = self._data(self.flags), self._client("webauthn.get", options)
        signature = self.private.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": b64(said),
                "authenticatorData": b64(data),
                "signature": b64(signature),
                "userHandle": b64(self.handle),
            }
        )

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, **self.client}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
