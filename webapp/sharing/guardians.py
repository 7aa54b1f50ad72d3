"""What a guardian (vårdnadshavare) sees of a child, by the child's age at local midnight.

To 12: as the child. 13–15: times, contacts and the guardian's own tasks, not the young person's words.
From 16: nothing that the young person has not shared. Source: docs/legal.md, "Barn och vårdnadshavare".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from webapp.permissions import Area, Level

OWN_LOGIN = 13
AS_ADULT = 16

CHILD: Mapping[Area, Level] = {
    Area.WHAT_MATTERS: Level.HELP,
    Area.PLAN: Level.HELP,
    Area.CONTACTS: Level.SEE,
    Area.REMINDERS: Level.HELP,
    Area.TIMES: Level.SEE,
    Area.OWN_TASKS: Level.SEE,
}
YOUNG: Mapping[Area, Level] = {Area.CONTACTS: Level.SEE, Area.TIMES: Level.SEE, Area.OWN_TASKS: Level.SEE}


def age(born_on: date, today: date) -> int:
    """Whole years. Somebody born on 29 February has their birthday on 1 March in other years."""
    had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
    return today.year - born_on.year - (0 if had_birthday else 1)


def areas_for_guardian(born_on: date, today: date) -> Mapping[Area, Level]:
    """The areas that follow from the child's age today."""
    years = age(born_on, today)
    if years < OWN_LOGIN:
        return CHILD
    return YOUNG if years < AS_ADULT else {}
