"""What staff are asked for when they record who acts for a person, freeze, mark or name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session
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
from wtforms.validators import AnyOf, DataRequired, InputRequired

from webapp.accounts.models import Person
from webapp.accounts.numbers import IdentityNumber, parse
from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.permissions import Area, Level
from webapp.reminders.schedule import LAST_YEAR
from webapp.sharing import mandates
from webapp.sharing.decisions import Basis
from webapp.sharing.mandates import Because, Proof, Scope
from webapp.sharing.models import APPOINTED, ConsentKind
from webapp.sharing.words import AREAS, BASES, ROLES

MOST_NAME = 120
MOST_WORDS = 1000
LOOK_AGAIN = timedelta(days=14)
CAN_COVER = (Area.WHAT_MATTERS, Area.PLAN, Area.CONTACTS, Area.REMINDERS)
NO_NUMBER = _l("Skriv ett personnummer eller samordningsnummer med tio eller tolv siffror")

WHY_NOT: dict[Because, LazyText] = {
    Because.SAME_PERSON: _l("Det är personens eget nummer. Skriv numret till den som företräder."),
    Because.ALREADY: _l("Den personen är redan inskriven här."),
    Because.TURNED_16: _l("Personen har fyllt 16 år. Då gäller bara det som personen själv delar."),
    Because.COVERS_NOTHING: _l("Välj minst en sak"),
    Because.OTHER_NAME: _l(
        "Den som har numret är inskriven med ett annat namn. Titta på numret i det du kontrollerade."
    ),
    Because.HAS_ENDED: _l("Den dagen har redan varit. Välj idag eller en senare dag."),
}


def _number_field(label: LazyText) -> StringField:
    return StringField(label, filters=[clean], validators=[DataRequired(NO_NUMBER)])


class NumberForm(Form):
    """A form with somebody's number in it. A number that is none is told at its field."""

    def validate_number(self, field: Field) -> None:
        if parse(field.data or "") is None:
            raise ValidationError(NO_NUMBER)

    def identity(self) -> IdentityNumber:
        """The number that was typed, once the form holds."""
        number = parse(self.number.data)
        if number is None:
            raise ValueError("the form does not hold")
        return number


class MandateForm(NumberForm):
    """Whom it is about, and what staff have looked at."""

    number = _number_field(_l("Personnummer"))
    again = StringField(_l("Skriv numret en gång till"), filters=[clean])  # asked for where the names differ
    asks_again = False
    name = StringField(_l("Namn"), filters=[clean], validators=text_rules(_l("Skriv namnet"), MOST_NAME))
    basis = RadioField(
        _l("Vad har du kontrollerat?"),
        choices=[SelectChoice(basis.value, words) for basis, words in BASES.items()],
        validators=[AnyOf(list(Basis), _l("Välj vad du har kontrollerat"))],
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Vilket papper eller beslut?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )

    def holder(self, session: Session) -> Person:
        """Whoever has the number that was typed. Raises mandates.NotNow."""
        number = self.identity()
        twice = parse(self.again.data or "") == number
        return mandates.holder(session, number, self.name.data, twice=twice)

    def proof(self) -> Proof:
        return Proof(self.name.data, Basis(self.basis.data), self.note.data)

    def tell_why_not(self, because: Because) -> None:
        """Say at its field why it could not be recorded."""
        self.number.errors = [WHY_NOT[because]]
        if because is Because.OTHER_NAME:
            self.asks_again = True
            self.again.data = ""


class GuardianForm(MandateForm):
    relation = StringField(
        _l("Vad är personen till barnet?"),
        filters=[clean],
        validators=text_rules(_l("Skriv till exempel mamma eller pappa"), 60),
    )


class AppointForm(MandateForm):
    """A god man, a förvaltare or the holder of a framtidsfullmakt, as far as the document goes."""

    kind = RadioField(
        _l("Vad gäller det?"),
        choices=[SelectChoice(kind.value, words) for kind, words in ROLES.items() if kind in APPOINTED],
        validators=[AnyOf(list(APPOINTED), _l("Välj vad det gäller"))],
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Vilket papper eller beslut?"),
        filters=[clean],
        validators=text_rules(
            _l("Skriv vilket beslut eller papper det är, med datum"), MOST_WORDS, lines=True
        ),
    )
    sees = SelectMultipleField(
        _l("Får se"),
        choices=[SelectChoice(area.value, AREAS[area]) for area in CAN_COVER],
        validate_choice=False,
    )
    helps = SelectMultipleField(
        _l("Får se och hjälpa till med"),
        choices=[SelectChoice(area.value, AREAS[area]) for area in CAN_COVER],
        validate_choice=False,
    )
    until_on = DayField(_l("Till och med"), validators=[InputRequired(_l("Skriv sista dagen"))])

    def validate_until_on(self, field: Field) -> None:
        _from_today(field)

    def validate_helps(self, field: Field) -> None:
        chosen = {*(field.data or ()), *(self.sees.data or ())}
        if not chosen or not chosen <= set(CAN_COVER):
            raise ValidationError(WHY_NOT[Because.COVERS_NOTHING])

    def scope(self) -> Scope:
        levels: dict[str, Any] = {str(area): Level.SEE for area in self.sees.data}
        levels |= {str(area): Level.HELP for area in self.helps.data}
        return Scope(**levels)

    def appointed_as(self) -> ConsentKind:
        return ConsentKind(self.kind.data)


class WhyForm(Form):
    """A reason that staff read, and nobody else."""

    why = TextAreaField(
        _l("Varför?"), filters=[clean], validators=text_rules(_l("Skriv varför"), MOST_WORDS, lines=True)
    )


class FreezeForm(WhyForm):
    look_again_on = DayField(
        _l("Dag då ni prövar det igen"),
        validators=[InputRequired(_l("Skriv en dag"))],
        default=lambda: clock.today() + LOOK_AGAIN,
    )

    def validate_look_again_on(self, field: Field) -> None:
        _from_today(field)


class DeathForm(Form):
    """When the person died, by whoever has checked that it is the right person."""

    died_on = DayField(_l("Dag då personen avled"), validators=[InputRequired(_l("Skriv dagen"))])
    sure = BooleanField(
        _l("Jag har kontrollerat att det är rätt person"),
        validators=[DataRequired(_l("Kryssa för att du har kontrollerat"))],
    )
    born_on: date = date.min

    def validate_died_on(self, field: Field) -> None:
        if field.data is not None and not self.born_on <= field.data <= clock.today():
            raise ValidationError(_l("Välj idag eller en dag som har varit, efter att personen föddes"))


class NameForm(Form):
    """Which of the unit's staff may open a person with protected identity."""

    staff = RadioField(_l("Vem?"), choices=[], validate_choice=False)

    def validate_staff(self, field: Field) -> None:
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_l("Välj någon"))


class ManagerForm(NumberForm, NameForm):
    """The same, by a manager, who sees nothing of the person and so writes the number."""

    number = _number_field(_l("Personnummer"))


def _from_today(field: Field) -> None:
    if field.data is not None and field.data < clock.today():
        raise ValidationError(WHY_NOT[Because.HAS_ENDED])
    if field.data is not None and field.data.year > LAST_YEAR:
        raise ValidationError(_l("Skriv en dag som finns, till exempel 2026-03-31"))
