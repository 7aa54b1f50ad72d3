"""Letting somebody in, in real browsers: invited, signed in, confirmed, and out again at the next press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_aino_lets_a_neighbour_in_and_out_again(site: Site, open_as: Open) -> None:
    aino, guest = open_as(site, "aino"), open_as(site)
    link = she_invites(aino, site)
    gun = the_neighbour_signs_in_and_accepts(guest, site, link)
    page = f"{site.p('aino')}/plan"
    assert status(gun, page) == 404
    she_says_that_it_is_the_right_one(aino, site)
    assert status(gun, page) == 200
    expect(gun.locator(".seeing")).to_contain_text("Du ser: Aino")
    she_ends_it_in_two_presses(aino, site)
    gun.get_by_role("link", name="Kontakter").click()
    expect(gun.locator("main")).to_contain_text("Felkod 404")
    gun.goto(f"{site.url}/mina")
    expect(gun.locator("main")).to_contain_text("Det har ändrats vad du får se i appen.")
    gun.get_by_role("button", name="Jag har läst").click()
    expect(gun.locator("main")).not_to_contain_text("Det har ändrats")


def status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def she_invites(page: Page, site: Site) -> str:
    page.goto(f"{site.p('aino')}/delning")
    page.get_by_role("link", name="Bjud in en anhörig").click()
    page.get_by_label("Vem vill du bjuda in?").fill("Gun")
    page.get_by_role("button", name="Gör en inbjudan").click()
    expect(page.locator(".errors")).to_contain_text("Välj minst en sak")
    expect(page.get_by_label("Vem vill du bjuda in?")).to_have_value("Gun")
    for area in ("Min plan", "Mina kontakter"):
        page.get_by_role("group", name=area).get_by_label("Får se", exact=True).check()
    page.get_by_role("button", name="Gör en inbjudan").click()
    expect(page.get_by_role("img", name="Ruta att läsa av")).to_be_visible()
    return page.get_by_role("textbox", name="Länken").input_value()


def the_neighbour_signs_in_and_accepts(page: Page, site: Site, link: str) -> Page:
    page.goto(link)
    assert page.url == f"{site.url}/inbjudan"
    expect(page.locator("main")).not_to_contain_text("Aino")
    page.get_by_role("link", name="Logga in").click()
    page.locator('button[name="person"][value="gun"]').click()
    page.wait_for_url(f"{site.url}/inbjudan")
    expect(page.locator("h1")).to_have_text("Aino vill släppa in dig")
    page.get_by_role("button", name="Ja, tack").click()
    expect(page.locator("main")).to_contain_text("Väntar på att Aino bekräftar")
    return page


def she_says_that_it_is_the_right_one(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/idag")
    page.get_by_role("link", name="Till Vem får se vad").click()
    expect(page.locator(".lit h2")).to_contain_text("Är det Gun")
    page.get_by_role("button", name="Ja, det är rätt person").click()
    expect(page.locator("main")).to_contain_text("Personen är insläppt")


def she_ends_it_in_two_presses(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/delning")
    page.locator("article", has_text="Gun").get_by_role("link", name="Sluta dela").click()
    page.get_by_role("button", name="Ja, sluta dela").click()
    expect(page.locator("main")).to_contain_text("Du har slutat dela")
