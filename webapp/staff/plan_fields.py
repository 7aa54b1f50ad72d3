"""The fields of one goal, one row and its reminder, as a starter suggests them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from webapp.contacts.domain import Contact
from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.directory import numbers
from webapp.plans.models import Doer
from webapp.plans.starters.shape import Effort, Suggested
from webapp.reminders.fields import ClockField, WeekdaysField
from webapp.sharing.forms import CHOOSE_ONE
from webapp.staff.words import DOERS

MOST_ROW = 300
MOST_SHORT = 120


def goal_fields(number: int, ask: str | None, answers: Sequence[SelectChoice]) -> dict[str, Any]:
    return {
        f"goal{number}": TextAreaField(
            ask or _l("Vad vill personen?"),
            filters=[clean],
            validators=text_rules(None, MOST_ROW, lines=True),
        ),
        f"goal{number}_noticed": StringField(
            _l("Hur märker jag att det blivit bättre?"),
            filters=[clean],
            validators=text_rules(None, MOST_ROW),
        ),
        f"goal{number}_from": SelectField(
            _l("Kommer från svaret på"), choices=answers, default="", invalid_choice_message=CHOOSE_ONE
        ),
    }


def row_fields(number: int, effort: Effort | None, contact: Contact | None = None) -> dict[str, Any]:
    name = f"row{number}"
    who = ", ".join(part for part in (contact.name, contact.title) if part) if contact else ""
    fields: dict[str, Any] = {
        name: BooleanField(_l("Ta med raden"), default=effort is not None),
        f"{name}_what": StringField(
            _l("Vad ska göras?"),
            filters=[clean],
            default=effort.what.sv if effort else "",
            validators=[
                _needs_words(_l("Skriv vad som ska göras, eller ta bort raden"), only_if=name),
                *text_rules(None, MOST_ROW),
            ],
        ),
        f"{name}_doer": SelectField(
            _l("Vem gör det?"),
            choices=[SelectChoice(str(doer), said) for doer, said in DOERS.items()],
            default=effort.doer if effort else str(Doer.ME),
            invalid_choice_message=CHOOSE_ONE,
        ),
        f"{name}_relative": SelectField(
            _l("Vilken anhörig?"), default="", validators=[Optional()], invalid_choice_message=CHOOSE_ONE
        ),
        f"{name}_who": StringField(
            _l("Namn och yrke"), filters=[clean], default=who, validators=text_rules(None, MOST_SHORT)
        ),
        f"{name}_phone": StringField(
            _l("Telefon"),
            filters=[clean],
            default=contact.phone if contact else None,
            validators=[*text_rules(None, 30), _closed],
        ),
        f"{name}_often": StringField(
            _l("Hur ofta?"),
            filters=[clean],
            default=effort.how_often.sv if effort and effort.how_often else "",
            validators=text_rules(None, MOST_SHORT),
        ),
    }
    return fields | (_reminder_fields(name, effort.reminder) if effort and effort.reminder else {})


def _reminder_fields(row: str, suggested: Suggested) -> dict[str, Any]:
    remind, part = f"{row}_remind", f"{row}_remind_"
    times: tuple[time | None, ...] = (*suggested.times, None)
    write = _l("Skriv vad påminnelsen gäller")
    at = _l("Skriv en tid, till exempel 13.00")
    return {
        remind: BooleanField(_l("Föreslå en påminnelse"), default=True),
        f"{part}text": StringField(
            _l("Vad ska personen komma ihåg?"),
            filters=[clean],
            default=suggested.text.sv,
            validators=[_needs_words(write, only_if=remind), *text_rules(None, MOST_SHORT)],
        ),
        f"{part}at": ClockField(
            _l("Vilken tid?"), default=times[0], validators=[_needs_words(at, only_if=remind)]
        ),
        f"{part}at_2": ClockField(_l("En tid till"), default=times[1]),
        f"{part}days": WeekdaysField(
            _l("Vilka dagar?"),
            default=sorted(suggested.weekdays),
            validators=[_needs_words(_l("Välj minst en dag"), only_if=remind)],
        ),
        f"{part}weeks": IntegerField(
            _l("Hur många veckor, tills ni bedömer på nytt?"),
            default=suggested.weeks,
            validators=[_weeks],
        ),
        **{
            f"{part}{key}": TextAreaField(
                label,
                filters=[clean],
                default=getattr(suggested, key).sv,
                validators=text_rules(None, 500, lines=True),
            )
            for key, label in (
                ("why", _l("Varför?")),
                ("how", _l("Hur gör man?")),
                ("if_not", _l("Om det inte går")),
            )
        },
    }


def _weeks(_form: Form, field: Field) -> None:
    if field.data is None or not 1 <= field.data <= 52:
        field.errors = []  # our own words in place of the field's
        raise ValidationError(_l("Skriv ett antal veckor, 1 till 52"))


def _closed(_form: Form, field: Field) -> None:
    try:
        numbers.refuse_closed(field.data)
    except numbers.ClosedNumber:
        raise ValidationError(_l("Det numret är avstängt. Skriv ett annat.")) from None


def _needs_words(said: LazyText, *, only_if: str) -> Any:
    """Something must stand here when the box before it is ticked."""

    def check(form: Any, field: Field) -> None:
        if form[only_if].data and not field.data:
            raise ValidationError(said)

    return check
