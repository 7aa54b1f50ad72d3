"""What a person may choose for when they do not answer a reminder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import Field, RadioField, SelectField, ValidationError

from webapp.core.forms import Form
from webapp.core.i18n import _l, plain, plain_n
from webapp.reminders.fields import ClockField
from webapp.reminders.quiet import DELAYS, NIGHT, REPEATS, Quiet
from webapp.reminders.telling import Choice

NO, NOBODY = "0", ""


def minutes(number: int) -> str:
    """ "Efter 15 minuter", "Efter 2 timmar"."""
    if number % 60:
        return plain("Efter %(number)s minuter", number=number)
    return plain_n("Efter en timme", "Efter %(num)s timmar", number // 60, num=number // 60)


class UnansweredForm(Form):
    """One repeat, and whom to tell: up to three relatives in turn, after how long, and the quiet hours."""

    repeat = RadioField(_l("Ska vi påminna dig en gång till?"), default=NO)
    after = RadioField(_l("När ska de få veta?"), default=str(DELAYS[1]))
    first = SelectField(_l("Först"), default=NOBODY)
    second = SelectField(_l("Sedan, om den första inte tar det"), default=NOBODY)
    third = SelectField(_l("Till sist"), default=NOBODY)
    quiet_from = ClockField(_l("Tyst från"), default=NIGHT.begins)
    quiet_until = ClockField(_l("Tyst till"), default=NIGHT.ends)

    def offer(self, relatives: Sequence[Any]) -> UnansweredForm:
        """Let the person choose among these: rows with `id` and `called`."""
        self.repeat.choices = [
            (NO, plain("Nej, en gång räcker")),
            *((str(each), minutes(each)) for each in REPEATS),
        ]
        self.after.choices = [(str(each), minutes(each)) for each in DELAYS]
        names = [(NOBODY, plain("Ingen")), *((str(each.id), each.called) for each in relatives)]
        for field in self.turns:
            field.choices = names
        return self

    @property
    def turns(self) -> tuple[SelectField, ...]:
        return (self.first, self.second, self.third)

    @property
    def relatives(self) -> tuple[UUID, ...]:
        return tuple(UUID(each.data) for each in self.turns if each.data)

    def validate_second(self, field: Field) -> None:
        self._differs(field, (self.first,))

    def validate_third(self, field: Field) -> None:
        self._differs(field, (self.first, self.second))

    def _differs(self, field: Field, before: Sequence[SelectField]) -> None:
        if field.data and field.data in [each.data for each in before]:
            raise ValidationError(_l("Välj någon annan här, eller ingen"))

    def validate_quiet_until(self, field: Field) -> None:
        if (field.data is None) != (self.quiet_from.data is None):
            raise ValidationError(_l("Skriv båda tiderna, eller ingen"))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """The two times are compared only when all that was chosen was there to choose."""
        if not super().validate(extra_validators):
            return False
        if self.relatives and int(self.after.data) <= int(self.repeat.data):
            self.after.errors = [plain("Välj en längre tid, så att du hinner svara på den andra påminnelsen")]
            return False
        return True

    def value(self) -> Choice:
        repeat = int(self.repeat.data)
        return Choice(
            repeat_after_minutes=repeat or None,
            tell_after_minutes=int(self.after.data) if self.relatives else None,
            relatives=self.relatives,
            quiet=self._quiet(),
        )

    def _quiet(self) -> str:
        begins, ends = self.quiet_from.data, self.quiet_until.data
        return str(Quiet(begins, ends)) if begins is not None and ends is not None else ""


def as_typed(choice: Choice, relatives: Sequence[Any]) -> dict[str, Any]:
    """What was chosen before, as the form shows it; a relative who may no longer be told is left out."""
    still = [str(each) for each in choice.relatives if each in {one.id for one in relatives}]
    turns = dict(zip(("first", "second", "third"), still, strict=False))
    shown: dict[str, Any] = {"repeat": str(choice.repeat_after_minutes or NO), **turns}
    if choice.tell_after_minutes is not None:
        quiet = Quiet.read(choice.quiet)
        empty = quiet.begins == quiet.ends
        shown |= {
            "after": str(choice.tell_after_minutes),
            "quiet_from": None if empty else quiet.begins,
            "quiet_until": None if empty else quiet.ends,
        }
    return shown
