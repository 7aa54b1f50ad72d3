"""What a notice says on a locked phone: that there is a reminder, and nothing else.

The title is in the recipient's language. The text is fetched by the phone, and only if the person chose
to read it on the lock screen (design section 5, point 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from webapp.core.i18n import force_language, plain
from webapp.core.push import Message, Urgency, payload
from webapp.reminders.outcome import Press
from webapp.reminders.queue import Leased
from webapp.reminders.tokens import Tokens

TRIAL_TOPIC = "naramig-trial"


@lru_cache(maxsize=16)
def _title(language: str) -> str:
    with force_language(language):
        return plain("Du har en påminnelse")


@lru_cache(maxsize=16)
def _trial_title(language: str) -> str:
    with force_language(language):
        return plain("Så här ser en påminnelse ut")


@lru_cache(maxsize=16)
def _actions(language: str) -> Sequence[dict[str, str]]:
    with force_language(language):
        return (
            {"action": Press.DONE.value, "title": plain("Klar")},
            {"action": Press.LATER.value, "title": plain("Senare")},
            {"action": Press.NOT_TODAY.value, "title": plain("Inte idag")},
        )


def message(delivery: Leased, tokens: Tokens, now: datetime) -> Message:
    """The encrypted message's contents for one delivery."""
    return Message(
        endpoint=delivery.endpoint,
        p256dh=delivery.p256dh,
        auth=delivery.auth,
        body=_body(delivery, tokens),
        ttl=int((delivery.useless_at - now).total_seconds()),
        topic=tokens.topic(delivery.occurrence_id) if delivery.occurrence_id else TRIAL_TOPIC,
        urgency=Urgency.HIGH,
    )


def _body(delivery: Leased, tokens: Tokens) -> bytes:
    if delivery.occurrence_id is None:
        return payload(_trial_title(delivery.language), delivery.language, "/", TRIAL_TOPIC)
    return payload(
        _title(delivery.language),
        delivery.language,
        f"/s/{tokens.token(delivery.occurrence_id)}",
        tokens.topic(delivery.occurrence_id),
        actions=_actions(delivery.language),
        data={"text": 1} if delivery.shows_text else None,
    )
