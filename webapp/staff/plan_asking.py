"""What staff ask before a plan begins: what matters, who says yes to sharing it, and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.plans.participants import Possible
from webapp.sharing import sip
from webapp.sharing.forms import CHOOSE_ONE
from webapp.sharing.models import HowGiven
from webapp.sharing.words import AREAS
from webapp.staff.forms import LONGEST_CONSENT

MOST_WORDS = 1000
MYSELF = "self"


class ChosenField(SelectMultipleField):
    """Several of some, with our own words when one is none of them: no longer there, or never was."""

    def __init__(self, label: LazyText, wrong: LazyText, **more: Any) -> None:
        super().__init__(label, validate_choice=False, **more)
        self.type = SelectMultipleField.__name__  # templates go by it
        self._wrong = wrong

    def pre_validate(self, form: Any) -> None:
        there = {str(choice.value) for choice in self.choices or ()}
        if not set(self.data or ()) <= there:
            raise ValidationError(self._wrong)


class AskingForm(Form):
    """Asked first; what the plan is to hold is written in `plan_forms`."""

    no_answer_reason = TextAreaField(
        _l("Varför finns inget svar på frågan vad som är viktigt?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )
    given_by = RadioField(
        _l("Vem har sagt ja?"),
        invalid_choice_message=CHOOSE_ONE,
        validators=[InputRequired(_l("Välj vem som har sagt ja"))],
    )
    how = RadioField(
        _l("Hur?"),
        choices=[
            SelectChoice(HowGiven.ORAL, _l("Muntligt, till mig")),
            SelectChoice(HowGiven.WRITTEN, _l("Skriftligt, papperet finns hos oss")),
        ],
        invalid_choice_message=CHOOSE_ONE,
        validators=[InputRequired(_l("Välj hur det sades ja"))],
    )
    units = ChosenField(
        _l("Vilka får dela planen med er?"), _l("En av enheterna kan inte vara med. Välj om.")
    )
    areas = ChosenField(
        _l("Vad får delas?"),
        _l("Välj minst en sak"),
        choices=[SelectChoice(str(area), AREAS[area]) for area in sip.AREAS],
        default=[str(area) for area in sip.AREAS],
    )
    until_on = DayField(_l("Till och med"), validators=[InputRequired(_l("Skriv vilken dag det slutar"))])
    informed = BooleanField(
        _l("Personen vet vad planen är, vad som delas och att det går att ta tillbaka"),
        validators=[InputRequired(_l("Berätta först vad planen och samtycket betyder"))],
    )
    relatives = ChosenField(
        _l("Vilka anhöriga är med?"),
        _l("En av dem kan inte vara med. Personen måste först släppa in den anhöriga till planen."),
    )
    only_own = ChosenField(
        _l("Skola som är med, men bara ser sina egna rader"),
        _l("En av enheterna kan inte vara med. Välj om."),
    )
    other = StringField(_l("Någon annan som är med"), filters=[clean], validators=text_rules(None, 80))
    other_role = StringField(_l("Som vad?"), filters=[clean], validators=text_rules(None, 80))
    flow: Flow
    answered: bool
    offered: dict[str, Unit]

    def offer(
        self, own: Unit, others: Sequence[Unit], people: Sequence[Possible], child: str, called: str
    ) -> None:
        """Who can be chosen. `child` is "" for adults, "young" from 13, "small" below: then a guardian says yes."""
        fit = [unit for unit in others if flows.takes_part(unit.flow, self.flow)]
        self.offered = {str(unit.id): unit for unit in fit}
        self.own = own
        self.units.choices = [SelectChoice(str(unit.id), unit.name) for unit in fit]
        self.only_own.choices = [
            SelectChoice(str(unit.id), unit.name) for unit in fit if unit.flow is Flow.SCHOOL
        ]
        self.relatives.choices = [
            SelectChoice(str(each.relative_id), _named(each.name, each.relation)) for each in people
        ]
        self.names = {str(each.relative_id): each.name for each in people}
        if child:
            self.informed.label.text = _l(
                "%(name)s är tillfrågad, och vet vad planen är, vad som delas och att det går att ta tillbaka",
                name=called,
            )
            self.informed.validators = [
                InputRequired(
                    _l("Fråga %(name)s först, och berätta vad planen och samtycket betyder", name=called)
                )
            ]
        myself = [] if child == "small" else [SelectChoice(MYSELF, _l("Personen själv"))]
        self.given_by.choices = [
            *myself,
            *(
                SelectChoice(str(each.relative_id), _named(each.name, each.relation))
                for each in people
                if each.mandate
            ),
        ]

    def validate_no_answer_reason(self, field: Field) -> None:
        if not self.answered and not field.data:
            raise ValidationError(_l("Skriv varför inget svar finns, eller skriv svaret först"))

    def validate_areas(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Välj minst en sak"))

    def validate_only_own(self, field: Field) -> None:
        if set(field.data or ()) & set(self.units.data or ()):
            raise ValidationError(_l("Skolan står redan bland dem som får dela. Välj ett av dem."))

    def validate_until_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data is not None and field.data > clock.today() + LONGEST_CONSENT:
            raise ValidationError(_l("Ett samtycke gäller högst två år. Välj en tidigare dag."))

    def validate_other(self, field: Field) -> None:
        if not field.data and self.other_role.data:
            raise ValidationError(_l("Skriv vem det är"))

    def refuse_relatives(self) -> None:
        """A consent that held when the page was opened has ended since."""
        self.relatives.errors = [
            _l("En av dem kan inte vara med. Personen måste först släppa in den anhöriga till planen.")
        ]

    def chosen_units(self) -> list[Unit]:
        return [self.offered[key] for key in self.units.data or ()]

    def chosen_schools(self) -> list[Unit]:
        return [self.offered[key] for key in self.only_own.data or ()]


def _named(name: str, relation: str) -> str:
    return f"{name}, {relation}" if relation else name
