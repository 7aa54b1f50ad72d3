"""What is asked when somebody takes a break from reminders."""

from __future__ import annotations

from wtforms import Field, ValidationError
from wtforms.validators import InputRequired

from webapp.core import clock
from webapp.core.forms import DayField, Form
from webapp.core.i18n import _l
from webapp.reminders.forms import WRITE_A_DAY, lies_ahead
from webapp.reminders.schedule import Break


class BreakForm(Form):
    """From one day to another, both of them too; the same day twice is one single day."""

    from_on = DayField(_l("Från och med"), validators=[InputRequired(WRITE_A_DAY)])
    until_on = DayField(_l("Till och med"), validators=[InputRequired(WRITE_A_DAY)])

    def validate_from_on(self, field: Field) -> None:
        lies_ahead(field, clock.today())

    def validate_until_on(self, field: Field) -> None:
        lies_ahead(field, clock.today())
        if field.data is not None and self.from_on.data is not None and field.data < self.from_on.data:
            raise ValidationError(_l("Sista dagen kan inte komma före den första"))

    def value(self) -> Break:
        return Break(self.from_on.data or clock.today(), self.until_on.data or clock.today())
