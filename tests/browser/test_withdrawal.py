"""A plan is begun, shared and taken back in the middle, in real browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_aino_takes_back_her_consent_in_the_middle_of_her_plan(site: Site, open_as: Open) -> None:
    """Home care has the plan open when she presses; at their next press the rows of the region are gone."""
    nils, anna, aino = open_as(site, "nils"), open_as(site, "anna"), open_as(site, "aino")
    anna.goto(f"{site.p('aino')}/plan")
    expect(anna.locator("main")).to_contain_text("Vi hörs i telefon om hur det går")
    she_takes_it_back_in_two_presses(aino, site)
    anna.get_by_role("link", name="Plan", exact=True).click()
    expect(anna.locator("main")).to_contain_text("Planen är pausad")
    expect(anna.locator("main")).to_contain_text("Hjälp i hemmet")
    expect(anna.locator("main")).not_to_contain_text("Vi hörs i telefon")
    nils_writes_down_a_new_consent(nils, site)
    anna.reload()
    expect(anna.locator("main")).to_contain_text("Vi hörs i telefon om hur det går")
    aino.goto(f"{site.p('aino')}/plan")
    expect(aino.locator("main")).not_to_contain_text("Planen är pausad")


def she_takes_it_back_in_two_presses(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/delning")
    page.locator("article", has_text="De som är med i planen").get_by_role("link", name="Sluta dela").click()
    page.get_by_role("button", name="Ja, sluta dela").click()
    page.goto(f"{site.p('aino')}/plan")
    expect(page.locator("main")).to_contain_text("Planen är pausad")
    expect(page.locator("main")).to_contain_text("Hjälp i hemmet")
    expect(page.locator("main")).not_to_contain_text("Nästa möte")


def nils_writes_down_a_new_consent(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/plan")
    expect(page.locator("main")).not_to_contain_text("Hjälp i hemmet")
    page.get_by_role("link", name="Skriv in ett samtycke").click()
    page.get_by_label("Muntligt, till mig").check()
    page.get_by_label("Äldre, eller personer med funktionsnedsättning").check()
    page.get_by_label("Hemtjänsten Arjeplog").check()
    page.get_by_label("Personen vet vad som delas").check()
    page.get_by_role("button", name="Spara samtycket").click()
    page.wait_for_url("**/personal/person/*")


def test_a_plan_is_begun_from_a_starter_and_what_is_missing_is_said(site: Site, open_as: Open) -> None:
    tor, elle = open_as(site, "tor"), open_as(site, "elle", locale="smj")
    person = site.p("elle").rpartition("/")[2]
    tor.goto(f"{site.url}/personal/person/{person}/plan/ny")
    tor.get_by_text("Planstarter från andra kommuner").click()
    tor.get_by_role("link", name="Äldre med flera sjukdomar").first.click()
    tor.get_by_label("Hur är det nu?").fill("Elle bor själv.")
    tor.get_by_role("button", name="Börja planen").click()
    expect(tor.locator(".errors")).to_contain_text("Välj vem som har sagt ja")
    expect(tor.get_by_label("Hur är det nu?")).to_have_value("Elle bor själv.")
    tor.get_by_label("Personen själv").first.check()
    tor.get_by_label("Muntligt, till mig").check()
    tor.get_by_label("Personen vet vad planen är").check()
    tor.get_by_role("group", name="Vilka får dela planen med er?").get_by_label("Kalix hälsocentral").check()
    tor.get_by_label("Vem har bedömt att det kan vara egenvård?").fill("Tor, efter samråd")
    tor.get_by_role("button", name="Börja planen").click()
    tor.wait_for_url("**/plan")
    expect(tor.locator("main")).to_contain_text("Jag tränar balans och ben hemma")
    elle.goto(f"{site.p('elle')}/plan")
    expect(elle.locator("main")).to_contain_text("Jag tränar balans och ben hemma")
