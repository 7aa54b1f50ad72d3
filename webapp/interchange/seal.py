"""The mark by which the app knows a file of its own, unchanged: without it, whatever a file says is a proposal.

An agreement is the person's act. A file that anybody could have written may not speak for them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from webapp.interchange.systems import Json

LABEL = b"naramig: a plan in a file"
SOURCE_SIGNATURE = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.14"}


def sealed(bundle: Json, secret: str) -> Json:
    """The bundle with our mark."""
    signature = {
        "type": [SOURCE_SIGNATURE],
        "when": bundle["meta"]["lastUpdated"],
        "who": {"display": "Nära mig"},
        "sigFormat": "application/octet-stream",
        "data": _mark(bundle, secret),
    }
    return {**bundle, "signature": signature}


def is_ours(bundle: Mapping[str, Any], secret: str) -> bool:
    """Whether this app made the file, and nobody has changed it since."""
    signature = bundle.get("signature")
    given = signature.get("data") if isinstance(signature, dict) else None
    return isinstance(given, str) and hmac.compare_digest(given.encode(), _mark(bundle, secret).encode())


def _mark(bundle: Mapping[str, Any], secret: str) -> str:
    said = {name: value for name, value in bundle.items() if name != "signature"}
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(LABEL + secret.encode()).digest()
    return base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
