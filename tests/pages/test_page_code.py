"""Templates are compiled in our own way: what they show, and above all what they escape, is Jinja's still."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from webapp.core.i18n import _l
from webapp.pages.templates import Environment, PageCode, PageMacro, PageTemplate, shown


class Ours(jinja2.Environment):
    template_class = PageTemplate
    code_generator_class = PageCode


def _both(source: str, **given: Any) -> tuple[str, str]:
    """The text by Jinja's way and by ours."""
    jinjas, ours = jinja2.Environment(autoescape=True), Ours(autoescape=True)
    return jinjas.from_string(source).render(given), ours.from_string(source).render(given)


class Html:
    def __html__(self) -> str:
        return "<i>own</i>"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.text().map(Markup)))
def test_a_value_is_shown_as_it_is_escaped(value: Any) -> None:
    assert shown(value) == escape(value)


@pytest.mark.parametrize("value", [Html(), _l("Spara"), "<script>\"&'", Markup("<b>&amp;</b>"), 12])
def test_what_brings_its_own_markup_keeps_it_and_all_else_is_escaped(value: Any) -> None:
    jinjas, ours = _both("{% macro m(x) %}<p>{{ x }}</p>{% endmacro %}{{ x }} {{ m(x) }}", x=value)
    assert jinjas == ours


@pytest.mark.parametrize(
    "source",
    [
        "{% macro m(a, b=2, c=none) %}{{ a }}|{{ b }}|{{ c }}{% endmacro %}{{ m('<', c='>') }} {{ m(1, 3, 4) }}",
        "{% macro m(a) %}{{ a }}[{{ caller() }}]{% endmacro %}{% call m('&') %}<b>{{ '<' }}</b>{% endcall %}",
        "{% macro m(a) %}{% if caller is defined %}{{ caller() }}{% else %}-{% endif %}{% endmacro %}{{ m(1) }}",
        "{% macro m(a) %}{% for x in a %}{{ caller(x) }}{% endfor %}{% endmacro %}"
        "{% call(x) m(['<', 2]) %}{{ x }},{% endcall %}",
        "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, z=3) }}",
        "{% macro m(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ m() }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m('<') ~ '<' }} {{ m('<')|length }} {{ m('<')|upper }}",
        "{% set x %}<b>{{ '<' }}</b>{% endset %}{{ x }}{{ f(*[1, 2], **{'k': '<'}) }}{{ f(1, class='x') }}",
        "{{ d.k }}|{{ d.items is defined }}|{{ d.missing }}|{{ d.missing is defined }}|{{ d.inner.k }}"
        "{{ one.bit_length() }}",
        "{% set ns = namespace(n=1) %}{% for x in [d, d] %}{% set ns.n = ns.n + loop.index %}{{ x.k }}"
        "{% endfor %}{{ ns.n }}",
        "{% for x in [1, [2, [3]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}",
    ],
)
def test_macros_and_calls_mean_what_they_mean_in_jinja(source: str) -> None:
    given = {"d": {"k": "<", "inner": {"k": "&"}}, "one": 1}
    jinjas, ours = _both(source, f=lambda *args, **named: f"{args}{named}", **given)
    assert jinjas == ours


@pytest.mark.parametrize("call", ["m(1, 2)", "m(1, a=2)", "m(1, b=2)", "m(1, caller=2)", "nothing(1)"])
def test_a_call_that_does_not_fit_is_a_fault(call: str) -> None:
    template = Ours(autoescape=True).from_string("{% macro m(a) %}{{ a }}{% endmacro %}{{ " + call + " }}")
    with pytest.raises((TypeError, jinja2.UndefinedError)):
        template.render()


def test_the_app_compiles_its_templates_in_this_way() -> None:
    assert (Environment.template_class, Environment.code_generator_class) == (PageTemplate, PageCode)
    made = Ours(autoescape=True).from_string("{% macro m(a) %}{{ a }}{% endmacro %}")
    assert type(made.module.m) is PageMacro  # type: ignore[attr-defined]
