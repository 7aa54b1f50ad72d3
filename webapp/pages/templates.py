"""Templates as this app uses them: macros that many pages import are made ready once."""

from __future__ import annotations

from typing import Any

from flask import templating
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
