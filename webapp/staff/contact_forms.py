"""What staff are asked for when they name a contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from webapp.contacts.hours import Hours
from webapp.contacts.models import CareContact, ContactHours
from webapp.contacts.naming import Colleague, Reached
from webapp.core import clock
from webapp.core.forms import DayField, Form, clean, text_rules
from webapp.core.i18n import _l
from webapp.reminders.fields import ClockField, WeekdaysField
from webapp.staff.number_forms import check_phone

FURTHEST = timedelta(days=366)  # how far ahead a contact can begin
LATEST = timedelta(days=5 * 366)
MOST_PHONE = 30
MOST_NAME = 200
WORKDAYS = [0, 1, 2, 3, 4]


class ReachedForm(Form):
    """How a contact is reached: changed in place, without anybody being replaced."""

    phone = StringField(
        _l("Telefon"),
        filters=[clean],
        validators=text_rules(_l("Skriv ett nummer som någon svarar på"), MOST_PHONE),
    )
    days = WeekdaysField(_l("Vilka dagar svarar någon?"), default=lambda: list(WORKDAYS))
    opens = ClockField(_l("Från klockan"))
    closes = ClockField(_l("Till klockan"))
    holidays_too = BooleanField(_l("Svarar också på helgdagar"))
    stand_in = StringField(
        _l("Vem ringer man annars?"), filters=[clean], validators=text_rules(None, MOST_NAME)
    )
    stand_in_phone = StringField(_l("Telefon dit"), filters=[clean], validators=text_rules(None, MOST_PHONE))
    until_on = DayField(_l("Till och med"), validators=[Optional()])
    for_relatives = BooleanField(_l("Anhöriga som får se kontakter ser den här"), default=True)

    def validate_phone(self, field: Field) -> None:
        check_phone(field.data)

    def validate_stand_in_phone(self, field: Field) -> None:
        check_phone(field.data)
        if self.stand_in.data and not field.data:
            raise ValidationError(_l("Skriv numret också, annars går det inte att ringa"))

    def validate_stand_in(self, field: Field) -> None:
        if self.stand_in_phone.data and not field.data:
            raise ValidationError(_l("Skriv vem som svarar på numret"))

    def validate_closes(self, field: Field) -> None:
        if (self.opens.data is None) != (field.data is None) and not self.opens.errors:
            raise ValidationError(_l("Skriv båda tiderna, eller ingen"))
        if self.opens.data and field.data and field.data <= self.opens.data:
            raise ValidationError(_l("Sluttiden ska vara efter starttiden"))

    def validate_days(self, field: Field) -> None:
        if self.opens.data and not field.data:
            raise ValidationError(_l("Välj minst en dag"))

    def validate_until_on(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data < self.begins():
            raise ValidationError(_l("Sista dagen kan inte komma före första dagen"))
        if field.data > clock.today() + LATEST:
            raise ValidationError(_l("Skriv en dag som finns, till exempel 2026-03-31"))

    def begins(self) -> date:
        """The first day that the last one must not come before."""
        return clock.today()

    def value(self) -> Reached:
        return Reached(
            phone=self.phone.data or None,
            hours=self._hours(),
            stand_in=self.stand_in.data or "",
            stand_in_phone=self.stand_in_phone.data or None,
            until_on=self.until_on.data,
            for_relatives=bool(self.for_relatives.data),
        )

    def _hours(self) -> list[Hours]:
        opens, closes = self.opens.data, self.closes.data
        if opens is None or closes is None:
            return []
        return [
            Hours(day, opens, closes, bool(self.holidays_too.data)) for day in sorted(self.days.data or ())
        ]


class ContactForm(ReachedForm):
    """Who of the unit's staff, and from when."""

    member = SelectField(_l("Vem?"), validators=[InputRequired(_l("Välj vem det blir"))])
    from_on = DayField(_l("Från och med"), validators=[InputRequired(_l("Skriv vilken dag det börjar"))])
    stands = HiddenField()

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        self.colleagues = {str(each.id): each for each in colleagues}
        self.member.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(key, f"{each.name}, {each.role}") for key, each in self.colleagues.items()),
        ]

    def chosen(self) -> Colleague:
        return self.colleagues[self.member.data]

    def validate_from_on(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data < clock.today():
            raise ValidationError(_l("Den dagen har redan varit. Välj idag eller en senare dag."))
        if field.data > clock.today() + FURTHEST:
            raise ValidationError(_l("Välj en dag inom ett år"))
        who = self.colleagues.get(self.member.data or "")
        if who is not None and who.ends_on is not None and who.ends_on < field.data:
            raise ValidationError(_l("Då arbetar den du valt inte kvar hos er"))

    def begins(self) -> date:
        return max(self.from_on.data or clock.today(), clock.today())

    def changed_meanwhile(self, stands: str) -> None:
        """Somebody else has named one since the form was opened: say so, and let the next press go through."""
        self.form_errors.append(
            _l("En kollega har ändrat kontakten sedan du öppnade sidan. Titta om det stämmer.")
        )
        self.stands.data, self.stands.raw_data = stands, None


def as_it_stands(contact: CareContact, hours: Sequence[ContactHours]) -> dict[str, Any]:
    """What the form shows of a contact. Different hours on different days come from a list and are shown as one."""
    return {
        "phone": contact.phone or "",
        "days": sorted({each.weekday for each in hours}) or WORKDAYS,
        "opens": min((each.opens for each in hours), default=None),
        "closes": max((each.closes for each in hours), default=None),
        "holidays_too": any(each.holidays_too for each in hours),
        "stand_in": contact.stand_in,
        "stand_in_phone": contact.stand_in_phone or "",
        "until_on": contact.until_on,
        "for_relatives": contact.for_relatives,
    }
