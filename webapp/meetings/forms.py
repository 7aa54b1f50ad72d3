"""What can be written to an agreed time."""

from __future__ import annotations

from wtforms import TextAreaField

from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import _l

MOST_WORDS = 1000


class QuestionForm(Form):
    question = TextAreaField(
        _l("Vad vill du fråga eller ta upp?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )
