"""What may be asked when a text is sent to several, when a ready text is written, and when one is recalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from wtforms import (
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Optional

from webapp.broadcasts import domain, wording
from webapp.broadcasts.domain import EARLIEST, LATEST, LEAD, Wish
from webapp.broadcasts.group import Group, Whom
from webapp.broadcasts.models import Broadcast, Template
from webapp.broadcasts.words import AGES as AGE_WORDS
from webapp.broadcasts.words import FAULTS, WHOM, starter_name
from webapp.core import clock
from webapp.core.forms import CountField, DayField, Form, OnceForm, clean, text_rules
from webapp.core.i18n import LANGUAGES, LazyText, _l
from webapp.core.locales import SOURCE
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.directory.numbers import municipalities
from webapp.plans.starters import files
from webapp.reminders.fields import WRITE_A_TIME, ClockField
from webapp.reminders.schedule import instant

MOST_TYPED = 160  # with variables between braces
MOST_WORDS = 500
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=366)
NO_TEMPLATE = ""


def _text(language: str) -> StringField:
    label = _l("Text på svenska") if language == SOURCE else LANGUAGES[language]
    return StringField(label, filters=[clean], validators=text_rules(None, MOST_TYPED))


def _listed(_form: Form, field: Field) -> None:
    if not set(field.data or ()) <= {choice.value for choice in field.choices}:
        raise ValidationError(_l("Välj bara det som står i listan"))


def _several(label: LazyText, choices: Sequence[tuple[str, str | LazyText]] = ()) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=[SelectChoice(value, said) for value, said in choices],
        validators=[_listed],
        validate_choice=False,
    )


class TextsForm(OnceForm):
    """One text in our languages. Swedish is always there; the others where somebody has written them."""

    text_sv = _text("sv")
    text_fit = _text("fit")
    text_se = _text("se")
    text_smj = _text("smj")
    text_sma = _text("sma")

    def text_fields(self) -> Mapping[str, Field]:
        return {language: self[f"text_{language}"] for language in LANGUAGES}

    def typed(self) -> dict[str, str]:
        """Language to what was written there."""
        return {language: field.data for language, field in self.text_fields().items() if field.data}

    def refuse_faults(self, starters: Sequence[str] = ()) -> bool:
        """Say at its field what a text may not say to a group; whether all can be sent."""
        fine = True
        for field in self.text_fields().values():
            found = wording.fault(field.data or "", *starters)
            if found is not None:
                field.errors, fine = [*field.errors, FAULTS[found]], False
        return fine


class TemplateForm(TextsForm):
    name = StringField(_l("Namn på mallen"), filters=[clean], validators=text_rules(_l("Skriv ett namn"), 80))
    revision = CountField(default=0)

    def validate_text_sv(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Skriv texten på svenska"))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        return self.refuse_faults() and fine


class BroadcastForm(TextsForm):
    """What is sent, to whom and when."""

    template = SelectField(_l("Mall"), validate_choice=False)
    about_on = DayField(_l("Dag i texten"), validators=[Optional()])
    about_at = ClockField(_l("Tid i texten"))
    whom = RadioField(
        _l("Vilka ska få den?"),
        choices=[SelectChoice(whom, words) for whom, words in WHOM.items()],
        validators=[AnyOf(list(Whom), _l("Välj vilka som ska få den"))],
        validate_choice=False,
    )
    municipalities = _several(_l("Kommun"), [(each.name, each.name) for each in municipalities()])
    ages = _several(_l("Ålder"), list(AGE_WORDS.items()))
    languages = _several(_l("Språk"), list(LANGUAGES.items()))
    starters = _several(_l("Plan som er enhet har börjat"))
    on_day = DayField(_l("Vilken dag kommer den?"), validators=[InputRequired(_l("Välj dag"))])
    at = ClockField(_l("Vilken tid?"), validators=[InputRequired(WRITE_A_TIME)])
    until_on = DayField(_l("Varje dag till och med"), validators=[Optional()])
    revision = CountField(default=0)

    def offer(self, unit: Unit, templates: Sequence[Template]) -> None:
        """The ready texts, and the plans that a unit of this kind can have begun."""
        self.unit = unit
        self.ready = {str(each.id): each for each in templates}
        self.template.choices = [
            SelectChoice(NO_TEMPLATE, _l("Ingen, jag skriver själv")),
            *(SelectChoice(key, each.name) for key, each in self.ready.items()),
        ]
        self.starters.choices = [
            SelectChoice(each.key, starter_name(each.key))
            for each in files.for_unit(flows.plans_of(Flow(unit.flow)), unit.municipality)
        ]

    def validate_template(self, field: Field) -> None:
        if field.data and field.data not in self.ready:
            raise ValidationError(_l("Mallen finns inte längre. Välj en annan."))
        if field.data and self.typed():
            raise ValidationError(_l("Välj en mall eller skriv själv, inte båda."))

    def validate_text_sv(self, field: Field) -> None:
        if not field.data and not self.template.data:
            raise ValidationError(_l("Välj en mall, eller skriv texten på svenska"))

    def validate_on_day(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data > clock.today() + FARTHEST:
            raise ValidationError(_l("Välj en dag inom ett år"))

    def validate_at(self, field: Field) -> None:
        if field.data is None:
            return
        if not EARLIEST <= field.data <= LATEST:
            raise ValidationError(_l("Välj en tid mellan 07.00 och 21.00. Ingen ska väckas."))
        day = self.on_day.data
        if (
            isinstance(day, date)
            and day <= clock.today() + FARTHEST
            and not _comes_later(day, field, clock.now())
        ):
            raise ValidationError(_l("Välj en tid minst fem minuter fram, så att du hinner ångra."))

    def validate_until_on(self, field: Field) -> None:
        first = self.on_day.data
        if field.data is None or first is None:
            return
        if field.data < first:
            raise ValidationError(_l("Sista dagen kan inte komma före den första"))
        if field.data > first + LONGEST:
            raise ValidationError(_l("En text till flera kan komma i högst en månad. Välj en tidigare dag."))

    def validate_about_on(self, field: Field) -> None:
        if field.data is not None and not clock.today() <= field.data <= clock.today() + 2 * FARTHEST:
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        names = [each.name.sv for each in files.all_starters()]
        return self.refuse_faults(names) and fine and self._fits()

    def _fits(self) -> bool:
        """Whether every text has room and all it needs, once it is filled in."""
        for language, text in self.words().items():
            filled = domain.values(self.unit, self.about_on.data, self.about_at.data, language)
            found = wording.fault_filled(text, filled)
            if found is not None:
                field = self.template if self.template.data else self.text_fields()[language]
                field.errors = [*field.errors, FAULTS[found]]
                return False
        return True

    def words(self) -> dict[str, str]:
        """Language to text: the ready one's, or what was written."""
        chosen = self.ready.get(self.template.data or NO_TEMPLATE)
        return domain.texts_of(chosen.texts) if chosen else self.typed()

    def group(self) -> Group:
        some = Whom(self.whom.data) is Whom.SOME
        return Group(
            Whom(self.whom.data),
            *(
                frozenset(field.data or () if some else ())
                for field in (self.municipalities, self.starters, self.ages, self.languages)
            ),
        )

    def value(self) -> Wish:
        on_day, at = self.on_day.data, self.at.data
        if on_day is None or at is None:
            raise ValueError("ask whether it validates first")
        return Wish(
            words=self.words(),
            group=self.group(),
            on_day=on_day,
            at=at,
            until_on=self.until_on.data or on_day,
            about_on=self.about_on.data,
            about_at=self.about_at.data,
            template_id=UUID(self.template.data) if self.template.data else None,
        )

    def nobody(self) -> None:
        self.whom.errors = [
            *self.whom.errors,
            _l("Det finns ingen i gruppen. Välj färre saker, eller andra. Inget är sparat."),
        ]

    def everybody(self) -> None:
        self.whom.errors = [
            *self.whom.errors,
            _l("Du har inte valt vad gruppen har gemensamt. Den går aldrig till alla av misstag."),
        ]

    def too_many(self) -> None:
        self.whom.errors = [*self.whom.errors, _l("Det är för många på en gång. Välj en mindre grupp.")]


def _comes_later(day: date, at: Field, now: datetime) -> bool:
    return instant(day, at.data) >= now + LEAD


def as_typed(broadcast: Broadcast) -> dict[str, Any]:
    """A draft as the form shows it."""
    from webapp.broadcasts.group import from_text

    group = from_text(broadcast.chosen)
    texts = {} if broadcast.template_id else domain.texts_of(broadcast.words)
    once = broadcast.until_on == broadcast.on_day
    return {
        "template": str(broadcast.template_id) if broadcast.template_id else NO_TEMPLATE,
        **{f"text_{language}": text for language, text in texts.items()},
        "about_on": broadcast.about_on,
        "about_at": broadcast.about_at,
        "whom": group.whom,
        "municipalities": sorted(group.municipalities),
        "starters": sorted(group.starters),
        "ages": sorted(group.ages),
        "languages": sorted(group.languages),
        "on_day": broadcast.on_day,
        "at": broadcast.at,
        "until_on": None if once else broadcast.until_on,
        "revision": broadcast.revision,
    }


class SendForm(Form):
    """The last press: what stood on the page, and above fifty how many, written once more."""

    revision = CountField(default=0)
    count = CountField(default=0)
    again = CountField(_l("Hur många är det?"), default=0)

    def ask_again(self) -> bool:
        """Say it, if what was written is not how many there are; whether it has to be asked."""
        if self.again.data == self.count.data:
            return False
        if self.again.raw_data:
            self.again.errors = [_l("Skriv hur många det är, som det står på sidan.")]
        return True


class PeopleForm(Form):
    """Who is taken in or out: ids of the page's own rows."""

    typed = StringField(_l("Sök på namn"), filters=[clean], validators=text_rules(None, 60))

    @staticmethod
    def ids(sent: Sequence[str]) -> list[UUID]:
        """What was ticked; anything that is no id is nobody."""
        found = []
        for each in sent[: domain.PAGE]:
            try:
                found.append(UUID(each))
            except ValueError:
                continue
        return found


class RecallForm(Form):
    happened = TextAreaField(
        _l("Vad har hänt?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad som har hänt"), MOST_WORDS, lines=True),
    )


class DoneForm(Form):
    done = TextAreaField(
        _l("Vad har ni gjort åt det?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad ni har gjort"), MOST_WORDS, lines=True),
    )
