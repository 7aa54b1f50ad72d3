"""The areas in words."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LazyText, _l
from webapp.permissions import Area
from webapp.sharing.decisions import Basis
from webapp.sharing.models import ConsentKind

AREAS: Mapping[Area, LazyText] = {
    Area.WHAT_MATTERS: _l("Viktigt för mig"),
    Area.PLAN: _l("Plan"),
    Area.CONTACTS: _l("Kontakter"),
    Area.REMINDERS: _l("Påminnelser"),
    Area.TIMES: _l("Överenskomna tider"),
    Area.OWN_TASKS: _l("Det som den anhöriga gör"),
}

ROLES: Mapping[ConsentKind, LazyText] = {
    ConsentKind.RELATIVE: _l("Anhörig"),
    ConsentKind.GUARDIAN: _l("Vårdnadshavare"),
    ConsentKind.GOD_MAN: _l("God man"),
    ConsentKind.FORVALTARE: _l("Förvaltare"),
    ConsentKind.FRAMTIDSFULLMAKT: _l("Framtidsfullmakt"),
}

BASES: Mapping[Basis, LazyText] = {
    Basis.REGISTER: _l("Folkbokföringen"),
    Basis.DECISION: _l("Ett beslut"),
    Basis.DOCUMENT: _l("Ett papper som jag har sett"),
    Basis.OTHER: _l("Annat"),
}
