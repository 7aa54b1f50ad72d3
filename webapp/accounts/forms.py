"""What a person can set for themselves, and how a paper code is given and typed."""

from __future__ import annotations

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.accounts.codes import MOST_TYPED
from webapp.accounts.words import HOW_KNOWN
from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.directory.numbers import municipalities


class GiveCodeForm(Form):
    """Staff give a paper code: they say how they know who it is."""

    how = RadioField(
        _l("Hur vet du vem det är?"),
        choices=[SelectChoice(str(how), said) for how, said in HOW_KNOWN.items()],
        validators=[InputRequired(_l("Välj hur du vet vem det är"))],
    )


class PaperCodeForm(Form):
    code = StringField(
        _l("Koden på pappret"), filters=[clean], validators=text_rules(_l("Skriv koden"), MOST_TYPED)
    )


class SettingsForm(Form):
    lock_screen = BooleanField(_l("Visa vad påminnelsen gäller på låst skärm"))
    municipality = SelectField(_l("Vilken kommun bor du i?"))
    no_broadcasts = BooleanField(_l("Jag vill inte få texter som vården skickar till många"))

    def offer(self, own: str) -> None:
        """The county's municipalities, none, and the person's `own` wherever it is."""
        names = dict.fromkeys(["", own, *(each.name for each in municipalities())])
        self.municipality.choices = [SelectChoice(name, name or "–") for name in names]
