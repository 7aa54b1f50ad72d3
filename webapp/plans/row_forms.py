"""Forms for rows, goals and the situation."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Optional

from webapp.core import clock
from webapp.core.forms import DayField, Form, OnceForm, clean, text_rules
from webapp.core.i18n import _l
from webapp.directory.numbers import ClosedNumber, digits, refuse_closed
from webapp.plans.goal_words import GoalWords
from webapp.plans.goals import Situation
from webapp.plans.rows import RowWords
from webapp.plans.together import RevisedForm

FEWEST_DIGITS, MOST_DIGITS = 3, 15
MOST_WORDS = 2000


def reachable(_form: Form, field: Any) -> None:
    """A number that somebody can call, and that has not been closed."""
    typed = field.data or ""
    if not typed:
        return
    if not FEWEST_DIGITS <= len(digits(typed).removeprefix("+")) <= MOST_DIGITS:
        raise ValidationError(_l("Skriv numret med siffror"))
    try:
        refuse_closed(typed)
    except ClosedNumber:
        raise ValidationError(_l("Det numret har upphört. Skriv ett annat.")) from None


YEARS = 30  # a row's days lie this near, on either side


def refuse_far_off(field: Any) -> None:
    """A day that nobody can have meant."""
    if field.data is not None and abs(field.data.year - clock.today().year) > YEARS:
        raise ValidationError(_l("Skriv en dag som finns, till exempel 2026-03-31"))


class RowFields(Form):
    """What a row says."""

    what = StringField(
        _l("Vad ska göras?"), filters=[clean], validators=text_rules(_l("Skriv vad som ska göras"), 300)
    )
    who = StringField(_l("Vem gör det?"), filters=[clean], validators=text_rules(None, 200))
    phone = StringField(
        _l("Telefon till den som gör det"), filters=[clean], validators=[*text_rules(None, 30), reachable]
    )
    how_often = StringField(_l("Hur ofta?"), filters=[clean], validators=text_rules(None, 120))
    from_on = DayField(_l("Från och med"), validators=[Optional()])
    until_on = DayField(_l("Till och med"), validators=[Optional()])

    def validate_from_on(self, field: Any) -> None:
        refuse_far_off(field)

    def validate_until_on(self, field: Any) -> None:
        refuse_far_off(field)
        begins = self.from_on.data
        if begins is not None and field.data is not None and field.data < begins:
            raise ValidationError(_l("Sista dagen kan inte vara före första dagen"))

    def value(self) -> RowWords:
        return RowWords(
            self.what.data or "",
            self.who.data or "",
            self.phone.data or None,
            self.how_often.data or "",
            self.from_on.data,
            self.until_on.data,
        )


class NewRowForm(OnceForm, RowFields):
    """A row that staff propose."""

    owner = RadioField(_l("Vem ansvarar?"), validators=[InputRequired(_l("Välj vem som ansvarar"))])


class ChangeRowForm(RevisedForm, RowFields):
    """A row written anew, or a change of it. Of a citizen's own row, who does it is not asked."""

    def value(self) -> RowWords:
        said = super().value() if "who" in self else None
        return said or RowWords(
            self.what.data or "", "", None, self.how_often.data or "", self.from_on.data, self.until_on.data
        )


class NextStepForm(RevisedForm):
    next_step = StringField(_l("Nästa steg"), filters=[clean], validators=text_rules(None, 300))
    waits_for = StringField(
        _l("Vem eller vad väntar det på?"), filters=[clean], validators=text_rules(None, 200)
    )


class GoalFields(Form):
    """What a goal says."""

    words = TextAreaField(
        _l("Vad vill du uppnå?"),
        filters=[clean],
        validators=text_rules(_l("Skriv målet med egna ord"), MOST_WORDS, lines=True),
    )
    noticed_by = TextAreaField(
        _l("Hur märker jag att det blivit bättre?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )
    area = StringField(_l("Vad i livet gäller det?"), filters=[clean], validators=text_rules(None, 60))
    answer = SelectField(_l("Kommer målet ur något som är viktigt?"), validate_choice=False)

    def validate_answer(self, field: Any) -> None:
        known = {str(value) for value, *_ in field.choices}
        if (field.data or "") not in known:
            raise ValidationError(_l("Det svaret finns inte. Välj ett i listan."))

    def value(self) -> GoalWords:
        chosen = next(
            (value for value, *_ in self.answer.choices if value and str(value) == self.answer.data), None
        )
        return GoalWords(self.words.data or "", self.noticed_by.data or "", self.area.data or "", chosen)


class NewGoalForm(OnceForm, GoalFields):
    pass


class ChangeGoalForm(RevisedForm, GoalFields):
    pass


class SituationForm(RevisedForm):
    situation = TextAreaField(
        _l("Så är det nu"), filters=[clean], validators=text_rules(None, MOST_WORDS, lines=True)
    )
    held_together_by = StringField(
        _l("Vem håller ihop planen?"), filters=[clean], validators=text_rules(None, 200)
    )
    nobody_else = BooleanField(_l("Ingen annan än regionen och kommunen gör något i planen"))

    def value(self) -> Situation:
        return Situation(
            self.situation.data or "", self.held_together_by.data or "", bool(self.nobody_else.data)
        )
