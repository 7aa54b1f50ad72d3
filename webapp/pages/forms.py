"""What a reader may tell us on /fel."""

from __future__ import annotations

import unicodedata

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from webapp.core.i18n import _l

MOST_WORDS = 2000  # characters
MOST_PAGE = 200


def _no_strange_signs(_form: FlaskForm, field: TextAreaField) -> None:
    """Refuse signs that cannot be seen: they make a text look like another than it is."""
    if any(unicodedata.category(sign) in ("Cc", "Cf") and sign not in "\r\n\t" for sign in field.data or ""):
        raise ValidationError(_l("Texten har tecken som inte syns. Skriv den på nytt."))


class FeedbackForm(FlaskForm):
    """One question, and the page it is about. Nothing about who asks."""

    words = TextAreaField(
        _l("Vad blev fel, eller vad saknas?"),
        filters=[lambda text: text.strip() if text else ""],
        validators=[
            InputRequired(_l("Skriv vad som blev fel")),
            Length(max=MOST_WORDS, message=_l("Texten får ha högst %(max)d tecken")),
            _no_strange_signs,
        ],
    )
    page = HiddenField(validators=[Length(max=MOST_PAGE)])

    def value(self) -> tuple[str, str]:
        """(page, words): the page is a path without its query, and without whose page it is."""
        return public_part(self.page.data or ""), self.words.data or ""


def public_part(path: str) -> str:
    """`/p/<id>/plan` as `/p/…/plan`: which page it was, but not whose; an answer's token goes as well."""
    parts = path.partition("?")[0].split("/")
    if len(parts) > 2 and parts[1] in ("p", "s"):
        parts[2] = "…"
    return "/".join(parts)
