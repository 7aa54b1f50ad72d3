"""How often a reminder comes, as it is chosen in a real browser, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.mark.parametrize("scripts", [True, False])
def test_she_is_asked_only_what_goes_with_her_answer_and_sees_when_it_comes(
    site: Site, open_as: Open, scripts: bool
) -> None:
    page = open_as(site, "aino", java_script_enabled=scripts)
    page.goto(f"{site.p('aino')}/paminnelser/ny")
    page.get_by_label("Vad vill du komma ihåg?").fill("Byt plåster")
    page.get_by_label("Vilken tid?").fill("23.50")
    expect(page.get_by_label("Måndag")).to_be_visible()
    expect(page.get_by_label("Hur många dagar från gång till gång?")).to_be_hidden()
    page.get_by_label("En enda gång").check()
    expect(page.get_by_label("Vilken dag?")).to_be_visible()
    expect(page.get_by_label("Måndag")).to_be_hidden()
    page.get_by_label("Med några dagar emellan").check()
    expect(page.get_by_label("Vilken dag?")).to_be_hidden()
    page.get_by_label("Hur många dagar från gång till gång?").fill("3")
    page.get_by_role("button", name="Visa när den kommer").click()
    expect(page.get_by_role("heading", name="Då kommer den")).to_be_visible()
    expect(page.locator("section[aria-labelledby=kommer] li")).to_have_count(10)
    page.get_by_role("button", name="Spara påminnelsen").click()
    expect(page.get_by_text("Var 3:e dag 23.50")).to_be_visible()
    card = page.get_by_role("article", name="Byt plåster")
    card.get_by_role("link", name="Kommande tider").click()
    first = page.locator("ul.rows > li.at > span").first.inner_text()
    page.get_by_role("button", name="Hoppa över").first.click()
    expect(page.locator("ul.rows > li.at > span").first).not_to_have_text(first)
    page.get_by_role("button", name="Ta bort").click()
    expect(page.locator("ul.rows > li.at > span").first).to_have_text(first)
