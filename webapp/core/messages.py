"""`flask messages`: bring the catalogues up to date with the Swedish texts, count them and check them.

Babel's own `init` and `update` refuse Meänkieli, drop its plural header, and give the Sami languages two
forms where three are right. These commands register the languages first and then use Babel's readers and
writers.
"""

from __future__ import annotations

from difflib import get_close_matches
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import write_po
from flask.cli import AppGroup

from webapp.core import catalogues, i18n
from webapp.core.catalogues import called, forms_of, ids_of, is_translated, note_of, read_catalogue
from webapp.core.locales import LANGUAGES, PLURAL_FORMS, SOURCE, TRANSLATED
from webapp.core.message_faults import faults

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = parse_keywords(
    ("_", "_l", "plain", "lang_attr", "ngettext:1,2", "plain_n:1,2", "pgettext:1c,2")  # as in core.i18n
)

_HEADER = """\
# {name} ({code}): the texts of Nära mig. Swedish is the source and stands in code and templates.
# Each translated entry says what it is worth:
#   status: draft     nobody who speaks the language has vouched for it
#   status: sourced   its words stand in a public source in this use, named under source:
#   status: reviewed  a speaker vouched for it; review: organisation, date
msgid ""
msgstr ""
"Project-Id-Version: naramig\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={plural_forms[0]}; plural={plural_forms[1]};\\n"

"""
_ONE_LINE = 100_000  # no wrapping: a text or a comment is one line, and a diff shows what changed
_NEAR = 0.7  # how alike two Swedish texts must be for the translation of one to be a draft for the other

cli = AppGroup("messages", help="The texts and their translations.")


# Extracting and updating


def extract(root: Path = ROOT) -> Catalog:
    """Every Swedish text in code and templates, in the order of files and lines."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")  # type: ignore[no-untyped-call]
    template = Catalog(locale=SOURCE)
    found = extract_from_dir(
        root,
        methods,
        options,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
        directory_filter=lambda folder: Path(folder).is_relative_to(root / "webapp"),
    )
    for filename, line, text, comments, context in found:
        where = [(Path(filename).as_posix(), line)]
        template.add(text, None, where, auto_comments=comments, context=context)
    return template


def merge(old: Catalog, template: Catalog, code: str) -> Catalog:
    """The catalogue for today's texts: translations, notes and flags kept, what is no longer used dropped.

    A text that was changed takes over the translation of the old one as a fuzzy draft, which is not shown.
    """
    merged = Catalog(locale=code)
    gone = {
        " ".join(ids_of(message)): message
        for message in old
        if message.id and any(forms_of(message)) and template.get(ids_of(message)[0], message.context) is None
    }
    for text in template:
        if not text.id:
            continue
        kept = old.get(ids_of(text)[0], text.context)
        if kept is not None and ids_of(kept) == ids_of(text):
            merged[text.id] = _carried(text, kept, code)
            continue
        wanted = " ".join(ids_of(text))
        near = [] if kept is not None else get_close_matches(wanted, gone, n=1, cutoff=_NEAR)
        source = kept if kept is not None else gone.pop(near[0]) if near else None
        merged[text.id] = _redrafted(text, source, code) if source is not None else text
    return merged


def _carried(text: Message, kept: Message, code: str) -> Message:
    """The same Swedish text as before: what the translator wrote stays, and a translation has a status."""
    notes = [note for note in kept.user_comments if kept.fuzzy or not note.startswith("was:")]
    if any(forms_of(kept)) and not note_of(kept, "status"):
        notes.insert(0, "status: draft")
    return _entry(text, kept, notes, code, fuzzy=kept.fuzzy)


def _redrafted(text: Message, source: Message, code: str) -> Message:
    """A changed Swedish text: the old translation as a draft that a translator must look at."""
    if not any(forms_of(source)):
        return text
    kept = [note for note in source.user_comments if not note.startswith(("status:", "review:", "was:"))]
    notes = ["status: draft", f"was: {' | '.join(ids_of(source))}", *kept]
    return _entry(text, source, notes, code, fuzzy=True)


def _entry(text: Message, source: Message, notes: list[str], code: str, *, fuzzy: bool) -> Message:
    forms = forms_of(source)
    string: str | tuple[str, ...] = forms[0]
    if text.pluralizable:
        wanted = PLURAL_FORMS[code][0]
        string = (*forms, *[""] * wanted)[:wanted]
    flags = {*text.flags, "fuzzy"} if fuzzy else text.flags
    return Message(text.id, string, text.locations, flags, text.auto_comments, notes, context=text.context)


def as_text(catalog: Catalog, code: str) -> str:
    """The file as it is written: stable order, no dates, no line numbers, no wrapping."""
    buffer = BytesIO()
    write_po(
        buffer,
        catalog,
        width=_ONE_LINE,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    header = _HEADER.format(code=code, name=LANGUAGES[code], plural_forms=PLURAL_FORMS[code])
    return (header + buffer.getvalue().decode()).rstrip("\n") + "\n"


def write(catalog: Catalog, code: str) -> None:
    path = catalogues.catalogue_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(catalog, code), encoding="utf-8")
    i18n.forget_catalogues()


def stale(code: str, template: Catalog) -> list[str]:
    """Swedish texts that the catalogue does not hold yet, or holds in another form."""
    old = read_catalogue(code)
    texts = [message for message in template if message.id]
    known = [old.get(ids_of(text)[0], text.context) for text in texts]
    return [
        f"{called(text)}: not in the catalogue; run `flask messages update`"
        for text, entry in zip(texts, known, strict=True)
        if entry is None or ids_of(entry) != ids_of(text)
    ]


# The commands


@cli.command("update", with_appcontext=False)
def update_command() -> None:
    """Bring the four catalogues up to date with the texts in code and templates."""
    template = extract()
    for code in TRANSLATED:
        merged = merge(read_catalogue(code), template, code)
        write(merged, code)
        done = sum(is_translated(message, PLURAL_FORMS[code][0]) for message in merged if message.id)
        click.echo(f"{code}: {done} of {len(merged)} texts translated")


@cli.command("status", with_appcontext=False)
def status_command() -> None:
    """Count the texts per language."""
    i18n.forget_catalogues()
    click.echo(f"{'':<24}{'total':>8}{'reviewed':>10}{'sourced':>9}{'draft':>7}{'missing':>9}")
    for code, name in LANGUAGES.items():
        state = i18n.catalogue_state(code)
        click.echo(
            f"{f'{code} {name}':<24}{state.total:>8}{state.reviewed:>10}"
            f"{state.sourced:>9}{state.draft:>7}{state.missing:>9}"
        )


@cli.command("check", with_appcontext=False)
def check_command() -> None:
    """Look for faults in the catalogues; exit code 1 if there are any."""
    template = extract()
    found = [f"{code}: {fault}" for code in TRANSLATED for fault in (*faults(code), *stale(code, template))]
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("No faults in the catalogues.")


if __name__ == "__main__":  # `make messages`: needs no settings
    cli()
