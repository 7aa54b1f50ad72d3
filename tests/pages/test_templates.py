"""What the security policy and the craft forbid in a template, seen before a browser sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.pages.assets import STATIC

TEMPLATES = STATIC.parent / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))


def _markup(path: Path) -> str:
    """The template without its comments and expressions: what it writes itself."""
    return re.sub(r"{([#{%]).*?[#}%]}", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_has_style_or_script_of_its_own(path: Path) -> None:
    text = _markup(path)
    assert not re.search(r"<style|\sstyle\s*=|javascript:|\son[a-z]+\s*=", text)
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, flags=re.DOTALL):
        assert not script.strip()


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_telephone_number_stands_in_a_template(path: Path) -> None:
    text = _markup(path)
    assert "tel:" not in text
    assert not re.search(r"\b0\d{1,3}[- ]\d{2,3}[- ]?\d{2}", text)
    assert not re.search(r">\s*(112|1177|113 13|114 14|90101|116 111)\s*<", text)


def test_no_colour_stands_outside_the_tokens() -> None:
    for path in (STATIC / "css").rglob("*.css"):
        if path.name in ("tokens.css", "print.css"):  # paper is black and white whatever the tokens say
            continue
        colours = set(re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", path.read_text("utf-8")))
        assert colours <= {"#fff"}, path
