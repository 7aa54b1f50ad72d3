"""For everyone: no fault that axe finds, in light and dark; narrow with large text; and with scripts off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.pages import Shown, every_page

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]},
    "resultTypes": ["violations"],
}
NARROW: ViewportSize = {"width": 320, "height": 640}
SMALLEST = 48  # CSS pixels


class Visitors:
    """One signed-in browser for each visitor, in one setting."""

    def __init__(self, browser: Browser, site: Site, **setting: Any) -> None:
        self._browser, self._site = browser, site
        self._setting = {"viewport": PHONE, "locale": "sv-SE", "service_workers": "block", **setting}
        self._contexts: dict[str | None, tuple[BrowserContext, Page]] = {}

    def page(self, shown: Shown) -> Page:
        """The page, open; a form is sent empty first where its faults are to be seen."""
        if shown.sub not in self._contexts:
            context = self._browser.new_context(**self._setting)
            page = context.new_page()
            if shown.sub is not None:
                sign_in(page, self._site, shown.sub)
            self._contexts[shown.sub] = (context, page)
        page = self._contexts[shown.sub][1]
        page.goto(self._site.url + shown.path)
        return page

    def close(self) -> None:
        for context, _ in self._contexts.values():
            context.close()


@pytest.fixture
def visitors(browser: Browser, shared_site: Site) -> Iterator[Callable[..., Visitors]]:
    made: list[Visitors] = []

    def make(**setting: Any) -> Visitors:
        made.append(Visitors(browser, shared_site, **setting))
        return made[-1]

    yield make
    for each in made:
        each.close()


TOO_WIDE = """
() => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const inner = document.querySelector('.scroll');
  return wide || inner.scrollWidth > inner.clientWidth + 1;
}
"""
SMALL = """
(smallest) => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter((one) => one.checkVisibility() && !one.matches('.skip'))
  .map((one) => [one.closest('label') ?? one, one])
  .filter(([place]) => place.getBoundingClientRect().height < smallest - 0.5)
  .map(([, one]) => one.outerHTML.slice(0, 80))
"""
TEXT_SIZE = "(percent) => { document.documentElement.style.fontSize = percent ? `${1.125 * percent}%` : '' }"


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_can_be_read_and_pressed_by_everyone(
    shared_site: Site, visitors: Callable[..., Visitors], half: int
) -> None:
    """No fault that axe finds, in light and dark; no small target; no scrolling sideways with large text."""
    axe, seen, faults = Axe(), visitors(reduced_motion="reduce"), []
    for shown in every_page(shared_site)[half::2]:
        page = seen.page(shown)
        faults += [f"{shown.name}: small: {one}" for one in page.evaluate(SMALL, SMALLEST)]
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        faults += [f"{shown.name}: {fault}" for fault in [*_faults(axe, page), *_too_wide(page)]]
        if shown.faulty:
            send_empty(page)
            faults += [f"{shown.name} with faults: {fault}" for fault in _faults(axe, page)]
    assert faults == []


def _faults(axe: Axe, page: Page) -> list[str]:
    """What axe finds in light; and of the colours, which alone are others, in dark."""
    found = axe.run(page, options=RULES).response["violations"]
    page.emulate_media(color_scheme="dark")
    dark = axe.run(page, options=COLOURS).response["violations"]
    page.emulate_media(color_scheme="light")
    return [
        f"{scheme}: {each['id']} {node['target']}"
        for scheme, those in (("light", found), ("dark", dark))
        for each in those
        for node in each["nodes"]
    ]


def _too_wide(page: Page) -> list[str]:
    """At 320 px, with text of twice and four times the size."""
    page.set_viewport_size(NARROW)
    wide = []
    for percent in (200, 400):
        page.evaluate(TEXT_SIZE, percent)
        if page.evaluate(TOO_WIDE):
            wide.append(f"too wide at {percent} %")
    page.evaluate(TEXT_SIZE, None)
    page.set_viewport_size(PHONE)
    return wide


def send_empty(page: Page) -> None:
    """Send the page's own form with nothing in it."""
    for field in page.locator("main form :is(input[type=text], input:not([type]), textarea)").all():
        if field.is_visible():
            field.fill("")
    page.locator("main form button").first.click()
    expect(page.locator(".errors")).to_be_visible()


def test_every_form_works_with_scripts_off(site: Site, open_as: Open) -> None:
    aino = open_as(site, "aino", java_script_enabled=False)
    her = site.p("aino")
    aino.goto(f"{her}/viktigt/know")
    aino.locator("textarea").fill("Jag hör dåligt.")
    aino.get_by_role("button", name="Spara", exact=True).click()
    aino.get_by_label("Min vårdgrupp").check()
    aino.get_by_role("button", name="Spara", exact=True).click()
    expect(aino.locator("main")).to_contain_text("Jag hör dåligt.")
    aino.goto(f"{her}/plan/egen-rad")
    aino.get_by_label("Vad vill du göra?").fill("Ringa min syster")
    aino.locator("main form button").first.click()
    expect(aino.locator("main")).to_contain_text("Ringa min syster")
    row = aino.locator("li.item", has_text="Träna balans")
    row.get_by_role("button", name="Nej").click()
    aino.locator("textarea").fill("Inte i vinter.")
    aino.locator("main form button").first.click()
    expect(aino.locator("main")).to_contain_text("Inte i vinter.")
    row = aino.locator("li.item", has_text="Jag väger mig")
    row.get_by_role("link", name="Hur gick det").click()
    aino.get_by_role("button", name="Det blev så").click()
    expect(aino.locator("li.item", has_text="Jag väger mig")).to_contain_text("Idag blev det så")
    aino.goto(f"{her}/paminnelser/ny")
    aino.get_by_label("Vad vill du komma ihåg?").fill("Mata fåglarna")
    aino.get_by_label("Vilken tid?").fill("9")
    aino.get_by_role("button", name="Spara påminnelsen").click()
    expect(aino.locator("main")).to_contain_text("Mata fåglarna")
    aino.goto(f"{her}/installningar")
    aino.get_by_label("Visa vad påminnelsen gäller på låst skärm").check()
    aino.locator("main form button").first.click()
    expect(aino.locator("main")).to_contain_text("Sparat.")
    aino.locator('button[name="sprak"][value="fit"]').click()
    expect(aino.locator("html")).to_have_attribute("lang", "fit")
    aino.locator('.foot form[action="/logga-ut"] button').click()
    answer = aino.goto(f"{her}/idag")
    assert answer is not None
    assert "/logga-in" in aino.url


def test_the_keyboard_alone_reaches_and_presses_klar(site: Site, open_as: Open) -> None:
    """From the top of the page: the skip link, then the first button of the lit card."""
    aino = open_as(site, "aino")
    aino.goto(f"{site.p('aino')}/paminnelser/ny")
    aino.keyboard.press("Tab")
    expect(aino.locator(":focus")).to_have_text("Till innehållet")
    aino.keyboard.press("Enter")
    aino.keyboard.press("Tab")
    expect(aino.locator(":focus")).to_have_attribute("name", "text")


def test_faults_are_read_out_first_and_lead_to_their_fields(site: Site, open_as: Open) -> None:
    aino = open_as(site, "aino")
    aino.goto(f"{site.p('aino')}/paminnelser/ny")
    aino.get_by_role("button", name="Spara påminnelsen").click()
    expect(aino.locator(".errors")).to_be_focused()
    expect(aino).to_have_title("Fel: Ny påminnelse – Nära mig")
    aino.locator(".errors a").first.click()
    expect(aino.locator(":focus")).to_have_attribute("name", "text")
