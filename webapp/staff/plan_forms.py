"""What staff fill in, with the person beside them, when they begin a plan: one form, sent once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from webapp.contacts.domain import Contact
from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import LazyText, _l, force_language, plain
from webapp.directory import flows, numbers
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area
from webapp.plans.beginning import HUVUDMAN, Beginning, Owners, ProposedRow, WishedGoal
from webapp.plans.models import Doer
from webapp.plans.participants import Other, Possible
from webapp.plans.row_reminders import Proposed
from webapp.plans.starters.shape import Effort, Starter, Suggested
from webapp.reminders.fields import ClockField, WeekdaysField
from webapp.reminders.words import days_and_times
from webapp.sharing import sip
from webapp.sharing.forms import CHOOSE_ONE
from webapp.sharing.models import HowGiven
from webapp.sharing.words import AREAS
from webapp.staff.forms import LONGEST_CONSENT
from webapp.staff.words import DOERS
from webapp.what_matters.models import Prompt
from webapp.what_matters.questions import QUESTIONS

MOST_ROW = 300
MOST_SHORT = 120
MOST_WORDS = 1000
EXTRA_ROWS = 2  # empty ones, beside a starter's
EMPTY_ROWS = 6  # in a plan that begins from no starter
EMPTY_GOALS = 2
MYSELF = "self"
NOBODY = "-"


class ChosenField(SelectMultipleField):
    """Several of some, with our own words when one is none of them: no longer there, or never was."""

    def __init__(self, label: LazyText, wrong: LazyText, **more: Any) -> None:
        super().__init__(label, validate_choice=False, **more)
        self.type = SelectMultipleField.__name__  # templates go by it
        self._wrong = wrong

    def pre_validate(self, form: Any) -> None:
        there = {str(choice.value) for choice in self.choices or ()}
        if not set(self.data or ()) <= there:
            raise ValidationError(self._wrong)


class BeginForm(Form):
    """What every plan begins with; goals and rows are added by `form_for`."""

    no_answer_reason = TextAreaField(
        _l("Varför finns inget svar på frågan vad som är viktigt?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )
    given_by = RadioField(
        _l("Vem har sagt ja?"),
        invalid_choice_message=CHOOSE_ONE,
        validators=[InputRequired(_l("Välj vem som har sagt ja"))],
    )
    how = RadioField(
        _l("Hur?"),
        choices=[
            SelectChoice(HowGiven.ORAL, _l("Muntligt, till mig")),
            SelectChoice(HowGiven.WRITTEN, _l("Skriftligt, papperet finns hos oss")),
        ],
        invalid_choice_message=CHOOSE_ONE,
        validators=[InputRequired(_l("Välj hur det sades ja"))],
    )
    units = ChosenField(
        _l("Vilka får dela planen med er?"), _l("En av enheterna kan inte vara med. Välj om.")
    )
    areas = ChosenField(
        _l("Vad får delas?"),
        _l("Välj minst en sak"),
        choices=[SelectChoice(str(area), AREAS[area]) for area in sip.AREAS],
        default=[str(area) for area in sip.AREAS],
    )
    until_on = DayField(_l("Till och med"), validators=[InputRequired(_l("Skriv vilken dag det slutar"))])
    informed = BooleanField(
        _l("Personen vet vad planen är, vad som delas och att det går att ta tillbaka"),
        validators=[InputRequired(_l("Berätta först vad planen och samtycket betyder"))],
    )
    relatives = ChosenField(
        _l("Vilka anhöriga är med?"),
        _l("En av dem kan inte vara med. Personen måste först släppa in den anhöriga till planen."),
    )
    only_own = ChosenField(
        _l("Skola som är med, men bara ser sina egna rader"),
        _l("En av enheterna kan inte vara med. Välj om."),
    )
    other = StringField(_l("Någon annan som är med"), filters=[clean], validators=text_rules(None, 80))
    other_role = StringField(_l("Som vad?"), filters=[clean], validators=text_rules(None, 80))
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

    flow: Flow
    starter: Starter | None
    goals: int
    rows: int
    language: str
    answered: bool
    offered: dict[str, Unit]

    def offer(
        self, own: Unit, others: Sequence[Unit], people: Sequence[Possible], child: str, called: str
    ) -> None:
        """Who can be chosen. `child` is "" for adults, "young" from 13, "small" below: then a guardian says yes."""
        fit = [unit for unit in others if flows.takes_part(unit.flow, self.flow)]
        self.offered = {str(unit.id): unit for unit in fit}
        self.own = own
        self.units.choices = [SelectChoice(str(unit.id), unit.name) for unit in fit]
        self.only_own.choices = [
            SelectChoice(str(unit.id), unit.name) for unit in fit if unit.flow is Flow.SCHOOL
        ]
        self.relatives.choices = [
            SelectChoice(str(each.relative_id), _named(each.name, each.relation)) for each in people
        ]
        self.names = {str(each.relative_id): each.name for each in people}
        if child:
            self.informed.label.text = _l(
                "%(name)s är tillfrågad, och vet vad planen är, vad som delas och att det går att ta tillbaka",
                name=called,
            )
            self.informed.validators = [
                InputRequired(
                    _l("Fråga %(name)s först, och berätta vad planen och samtycket betyder", name=called)
                )
            ]
        myself = [] if child == "small" else [SelectChoice(MYSELF, _l("Personen själv"))]
        self.given_by.choices = [
            *myself,
            *(
                SelectChoice(str(each.relative_id), _named(each.name, each.relation))
                for each in people
                if each.mandate
            ),
        ]
        for number in range(1, self.rows + 1):
            self[f"row{number}_relative"].choices = [
                SelectChoice("", _l("Ingen särskild")),
                *self.relatives.choices,
            ]

    def validate_no_answer_reason(self, field: Field) -> None:
        if not self.answered and not field.data:
            raise ValidationError(_l("Skriv varför inget svar finns, eller skriv svaret först"))

    def validate_areas(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Välj minst en sak"))

    def validate_only_own(self, field: Field) -> None:
        if set(field.data or ()) & set(self.units.data or ()):
            raise ValidationError(_l("Skolan står redan bland dem som får dela. Välj ett av dem."))

    def validate_until_on(self, field: Field) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data is not None and field.data > clock.today() + LONGEST_CONSENT:
            raise ValidationError(_l("Ett samtycke gäller högst två år. Välj en tidigare dag."))

    def validate_other(self, field: Field) -> None:
        if not field.data and self.other_role.data:
            raise ValidationError(_l("Skriv vem det är"))

    def validate_assessed_by(self, field: Field) -> None:
        if not field.data and any(self._reminds(number) for number in self._used()):
            raise ValidationError(_l("Skriv namn och yrke på den som har bedömt"))

    def holds(self, owners: Owners) -> bool:
        """What no field can see alone: that somebody who takes part answers for each row, and in whose name."""
        fine = True
        for number in self._used():
            doer = self[f"row{number}_doer"]
            kind = HUVUDMAN.get(Doer(doer.data))
            if kind is not None and kind not in owners.by_kind:
                fine = _fault(doer, _l("Ingen av dem är med. Välj först en enhet som får dela planen."))
            relative = self[f"row{number}_relative"]
            if relative.data and relative.data not in (self.relatives.data or ()):
                fine = _fault(relative, _l("Välj först den anhöriga bland dem som är med"))
            if self._reminds(number) and Doer(doer.data) not in (Doer.ME, Doer.RELATIVE):
                fine = _fault(
                    doer, _l("En påminnelse hör till det som personen eller en anhörig gör. Ta bort den.")
                )
        if HUVUDMAN[Doer(self.overall.data)] not in owners.by_kind:
            fine = _fault(self.overall, _l("Ingen av dem är med. Välj först en enhet som får dela planen."))
        return fine

    def refuse_relatives(self) -> None:
        """A consent that held when the page was opened has ended since."""
        self.relatives.errors = [
            _l("En av dem kan inte vara med. Personen måste först släppa in den anhöriga till planen.")
        ]

    def chosen_units(self) -> list[Unit]:
        return [self.offered[key] for key in self.units.data or ()]

    def chosen_schools(self) -> list[Unit]:
        return [self.offered[key] for key in self.only_own.data or ()]

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
            goals=[self._goal(number) for number in range(1, self.goals + 1) if self[f"goal{number}"].data],
            rows=[self._row(number) for number in self._used()],
            relatives=[UUID(key) for key in self.relatives.data or ()],
            only_own=self.chosen_schools(),
            others=[Other(self.other.data, self.other_role.data)] if self.other.data else [],
        )

    def _used(self) -> list[int]:
        """The rows that are to be in the plan."""
        numbered = range(1, self.rows + 1)
        return [each for each in numbered if self[f"row{each}"].data and self[f"row{each}_what"].data]

    def _reminds(self, number: int) -> bool:
        return f"row{number}_remind" in self and bool(self[f"row{number}_remind"].data)

    def _goal(self, number: int) -> WishedGoal:
        prompt = self[f"goal{number}_from"].data
        return WishedGoal(
            self[f"goal{number}"].data, self[f"goal{number}_noticed"].data, Prompt(prompt) if prompt else None
        )

    def _row(self, number: int) -> ProposedRow:
        relative = self[f"row{number}_relative"].data
        doer = Doer(self[f"row{number}_doer"].data)
        who = self[f"row{number}_who"].data
        reminder = self._reminder(number) if self._reminds(number) else None
        effort = self._effort(number)
        return ProposedRow(
            what=self[f"row{number}_what"].data,
            doer=doer,
            how_often=self[f"row{number}_often"].data,
            who=who or (self.names.get(relative, "") if doer is Doer.RELATIVE else ""),
            phone=self[f"row{number}_phone"].data or None,
            flow=effort.flow if effort else None,
            relative_id=UUID(relative) if relative else None,
            reminder=replace(reminder, says=self._says(reminder)) if reminder else None,
        )

    def _effort(self, number: int) -> Effort | None:
        efforts = self.starter.rows if self.starter else ()
        return efforts[number - 1] if number <= len(efforts) else None

    def _reminder(self, number: int) -> Proposed:
        part = f"row{number}_remind_"
        effort = self._effort(number)
        suggested = effort.reminder if effort else None
        text = self[f"{part}text"].data
        unchanged = suggested is not None and text == suggested.text.sv
        own = ""
        if suggested is not None and unchanged and suggested.text.language(self.language) != "sv":
            own = suggested.text.text(self.language)
        return Proposed(
            text=text,
            why=self[f"{part}why"].data,
            how=self[f"{part}how"].data,
            if_not=self[f"{part}if_not"].data,
            assessed_by=self.assessed_by.data,
            times=tuple(sorted({at for at in (self[f"{part}at"].data, self[f"{part}at_2"].data) if at})),
            weekdays=frozenset(self[f"{part}days"].data),
            weeks=self[f"{part}weeks"].data,
            own_language_text=own,
            own_language=self.language,
        )

    def _says(self, reminder: Proposed) -> str:
        """What the person reads on the row before they answer: that a yes also begins a reminder."""
        with force_language(self.language):
            return plain(
                "När du säger ja börjar en påminnelse: %(text)s. %(when)s.",
                text=reminder.own_language_text or reminder.text,
                when=days_and_times(reminder.weekdays, reminder.times),
            )


def _named(name: str, relation: str) -> str:
    return f"{name}, {relation}" if relation else name


def _fault(field: Field, said: LazyText) -> bool:
    field.errors = [*field.errors, said]
    return False


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
        fields |= _goal_fields(number, ask, answers)
    for number in range(1, fields["rows"] + 1):
        effort = efforts[number - 1] if number <= len(efforts) else None
        fields |= _row_fields(number, effort, named.get(effort.contact) if effort else None)
    return type("FilledBeginForm", (BeginForm,), fields)


def _goal_fields(number: int, ask: str | None, answers: Sequence[SelectChoice]) -> dict[str, Any]:
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


def _row_fields(number: int, effort: Effort | None, contact: Contact | None = None) -> dict[str, Any]:
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


def usual_until(today: date) -> date:
    return today + timedelta(days=365)
