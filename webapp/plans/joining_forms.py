"""The person chooses a relative to take part in the plan."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.core.forms import OnceForm
from webapp.core.i18n import _l
from webapp.plans.joining import Joining
from webapp.plans.participants import Possible

GONE = _l("Den anhöriga kan inte vara med. Välj om.")


class ChooseForm(OnceForm):
    """One of those the person has let in to the plan."""

    relative = RadioField(
        _l("Vem ska vara med?"),
        invalid_choice_message=GONE,
        validators=[InputRequired(_l("Välj vem som ska vara med"))],
    )

    def offer(self, people: Sequence[Possible]) -> None:
        self.relative.choices = choices(people)

    def value(self) -> Joining:
        return Joining(relative_id=UUID(self.relative.data))


def choices(people: Sequence[Possible]) -> list[SelectChoice]:
    return [
        SelectChoice(str(each.relative_id), f"{each.name}, {each.relation}" if each.relation else each.name)
        for each in people
    ]
