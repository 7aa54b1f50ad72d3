"""What a person can set for themselves."""

from __future__ import annotations

from wtforms import BooleanField

from webapp.core.forms import Form
from webapp.core.i18n import _l


class SettingsForm(Form):
    lock_screen = BooleanField(_l("Visa vad påminnelsen gäller på låst skärm"))
