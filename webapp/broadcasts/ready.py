"""The ready texts that the app comes with, in each language that has been translated so far."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LANGUAGES, LazyText, _l, force_language, is_missing

READY: Mapping[str, LazyText] = {
    "Vaccin mot influensa": _l("Dags för vaccin mot influensa. Ring {enhet}, {telefon}."),
    "Öppet hus": _l("Välkommen till öppet hus på {enhet} {dag} klockan {tid}."),
    "Värme": _l("Det blir varmt. Drick lite oftare i dag, och vila på den varmaste tiden."),
}


def in_each_language(text: LazyText) -> dict[str, str]:
    """Language to text; a language that lacks it is left out."""
    found = {}
    for code in LANGUAGES:
        with force_language(code):
            if not is_missing(text.message):
                found[code] = str(text)
    return found
