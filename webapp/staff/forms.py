"""What staff are asked for when they say why they care for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Optional

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area
from webapp.reminders.schedule import LAST_YEAR
from webapp.sharing import sip
from webapp.sharing.models import HowGiven
from webapp.sharing.words import AREAS
from webapp.staff.words import PLANS

MOST_REASON = 120
LONGEST_CONSENT = timedelta(days=2 * 366)


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


class SipForm(Form):
    """A SIP consent as the person gave it: docs/legal.md, "Samtycke"."""

    how = RadioField(
        _l("Hur har personen sagt ja?"),
        choices=[
            SelectChoice(HowGiven.ORAL, _l("Muntligt, till mig")),
            SelectChoice(HowGiven.WRITTEN, _l("Skriftligt, papperet finns hos oss")),
        ],
        validators=[AnyOf([HowGiven.ORAL, HowGiven.WRITTEN], _l("Välj hur personen har sagt ja"))],
        validate_choice=False,
    )
    flow = RadioField(
        _l("Vad gäller planen?"),
        validators=[InputRequired(_l("Välj vad planen gäller"))],
        validate_choice=False,
    )
    units = SelectMultipleField(
        _l("Vilka får dela med er?"),
        validators=[InputRequired(_l("Välj minst en enhet till"))],
        validate_choice=False,
    )
    areas = SelectMultipleField(
        _l("Vad får delas?"),
        choices=[SelectChoice(area, AREAS[area]) for area in sip.AREAS],
        default=[str(area) for area in sip.AREAS],
        validators=[InputRequired(_l("Välj minst en sak"))],
        validate_choice=False,
    )
    until_on = DayField(_l("Till och med"), validators=[InputRequired(_l("Skriv vilken dag det slutar"))])
    informed = BooleanField(
        _l("Personen vet vad som delas, med vem och att det går att ta tillbaka"),
        validators=[InputRequired(_l("Berätta först för personen vad samtycket betyder"))],
    )

    def offer(self, unit: Unit, others: Sequence[Unit]) -> None:
        """Let these units be chosen beside the reader's own, for the kinds of plan that it can be in."""
        self.others = {str(other.id): other for other in others}
        self.units.choices = [SelectChoice(key, other.name) for key, other in self.others.items()]
        self.flow.choices = [SelectChoice(plan, PLANS[plan]) for plan in flows.plans_of(unit.flow)]
        if len(self.flow.choices) == 1:
            self.flow.data = str(self.flow.choices[0].value)

    def validate_flow(self, field: Field) -> None:
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_l("Välj vad planen gäller"))

    def validate_areas(self, field: Field) -> None:
        if not set(field.data or ()) <= set(sip.AREAS):
            raise ValidationError(_l("Välj minst en sak"))

    def validate_units(self, field: Field) -> None:
        plan = self.flow.data
        if not set(field.data or ()) <= self.others.keys():
            raise ValidationError(_l("Välj bara enheter som står i listan"))
        chosen = [self.others[key] for key in field.data or () if key in self.others]
        if plan in flows.PLANS and not all(flows.takes_part(unit.flow, Flow(plan)) for unit in chosen):
            raise ValidationError(
                _l("Barn och vuxna hålls isär. Välj bara enheter som hör till den sortens plan.")
            )

    def validate_until_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data is not None and field.data > clock.today() + LONGEST_CONSENT:
            raise ValidationError(_l("Ett samtycke gäller högst två år. Välj en tidigare dag."))

    def value(self, own: Unit) -> sip.Agreed:
        return sip.Agreed(
            flow=Flow(self.flow.data),
            units=[own, *(self.others[key] for key in self.units.data)],
            how=HowGiven(self.how.data),
            areas=frozenset(Area(area) for area in self.areas.data),
            until_on=self.until_on.data,
        )
