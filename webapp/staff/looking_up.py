"""How many personal numbers one account may look up, whatever the page: more is no work but a search for somebody."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.exceptions import TooManyRequests

from webapp.core import clock, limits

MOST_LOOKED_UP = "60 per 60 minutes"


def count_one() -> None:
    """Count one number looked up; whoever looks up very many is stopped. Commits the request's transaction."""
    if not limits.may_try("a person by number", MOST_LOOKED_UP):
        raise TooManyRequests(retry_after=clock.now() + timedelta(hours=1))
