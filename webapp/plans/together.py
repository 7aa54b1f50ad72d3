"""Two at once: whoever saves second sees both texts and chooses, and nobody's words are lost.

Each form carries the revision it was opened from. Saved from an older one, nothing is written: the form is shown
again with what stands there now beside what was typed. What a save replaces is kept (plans.earlier). The same
text sent twice, because the first answer never came, is saved once.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from wtforms import HiddenField

from webapp.core.forms import Form
from webapp.plans.earlier import Texts, plain_text

CHOICE, BOTH = "gor", "bada"  # the button that puts the two texts together in the form


class RevisedForm(Form):
    """A form for something that others may be changing too. `revision`: what it was opened from."""

    revision = HiddenField()


class Together:
    """What comes of sending a form: saved already (`same`), both texts to be shown (`shown`), or to be saved.

    `mark`: the revision that stands now; `stands`: the texts, by the form's fields.
    """

    def __init__(self, form: RevisedForm, mark: int | str, stands: Texts) -> None:
        self.form = form
        self.stands = {name: text for name, text in stands.items() if name in form}
        self.same = all(plain_text(form[name].data) == plain_text(text) for name, text in self.stands.items())
        wants_both = request.form.get(CHOICE) == BOTH
        self.shown = not self.same and (wants_both or str(form.revision.data) != str(mark))
        if self.shown and wants_both:
            self._put_together()
        form.revision.data = str(mark)

    @property
    def theirs(self) -> list[tuple[Any, str]]:
        """The fields that differ, each with what stands there now."""
        said = [(self.form[name], plain_text(text)) for name, text in self.stands.items()]
        return [(field, text) for field, text in said if plain_text(field.data) != text]

    def _put_together(self) -> None:
        """Fields of several lines get both texts; of one line, the one that was typed stays."""
        for field, theirs in self.theirs:
            mine = plain_text(field.data)
            if field.type == "TextAreaField" and theirs not in mine:
                field.data = f"{theirs}\n{mine}".strip()


def mark_of(stands: Texts) -> str:
    """For texts that share their row with others, and so have no revision of their own."""
    told = "\0".join(f"{name}={plain_text(text)}" for name, text in sorted(stands.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
