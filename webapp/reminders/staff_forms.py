"""What staff are asked when they send a reminder of agreed self-care."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.reminders.calling import Choice
from webapp.reminders.forms import MOST_TEXT, MOST_WORDS, ReminderForm, lies_ahead, not_in_use
from webapp.reminders.setting import Wish

LONGEST = timedelta(days=366)  # until it is judged anew: as with the reminders of a plan, a year at the most


def within_a_year(_form: Form, field: Field) -> None:
    """The day of a new judgement: today or later, and within a year."""
    lies_ahead(field, clock.today())
    if field.data is not None and field.data > clock.today() + LONGEST:
        raise ValidationError(_l("Bedöm på nytt inom ett år. Välj en tidigare dag."))


class JudgedForm(Form):
    """Who judged that it can be self-care, and when it is judged anew: docs/legal.md, "Egenvård"."""

    assessed_by = StringField(
        _l("Vem har bedömt att det kan vara egenvård?"),
        filters=[clean],
        validators=text_rules(_l("Skriv namn och yrke på den som har bedömt"), 200),
    )
    reassess_on = DayField(
        _l("Vilken dag bedömer ni på nytt?"),
        validators=[InputRequired(_l("Skriv vilken dag ni bedömer på nytt")), within_a_year],
    )

    begins_on: date | None = None  # the first day of a reminder that is there already

    def validate_reassess_on(self, field: Field) -> None:
        if field.data is not None and self.begins_on is not None and field.data < self.begins_on:
            raise ValidationError(_l("Påminnelsen börjar senare än så. Välj en senare dag."))


class StaffReminderForm(JudgedForm, ReminderForm):
    """Agreed self-care (egenvård): also why, how, whom to call, who judged it, and until when."""

    text = StringField(
        _l("Vad ska personen komma ihåg?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad påminnelsen gäller"), MOST_TEXT),
    )
    own_language_text = StringField(
        _l("Samma sak på personens språk"), filters=[clean], validators=text_rules(None, MOST_TEXT)
    )
    why = TextAreaField(
        _l("Varför?"), filters=[clean], validators=text_rules(_l("Skriv varför"), MOST_WORDS, lines=True)
    )
    how = TextAreaField(
        _l("Hur gör man?"), filters=[clean], validators=text_rules(None, MOST_WORDS, lines=True)
    )
    if_not = TextAreaField(
        _l("Om det inte går"), filters=[clean], validators=text_rules(None, MOST_WORDS, lines=True)
    )
    call = SelectField(_l("Vem ringer personen då?"), default="", validate_choice=False)

    def offer(self, choices: Sequence[Choice]) -> None:
        """Let one of these be chosen to call."""
        self.callable_ = {choice.key: choice for choice in choices}
        offered = [
            SelectChoice(key, f"{each.call.name} {each.call.number}") for key, each in self.callable_.items()
        ]
        self.call.choices = [SelectChoice("", _l("Ingen särskild")), *offered]

    def validate_call(self, field: Field) -> None:
        if field.data and field.data not in self.callable_:
            raise ValidationError(_l("Välj ett nummer som står i listan"))

    def validate_until_on(self, field: Field) -> None:
        super().validate_until_on(field)
        self._within_the_judgement(field)

    def validate_once_on(self, field: Field) -> None:
        super().validate_once_on(field)
        self._within_the_judgement(field)

    def _within_the_judgement(self, field: Field) -> None:
        judged: date | None = self.reassess_on.data
        if field.data is None or judged is None or not_in_use(self, field.name):
            return
        if field.data > judged:
            raise ValidationError(_l("Den kan inte hålla på längre än till dagen då ni bedömer på nytt"))

    def validate_from_on(self, field: Field) -> None:
        super().validate_from_on(field)
        self._within_the_judgement(field)

    def chosen(self) -> Choice | None:
        """Whom the person is to call; None where nobody was chosen."""
        return self.callable_.get(self.call.data or "")

    def ends(self) -> date | None:
        """The last day that was written, else the day of the new judgement."""
        day: date | None = self.until_on.data or self.reassess_on.data
        return day

    def value_for(self, language: str) -> Wish:
        """The wish, for a person who reads `language`."""
        chosen = self.chosen()
        return Wish(
            text=self.text.data or "",
            rule=self.rule(),
            why=self.why.data or "",
            how=self.how.data or "",
            if_not=self.if_not.data or "",
            assessed_by=self.assessed_by.data or "",
            own_language_text=(self.own_language_text.data or "") if language != "sv" else "",
            own_language=language,
            exact=self.exact.data,
            reassess_on=self.reassess_on.data,
            call_contact_id=chosen.contact_id if chosen else None,
            call_number=chosen.number if chosen else "",
        )
