"""Two at once: whoever saves second sees both texts and chooses, and nobody's words are lost.

Each form carries the revision it was opened from. Saved from an older one, nothing is written: the form is shown
again with what stands there now beside what was typed. What a save replaces is kept (plans.earlier). The same
text sent twice, because the first answer never came, is saved once.
"""

from __future__ import annotations

from flask import request
from wtforms import HiddenField

from webapp.core.forms import Form
from webapp.plans.earlier import Texts, plain_text

CHOICE, BOTH = "gor", "bada"  # the button that puts the two texts together in the form


class RevisedForm(Form):
    """A form for something that others may be changing too. `revision` is set when it is opened."""

    revision = HiddenField()

    @property
    def started_from(self) -> int:
        """The revision it was opened from; 0 where what was sent is no number."""
        sent = str(self.revision.data or "")
        return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


class Together:
    """What comes of sending a form: to be saved, saved already, or both texts to be shown."""

    def __init__(self, form: RevisedForm, revision: int, stands: Texts) -> None:
        self.stands = {name: stands[name] for name in stands if name in form}
        self.same = all(
            plain_text(form[name].data) == plain_text(there) for name, there in self.stands.items()
        )
        self.stale = form.started_from != revision and not self.same
        if self.stale:
            if request.form.get(CHOICE) == BOTH:
                self._put_together(form)
            form.revision.data = str(revision)

    @property
    def theirs(self) -> list[tuple[str, str]]:
        """The fields that differ, with what stands there now."""
        return [(name, plain_text(there)) for name, there in self.stands.items()]

    def _put_together(self, form: RevisedForm) -> None:
        """Fields of several lines get both texts; of one line, the one that was typed stays."""
        for name, there in self.stands.items():
            field = form[name]
            mine, theirs = plain_text(field.data), plain_text(there)
            if field.type == "TextAreaField" and theirs and mine != theirs:
                field.data = f"{theirs}\n{mine}".strip()
