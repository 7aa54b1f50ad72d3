"""What an administrator writes about units and staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, Regexp

from webapp.accounts.models import Duty
from webapp.core import clock
from webapp.core.forms import DayField, Form, OnceForm, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.directory.numbers import municipalities
from webapp.staff.administration import UnitFacts, Work
from webapp.staff.number_forms import check_phone
from webapp.staff.words import DUTIES, FLOWS

# One address that the mail server is handed as it stands: no names, lists or line breaks. RFC 5321, 4.5.3.1.
EMAIL = r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}\Z"
HSA_ID = r"SE[0-9]{10}-[0-9A-Z]{1,20}\Z"
_WRITE_HSA_ID = _l("Skriv HSA-id som det står på kortet. Det börjar med SE.")


def _hsa_id() -> StringField:
    return StringField(
        _l("HSA-id"),
        filters=[lambda typed: clean(typed).upper() or None],
        validators=[Optional(), Regexp(HSA_ID, message=_WRITE_HSA_ID)],
    )


def _not_taken(field: Field, message: LazyText) -> None:
    field.errors = [*field.errors, message]


class OrganisationForm(Form):
    name = StringField(_l("Namn"), filters=[clean], validators=text_rules(_l("Skriv namnet"), 200))
    huvudman = RadioField(
        _l("Huvudman"),
        choices=[SelectChoice(Huvudman.REGION, _l("Region")), SelectChoice(Huvudman.KOMMUN, _l("Kommun"))],
        validators=[InputRequired(_l("Välj huvudman"))],
    )

    def name_is_taken(self) -> None:
        _not_taken(self.name, _l("Det finns redan en organisation med det namnet"))


class UnitForm(Form):
    name = StringField(_l("Namn"), filters=[clean], validators=text_rules(_l("Skriv namnet"), 200))
    organisation = SelectField(_l("Organisation"), validators=[InputRequired(_l("Välj organisation"))])
    municipality = SelectField(
        _l("Kommun"),
        choices=[SelectChoice("", "–"), *(SelectChoice(each.name, each.name) for each in municipalities())],
        validators=[InputRequired(_l("Välj kommun"))],
    )
    flow = SelectField(
        _l("Vilka hjälper enheten?"),
        choices=[SelectChoice(flow, words) for flow, words in FLOWS.items()],
        validators=[InputRequired(_l("Välj vilka enheten hjälper"))],
    )
    phone = StringField(_l("Telefon"), filters=[clean], validators=text_rules(None, 30))
    email = StringField(
        _l("E-post"),
        filters=[clean],
        validators=[
            Optional(),
            *text_rules(None, 254),
            Regexp(EMAIL, message=_l("Skriv en hel adress, till exempel enheten@kommunen.se")),
        ],
    )
    hsa_id = _hsa_id()
    closed_on = DayField(_l("Stänger"), validators=[Optional()])

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.choices = [SelectChoice(str(each.id), each.name) for each in organisations]

    def validate_phone(self, field: Field) -> None:
        check_phone(field.data)

    def is_taken(self) -> None:
        _not_taken(self.name, _l("Det finns redan en enhet med det namnet eller det HSA-id:t"))

    def value(self) -> UnitFacts:
        return UnitFacts(
            organisation_id=UUID(self.organisation.data),
            name=self.name.data or "",
            municipality=self.municipality.data,
            flow=Flow(self.flow.data),
            phone=self.phone.data or None,
            email=self.email.data or None,
            hsa_id=self.hsa_id.data or None,
            closed_on=self.closed_on.data,
        )


class MemberForm(OnceForm):
    name = StringField(_l("Namn"), filters=[clean], validators=text_rules(_l("Skriv namnet"), 200))
    hsa_id = _hsa_id()

    def is_taken(self) -> None:
        _not_taken(self.hsa_id, _l("En annan medarbetare har det HSA-id:t"))


class AssignmentForm(Form):
    unit = SelectField(_l("Enhet"), validators=[InputRequired(_l("Välj enhet"))])
    role = StringField(
        _l("Roll, som personen läser den"),
        filters=[clean],
        validators=text_rules(_l("Skriv rollen, till exempel distriktssköterska"), 100),
    )
    duty = RadioField(
        _l("Vad är uppdraget till för?"),
        choices=[SelectChoice(duty, words) for duty, words in DUTIES.items()],
        validators=[InputRequired(_l("Välj vad uppdraget är till för"))],
    )
    ends_on = DayField(_l("Till och med"), validators=[Optional()])

    def offer(self, units: Sequence[tuple[Unit, str]]) -> None:
        self.unit.choices = [SelectChoice(str(unit.id), f"{unit.name}, {owner}") for unit, owner in units]

    def validate_ends_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))

    def value(self) -> Work:
        return Work(UUID(self.unit.data), self.role.data or "", Duty(self.duty.data), self.ends_on.data)


def of_unit(unit: Unit) -> dict[str, Any]:
    """What stands in the form before anybody has changed it."""
    return {
        "name": unit.name,
        "organisation": str(unit.organisation_id),
        "municipality": unit.municipality,
        "flow": unit.flow,
        "phone": unit.phone or "",
        "email": unit.email or "",
        "hsa_id": unit.hsa_id or "",
        "closed_on": unit.closed_on,
    }
