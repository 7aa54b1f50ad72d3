"""How long, how many and how far: the numbers that letting a relative in is held to.

Source of the default of twelve months and the single-use link: docs/legal.md, "Samtycke".
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from webapp.permissions import TABLE, Area, Level

LINK_LASTS = timedelta(days=7)
WAITS = timedelta(days=30)  # an acceptance waits this long for the person's word
MOST_OPEN = 10  # invitations one person has out at once, those that wait for the person's word with them
MOST_RELATIVES = 20
CHOICES = (1, 3, 12)  # months
USUAL = 12
LONGEST = 24  # months
SOON = timedelta(days=14)  # before a consent ends, the person is told
KEPT_IN_SIGHT = timedelta(days=365)  # what has ended, for the person to read

AREAS = (Area.WHAT_MATTERS, Area.PLAN, Area.CONTACTS, Area.REMINDERS)


def months_on(today: date, months: int) -> date:
    """The same day so many months on; the month's last day where it has no such day."""
    year, month = divmod(today.month - 1 + months, 12)
    year, month = today.year + year, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def last_day(today: date) -> date:
    """The last day that a consent given today can have."""
    return months_on(today, LONGEST)


HELPABLE = frozenset(  # the areas where somebody can do more than see
    area for rule in TABLE.values() if rule.level is Level.HELP for area in rule.areas if area in AREAS
)


def levels(area: Area) -> tuple[Level, ...]:
    """What can be chosen for an area."""
    return tuple(Level) if area in HELPABLE else (Level.NONE, Level.SEE)
