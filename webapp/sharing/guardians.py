"""What a guardian (vårdnadshavare) sees of a child, by the child's age at local midnight.

To 12: as the child. 13–15: times, contacts and the guardian's own tasks, not the young person's words.
From 16: nothing that the young person has not shared. Source: docs/legal.md, "Barn och vårdnadshavare".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from webapp.permissions import Area, Level

OWN_LOGIN = 13
AS_ADULT = 16
OF_AGE = 18
CHANGES = (OWN_LOGIN, AS_ADULT)
NOTICE = timedelta(days=30)  # both are told this long before a change

CHILD: Mapping[Area, Level] = {
    Area.WHAT_MATTERS: Level.HELP,
    Area.PLAN: Level.HELP,
    Area.CONTACTS: Level.SEE,
    Area.REMINDERS: Level.HELP,
    Area.TIMES: Level.SEE,
    Area.OWN_TASKS: Level.SEE,
}
YOUNG: Mapping[Area, Level] = {Area.CONTACTS: Level.SEE, Area.TIMES: Level.SEE, Area.OWN_TASKS: Level.SEE}


def birthday(born_on: date, years: int) -> date:
    """The day somebody becomes `years` old. Born on 29 February: 1 March in years without that day."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


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


def may_sign_in(born_on: date, today: date) -> bool:
    """Whether somebody is old enough for a sign-in of their own."""
    return age(born_on, today) >= OWN_LOGIN


def is_young(born_on: date, today: date) -> bool:
    """Under eighteen: a child in the eyes of the law, and of those who answer when children call."""
    return age(born_on, today) < OF_AGE


def last_day_of_custody(born_on: date) -> date:
    """The last day on which a guardian sees anything: the one before the sixteenth birthday."""
    return birthday(born_on, AS_ADULT) - timedelta(days=1)


def change_ahead(born_on: date, today: date) -> int | None:
    """Which change (13 or 16 years) is to be told of today: one that comes within NOTICE, or came within it.

    The time after the birthday is for those whom a worker that was down has not told.
    """
    for years in CHANGES:
        if abs(birthday(born_on, years) - today) <= NOTICE:
            return years
    return None
