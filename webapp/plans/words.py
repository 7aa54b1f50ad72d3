"""What the plan's rules say, in words that people read."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LazyText, _l
from webapp.plans.statute import Missing

MISSING: Mapping[Missing, LazyText] = {
    Missing.WAITING: _l("Det finns förslag som du inte har svarat på."),
    Missing.EFFORTS: _l("Det står inte vad som ska göras."),
    Missing.HUVUDMAN: _l("Det står inte vad regionen eller kommunen ska göra."),
    Missing.OTHERS: _l("Det står inte vad du eller någon annan gör, eller att ingen annan gör något."),
    Missing.OVERALL: _l("Det står inte vem som har det samlade ansvaret."),
    Missing.FROZEN: _l("Planen vilar. Ingen delar den just nu."),
}
