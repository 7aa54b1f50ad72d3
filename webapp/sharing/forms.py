"""What a person chooses when they let somebody in: what, how far, and until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import RadioField, StringField, ValidationError
from wtforms.fields import SelectChoice

from webapp.accounts import numbers
from webapp.accounts.numbers import IdentityNumber
from webapp.core import clock
from webapp.core.forms import DayField, Form, OnceForm, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.permissions import Area, Level
from webapp.sharing import terms
from webapp.sharing.domain import Grant
from webapp.sharing.models import Consent

MOST_NAME = 60  # characters
OWN_DAY = "egen"
LEVELS = {Level.NONE: _l("Inget"), Level.SEE: _l("Får se"), Level.HELP: _l("Får se och hjälpa till")}
MONTHS = {1: _l("En månad"), 3: _l("Tre månader"), 12: _l("Ett år")}
CHOOSE_ONE = _l("Välj ett av alternativen")


def _one_of(label: LazyText, choices: list[SelectChoice], **more: Any) -> RadioField:
    """One choice of some, with our own words when it is none of them."""
    return RadioField(
        label,
        choices=choices,
        invalid_value_message=CHOOSE_ONE,
        invalid_choice_message=CHOOSE_ONE,
        **more,
    )


def _level(area: Area, label: LazyText) -> RadioField:
    choices = [SelectChoice(int(level), LEVELS[level]) for level in terms.levels(area)]
    return _one_of(label, choices, coerce=int, default=int(Level.NONE))


class GrantForm(Form):
    """A level for each area, and until when."""

    what_matters = _level(Area.WHAT_MATTERS, _l("Viktigt för mig"))
    plan = _level(Area.PLAN, _l("Min plan"))
    contacts = _level(Area.CONTACTS, _l("Mina kontakter"))
    reminders = _level(Area.REMINDERS, _l("Mina påminnelser"))
    until = _one_of(
        _l("Hur länge?"),
        [
            *(SelectChoice(str(months), said) for months, said in MONTHS.items()),
            SelectChoice(OWN_DAY, _l("Till en egen dag")),
        ],
        default=str(terms.USUAL),
    )
    until_on = DayField(_l("Sista dagen"))
    relation = StringField(
        _l("Vad är personen för dig?"), filters=[clean], validators=text_rules(None, MOST_NAME)
    )

    def validate_what_matters(self, _field: RadioField) -> None:
        if not any(self[area].data for area in terms.AREAS):
            raise ValidationError(_l("Välj minst en sak som personen får se"))

    def validate_until_on(self, field: DayField) -> None:
        if str(self.until.data) != OWN_DAY:
            return
        today = clock.today()
        if not isinstance(field.data, date) or not today <= field.data <= terms.last_day(today):
            raise ValidationError(_l("Välj en dag från och med idag, och högst två år framåt"))

    def grant(self) -> Grant:
        """What was chosen; asked for after validation."""
        wanted = str(self.until.data)
        today = clock.today()
        until_on = self.until_on.data if wanted == OWN_DAY else terms.months_on(today, int(wanted))
        return Grant(**{str(area): Level(self[area].data) for area in terms.AREAS}, until_on=until_on)


class InvitationForm(GrantForm, OnceForm):
    """Also whom, in the person's own words; and by number. Both may be left out."""

    called = StringField(_l("Vem vill du bjuda in?"), filters=[clean], validators=text_rules(None, MOST_NAME))

    number = StringField(_l("Personnummer"), filters=[clean])

    def validate_number(self, field: StringField) -> None:
        if field.data and self.identity() is None:
            raise ValidationError(_l("Skriv ett personnummer med tolv siffror, eller lämna det tomt"))

    def identity(self) -> IdentityNumber | None:
        return numbers.parse(self.number.data or "")


def as_chosen(consent: Consent) -> dict[str, object]:
    """A consent as the form shows it."""
    return {
        **{str(area): int(getattr(consent, area)) for area in terms.AREAS},
        "until": OWN_DAY,
        "until_on": consent.until_on,
        "relation": consent.relation,
    }
