"""Forms with a personal number: taking somebody in, and emergency access."""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.accounts import numbers
from webapp.accounts.numbers import IdentityNumber
from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import LANGUAGES, _l
from webapp.directory.numbers import ClosedNumber, municipalities, refuse_closed
from webapp.sharing.emergency import LEAST_REASON
from webapp.staff.forms import CareForm
from webapp.staff.intake import NewPerson

MOST_REASON = 500
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{5,28}")


class NumberField(StringField):
    """A personnummer or samordningsnummer as people write it; `number` is what it says, once it holds."""

    number: IdentityNumber

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0])[: numbers.LONGEST + 1] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        found = numbers.parse(self.data or "")
        if found is None:
            raise ValidationError(
                _l("Skriv ett personnummer eller samordningsnummer med tio eller tolv siffror")
            )
        self.number = found


class FindForm(CareForm):
    """Whom the unit begins to care for, why, and until when."""

    number = NumberField(_l("Personnummer eller samordningsnummer"))


class NewPersonForm(FindForm):
    """Somebody who is not here yet. What was written on the page before comes along."""

    step = HiddenField(name="steg", default="ny")
    name = StringField(_l("Hela namnet"), filters=[clean], validators=text_rules(_l("Skriv namnet"), 200))
    called = StringField(
        _l("Tilltalsnamn"), filters=[clean], validators=text_rules(_l("Skriv det namn personen kallas"), 60)
    )
    language = SelectField(
        _l("Vilket språk vill personen läsa?"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        default="sv",
    )
    municipality = SelectField(
        _l("Kommun"),
        choices=[SelectChoice("", "–"), *(SelectChoice(each.name, each.name) for each in municipalities())],
        validators=[InputRequired(_l("Välj kommun"))],
    )
    phone = StringField(_l("Telefon"), filters=[clean], validators=text_rules(None, 30))

    def validate_phone(self, field: Field) -> None:
        check_phone(field.data)

    def value(self) -> NewPerson:
        return NewPerson(
            name=self.name.data or "",
            called=self.called.data or "",
            language=self.language.data,
            municipality=self.municipality.data,
            phone=self.phone.data or None,
        )


def check_phone(typed: str | None) -> None:
    """Raises ValidationError for what no phone can dial, and for a number that is known to lead nowhere."""
    if not typed:
        return
    if not _PHONE.fullmatch(typed):
        raise ValidationError(_l("Skriv telefonnumret med bara siffror"))
    try:
        refuse_closed(typed)
    except ClosedNumber:
        raise ValidationError(_l("Det numret är stängt. Skriv ett annat.")) from None


class EmergencyForm(Form):
    """Whom one opens in an emergency, and why."""

    number = NumberField(_l("Personnummer eller samordningsnummer"))
    reason = TextAreaField(
        _l("Varför behöver du läsa nu?"),
        filters=[clean],
        validators=text_rules(_l("Skriv varför"), MOST_REASON, lines=True),
    )
    sure = BooleanField(
        _l("Det är en nödsituation, och personen kan inte tillfrågas"),
        validators=[InputRequired(_l("Bekräfta att det är en nödsituation"))],
    )

    def validate_reason(self, field: Field) -> None:
        if len(field.data or "") < LEAST_REASON:
            raise ValidationError(_l("Skriv lite mer, minst 20 tecken. Personen ska förstå varför."))
