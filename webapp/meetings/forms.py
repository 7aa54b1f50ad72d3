"""What can be asked when a time is agreed, moved or written down, and what can be written to it."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.core import clock
from webapp.core.forms import DayField, Form, OnceForm, clean, text_rules
from webapp.core.i18n import _l
from webapp.meetings import links
from webapp.meetings.domain import Wish, WrittenDown
from webapp.meetings.models import AgreedTime
from webapp.meetings.reading import Invited
from webapp.reminders.fields import ClockField
from webapp.reminders.schedule import LAST_YEAR, instant

MOST_WORDS = 1000
MOST_NOTES = 4000
LENGTHS = (30, 45, 60, 90, 120)  # minutes
HAS_BEEN = _l("Den tiden har redan varit. Välj en senare dag eller tid.")
NO_SUCH_DAY = _l("Skriv en dag som finns, till exempel 2026-03-31")
WHERE = _l("Skriv var ni träffas, eller en länk")
NOT_SAFE = _l("Skriv en länk som börjar med https:// och visar vart den leder")


class QuestionForm(OnceForm):
    question = TextAreaField(
        _l("Vad vill du fråga eller ta upp?"),
        filters=[clean],
        validators=text_rules(_l("Skriv det du vill fråga eller ta upp"), MOST_WORDS, lines=True),
    )


def _lengths() -> list[SelectChoice]:
    return [SelectChoice(minutes, _l("%(num)s minuter") % {"num": minutes}) for minutes in LENGTHS]


def safe_link(_form: Form, field: Field) -> None:
    if field.data and not links.is_safe(field.data):
        raise ValidationError(NOT_SAFE)


def _check_when(on: DayField, at: ClockField) -> None:
    """A day and a time that are still to come, said at the field that is wrong."""
    if on.data is None or at.data is None or on.errors or at.errors:
        return
    if on.data.year > LAST_YEAR:
        on.errors = [NO_SUCH_DAY]
    elif on.data < clock.today():
        on.errors = [HAS_BEEN]
    elif instant(on.data, at.data) <= clock.now():
        at.errors = [HAS_BEEN]


class TimeForm(Form):
    """When and where. A moved meeting is asked for the same."""

    on = DayField(_l("Vilken dag?"), validators=[InputRequired(_l("Skriv vilken dag"))])
    at = ClockField(_l("Vilken tid?"), validators=[InputRequired(_l("Skriv en tid, till exempel 13.00"))])
    minutes = SelectField(_l("Hur länge?"), coerce=int, choices=_lengths, default=60)
    place = StringField(_l("Var?"), filters=[clean], validators=text_rules(None, 200))
    link = StringField(
        _l("Länk till videomöte"), filters=[clean], validators=[*text_rules(None, links.MOST), safe_link]
    )

    def validate(self, extra_validators: object = None) -> bool:
        super().validate(extra_validators)
        _check_when(self.on, self.at)
        if not self.place.data and not self.link.data:
            self.place.errors = [WHERE]
        return not self.errors

    def wish(self) -> Wish:
        if self.on.data is None or self.at.data is None:
            raise ValueError("ask validate() first")
        return Wish(
            instant(self.on.data, self.at.data),
            self.place.data or "",
            self.link.data or "",
            self.minutes.data,
        )

    @staticmethod
    def of(agreed: AgreedTime) -> dict[str, object]:
        """What stands now, as the form takes it."""
        local = clock.local(agreed.starts_at)
        return {
            "on": local.date(),
            "at": local.time(),
            "minutes": agreed.minutes or 60,
            "place": agreed.place,
            "link": agreed.link,
        }


class MeetingForm(TimeForm, OnceForm):
    """A meeting that is called."""

    invited = SelectMultipleField(_l("Vilka bjuds in?"), validators=[])

    def offer(self, participants: Sequence[tuple[str, str]]) -> None:
        self.invited.choices = [SelectChoice(key, name) for key, name in participants]


class WrittenDownForm(Form):
    """After the meeting. What comes then must be said: the next date, or why the plan ends."""

    notes = TextAreaField(
        _l("Vad sa ni?"), filters=[clean], validators=text_rules(None, MOST_NOTES, lines=True)
    )
    decisions = TextAreaField(
        _l("Vad bestämde ni?"),
        filters=[clean],
        validators=text_rules(_l("Skriv vad ni bestämde"), MOST_NOTES, lines=True),
    )
    came = SelectMultipleField(_l("Vilka var med?"), validators=[])
    then = RadioField(
        _l("Vad händer sedan?"),
        choices=[
            SelectChoice("next", _l("Vi träffas igen")),
            SelectChoice("ends", _l("Planen ska avslutas")),
        ],
        default="next",
        validators=[InputRequired(_l("Välj om ni träffas igen eller om planen ska avslutas"))],
    )
    on = DayField(_l("Vilken dag träffas ni igen?"), validators=[])
    at = ClockField(_l("Vilken tid?"), validators=[])
    minutes = SelectField(_l("Hur länge?"), coerce=int, choices=_lengths, default=60)
    place = StringField(_l("Var?"), filters=[clean], validators=text_rules(None, 200))
    link = StringField(
        _l("Länk till videomöte"), filters=[clean], validators=[*text_rules(None, links.MOST), safe_link]
    )
    ends_because = TextAreaField(
        _l("Varför ska planen avslutas?"),
        filters=[clean],
        validators=text_rules(None, MOST_WORDS, lines=True),
    )

    def offer(self, invited: Sequence[Invited]) -> None:
        self.came.choices = [
            SelectChoice(str(one.id), f"{one.name}, {one.role}" if one.role else one.name) for one in invited
        ]

    def validate(self, extra_validators: object = None) -> bool:
        super().validate(extra_validators)
        if self.then.data == "ends":
            for field in (self.on, self.at, self.place, self.link):
                field.errors = []
            if not self.ends_because.data:
                self.ends_because.errors = [_l("Skriv varför planen ska avslutas")]
        elif self.then.data == "next":
            self._check_next()
        return not self.errors

    def _check_next(self) -> None:
        if self.on.data is None and not self.on.errors:
            self.on.errors = [_l("Skriv vilken dag ni träffas igen")]
        if self.at.data is None and not self.at.errors:
            self.at.errors = [_l("Skriv en tid, till exempel 13.00")]
        _check_when(self.on, self.at)
        if not self.place.data and not self.link.data:
            self.place.errors = [WHERE]

    def written(self) -> WrittenDown:
        said = (self.notes.data or "", self.decisions.data or "")
        if self.then.data == "ends":
            return WrittenDown(*said, None, self.ends_because.data or "")
        if self.on.data is None or self.at.data is None:
            raise ValueError("ask validate() first")
        at = instant(self.on.data, self.at.data)
        return WrittenDown(*said, Wish(at, self.place.data or "", self.link.data or "", self.minutes.data))


class CalendarForm(OnceForm):
    with_place = BooleanField(_l("Ta med platsen i kalendern"))
    with_reminders = BooleanField(_l("Ta med när påminnelserna kommer"))
