"""What a reader may tell us on /fel."""

from __future__ import annotations

import re
from uuid import UUID

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from webapp.core.forms import OnceForm, clean, no_strange_signs, text_rules
from webapp.core.i18n import _l

MOST_WORDS = 2000  # characters
MOST_PAGE = 200
_WORDS = re.compile(r"[a-z-]*|…")


class FeedbackForm(OnceForm):
    """One question, and the page it is about. Nothing about who asks."""

    words = TextAreaField(
        _l("Vad blev fel, eller vad saknas?"),
        filters=[clean],
        validators=[DataRequired(_l("Skriv vad som blev fel")), *text_rules(None, MOST_WORDS, lines=True)],
    )
    page = HiddenField(validators=[Length(max=MOST_PAGE), no_strange_signs])

    def value(self) -> tuple[str, str]:
        """(page, words): the page is a path without its query, and without whose page it is."""
        return public_part(self.page.data or ""), self.words.data or ""


def public_part(path: str) -> str:
    """`/p/<id>/plan` as `/p/…/plan`: which page it was, but not whose; an answer's token goes as well.

    Anything that is no path of plain words is left out: the field can be forged, and the page stands in the log.
    """
    parts = path.partition("?")[0].split("/")
    if len(parts) > 2 and parts[1] in ("p", "s"):
        parts[2] = "…"
    shown = ["…" if _is_id(part) else part for part in parts]
    return "/".join(shown) if all(_WORDS.fullmatch(part) for part in shown) else ""


def _is_id(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return False
    return True
