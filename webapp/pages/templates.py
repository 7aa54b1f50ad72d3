"""Templates as this app uses them: compiled to plain Python, with macros that are made ready once.

Jinja asks of everything that is called whether it wants the context, and of all text whether it is safe, each
time anew. Nothing here wants the context and every template escapes; written into the compiled template once,
that is a third of a page's rendering saved. What is escaped stays the same: tests/pages/test_templates.py.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from keyword import iskeyword
from types import CodeType
from typing import Any
from uuid import UUID

import jinja2
from flask import templating, url_for
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined] # the inner: text, not packed

_ANY = UUID(int=0)  # stands in an address for the one that comes; nothing has it for its id


class PageCode(CodeGenerator):
    """Writes `name(…)` and `row.name` in a template as they are written in Python."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if any(iskeyword(each.key) for each in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        if forward_caller:
            self.write("caller=caller, ")
        for stars, rest in (("*", node.dyn_args), ("**", node.dyn_kwargs)):
            if rest is not None:
                self.write(stars)
                self.visit(rest, frame)
                self.write(", ")
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """`row.name` asks Python first, and Jinja only where Python knows no such thing."""
        if not _is_plain(node.node):
            super().visit_Getattr(node, frame)
            return
        held = self.temporary_identifier()
        self.write(f"({held} if ({held} := getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, missing)) is not missing else ")
        super().visit_Getattr(node, frame)
        self.write(")")


def _is_plain(node: nodes.Node) -> bool:
    """A name, or what hangs on one: asking it twice does nothing twice."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


class PageMacro(Macro):
    """A macro of a template that escapes: what it gives is markup, whoever calls it."""

    def __call__(self, *args: Any, **named: Any) -> Markup:
        left_out = self._argument_count - len(args)
        if named or left_out < 0 or self.caller or self.catch_kwargs or self.catch_varargs:
            return self._called(args, named)
        return str.__new__(Markup, self._func(*args, *(missing,) * left_out))

    def _called(self, args: tuple[Any, ...], named: dict[str, Any]) -> Markup:
        """Called with names, with a body of its own, or with more than it takes."""
        if self.catch_kwargs or self.catch_varargs or len(args) > self._argument_count:
            return Markup(super().__call__(*args, **named))  # noqa: S704 - a macro escapes what it is given
        arguments = [*args, *[named.pop(name, missing) for name in self.arguments[len(args) :]]]
        if self.caller and not self.explicit_caller:
            arguments.append(named.pop("caller", None) or self._environment.undefined(name="caller"))
        if named:
            raise TypeError(f"macro {self.name!r} takes no keyword argument {next(iter(named))!r}")
        return str.__new__(Markup, self._func(*arguments))


def shown(value: Any) -> str:
    """What a template shows of a value: markupsafe.escape, without packing anew what is packed already."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return _escape_inner(value) if kind is str else escape(value)


class PageTemplate(Template):
    """A template whose macros see the app's globals alone, so that one module of them serves every page.

    Jinja works out at each import whether the page brings globals of its own. None of ours does.
    """

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja's name for it
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__.update(escape=shown, Macro=PageMacro)
        return made

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class Environment(templating.Environment):
    template_class = PageTemplate
    code_generator_class = PageCode


def address(endpoint: str, **values: Any) -> str:
    """`url_for` for templates: paths of this app, made once each. A page asks for twenty of them."""
    return _address(endpoint, tuple(values.items()))


def addresses(endpoint: str, last: str, **values: Any) -> Callable[[object], str]:
    """`address` for many things of one kind on a page, as a plan's rows: `last` is the one value that differs."""
    before, _, after = address(endpoint, **values, **{last: _ANY}).partition(str(_ANY))
    return lambda one: f"{before}{one}{after}"


@lru_cache(maxsize=4096)
def _address(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
