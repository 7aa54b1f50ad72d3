"""What can be wrong in a catalogue: placeholders, plural forms, letters, status."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from babel.messages.catalog import Message

from webapp.core import catalogues
from webapp.core.catalogues import STATUSES, called, forms_of, ids_of, note_of, read_catalogue
from webapp.core.locales import LANGUAGES, PLURAL_FORMS

LETTERS = {"fit": "åäö", "se": "áčđŋšŧž", "smj": "áåäń", "sma": "åæïö"}
WRONG_WORDS = {"fit": {"että": "ette"}, "sma": {"jih": "jïh"}}
_WORD = re.compile(r"[^\W\d_]+")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]")
_COUNTS = {"n", "num"}  # a form for one or two may write the number out


def faults(code: str) -> list[str]:
    """What is wrong in a catalogue, one line each; none when it is fit to be shown."""
    catalog = read_catalogue(code)
    found = list(_header_faults(code))
    for message in catalog:
        if message.id:
            found += [f"{called(message)}: {fault}" for fault in _entry_faults(message, code)]
    return found


def _header_faults(code: str) -> Iterator[str]:
    path = catalogues.catalogue_path(code)
    if not path.exists():
        yield "there is no catalogue; run `flask messages update`"
        return
    header = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    number, rule = PLURAL_FORMS[code]
    for line in (f'"Language: {code}\\n"', f'"Plural-Forms: nplurals={number}; plural={rule};\\n"'):
        if line not in header:
            yield f"the header lacks {line}"


def _entry_faults(message: Message, code: str) -> Iterator[str]:
    forms = forms_of(message)
    if any(unicodedata.normalize("NFC", text) != text for text in (*ids_of(message), *forms)):
        yield "not in the composed form (NFC)"
    if not any(forms):
        return
    yield from _plural_faults(message, code)
    yield from _placeholder_faults(message)
    yield from _letter_faults(message, code)
    yield from _status_faults(message)


def _plural_faults(message: Message, code: str) -> Iterator[str]:
    wanted = PLURAL_FORMS[code][0] if message.pluralizable else 1
    forms = forms_of(message)
    if len(forms) != wanted or not all(forms):
        yield f"{sum(map(bool, forms))} of {wanted} plural forms are written; Swedish is shown until all are"


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}


def _placeholder_faults(message: Message) -> Iterator[str]:
    """Each form holds the Swedish text's placeholders; only a number may be written out, but for the last."""
    ids = ids_of(message)
    every = _placeholders(ids[0]) | _placeholders(ids[-1])
    if not every and not message.pluralizable:
        return  # nothing is ever filled in: a plain % is a plain %
    forms = [form for form in forms_of(message) if form]
    for form in forms:
        needed = _placeholders(ids[-1])
        if message.pluralizable and form is not forms[-1]:
            common = _placeholders(ids[0]) & needed
            needed = {each for each in common if each[2:].partition(")")[0] not in _COUNTS}
        held = _placeholders(form)
        if lacking := needed - held:
            yield f"lacks {', '.join(sorted(lacking))}"
        if strange := held - every:
            yield f"has {', '.join(sorted(strange))}, which the Swedish text has not"
        if "%" in _PLACEHOLDER.sub("", form).replace("%%", ""):
            yield "has a bare % (write %%)"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_PLACEHOLDER.sub(" ", text)))


def _letter_faults(message: Message, code: str) -> Iterator[str]:
    """A letter the language lacks means another language's word; a Swedish name may stand as it is."""
    swedish = {word for text in ids_of(message) for word in _words(text)}
    for word in sorted({word for form in forms_of(message) for word in _words(form)} - swedish):
        strange = {letter for letter in word.lower() if not letter.isascii()} - set(LETTERS[code])
        if strange:
            yield f"“{word}” has {', '.join(sorted(strange))}, which {LANGUAGES[code]} does not write"
        if right := WRONG_WORDS.get(code, {}).get(word.lower()):
            yield f"“{word}” should be “{right}”"


def _status_faults(message: Message) -> Iterator[str]:
    status = note_of(message, "status")
    if status not in STATUSES:
        yield "has no `# status: draft`, sourced or reviewed"
    if message.fuzzy and status != "draft":
        yield "is fuzzy and can only be a draft"
    if status == "sourced" and not note_of(message, "source"):
        yield "is sourced but names no `# source:`"
    if status == "reviewed" and not re.search(r"\w.*\d{4}-\d{2}-\d{2}", note_of(message, "review")):
        yield "is reviewed but has no `# review: organisation, date`"
