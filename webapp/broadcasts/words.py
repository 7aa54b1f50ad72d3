"""Broadcasts in words: whom they are for, where they stand, and what a text to several may not say."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.broadcasts.group import Group, Whom
from webapp.broadcasts.models import Broadcast, Stage
from webapp.broadcasts.wording import MOST_TEXT, Fault
from webapp.core.i18n import LANGUAGES, LazyText, _l, format_day, format_time, plain
from webapp.plans.starters import files

FAULTS: Mapping[Fault, LazyText] = {
    Fault.UNKNOWN_VARIABLE: _l(
        "Mellan { och } får det bara stå enhet, telefon, kommun, dag eller tid. Inget annat fylls i."
    ),
    Fault.PERSONAL_NUMBER: _l("Texten ser ut att ha ett personnummer. Ta bort det."),
    Fault.ILLNESS: _l("Texten nämner en sjukdom. Skriv det som ska göras, inte diagnosen."),
    Fault.TOO_LONG: _l("Texten får ha högst %(max)d tecken när allt är ifyllt", max=MOST_TEXT),
    Fault.NO_VALUE: _l("Texten vill fylla i något som saknas: enhetens telefon, dagen eller tiden."),
}

STAGES: Mapping[Stage, tuple[LazyText, str, str]] = {
    Stage.DRAFT: (_l("Utkast"), "penna", ""),
    Stage.CONFIRMED: (_l("Väntar"), "senare", "wait"),
    Stage.HANDED_OUT: (_l("Skickat"), "klar", "good"),
    Stage.UNDONE: (_l("Ångrat"), "intedag", ""),
    Stage.RECALLED: (_l("Återkallat"), "varning", "warn"),
}

WHOM: Mapping[Whom, LazyText] = {
    Whom.SOME: _l("En grupp"),
    Whom.CHOSEN: _l("Några som jag väljer"),
    Whom.UNIT: _l("Alla som enheten hjälper"),
}

AGES: Mapping[str, LazyText] = {
    "0-12": _l("0–12 år"),
    "13-17": _l("13–17 år"),
    "18-64": _l("18–64 år"),
    "65-79": _l("65–79 år"),
    "80-": _l("80 år och äldre"),
}


def starter_name(key: str) -> str:
    """A plan's name and the places that worked it out, in Swedish as the county wrote it."""
    found = files.starter(key)
    if found is None:
        return key
    return f"{found.name.sv} ({', '.join(found.places)})" if found.places else found.name.sv


def group_in_words(group: Group) -> list[str]:
    """Whom it is for, and what they have in common: a line for each choice."""
    if group.whom is not Whom.SOME:
        return [str(WHOM[group.whom])]
    choices = (
        sorted(group.municipalities),
        [starter_name(key) for key in sorted(group.starters)],
        [str(AGES[key]) for key in AGES if key in group.ages],
        [LANGUAGES[code] for code in LANGUAGES if code in group.languages],
    )
    return [", ".join(each) for each in choices if each]


def when(broadcast: Broadcast) -> str:
    """ "måndag 9 mars 10.00", or every day until the last one."""
    at, first = format_time(broadcast.at), format_day(broadcast.on_day)
    if broadcast.until_on == broadcast.on_day:
        return plain("%(day)s %(time)s, en gång", day=first, time=at)
    last = format_day(broadcast.until_on)
    return plain("Varje dag %(time)s, från %(first)s till %(last)s", time=at, first=first, last=last)
