"""What is sent: one message to one subscription, and the text that the phone reads."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# One size for all, so that whoever carries a message learns nothing from its length. Encrypted it is 103
# octets more (RFC 8188: header 21 + key 65, delimiter 1, tag 16): far under the 4096 that every service takes
# (RFC 8030).
PAYLOAD_OCTETS = 2048
WEB_PUSH = 8030  # the mark of a declarative message, which a browser can show without our service worker
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030 section 5.4


class Urgency(StrEnum):
    """How much of the phone's battery the message is worth (RFC 8030 section 5.3)."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one subscription.

    `endpoint`, `p256dh` and `auth` as `check_subscription` returned them; `body` from `payload`. `ttl` in
    whole seconds is what is left of the reminder's window: at 0 or less nothing is sent. `topic` lets a later
    message replace one that has not reached the phone yet. Raises ValueError for a topic that no service
    takes. `vapid_key` is the public key that the subscription was made with; empty: today's.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes
    body: bytes
    ttl: int
    topic: str
    urgency: Urgency = Urgency.HIGH
    vapid_key: str = ""

    def __post_init__(self) -> None:
        if not _TOPIC.fullmatch(self.topic):
            raise ValueError("a topic is 1 to 32 characters of base64url")


def payload(
    title: str,
    language: str,
    navigate: str,
    tag: str,
    *,
    actions: Sequence[Mapping[str, str]] = (),
    data: Mapping[str, object] | None = None,
    silent: bool = False,
) -> bytes:
    """The notice in declarative form, of exactly PAYLOAD_OCTETS octets whatever it says.

    `navigate` is where a tap leads: best a whole address (https://…), as not every browser takes a path
    alone. Each action is {"action": name, "title": text, "navigate": address}. Raises ValueError if it does
    not fit.
    """
    notification: dict[str, object] = {
        "title": title,
        "lang": language,
        "dir": "ltr",
        "navigate": navigate,
        "tag": tag,
    }
    if silent:
        notification["silent"] = True
    if actions:
        notification["actions"] = [dict(action) for action in actions]
    if data:
        notification["data"] = dict(data)
    document = {"web_push": WEB_PUSH, "notification": notification}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > PAYLOAD_OCTETS:
        raise ValueError(f"a notice is at most {PAYLOAD_OCTETS} octets, this one is {len(text)}")
    return text.ljust(PAYLOAD_OCTETS)  # spaces after the document are no part of it (RFC 8259 section 2)
