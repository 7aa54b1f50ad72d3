"""Whose writing it is, as each reader may know it: relatives do not see one another (design section 6).

A mark is the text kept beside what somebody wrote for the person: empty for the person, "Nils, Arjeplogs
hälsocentral" for staff, and for a relative the name alone, without a comma.
"""

from __future__ import annotations

from flask import Flask

from webapp.core import access
from webapp.core.access import Sight
from webapp.core.i18n import plain


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
    """The mark as this reader may know it."""
    return another() if is_another_relatives(sight, mark) else mark


def another() -> str:
    return plain("en annan anhörig")


def marked(mark: str) -> str:
    """For templates: as the reader of this page may know it."""
    return as_seen(access.sight(), mark)
