"""What staff fill in when the person wants somebody more in a plan that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.core.forms import OnceForm, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.directory.models import Unit
from webapp.plans.joining import Joining
from webapp.plans.joining_forms import GONE, choices
from webapp.plans.participants import Other, Possible

NOBODY = SelectChoice("", _l("Ingen"))


class JoinForm(OnceForm):
    """A relative, a unit, somebody else, or more than one of them at once."""

    relative = SelectField(_l("Anhörig"), default="", invalid_choice_message=GONE)
    unit = SelectField(
        _l("Enhet eller skola"), default="", invalid_choice_message=_l("Enheten kan inte vara med. Välj om.")
    )
    other = StringField(_l("Någon annan"), filters=[clean], validators=text_rules(None, 80))
    other_role = StringField(_l("Som vad?"), filters=[clean], validators=text_rules(None, 80))
    chosen = BooleanField("")

    def offer(self, people: Sequence[Possible], units: Sequence[Unit], asked: LazyText) -> None:
        """Who can be chosen; `asked`: whose choice it is, as staff say that they have asked."""
        self.offered = {str(unit.id): unit for unit in units}
        self.relative.choices = [NOBODY, *choices(people)]
        self.unit.choices = [NOBODY, *(SelectChoice(str(unit.id), unit.name) for unit in units)]
        self.chosen.label.text = asked
        self.chosen.validators = [InputRequired(_l("Fråga först. Vilka som är med är personens eget val."))]

    def validate_other(self, field: Any) -> None:
        if not field.data and self.other_role.data:
            raise ValidationError(_l("Skriv vem det är"))

    def validate_unit(self, field: Any) -> None:
        if not (self.relative.data or field.data or self.other.data or self.other_role.data):
            raise ValidationError(_l("Välj eller skriv vem som ska vara med"))

    def value(self) -> Joining:
        return Joining(
            UUID(self.relative.data) if self.relative.data else None,
            self.offered.get(self.unit.data or ""),
            Other(self.other.data or "", self.other_role.data or "") if self.other.data else None,
        )
