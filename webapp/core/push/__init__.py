"""Web push: checking subscriptions, making messages and sending them. It knows no reminder and no person.

The sender itself is imported from `webapp.core.push.sender`, by the worker alone: its libraries would slow
the start of the web process.
"""

from webapp.core.push.answer import Outcome, Result
from webapp.core.push.breaker import Patience
from webapp.core.push.message import PAYLOAD_OCTETS, Message, Urgency, payload
from webapp.core.push.subscription import BadSubscription, CheckedSubscription, Reason, check_subscription
from webapp.core.push.vapid import Vapid, new_private_key

__all__ = [
    "PAYLOAD_OCTETS",
    "BadSubscription",
    "CheckedSubscription",
    "Message",
    "Outcome",
    "Patience",
    "Reason",
    "Result",
    "Urgency",
    "Vapid",
    "check_subscription",
    "new_private_key",
    "payload",
]
