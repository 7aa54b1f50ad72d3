"""What may be asked when a reminder is made or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any
from uuid import uuid4

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, Regexp

from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.reminders.fields import WRITE_A_TIME, ClockField, StepField, WeekdaysField
from webapp.reminders.schedule import (
    EVERY_DAY,
    LAST_YEAR,
    MOST_DAYS_BETWEEN,
    MOST_WEEKS_BETWEEN,
    Break,
    Rule,
)
from webapp.reminders.setting import Wish

MOST_TEXT = 120
MOST_WORDS = 500
WRITE_A_DAY = _l("Skriv en dag som finns, till exempel 2026-03-31")


class Often(StrEnum):
    """How often it comes: by weekdays, with so many days between, or once."""

    WEEKLY = "vecka"
    DAYS = "dagar"
    ONCE = "engang"


# Which fields belong to which answer; what stands in the others is not asked for, and not looked at.
_BELONGS = {
    "days": {Often.WEEKLY},
    "every_weeks": {Often.WEEKLY},
    "every_days": {Often.DAYS},
    "from_on": {Often.WEEKLY, Often.DAYS},
    "until_on": {Often.WEEKLY, Often.DAYS},
    "once_on": {Often.ONCE},
}


def not_in_use(form: Form, name: str) -> bool:
    """Whether the field belongs to another answer than the one that was given."""
    return name in _BELONGS and form.often.data not in _BELONGS[name]


def needs_a_time(_form: Form, field: Field) -> None:
    if field.data is None:
        raise ValidationError(WRITE_A_TIME)


def lies_ahead(field: Field, earliest: date) -> None:
    """Raises ValidationError for a day that has been, or that lies beyond the years we keep."""
    if field.data is not None and field.data < earliest:
        raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
    if field.data is not None and field.data.year > LAST_YEAR:
        raise ValidationError(WRITE_A_DAY)


class ReminderForm(Form):
    """A person's own reminder: what, when, which days, from and until when."""

    text = StringField(
        _l("Vad vill du komma ihåg?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad du vill komma ihåg"), MOST_TEXT),
    )
    at = ClockField(_l("Vilken tid?"), validators=[needs_a_time])
    at_2 = ClockField(_l("En tid till"))
    at_3 = ClockField(_l("Och en till"))
    at_4 = ClockField(_l("Och en till"))
    at_5 = ClockField(_l("Och en till"))
    at_6 = ClockField(_l("Och en till"))
    at_7 = ClockField(_l("Och en till"))
    at_8 = ClockField(_l("Och en till"))
    often = RadioField(
        _l("Hur ofta?"),
        choices=[
            SelectChoice(Often.WEEKLY, _l("Alla eller vissa dagar i veckan")),
            SelectChoice(Often.DAYS, _l("Med några dagar emellan")),
            SelectChoice(Often.ONCE, _l("En enda gång")),
        ],
        default=Often.WEEKLY,
        validate_choice=False,
    )
    days = WeekdaysField(_l("Vilka dagar?"), default=lambda: list(range(7)))
    every_weeks = StepField(_l("Hur många veckor från gång till gång?"), MOST_WEEKS_BETWEEN, default=1)
    every_days = StepField(_l("Hur många dagar från gång till gång?"), MOST_DAYS_BETWEEN, default=2)
    once_on = DayField(_l("Vilken dag?"))
    from_on = DayField(_l("Från och med"), validators=[Optional()])
    until_on = DayField(_l("Till och med"), validators=[Optional()])
    exact = BooleanField(_l("Den ska komma på minuten"))
    once = HiddenField(default=lambda: str(uuid4()), validators=[Optional(), Regexp(r"[0-9a-f-]{36}\Z")])

    first_day: date | None = None  # the day a reminder that is being changed began: it may lie behind
    breaks: tuple[Break, ...] = ()  # those of a reminder that is being changed

    @property
    def also(self) -> Sequence[ClockField]:
        """The times beside the first."""
        return [self.at_2, self.at_3, self.at_4, self.at_5, self.at_6, self.at_7, self.at_8]

    def validate(self, extra_validators: Any = None) -> bool:
        for field in self:
            if not_in_use(self, field.name):
                field.process_errors = []
        return super().validate(extra_validators)

    def validate_often(self, field: Field) -> None:
        if field.data not in set(Often):
            raise ValidationError(_l("Välj hur ofta den ska komma"))

    def validate_days(self, field: Field) -> None:
        if not field.data and not not_in_use(self, "days"):
            raise ValidationError(_l("Välj minst en dag"))

    def validate_once_on(self, field: Field) -> None:
        if not_in_use(self, "once_on"):
            return
        if field.data is None:
            raise ValidationError(WRITE_A_DAY)
        lies_ahead(field, clock.today())

    def validate_from_on(self, field: Field) -> None:
        if not not_in_use(self, "from_on"):
            lies_ahead(field, min(clock.today(), self.first_day or clock.today()))

    def validate_until_on(self, field: Field) -> None:
        if field.data is None or not_in_use(self, "until_on"):
            return
        lies_ahead(field, clock.today())
        if field.data < self.begins():
            raise ValidationError(_l("Sista dagen kan inte komma före den första"))

    def begins(self) -> date:
        return self.from_on.data or self.first_day or clock.today()

    def ends(self) -> date | None:
        """The last day, as it was written."""
        day: date | None = self.until_on.data
        return day

    def times(self) -> tuple[time, ...]:
        typed = (self.at.data, *(also.data for also in self.also))
        return tuple(sorted({at for at in typed if at is not None}))

    def rule(self) -> Rule:
        """What was asked for, once the form has been found good."""
        if self.often.data == Often.ONCE:
            day = self.once_on.data or clock.today()
            return Rule(self.times(), EVERY_DAY, day, day, breaks=self.breaks)
        if self.often.data == Often.DAYS:
            step = self.every_days.data or 1
            return Rule(self.times(), EVERY_DAY, self.begins(), self.ends(), step, breaks=self.breaks)
        return Rule(
            self.times(),
            frozenset(self.days.data or EVERY_DAY),
            self.begins(),
            self.ends(),
            every_weeks=self.every_weeks.data or 1,
            breaks=self.breaks,
        )

    def value(self) -> Wish:
        return Wish(text=self.text.data or "", rule=self.rule(), exact=self.exact.data)

    def typed(self) -> list[tuple[str, str]]:
        """What was sent, field by field, for a page in between to send on."""
        return [(field.name, str(value)) for field in self for value in field.raw_data or ()]

    def never_due(self) -> None:
        """Say that these choices would never come."""
        ends = self.once_on if self.often.data == Often.ONCE else self.until_on
        where = ends if ends.data else self.at
        where.errors = [
            *where.errors,
            _l("Med de här valen kommer påminnelsen aldrig. Välj en senare tid eller dag."),
        ]
