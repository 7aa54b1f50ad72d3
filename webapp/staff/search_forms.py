"""Finding somebody among the unit's people: by what is typed of the name, one page at a time."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import _l

MOST_TYPED = 100


class SearchForm(Form):
    """A part of the name, and which page of those found."""

    name = StringField(
        _l("Sök på namn"), name="namn", filters=[clean], validators=text_rules(None, MOST_TYPED)
    )
    page = HiddenField(name="sida", filters=[lambda said: page_of(said)])


def page_of(said: object) -> int:
    """A page from 1; the first where it is no number."""
    typed = str(said or "")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
