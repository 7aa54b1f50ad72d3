"""Whose writing it is, as each reader may know it: relatives do not see one another (design section 6).

A mark is the text kept beside what somebody wrote for the person: empty for the person, "Nils, Arjeplogs
hälsocentral" for staff, and for a relative the name alone, without a comma.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Flask, g, has_app_context
from sqlalchemy import Uuid, bindparam, select

from webapp.accounts.models import Person
from webapp.core import access, db
from webapp.core.access import Sight
from webapp.core.i18n import plain
from webapp.sharing.models import Consent

_LET_IN = (  # once, by whatever tie: what they wrote stands after it has ended
    select(Person.id, Person.called, Person.protected)
    .join(Consent, Consent.relative_id == Person.id)
    .where(Consent.person_id == bindparam("person_id", type_=Uuid()))
    .distinct()
)


def init_app(app: Flask) -> None:
    app.add_template_global(marked, "marked")


def written_as(sight: Sight) -> str:
    """How this reader's writing is marked; empty when the person writes."""
    if sight.is_self:
        return ""
    return f"{sight.reader.name}, {sight.reader.unit_name}" if sight.cares else relatives_mark(sight)


def relatives_mark(sight: Sight) -> str:
    return sight.reader.name.replace(",", " ")


def is_relatives(mark: str) -> bool:
    return mark != "" and "," not in mark


def is_another_relatives(sight: Sight, mark: str) -> bool:
    """The mark of a relative whom this reader, a relative too, is not told of."""
    reads_as_relative = not sight.is_self and not sight.cares
    return reads_as_relative and is_relatives(mark) and mark != relatives_mark(sight)


def as_seen(sight: Sight, mark: str) -> str:
    """The mark as this reader may know it. A relative with protected identity is named to nobody."""
    if is_another_relatives(sight, mark):
        return another()
    if is_relatives(mark) and (sight.is_self or sight.cares) and _is_hidden(sight, mark):
        return plain("en anhörig")
    return mark


def _is_hidden(sight: Sight, mark: str) -> bool:
    """Whether the mark is of one with protected identity. Where there is one, only names that stand now are shown:
    whoever has taken a new one goes by it, and the old one is not told either."""
    relatives = _relatives(sight)
    if not any(each.protected for each in relatives):
        return False
    return mark not in {each.called.replace(",", " ") for each in relatives if not each.protected}


def _relatives(sight: Sight) -> Sequence[Any]:
    """Whom the person has let in, asked once in a request, and only where a relative's mark stands.

    Staff's tie says already whether there is one to hide. Outside the app nobody reads a page: nothing is asked.
    """
    if not has_app_context() or not sight.ties.hides_one:
        return ()
    held: dict[Any, Sequence[Any]] = g.setdefault("marks_relatives", {})
    if sight.person_id not in held:
        held[sight.person_id] = db.rows(db.session, _LET_IN, {"person_id": sight.person_id})
    return held[sight.person_id]


def is_protected(sight: Sight, relative_id: UUID) -> bool:
    """Whether this relative of the person's has protected identity, and so is named to nobody."""
    return any(each.protected and each.id == relative_id for each in _relatives(sight))


def another() -> str:
    return plain("en annan anhörig")


def marked(mark: str) -> str:
    """For templates: as the reader of this page may know it."""
    return as_seen(access.sight(), mark)
