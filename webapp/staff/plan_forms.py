"""What staff fill in, with the person beside them, when they begin a plan: one form, sent once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from wtforms import (
    Field,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.contacts.domain import Contact
from webapp.core.forms import clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area
from webapp.plans.beginning import HUVUDMAN, Beginning, Owners
from webapp.plans.models import Doer
from webapp.plans.participants import Other, Possible
from webapp.plans.starters.shape import Starter
from webapp.sharing import sip
from webapp.sharing.forms import CHOOSE_ONE
from webapp.sharing.models import HowGiven
from webapp.staff.plan_asking import MOST_WORDS, MYSELF, AskingForm
from webapp.staff.plan_fields import MOST_SHORT, goal_fields, row_fields
from webapp.staff.plan_rows import RowsForm
from webapp.staff.words import DOERS
from webapp.what_matters.models import Prompt
from webapp.what_matters.questions import QUESTIONS

EXTRA_ROWS = 2  # empty ones, beside a starter's
EMPTY_ROWS = 6  # in a plan that begins from no starter
EMPTY_GOALS = 2


class BeginForm(AskingForm, RowsForm):
    """What every plan begins with; goals and rows are added by `form_for`."""

    situation = TextAreaField(
        _l("Hur är det nu?"), filters=[clean], validators=text_rules(None, MOST_WORDS, lines=True)
    )
    if_worse_signs = TextAreaField(
        _l("Hur märks det om det blir sämre?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )
    if_worse_do = TextAreaField(
        _l("Vad gör personen då?"), filters=[clean], validators=text_rules(None, MOST_WORDS, lines=True)
    )
    overall = RadioField(
        _l("Vem har det samlade ansvaret?"),
        choices=[SelectChoice(str(doer), DOERS[doer]) for doer in HUVUDMAN],
        invalid_choice_message=CHOOSE_ONE,
        validators=[InputRequired(_l("Välj vem som har det samlade ansvaret"))],
    )
    held_together_by = StringField(
        _l("Vem håller ihop planen?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vem som håller ihop planen"), MOST_SHORT),
    )
    assessed_by = StringField(
        _l("Vem har bedömt att det kan vara egenvård?"), filters=[clean], validators=text_rules(None, 200)
    )

    def offer(
        self, own: Unit, others: Sequence[Unit], people: Sequence[Possible], child: str, called: str
    ) -> None:
        """Who can be chosen, and who of them can do a row. `child` as in AskingForm."""
        super().offer(own, others, people, child, called)
        for number in range(1, self.rows + 1):
            self[f"row{number}_relative"].choices = [
                SelectChoice("", _l("Ingen särskild")),
                *self.relatives.choices,
            ]

    def validate_assessed_by(self, field: Field) -> None:
        if not field.data and any(self.reminds(number) for number in self.used()):
            raise ValidationError(_l("Skriv namn och yrke på den som har bedömt"))

    def holds(self, owners: Owners) -> bool:
        """What no field can see alone: that somebody who takes part answers for each row, and in whose name."""
        fine = True
        for number in self.used():
            doer = self[f"row{number}_doer"]
            kind = HUVUDMAN.get(Doer(doer.data))
            if kind is not None and kind not in owners.by_kind:
                fine = _fault(doer, _l("Ingen av dem är med. Välj först en enhet som får dela planen."))
            relative = self[f"row{number}_relative"]
            if relative.data and relative.data not in (self.relatives.data or ()):
                fine = _fault(relative, _l("Välj först den anhöriga bland dem som är med"))
            if self.reminds(number) and Doer(doer.data) not in (Doer.ME, Doer.RELATIVE):
                fine = _fault(
                    doer, _l("En påminnelse hör till det som personen eller en anhörig gör. Ta bort den.")
                )
        if HUVUDMAN[Doer(self.overall.data)] not in owners.by_kind:
            fine = _fault(self.overall, _l("Ingen av dem är med. Välj först en enhet som får dela planen."))
        return fine

    def value(self) -> Beginning:
        given_by = None if self.given_by.data == MYSELF else UUID(self.given_by.data)
        agreed = sip.Agreed(
            flow=self.flow,
            units=[self.own, *self.chosen_units()],
            how=HowGiven(self.how.data),
            areas=frozenset(Area(area) for area in self.areas.data),
            until_on=self.until_on.data,
            given_by=given_by,
        )
        return Beginning(
            consent=agreed,
            overall=Doer(self.overall.data),
            starter=self.starter.key if self.starter else "",
            situation=self.situation.data,
            held_together_by=self.held_together_by.data,
            no_answer_reason=self.no_answer_reason.data,
            if_worse_signs=self.if_worse_signs.data,
            if_worse_do=self.if_worse_do.data,
            goals=[self.goal(number) for number in range(1, self.goals + 1) if self[f"goal{number}"].data],
            rows=[self.row(number) for number in self.used()],
            relatives=[UUID(key) for key in self.relatives.data or ()],
            only_own=self.chosen_schools(),
            others=[Other(self.other.data, self.other_role.data)] if self.other.data else [],
        )


def _fault(field: Field, said: LazyText) -> bool:
    field.errors = [*field.errors, said]
    return False


def form_for(
    starter: Starter | None,
    flow: Flow,
    language: str,
    answered: Sequence[Prompt],
    contacts: Sequence[Contact] = (),
) -> type[BeginForm]:
    """The form with as many goals and rows as the starter has; `language` is the person's.

    A row that belongs to one of the person's contacts begins with that contact's name and number.
    """
    named = {str(each.role): each for each in contacts if not each.missing}
    goals = starter.goals if starter else ()
    efforts = starter.rows if starter else ()
    fields: dict[str, Any] = {
        "starter": starter,
        "flow": flow,
        "language": language,
        "answered": bool(answered),
        "goals": max(len(goals), EMPTY_GOALS),
        "rows": len(efforts) + EXTRA_ROWS if starter else EMPTY_ROWS,
    }
    answers = [SelectChoice("", _l("Inget av dem")), *(SelectChoice(p, QUESTIONS[p].to_me) for p in answered)]
    for number in range(1, fields["goals"] + 1):
        ask = goals[number - 1].ask.sv if number <= len(goals) else None
        fields |= goal_fields(number, ask, answers)
    for number in range(1, fields["rows"] + 1):
        effort = efforts[number - 1] if number <= len(efforts) else None
        fields |= row_fields(number, effort, named.get(effort.contact) if effort else None)
    return type("FilledBeginForm", (BeginForm,), fields)


def usual_until(today: date) -> date:
    return today + timedelta(days=365)
