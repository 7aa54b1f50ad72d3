"""What staff are asked for when they say why they care for a person."""

from __future__ import annotations

from wtforms import Field, StringField, ValidationError
from wtforms.validators import Optional

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.reminders.forms import LAST_YEAR

MOST_REASON = 120


class CareForm(Form):
    """Why the unit cares for a person, and until when."""

    reason = StringField(
        _l("Varför behöver er enhet kunna öppna sidorna?"),
        filters=[clean],
        validators=text_rules(_l("Skriv varför"), MOST_REASON),
    )
    until_on = DayField(_l("Till och med"), validators=[Optional()])

    def validate_until_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data is not None and field.data.year > LAST_YEAR:
            raise ValidationError(_l("Skriv en dag som finns, till exempel 2026-03-31"))
