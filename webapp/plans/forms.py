"""What a person can write in their plan."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, StringField, TextAreaField, ValidationError

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


class EndForm(Form):
    """The person ends the plan without a word; staff say why, and that the person wants it."""

    reason = TextAreaField(
        _l("Varför avslutas planen?"), filters=[clean], validators=text_rules(None, MOST_REASON, lines=True)
    )
    wanted = BooleanField(_l("Personen vill avsluta planen, och vet vad som händer då"))

    def validate_reason(self, field: Any) -> None:
        if "wanted" in self and not field.data:
            raise ValidationError(_l("Skriv varför planen avslutas"))

    def validate_wanted(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("Fråga personen först. En plan avslutas bara om personen vill det."))
