"""The fields that a reminder's form is made of: a clock time, weekdays, and how far it is from time to time."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from webapp.core.i18n import LazyText, _l, weekday_name
from webapp.reminders.schedule import EVERY_DAY

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


class StepField(IntegerField):
    """A small whole number, 1 to `most`; what was typed is kept."""

    data: int | None

    def __init__(self, label: LazyText, most: int, **more: Any) -> None:
        super().__init__(label, **more)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return  # not asked: its default stands
        typed = str(valuelist[0]).strip()
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else None
        if self.data is None or not 1 <= self.data <= self.most:
            self.data = None
            raise ValueError(_l("Skriv ett antal, 1 till %(most)d", most=self.most))
