"""Error pages that need neither database nor session: whatever is broken, they say whom to call."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from flask import current_app

from webapp.core.i18n import LazyText, _l, force_language, language

# code: (what has happened, what to do)
WORDS: dict[int, tuple[LazyText, LazyText]] = {
    400: (_l("Det gick inte att ta emot"), _l("Gå tillbaka, ladda om sidan och försök en gång till.")),
    401: (_l("Du är inte inloggad"), _l("Logga in igen.")),
    403: (_l("Du får inte se den här sidan"), _l("Logga in igen om det har gått en stund.")),
    404: (_l("Sidan finns inte"), _l("Adressen kan vara fel, eller så är sidan borttagen.")),
    405: (_l("Det går inte att göra så här"), _l("Gå tillbaka och använd knapparna på sidan.")),
    413: (_l("Det var för mycket på en gång"), _l("Korta texten och försök igen.")),
    429: (_l("Det blev för många försök"), _l("Vänta några minuter och försök igen.")),
    431: (_l("Det var för mycket på en gång"), _l("Gå tillbaka, ladda om sidan och försök en gång till.")),
    501: (_l("Det gick inte att ta emot"), _l("Gå tillbaka, ladda om sidan och försök en gång till.")),
    500: (_l("Något gick fel hos oss"), _l("Det är inte ditt fel. Försök igen om en stund.")),
    503: (_l("Tjänsten är nere just nu"), _l("Försök igen om en stund.")),
}


def error_page(code: int, numbers: Iterable[Any] = ()) -> str:
    """The page for an HTTP error, in the reader's language if that can still be known.

    `numbers` are things with .number, .what and .life (112 and 1177), from a file and not from the
    database. No context processor is asked, since any of them may be what is broken.
    """
    chosen = "sv"
    with suppress(Exception):  # whatever chooses the language may be what is broken
        chosen = language()
    title, advice = WORDS.get(code) or WORDS[500 if code >= 500 else 400]
    with force_language(chosen):
        template = current_app.jinja_env.get_template("pages/error.html")
        return template.render(
            code=code, title=title, advice=advice, urgent=tuple(numbers), language=chosen, ours=code >= 500
        )
