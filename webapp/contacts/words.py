"""The names of the roles, and opening hours in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from webapp.contacts.hours import Reach
from webapp.contacts.models import Role
from webapp.core.i18n import LazyText, _, _l, format_time, weekday_name

ROLES: Mapping[Role, LazyText] = {
    Role.FAST_VARDKONTAKT: _l("Fast vårdkontakt"),
    Role.FAST_LAKARKONTAKT: _l("Fast läkarkontakt"),
    Role.FAST_OMSORGSKONTAKT: _l("Fast omsorgskontakt"),
}


def hours(reach: Reach | None, now: datetime) -> Markup | None:
    """ "Öppet nu, till 16.00", "Stängt nu. Öppnar 13.00 idag."; None where no hours are known."""
    if reach is None:
        return None
    if reach.is_open and reach.closes is not None:
        return _("Öppet nu, till %(time)s", time=format_time(reach.closes))
    if reach.opens is None or reach.opens_on is None:
        return _("Stängt nu.")
    at = format_time(reach.opens)
    if reach.opens_on == now.date():
        return _("Stängt nu. Öppnar %(time)s idag.", time=at)
    return _("Stängt nu. Öppnar %(day)s %(time)s.", day=weekday_name(reach.opens_on), time=at)
