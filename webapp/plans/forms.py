"""What a person can write in their plan."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from webapp.core.forms import Form, OnceForm, clean, text_rules
from webapp.core.i18n import _l
from webapp.plans.together import RevisedForm

MOST_REASON = 1000


class OwnRowForm(OnceForm):
    what = StringField(
        _l("Vad vill du göra?"), filters=[clean], validators=text_rules(_l("Skriv vad du vill göra"), 300)
    )
    how_often = StringField(_l("Hur ofta?"), filters=[clean], validators=text_rules(None, 120))


class ObjectionForm(RevisedForm):
    words = TextAreaField(
        _l("Vad vill du ändra, eller varför inte?"),
        filters=[clean],
        validators=text_rules(None, MOST_REASON, lines=True),
    )


class OutcomeForm(Form):
    words = TextAreaField(
        _l("Vill du skriva något om hur det gick?"),
        filters=[clean],
        validators=text_rules(None, MOST_REASON, lines=True),
    )
