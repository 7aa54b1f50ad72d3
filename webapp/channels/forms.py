"""What can be asked about the ways: an own number, an own mailbox, and the code that came there."""

from __future__ import annotations

from collections.abc import Callable

from wtforms import BooleanField, Field, StringField, ValidationError

from webapp.channels import addresses
from webapp.core.forms import Form, clean, text_rules
from webapp.core.i18n import LazyText, _l
from webapp.reminders.models import Channel

LONGEST_CODE = 12  # six digits, and what people write between them


def _readable(read: Callable[[str], str | None], otherwise: LazyText) -> Callable[[Form, Field], None]:
    def check(_form: Form, field: Field) -> None:
        if field.data and not field.errors and read(field.data) is None:
            raise ValidationError(otherwise)

    return check


class NumberForm(Form):
    address = StringField(
        _l("Ditt mobilnummer"),
        filters=[clean],
        validators=[
            *text_rules(_l("Skriv ditt mobilnummer"), addresses.LONGEST_NUMBER),
            _readable(
                addresses.mobile,
                _l(
                    "Skriv ett mobilnummer från Sverige, Norge, Finland eller Danmark. Utländska börjar med plus."
                ),
            ),
        ],
    )

    def value(self) -> str:
        """As it is kept; only after it has been validated."""
        return addresses.mobile(self.address.data or "") or ""


class MailboxForm(Form):
    address = StringField(
        _l("Din e-postadress"),
        filters=[clean],
        validators=[
            *text_rules(_l("Skriv din e-postadress"), addresses.LONGEST_MAILBOX),
            _readable(addresses.mailbox, _l("Skriv hela adressen, till exempel namn@exempel.se")),
        ],
    )

    def value(self) -> str:
        return addresses.mailbox(self.address.data or "") or ""


class CodeForm(Form):
    code = StringField(
        _l("Koden"), filters=[clean], validators=text_rules(_l("Skriv koden som du fick"), LONGEST_CODE)
    )


class TextForm(Form):
    with_text = BooleanField(_l("Skriv vad påminnelsen gäller"))


FORMS: dict[Channel, type[NumberForm] | type[MailboxForm]] = {
    Channel.SMS: NumberForm,
    Channel.EMAIL: MailboxForm,
}
