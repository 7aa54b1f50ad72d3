"""The catalogues: each language's texts as they stand in `translations/`, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from webapp.core.locales import LANGUAGES, PLURAL_FORMS, SOURCE

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
STATUSES = ("draft", "sourced", "reviewed")

Key = str | tuple[str, str]  # the Swedish text, or (context, Swedish text)


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """How far one language has come, in number of texts. What is missing is shown in Swedish."""

    total: int
    sourced: int
    reviewed: int
    draft: int
    missing: int

    @property
    def translated(self) -> int:
        return self.total - self.missing


@dataclass(frozen=True, slots=True)
class Catalogue:
    texts: dict[Key, str]
    plurals: dict[str, tuple[str, ...]]
    state: CatalogueState


def catalogue_path(code: str) -> Path:
    """Where a language's texts are kept."""
    return TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"


def note_of(message: Message, name: str) -> str:
    """What a translator wrote beside the entry as `# name: …`; empty if nothing."""
    for comment in message.user_comments:
        key, _colon, value = comment.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def status_of(message: Message) -> str:
    """Draft, sourced or reviewed, as the entry's `# status:` says; a draft where it says nothing known."""
    status = note_of(message, "status")
    return status if status in STATUSES else "draft"


def ids_of(message: Message) -> tuple[str, ...]:
    """The Swedish text, or its form for one and its form for many."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def called(message: Message) -> str:
    """The Swedish text, shortened, for a line about it."""
    one = ids_of(message)[0]
    return f"“{one if len(one) <= 60 else one[:59] + '…'}”"


def forms_of(message: Message) -> tuple[str, ...]:
    """The translated text, or each plural form as far as it is written; an empty string where it is not."""
    if message.string is None or isinstance(message.string, str):
        return (message.string or "",)
    return tuple(str(form or "") for form in message.string)


def is_translated(message: Message, plural_forms: int) -> bool:
    """Is the entry good to show? A fuzzy, empty or partly filled one is not."""
    forms = forms_of(message)
    return not message.fuzzy and all(forms) and len(forms) == (plural_forms if message.pluralizable else 1)


def read_catalogue(code: str) -> Catalog:
    """All entries of a language's file, as Babel reads them; empty where there is no file yet."""
    path = catalogue_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(code: str) -> Catalogue:
    """What is good to show in a language, read once per process."""
    texts: dict[Key, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    counts = dict.fromkeys(("total", "missing", *STATUSES), 0)
    for message in read_catalogue(code) if code != SOURCE else ():
        if not message.id:  # the header
            continue
        counts["total"] += 1
        if not is_translated(message, PLURAL_FORMS[code][0]):
            counts["missing"] += 1
            continue
        counts[status_of(message)] += 1
        one, forms = ids_of(message)[0], forms_of(message)
        texts[(message.context, one) if message.context else one] = forms[0]
        if message.pluralizable:
            plurals[one] = forms
    return Catalogue(texts, plurals, CatalogueState(**counts))


def catalogue_state(code: str) -> CatalogueState:
    """The counts shown at `/sprak`. Swedish is the source: it has every text, and they count as reviewed."""
    if code != SOURCE:
        return catalogue(code).state
    total = max(catalogue(other).state.total for other in LANGUAGES)
    return CatalogueState(total=total, sourced=0, reviewed=total, draft=0, missing=0)
