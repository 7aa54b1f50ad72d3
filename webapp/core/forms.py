"""What every form has in common: the form token, honest texts, and limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import g
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, IntegerField, ValidationError
from wtforms.validators import DataRequired, Length

from webapp.core.i18n import LazyText, _l

# Signs that change the direction or look of other text, and those that cannot be seen at all.
_LINE_SIGNS = frozenset("\n\t")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and patterns that show nothing
_JOINERS = frozenset("\u200d\ufe0f")  # hold an emoji together; people write them


class Form(FlaskForm):
    """A form whose token core.security has checked already; a token that did not hold is told here."""

    class Meta:
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent; or, when the form is opened, what was typed there when a sign-in ended."""
            sent = super().wrap_formdata(form, formdata)  # type: ignore[misc] # FlaskForm's, which has no types
            return sent or g.get("kept_typed")

    @property
    def kept(self) -> bool:
        """Whether what stands here was typed earlier and is not saved."""
        return g.get("kept_typed") is not None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything holds; what was typed stays in the fields in any case."""
        fine: bool = super().validate(extra_validators)
        if g.get("token_fault"):
            self.form_errors.append(_l("Sidan hade stått öppen för länge. Tryck en gång till, så går det."))
            return False
        return fine


class OnceForm(Form):
    """A form that makes something new: sent twice, by a double press or a lost answer, it is made once."""

    once = HiddenField(default=lambda: str(uuid4()))

    @property
    def once_id(self) -> UUID:
        """The same for each sending of one opened form; new where what was sent is no id."""
        try:
            return UUID(str(self.once.data or ""))
        except ValueError:
            return uuid4()


class DayField(DateField):
    """A date, with our own words when it is none; what was typed is kept."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            self.data = None
            return
        try:
            self.data = date.fromisoformat(typed)
        except ValueError:
            self.data = None
            raise ValueError(_l("Skriv en dag som finns, till exempel 2026-03-31")) from None


class CountField(IntegerField):
    """A count that the page itself wrote, such as a version: 0 to a million. Anything else is no count."""

    data: int | None
    MOST_DIGITS = 7

    def process_formdata(self, valuelist: list[Any]) -> None:
        written = str(valuelist[0]).strip() if valuelist else ""
        if not written:
            self.data = 0
            return
        self.data = None
        if not (written.isascii() and written.isdigit()) or len(written) > self.MOST_DIGITS:
            raise ValueError(_l("Gå tillbaka, ladda om sidan och försök en gång till."))
        self.data = int(written)


def clean(text: str | None) -> str:
    """The text as it is kept: one form of each letter (NFC), one kind of line end, no space around it."""
    if not text:
        return ""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def no_strange_signs(_form: FlaskForm, field: Field) -> None:
    """Refuse control signs and signs that turn the direction of other text: what is seen is what is kept."""
    if has_strange_signs(field.data or ""):
        raise ValidationError(_l("Texten har tecken som inte syns. Skriv den på nytt."))


def has_strange_signs(text: str) -> bool:
    return not _FILLERS.isdisjoint(text) or any(
        sign not in _LINE_SIGNS
        and sign not in _JOINERS
        and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn")
        for sign in text
    )


def single_line(_form: FlaskForm, field: Field) -> None:
    if "\n" in (field.data or ""):
        raise ValidationError(_l("Skriv allt på en rad"))


def text_rules(missing: LazyText | None, most: int, *, lines: bool = False) -> list[Callable[..., Any]]:
    """The validators of a text field: `missing` is the message when it must not be empty; `most` characters."""
    rules: list[Callable[..., Any]] = [DataRequired(missing)] if missing else []
    rules += [Length(max=most, message=_l("Texten får ha högst %(max)d tecken")), no_strange_signs]
    return rules if lines else [*rules, single_line]
