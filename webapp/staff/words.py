"""The work list and the outcomes in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from webapp.accounts.models import Duty
from webapp.core.access import Reader
from webapp.core.i18n import LazyText, _l
from webapp.directory.flows import Flow
from webapp.plans.models import Doer
from webapp.reminders.outcome import Outcome
from webapp.sharing.guardians import age as years

OUTCOMES: Mapping[Outcome, tuple[LazyText, str, str]] = {
    Outcome.OPEN: (_l("Väntar på svar"), "senare", "wait"),
    Outcome.DONE_IN_TIME: (_l("Klar i tid"), "klar", "good"),
    Outcome.DONE_LATE: (_l("Klar senare"), "klar", "good"),
    Outcome.SKIPPED: (_l("Inte idag"), "intedag", ""),
    Outcome.UNANSWERED: (_l("Inget svar"), "senare", ""),
    Outcome.UNDELIVERED: (_l("Nådde inte fram"), "varning", "warn"),
}


PLANS: Mapping[Flow, LazyText] = {
    Flow.ELDER: _l("Äldre, eller personer med funktionsnedsättning"),
    Flow.ADULT: _l("Vuxna: psykisk hälsa, beroende, socialt stöd"),
    Flow.CHILD: _l("Barn, unga och familj"),
}


DOERS: Mapping[Doer, LazyText] = {
    Doer.ME: _l("Personen själv"),
    Doer.RELATIVE: _l("En anhörig"),
    Doer.REGION: _l("Regionen"),
    Doer.KOMMUN: _l("Kommunen"),
    Doer.OTHER: _l("Någon annan"),
}

FLOWS: Mapping[Flow, LazyText] = {
    Flow.ALL: _l("Alla, som en hälsocentral"),
    Flow.ELDER: PLANS[Flow.ELDER],
    Flow.ADULT: PLANS[Flow.ADULT],
    Flow.CHILD: PLANS[Flow.CHILD],
    Flow.SCHOOL: _l("Elever: elevhälsa"),
}

DUTIES: Mapping[Duty, LazyText] = {
    Duty.CARE: _l("Vård och omsorg: öppnar de personer som enheten hjälper"),
    Duty.MANAGER: _l("Chef: väljer vilka som får öppna en person med skyddade uppgifter"),
    Duty.ANALYST: _l("Uppföljning: ser siffror, aldrig personer"),
    Duty.ADMINISTRATOR: _l("Administratör: sköter enheter och medarbetare, ser aldrig personer"),
}

ACTS: Mapping[str, LazyText] = {  # administration.Act
    "organisation_added": _l("Ny organisation"),
    "unit_added": _l("Ny enhet"),
    "unit_changed": _l("Ändrade en enhet"),
    "member_added": _l("Ny medarbetare"),
    "member_changed": _l("Ändrade en medarbetare"),
    "assignment_given": _l("Gav ett uppdrag"),
    "assignment_ended": _l("Avslutade ett uppdrag"),
    "switched_off": _l("Stängde av"),
    "switched_on": _l("Släppte in igen"),
    "template_written": _l("Skrev en mall"),
    "template_retired": _l("Tog bort en mall"),
}


class Born(Protocol):
    """Somebody with a day of birth: a Person, or a Patient of a list."""

    @property
    def born_on(self) -> Any: ...


def age(person: Born, today: date) -> int:
    return years(person.born_on, today)


def signature(who: Reader) -> str:
    """Who has done something, as the person reads it."""
    return f"{who.name}, {who.role}, {who.unit_name}"
