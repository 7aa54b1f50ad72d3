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
from webapp.reminders.models import Purpose
from webapp.reminders.outcome import Press
from webapp.reminders.tokens import TOKEN_LENGTH, TOPIC_LENGTH, Tokens
from webapp.sending.queue import Leased

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
def _relatives_title(language: str) -> str:
    """To a relative: not whom it is about, nor what."""
    with force_language(language):
        return plain("Någon som du hjälper har inte svarat")


@lru_cache(maxsize=16)
def _closing_title(language: str) -> str:
    with force_language(language):
        return plain("Påminnelsen är besvarad")


@lru_cache(maxsize=16)
def _recalled_title(language: str) -> str:
    with force_language(language):
        return plain("Påminnelsen gäller inte längre")


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
    topic = tokens.topic(delivery.occurrence_id) if delivery.occurrence_id else TRIAL_TOPIC
    return Message(
        endpoint=delivery.endpoint,
        p256dh=delivery.p256dh,
        auth=delivery.auth,
        body=_body(delivery, tokens, topic),
        ttl=int((delivery.useless_at - now).total_seconds()),
        topic=topic,
        urgency=Urgency.HIGH,
        vapid_key=delivery.vapid_key,
    )


def _body(delivery: Leased, tokens: Tokens, topic: str) -> bytes:
    if delivery.occurrence_id is None:
        return payload(_trial_title(delivery.language), delivery.language, "/", topic)
    if delivery.purpose is Purpose.RELATIVE:
        return payload(
            _relatives_title(delivery.language), delivery.language, f"/hjalp/{delivery.occurrence_id}", topic
        )
    if delivery.purpose is Purpose.CLOSING:
        title = _recalled_title(delivery.language) if delivery.recalled else _closing_title(delivery.language)
        return payload(title, delivery.language, "/", topic, data={"closing": 1}, silent=True)
    token = tokens.token(delivery.occurrence_id)
    if len(token) != TOKEN_LENGTH or len(topic) != TOPIC_LENGTH:
        raise ValueError("a token or topic of another length would show in the size of the message")
    body = _form(delivery.language, delivery.shows_text)
    return body.replace(_ANY_TOKEN, token.encode()).replace(_ANY_TOPIC, topic.encode())


# A thousand notices a second differ in token and topic alone, so the rest is written once per language.
_ANY_TOKEN, _ANY_TOPIC = b"T" * TOKEN_LENGTH, b"*" * TOPIC_LENGTH


@lru_cache(maxsize=32)
def _form(language: str, shows_text: bool) -> bytes:
    """A notice with places for its token and its topic, as long as they are."""
    return payload(
        _title(language),
        language,
        f"/s/{_ANY_TOKEN.decode()}",
        _ANY_TOPIC.decode(),
        actions=_actions(language),
        data={"text": 1} if shows_text else None,
    )
