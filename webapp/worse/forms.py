"""What a person writes about getting worse."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.widgets import HiddenInput

from webapp.core.forms import CountField, Form, clean, text_rules
from webapp.core.i18n import _l

MOST = 1000


class WorseForm(Form):
    """The two texts, and the plan's revision that they were written from."""

    signs = TextAreaField(
        _l("Hur märks det att det blir sämre?"),
        filters=[clean],
        validators=text_rules(None, MOST, lines=True),
    )
    do = TextAreaField(
        _l("Vad ska man göra då?"), filters=[clean], validators=text_rules(None, MOST, lines=True)
    )
    revision = CountField(widget=HiddenInput(), default=0)

    def nothing_written(self) -> None:
        self.signs.errors = [*self.signs.errors, _l("Skriv något i en av rutorna")]
