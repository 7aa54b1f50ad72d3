"""Templates as this app uses them: macros that many pages import are made ready once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import templating, url_for
from jinja2 import Template
from jinja2.runtime import Context, Macro


class PageTemplate(Template):
    """A template whose macros see the app's globals alone, so that one module of them serves every page.

    Jinja works out at each import whether the page brings globals of its own. None of ours does, and working
    it out took a twentieth of a page.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class PageContext(Context):
    """Calls from a template. Ours ask neither for the context nor for the environment, only macros for escaping.

    Jinja finds that out anew at each of a page's hundred and fifty calls, which took a twelfth of it.
    """

    def call(
        self, called: Any, /, *args: Any, _block_vars: object = None, _loop_vars: object = None, **named: Any
    ) -> Any:
        if type(called) is Macro:
            return called(self.eval_ctx, *args, **named)
        return called(*args, **named)


class Environment(templating.Environment):
    template_class = PageTemplate
    context_class = PageContext


def address(endpoint: str, **values: Any) -> str:
    """`url_for` for templates: paths of this app, made once each. A page asks for twenty of them."""
    return _address(endpoint, tuple(values.items()))


@lru_cache(maxsize=4096)
def _address(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
