"""What staff choose about their list: which lines, and what they note by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from webapp.contacts.naming import Colleague
from webapp.core.forms import Form
from webapp.core.i18n import LazyText, _l
from webapp.work_list import words
from webapp.work_list.domain import Item, Order, Show, Wish
from webapp.work_list.models import Call
from webapp.work_list.reasons import ORDER, Task

MOST_PAGES = 9999
Word = TypeVar("Word", bound=StrEnum)


def wish_of(asked: Mapping[str, str]) -> Wish:
    """What the address asks for; a word that nobody knows is as if it were not there."""
    page = asked.get("sida", "")
    return Wish(
        show=_word(Show, asked.get("visa")) or Show.ALL,
        task=_word(Task, asked.get("sak")),
        order=_word(Order, asked.get("ordning")) or Order.URGENT,
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
    )


def _word(kind: type[Word], said: str | None) -> Word | None:
    return next((each for each in kind if each.value == said), None)


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of which lines, or in which order. It stands in the address, and names nobody."""

    name: str
    label: LazyText
    chosen: str
    choices: Sequence[tuple[str, LazyText | str]]


def filters(wish: Wish, open_: Mapping[Task, int]) -> Sequence[Filter]:
    """Plain choices, with nothing to check: `wish_of` reads what comes back. As WTForms' they took half the page."""
    tasks = [
        (each.value, f"{words.TASKS[each][0]} ({open_[each]})")
        for each in ORDER
        if open_[each] or each is wish.task
    ]
    return (
        Filter("visa", _l("Visa"), wish.show, list(words.SHOWS.items())),
        Filter("sak", _l("Sak"), wish.task or "", [("", _l("Alla saker")), *tasks]),
        Filter("ordning", _l("Ordning"), wish.order, list(words.ORDERS.items())),
    )


class CallForm(Form):
    """What came of a call, and what the line said to the one who called."""

    call = RadioField(
        _l("Svarade personen?"),
        name="svar",
        choices=[SelectChoice(each.value, words.CALLS[each]) for each in Call],
        validators=[InputRequired(_l("Välj om personen svarade"))],
    )
    about = HiddenField(name="galler")

    @property
    def about_at(self) -> datetime | None:
        read: datetime | None = _read(datetime.fromisoformat, self.about.data, needs="T")
        return read

    @property
    def about_on(self) -> date | None:
        return None if self.about_at else _read(date.fromisoformat, self.about.data)


def about(item: Item) -> str:
    """What the line says now: since when, or before which day."""
    said = item.since or item.until_on
    return said.isoformat() if said else ""


def _read(how: Any, said: str | None, needs: str = "") -> Any:
    """None for what is no time: the note is then about nothing that the line says, and lets nothing rest."""
    if not said or needs not in said or len(said) > 40:
        return None
    try:
        read = how(said)
    except ValueError:
        return None
    return None if isinstance(read, datetime) and read.tzinfo is None else read


class HandOverForm(Form):
    """Who of the unit takes care of a line."""

    to = SelectField(_l("Vem tar hand om det?"), name="till", validate_choice=True)

    def __init__(self, colleagues: Sequence[Colleague], me: UUID, **more: Any) -> None:
        super().__init__(**more)
        named = {each.staff_id: each for each in colleagues}
        self.to.choices = [
            SelectChoice("", _l("Alla på enheten")),
            *(
                SelectChoice(str(staff_id), f"{each.name}, {each.role}")
                for staff_id, each in sorted(named.items(), key=lambda pair: pair[0] != me)
            ),
        ]

    @property
    def staff_id(self) -> UUID | None:
        return UUID(self.to.data) if self.to.data else None
