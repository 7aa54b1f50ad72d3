"""A push service for the tests and benchmarks: real TLS, real checks, real decryption, and bad manners on
request.

In a test: `with PushService() as service:`, SSL_CERT_FILE = service.ca, extra origin = service.origin.
As a process: `python -m tests.push_service --port 9201 [--port 9202 …] [--fast]`.
"""

from tests.push_service.certificates import Authority
from tests.push_service.service import (
    BOMB_OCTETS,
    RETRY_SECONDS,
    Behaviour,
    PushService,
    Received,
    Subscription,
    subscription_id,
)

__all__ = [
    "BOMB_OCTETS",
    "RETRY_SECONDS",
    "Authority",
    "Behaviour",
    "PushService",
    "Received",
    "Subscription",
    "subscription_id",
]
