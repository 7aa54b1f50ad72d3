"""A row that stands as the starter had it, in the language of whoever reads it."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup, escape

from webapp.core.i18n import SOURCE, language
from webapp.plans.starters import files


def init_app(app: Flask) -> None:
    app.add_template_global(in_words, "in_words")


def in_words(text: str) -> Markup:
    """What staff wrote, in Swedish and marked so; a starter's own words in the reader's language if it has them."""
    reads = language()
    if reads == SOURCE:
        return escape(text)
    known = files.known().get(text)
    if known is not None and known.language(reads) == reads:
        return escape(known.text(reads))
    return Markup('<span lang="sv">{}</span>').format(text)
