"""How often the seven questions may be answered: four times a year, and never asked for.

A year is the twelve months up to today, not the calendar's: else four in December and four in January would be
eight in a row. Answering again the same day changes that day's answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from webapp.sharing.terms import months_on

MOST = 4
YEAR = 12  # months


def counts_until(on: date) -> date:
    """The first day on which answers of this day count no more."""
    return months_on(on, YEAR)


def may_answer(answered: Iterable[date], today: date) -> bool:
    """Whether somebody who answered on these days may answer today."""
    days = set(answered)
    return today in days or sum(today < counts_until(day) for day in days) < MOST


def next_on(answered: Iterable[date], today: date) -> date:
    """The first day, today or later, on which they may answer."""
    days = set(answered)
    if may_answer(days, today):
        return today
    still = sorted(counts_until(day) for day in days if today < counts_until(day))
    return still[len(still) - MOST]
