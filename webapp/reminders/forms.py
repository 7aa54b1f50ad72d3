"""What may be asked when a reminder is made or changed."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any
from uuid import uuid4

from wtforms import (
    Field,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, Regexp, StopValidation

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import LazyText, _l, weekday_name
from webapp.reminders.schedule import EVERY_DAY, LAST_YEAR, Rule
from webapp.reminders.setting import Wish

MOST_TEXT = 120
MOST_WORDS = 500
_CLOCK = re.compile(r"(?:kl\.?\s*)?(\d{1,2})(?:\s*[.:]?\s*(\d{2}))?")
WRITE_A_TIME = _l("Skriv en tid, till exempel 13.00")


class ClockField(StringField):
    """A time as people write it: 13.00, 13:00, 1300, 8. `data` is a time, or None; what was typed is kept."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H.%M}" if isinstance(self.data, time) else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = read_clock(typed)
        if typed and self.data is None:
            raise ValueError(WRITE_A_TIME)


def read_clock(typed: str) -> time | None:
    """The time that was typed, or None."""
    found = _CLOCK.fullmatch(typed.lower())
    if found is None or not typed.isascii():
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class WeekdaysField(SelectMultipleField):
    """Weekdays, 0 is Monday, named in the reader's language."""

    def __init__(self, label: LazyText, **more: Any) -> None:
        super().__init__(label, coerce=int, choices=[SelectChoice(day, "") for day in range(7)], **more)
        self.type = SelectMultipleField.__name__  # templates go by it: the error leads to the first day

    def iter_choices(self) -> Any:
        for value, _label, selected, more in super().iter_choices():
            name = weekday_name(value)
            yield value, name[:1].upper() + name[1:], selected, more

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not all(day in tuple("0123456") for day in valuelist):
            self.data = None
            raise ValueError(_l("Välj minst en dag"))
        self.data = [int(day) for day in valuelist]

    def pre_validate(self, form: Any) -> None:
        if any(day not in EVERY_DAY for day in self.data or ()):
            raise StopValidation(_l("Välj minst en dag"))


def _needs_one(_form: Form, field: Field) -> None:
    if field.data is None:
        raise ValidationError(WRITE_A_TIME)


class ReminderForm(Form):
    """A person's own reminder: what, when, which days, from and until when."""

    text = StringField(
        _l("Vad vill du komma ihåg?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad du vill komma ihåg"), MOST_TEXT),
    )
    at = ClockField(_l("Vilken tid?"), validators=[_needs_one])
    at_2 = ClockField(_l("En tid till"))
    at_3 = ClockField(_l("Och en till"))
    at_4 = ClockField(_l("Och en till"))
    days = WeekdaysField(
        _l("Vilka dagar?"),
        default=lambda: list(range(7)),
        validators=[InputRequired(_l("Välj minst en dag"))],
    )
    from_on = DayField(_l("Från och med"), validators=[Optional()])
    until_on = DayField(_l("Till och med"), validators=[Optional()])
    once = HiddenField(default=lambda: str(uuid4()), validators=[Optional(), Regexp(r"[0-9a-f-]{36}\Z")])

    first_day: date | None = None  # the day a reminder that is being changed began: it may lie behind

    def validate_from_on(self, field: Field) -> None:
        earliest = min(clock.today(), self.first_day or clock.today())
        if field.data is not None and field.data < earliest:
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        _within_reason(field.data)

    def validate_until_on(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data < self.begins():
            raise ValidationError(_l("Sista dagen kan inte komma före den första"))
        _within_reason(field.data)

    def begins(self) -> date:
        return self.from_on.data or self.first_day or clock.today()

    def times(self) -> tuple[time, ...]:
        typed = (self.at.data, self.at_2.data, self.at_3.data, self.at_4.data)
        return tuple(sorted({at for at in typed if at is not None}))

    def rule(self) -> Rule:
        return Rule(self.times(), frozenset(self.days.data or ()), self.begins(), self.until_on.data)

    def value(self) -> Wish:
        return Wish(text=self.text.data or "", rule=self.rule())

    def never_due(self) -> None:
        """Say that these choices would never come."""
        where = self.until_on if self.until_on.data else self.at
        where.errors = [
            *where.errors,
            _l("Med de här valen kommer påminnelsen aldrig. Välj en senare tid eller dag."),
        ]


def _within_reason(day: date | None) -> None:
    if day is not None and day.year > LAST_YEAR:
        raise ValidationError(_l("Skriv en dag som finns, till exempel 2026-03-31"))


class StaffReminderForm(ReminderForm):
    """Agreed self-care (egenvård): also why, how, who assessed it, and until when: docs/legal.md, "Egenvård"."""

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
    assessed_by = StringField(
        _l("Vem har bedömt att det kan vara egenvård?"),
        filters=[clean],
        validators=text_rules(_l("Skriv namn och yrke på den som har bedömt"), 200),
    )
    until_on = DayField(_l("Till och med"), validators=[InputRequired(_l("Skriv vilken dag den slutar"))])

    def value_for(self, language: str) -> Wish:
        """The wish, for a person who reads `language`."""
        return Wish(
            text=self.text.data or "",
            rule=self.rule(),
            why=self.why.data or "",
            how=self.how.data or "",
            if_not=self.if_not.data or "",
            assessed_by=self.assessed_by.data or "",
            own_language_text=(self.own_language_text.data or "") if language != "sv" else "",
            own_language=language,
        )
