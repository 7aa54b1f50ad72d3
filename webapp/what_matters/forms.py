"""What a person can say, and to whom."""

from __future__ import annotations

from wtforms import BooleanField, TextAreaField
from wtforms.widgets import HiddenInput

from webapp.core.forms import CountField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.what_matters.models import MOST_WORDS


class WordsForm(Form):
    """The words themselves, and the version they were written from."""

    words = TextAreaField(
        _l("Skriv med egna ord"),
        filters=[clean],
        validators=text_rules(
            _l("Skriv något, eller gå tillbaka. Du behöver inte svara."), MOST_WORDS, lines=True
        ),
    )
    version = CountField(widget=HiddenInput(), default=0)


class SharingForm(Form):
    """Who may read one answer, besides the person."""

    team = BooleanField(_l("Min vårdgrupp"))
    relatives = BooleanField(_l("Anhöriga som jag har släppt in"))
