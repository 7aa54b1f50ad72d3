"""What stands on the plan's paper, in the order of the page: the texts in the reader's language, as data.

Each text carries its language, so that a screen reader changes voice: what people have written is Swedish
until it says otherwise, and so is what has no translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.contacts.domain import Contact
from webapp.contacts.words import ROLES
from webapp.core.i18n import (
    SOURCE,
    LazyText,
    _l,
    format_day,
    format_day_numeric,
    format_time,
    lang_of,
    language,
    plain,
)
from webapp.directory.numbers import Number
from webapp.meetings.reading import NextTime
from webapp.plans.models import Doer, How, RowStatus
from webapp.plans.paper.signs import on_paper
from webapp.plans.reading import PlanView, Row

Text = Mapping[str, str]
Part = dict[str, Any]

DOERS: Mapping[Doer, LazyText] = {
    Doer.ME: _l("Jag"),
    Doer.RELATIVE: _l("Närstående"),
    Doer.REGION: _l("Regionen"),
    Doer.KOMMUN: _l("Kommunen"),
    Doer.OTHER: _l("Annan"),
}
MY_STATES: Mapping[RowStatus, LazyText] = {
    RowStatus.PROPOSED: _l("Väntar på ditt svar"),
    RowStatus.AGREED: _l("Du har sagt ja"),
    RowStatus.OBJECTED: _l("Du har sagt nej"),
    RowStatus.ENDED: _l("Avslutad"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that the paper is made from, as this reader may see it. `called`: whose plan it is."""

    view: PlanView
    called: str
    municipality: str
    mine: bool
    meeting: NextTime | None
    contacts: Sequence[Contact]
    numbers: Sequence[Number]
    printed_on: date


def document(paper: Paper) -> Mapping[str, Any]:
    """The paper as data for the template. The title in the file names nobody."""
    name = {"name": paper.called}
    heading = _said(_l("Min plan")) if paper.mine else _said(_l("Planen för %(name)s", **name))
    return {
        "lang": language(),
        "title": plain("Min plan") if paper.mine else plain("Plan"),
        "heading": heading,
        "intro": list(_intro(paper)),
        "changed": _said(_l("Planen kan ha ändrats.")),
        "pages": _said(_l("Sida %(page)s av %(pages)s", page="{page}", pages="{pages}")),
        "parts": [part for part in _parts(paper) if part["paragraphs"] or part["rows"]],
    }


def _intro(paper: Paper) -> Iterable[Text]:
    yield own(f"{paper.called}, {paper.municipality}" if paper.municipality else paper.called)
    day = format_day_numeric(paper.printed_on)
    yield _said(_l("Utskriven %(day)s. Planen kan ha ändrats sedan dess.", day=day))


def _parts(paper: Paper) -> Iterable[Part]:
    view = paper.view
    if paper.meeting:
        yield _part(_l("Nästa möte"), _meeting(paper.meeting))
    if view.whole:
        goals = _l("Det här vill jag") if paper.mine else _l("Det här vill %(name)s", name=paper.called)
        yield _part(goals, (line for goal in view.goals for line in _goal(goal, paper.mine)))
    doing = _l("Det du gör") if view.only_own_tasks else _l("Det här gör vi")
    yield _part(doing, _hidden(paper), (_row(row, paper) for row in view.going))
    yield _part(_l("Om det blir sämre"), _worse(view))
    yield _part(_l("Vem ringer jag?"), (), [*_calls(paper.contacts), *map(_public, paper.numbers)])
    if view.whole:
        yield _part(_l("Om planen"), _about(view))


def _meeting(meeting: NextTime) -> Iterable[Part]:
    day, time = format_day(meeting.starts_at, start=True), format_time(meeting.starts_at)
    yield _line(_said(_l("%(day)s klockan %(time)s", day=day, time=time)))
    yield from _if_any(meeting.place)
    yield from _if_any(meeting.with_whom)


def _goal(goal: Any, mine: bool) -> Iterable[Part]:
    yield _line(own(goal.words))
    yield from _if_any(goal.noticed_by, _l("Så märker jag det:") if mine else _l("Så märks det:"))


def _hidden(paper: Paper) -> Iterable[Part]:
    if paper.view.frozen:
        yield _line(_said(_l("Planen är pausad.")))
    if paper.view.only_own_tasks:
        yield _line(_said(_l("Du ser bara det som du själv gör.")))
    elif paper.view.some_hidden:
        yield _line(_said(_l("Det finns fler rader i planen.")))


def _row(row: Row, paper: Paper) -> Part:
    return {"what": own(row.what), "lines": list(_row_lines(row, paper)), "phone": _phone(row.phone)}


def _row_lines(row: Row, paper: Paper) -> Iterable[Part]:
    doer = _said(DOERS[row.doer]) if row.doer is not Doer.ME or paper.mine else own(paper.called)
    who = ", ".join(part for part in (row.who, row.organisation) if part and row.doer is not Doer.ME)
    yield _line(own(who), _colon(doer)) if who else _line(doer)
    yield from _if_any(row.how_often)
    if row.from_on and row.from_on > paper.printed_on:
        yield _line(_said(_l("Börjar %(day)s.", day=format_day(row.from_on))))
    if row.until_on:
        yield _line(_said(_l("Till och med %(day)s.", day=format_day(row.until_on))))
    yield from _if_any(row.next_step, _l("Nästa steg:"))
    yield from _if_any(row.waits_for, _l("Väntar på:"))
    yield _line(_state(row.status, paper))
    if paper.view.whole:
        yield from _if_any(row.objection)
        yield from _told(row)
    change = paper.view.changes.get(row.id)
    if change:
        yield from _change(row, change, paper)


def _change(row: Row, change: Row, paper: Paper) -> Iterable[Part]:
    """An open change of an agreed row: what it would say instead, and that it is not agreed."""
    if change.ends_row:
        yield _line(_said(_l("Förslag: raden avslutas")))
    else:
        yield _line(_said(_l("Förslag till ändring")))
        for label, then, now in (
            (_l("Vad"), row.what, change.what),
            (_l("Vem"), row.who, change.who),
            (_l("Telefon"), row.phone, change.phone),
            (_l("Hur ofta"), row.how_often, change.how_often),
            (_l("Från"), _day(row.from_on), _day(change.from_on)),
            (_l("Till"), _day(row.until_on), _day(change.until_on)),
        ):
            if then != now:
                yield _line(own(now or "–"), _colon(_said(label)))
    yield _line(_state(change.status, paper))
    if paper.view.whole:
        yield from _if_any(change.objection)


def _day(day: date | None) -> str:
    return format_day(day) if day else ""


def _told(row: Row) -> Iterable[Part]:
    """How it went, the last time somebody told."""
    if row.how is None or row.told_on is None:
        return
    day = {"day": format_day(row.told_on)}
    how = {
        How.YES: _l("Det blev så %(day)s.", **day),
        How.PARTLY: _l("Det blev delvis så %(day)s.", **day),
        How.NO: _l("Det blev inte så %(day)s.", **day),
    }
    yield _line(_said(how[row.how]))
    yield from _if_any(row.told_words or "")


def _state(status: RowStatus, paper: Paper) -> Text:
    if paper.mine:
        return _said(MY_STATES[status])
    name = {"name": paper.called}
    return _said(
        {
            RowStatus.PROPOSED: _l("Väntar på svar från %(name)s", **name),
            RowStatus.AGREED: _l("%(name)s har sagt ja", **name),
            RowStatus.OBJECTED: _l("%(name)s har sagt nej", **name),
            RowStatus.ENDED: _l("Avslutad"),
        }[status]
    )


def _worse(view: PlanView) -> Iterable[Part]:
    if view.whole:
        yield from _if_any(view.plan.if_worse_signs, _l("Så märks det att det blir sämre:"))
        yield from _if_any(view.plan.if_worse_do, _l("Gör så här:"))


def _calls(contacts: Iterable[Contact]) -> Iterable[Part]:
    for contact in contacts:
        if contact.phone and not contact.missing:
            role = ROLES.get(contact.role)
            where = ", ".join(part for part in (contact.title, contact.works_at) if part)
            lines = [_line(_said(role))] if role else []
            yield {
                "what": own(contact.name),
                "lines": [*lines, *_if_any(where)],
                "phone": _phone(contact.phone),
            }


def _public(number: Number) -> Part:
    what = _said(LazyText(number.name, {}))
    return {
        "what": what,
        "lines": [_line(_said(LazyText(number.what, {})))] if number.what else [],
        "phone": _phone(number.number),
    }


def _about(view: PlanView) -> Iterable[Part]:
    plan = view.plan
    yield from _if_any(plan.situation, _l("Så är det nu:"))
    yield from _if_any(plan.held_together_by, _l("Håller ihop planen:"))
    yield from _if_any(plan.overall, _l("Har det samlade ansvaret:"))
    yield _line(_said(_l("Planen började %(day)s.", day=format_day(plan.begun_on))))


def _part(heading: LazyText, paragraphs: Iterable[Part], rows: Iterable[Part] = ()) -> Part:
    return {"heading": _said(heading), "paragraphs": list(paragraphs), "rows": list(rows)}


def _if_any(words: str, label: LazyText | None = None) -> Iterable[Part]:
    if words:
        yield _line(own(words), _said(label) if label else None)


def _line(words: Text, label: Text | None = None) -> Part:
    return {"label": label, "words": words}


def _colon(label: Text) -> Text:
    return {**label, "t": label["t"] + ":"}


def _phone(number: str | None) -> Part | None:
    return {"label": _said(_l("Ring")), "number": on_paper(number)} if number else None


def _said(words: LazyText) -> Text:
    """Words of ours, in the reader's language or in Swedish."""
    return {"t": on_paper(str(words)), "l": lang_of(words.message)}


def own(words: str) -> Text:
    """Words that somebody has written."""
    return {"t": on_paper(words).strip() or "–", "l": SOURCE}
