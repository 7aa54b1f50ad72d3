"""What stands in code and templates: no number to call, no style of their own, no sentence left untranslated."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house import CODE, HOUSE, PAGES


def test_no_telephone_number_stands_in_code_or_template() -> None:
    number = re.compile(
        r"(?<![\w.#-])(?:\+46|0046|0)\d(?:[ -]?\d){6,}(?![\w-])|(?<!\d)\d{3} ?\d{3} ?\d{2} ?\d{2}(?!\d)"
    )
    emergency = re.compile(r"""["'>](?:112|1177|113 ?13|114 ?14|90 ?101|116 ?111)["'<]""")
    for path in [*CODE, *PAGES, *(HOUSE / "static" / "js").glob("*.js")]:
        if "migrations/versions" in path.as_posix():
            continue
        text = _without_examples(path)
        assert not number.search(text), path
        assert not emergency.search(text), path


def _without_examples(path: Path) -> str:
    """The text without docstrings, comments and Jinja's own comments, where examples may stand."""
    text = path.read_text("utf-8")
    text = re.sub(r'"""(.*?)"""|{#.*?#}', "", text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)#.*$|//.*$", "", text) if path.suffix != ".html" else text


def test_no_template_puts_marked_text_into_an_attribute() -> None:
    """`_()` may give a span; an attribute takes `plain()`."""
    marked = re.compile(r"""=\s*"(?:[^"{]|{(?!{)|{{(?:(?!}}).)*}})*?{{\s*(?:_|ngettext|pgettext)\(""")
    for path in PAGES:
        for tag in re.findall(
            r"<[a-zA-Z](?:[^<>]|{{.*?}}|{%.*?%})*>", path.read_text("utf-8"), flags=re.DOTALL
        ):
            assert not marked.search(tag), (path, tag)


def test_no_template_has_style_script_or_handlers_of_its_own() -> None:
    for path in PAGES:
        text = re.sub(r"{[#{%].*?[#}%]}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle\s*=|javascript:|\son[a-z]+\s*=|srcdoc", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        if path.name != "preview.html":  # shows another template of ours, whose texts Jinja has escaped there
            assert "|safe" not in path.read_text("utf-8").replace(" ", ""), path
        assert "autoescape" not in path.read_text("utf-8"), path


def test_no_sentence_is_left_untranslated_in_a_template() -> None:
    for path in PAGES:
        text = re.sub(r"{[#{%].*?[#}%]}|&\w+;", "", path.read_text("utf-8"), flags=re.DOTALL)
        said = [line.strip() for line in re.findall(r">([^<>]*(?<![-\w])[A-Za-zÅÄÖåäö]{4,}[^<>]*)<", text)]
        assert not [line for line in said if "Nära mig" not in line and "digg.se" not in line], (path, said)
