"""The warning before a sign-in ends, in a real browser whose clock is set forward with the server's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser


def wait(page: Page, site: Site, minutes: float) -> None:
    """Let time pass, for both."""
    site.clock.ahead += timedelta(minutes=minutes)
    page.clock.fast_forward(int(minutes * 60_000))


def test_three_minutes_before_there_is_a_warning_that_one_press_answers(site: Site, open_as: Open) -> None:
    page = open_as(site)
    page.clock.install()
    sign_in(page, site)
    wait(page, site, 26)
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    wait(page, site, 1.5)
    dialog = page.get_by_role("alertdialog", name="Är du kvar?")
    expect(dialog.get_by_role("status")).to_have_text("3 minuter kvar.")
    expect(page.get_by_role("button", name="Jag är kvar")).to_be_focused()
    wait(page, site, 1)
    expect(dialog.get_by_role("status")).to_have_text("2 minuter kvar.")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    wait(page, site, 26)
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/logga-in" not in page.url


def test_use_in_another_tab_counts(site: Site, open_as: Open) -> None:
    page = open_as(site)
    page.clock.install()
    sign_in(page, site)
    other = page.context.new_page()
    wait(page, site, 20)
    other.goto(f"{site.p('aino')}/plan")
    wait(page, site, 8)
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    wait(page, site, 20)
    expect(page.get_by_role("alertdialog", name="Är du kvar?")).to_be_visible()


def test_when_it_has_ended_the_page_is_covered_and_leads_back_to_itself(site: Site, open_as: Open) -> None:
    page = open_as(site)
    page.clock.install()
    sign_in(page, site)
    page.goto(f"{site.p('aino')}/plan")
    wait(page, site, 28)
    expect(page.get_by_role("alertdialog", name="Är du kvar?")).to_be_visible()
    wait(page, site, 3)
    ended = page.get_by_role("alertdialog", name="Du har loggats ut")
    expect(ended).to_be_visible()
    page.keyboard.press("Escape")
    expect(ended).to_be_visible()
    ended.get_by_role("button", name="Logga in igen").click()
    page.locator('button[value="aino"]').click()
    page.wait_for_url(f"{site.p('aino')}/plan")


def test_what_was_typed_when_it_ended_is_back_after_signing_in(site: Site, open_as: Open) -> None:
    page = open_as(site)
    page.clock.install()
    sign_in(page, site)
    page.goto(f"{site.p('aino')}/plan/egen-rad")
    page.get_by_label("Vad vill du göra?").fill("Går ut med hunden")
    wait(page, site, 31)
    ended = page.get_by_role("alertdialog", name="Du har loggats ut")
    expect(ended).to_contain_text("finns kvar när du loggar in igen")
    expect(page.get_by_label("Vad vill du göra?")).not_to_be_visible()
    ended.get_by_role("button", name="Logga in igen").click()
    page.locator('button[value="aino"]').click()
    expect(page.get_by_label("Vad vill du göra?")).to_have_value("Går ut med hunden")


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/logga-in")
    page.locator('button[value="aino"]').click()
    page.wait_for_url("**/idag")
