"""The plan's page on A4 from the browser itself: large, black on white, numbered, and with whom to call."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
FOURTEEN_POINTS = 14 * 96 / 72  # CSS pixels
SMALLER = """least => [...document.querySelectorAll("body *")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && each.getClientRects().length)
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(each => parseFloat(getComputedStyle(each).fontSize) < least - 0.01)
    .map(each => each.className + ": " + each.textContent.trim().slice(0, 40))"""
COLOURED = """() => [...document.querySelectorAll(".page *, .hero *")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && each.getClientRects().length)
    .flatMap(each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor])
    .filter(colour => { const [r, g, b, a] = colour.match(/[\\d.]+/g).map(Number);
                        return a !== 0 && !(r === g && g === b); })"""


def test_the_plan_is_printed_large_and_in_black_with_its_pages_numbered(site: Site, open_as: Open) -> None:
    page = open_as(site, "aino")
    page.goto(f"{site.p('aino')}/plan")
    page.emulate_media(media="print")
    assert page.evaluate(SMALLER, FOURTEEN_POINTS) == []
    assert page.evaluate(COLOURED) == []
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    first = printed.pages[0]
    assert (round(first.mediabox.width), round(first.mediabox.height)) == (595, 842)  # A4
    texts = [" ".join(each.extract_text().split()) for each in printed.pages]
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text
    whole = " ".join(texts)
    for wanted in ("Aino", "Planen kan ha ändrats", "1177", "112", "Jag väger mig varje morgon"):
        assert wanted in whole
    assert "Logga ut" not in whole
