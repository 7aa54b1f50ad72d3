"""Templates as this app uses them: macros that many pages import are made ready once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import templating, url_for
from jinja2 import Template


class PageTemplate(Template):
    """A template whose macros see the app's globals alone, so that one module of them serves every page.

    Jinja works out at each import whether the page brings globals of its own. None of ours does, and working
    it out took a twentieth of a page.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class Environment(templating.Environment):
    template_class = PageTemplate


def address(endpoint: str, **values: Any) -> str:
    """`url_for` for templates: paths of this app, made once each. A page asks for twenty of them."""
    return _address(endpoint, tuple(values.items()))


@lru_cache(maxsize=4096)
def _address(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
