"""How many personal numbers one account may look up, whatever the page: more is no work but a search for somebody."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.exceptions import TooManyRequests

from webapp.core import clock, limits

MOST_LOOKED_UP = "60 per 60 minutes"


def count_one(*, emergency: bool = False) -> None:
    """Count one number looked up; whoever looks up very many is stopped. Commits the request's transaction.

    In an emergency by a count of its own: a day of much work shuts nobody out of it.
    """
    what = "a person by number, in an emergency" if emergency else "a person by number"
    if not limits.may_try(what, MOST_LOOKED_UP):
        raise TooManyRequests(retry_after=clock.now() + timedelta(hours=1))
