"""The areas in words."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LazyText, _l
from webapp.permissions import Area

AREAS: Mapping[Area, LazyText] = {
    Area.WHAT_MATTERS: _l("Viktigt för mig"),
    Area.PLAN: _l("Plan"),
    Area.CONTACTS: _l("Kontakter"),
    Area.REMINDERS: _l("Påminnelser"),
    Area.TIMES: _l("Överenskomna tider"),
    Area.OWN_TASKS: _l("Det som den anhöriga gör"),
}
