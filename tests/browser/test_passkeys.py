"""Passkeys in a real browser, with the authenticator that Chromium gives to tests."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Open, Site, sign_in

pytestmark = pytest.mark.browser


def with_lock(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """Give the browser a phone's own lock: finger, face or code."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def save(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/passnyckel")
    page.get_by_label("Vad ska den heta?").fill("Köksbordets telefon")
    page.get_by_role("button", name="Spara på den här enheten").click()
    expect(page.get_by_text("Köksbordets telefon", exact=True)).to_be_visible()


def test_the_sign_in_is_saved_on_the_phone_and_brings_one_back(site: Site, open_as: Open) -> None:
    page = open_as(site)
    with_lock(page)
    sign_in(page, site, "aino")
    save(page, site)
    page.get_by_role("button", name="Logga ut").click()
    page.goto(f"{site.p('aino')}/plan")
    page.get_by_role("button", name="Logga in med fingret, ansiktet eller telefonens kod").click()
    page.wait_for_url(f"{site.p('aino')}/plan")
    page.goto(f"{site.p('aino')}/passnyckel")
    expect(page.get_by_text("Senast använd")).to_be_visible()


def test_the_same_phone_is_saved_once(site: Site, open_as: Open) -> None:
    page = open_as(site)
    with_lock(page)
    sign_in(page, site, "aino")
    save(page, site)
    page.get_by_role("button", name="Spara på den här enheten").click()
    expect(page.get_by_text("Den här enheten har redan en nyckel.")).to_be_visible()


def test_who_does_not_unlock_the_phone_does_not_come_in(site: Site, open_as: Open) -> None:
    page = open_as(site)
    devtools, phone = with_lock(page)
    sign_in(page, site, "aino")
    save(page, site)
    page.get_by_role("button", name="Logga ut").click()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page.goto(f"{site.url}/logga-in")
    page.get_by_role("button", name="Logga in med fingret, ansiktet eller telefonens kod").click()
    expect(page.get_by_text("Det gick inte den här gången.")).to_be_visible()
    expect(
        page.get_by_role("button", name="Logga in med fingret, ansiktet eller telefonens kod")
    ).to_be_visible()


def test_a_key_that_was_taken_away_is_refused_in_words(site: Site, open_as: Open) -> None:
    page = open_as(site)
    with_lock(page)
    sign_in(page, site, "aino")
    save(page, site)
    page.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_text("Borttagen.")).to_be_visible()
    page.get_by_role("button", name="Logga ut").click()
    page.goto(f"{site.url}/logga-in")
    page.get_by_role("button", name="Logga in med fingret, ansiktet eller telefonens kod").click()
    expect(page.get_by_text("Det gick inte den här gången.")).to_be_visible()


def test_a_device_without_a_lock_says_that_it_cannot(site: Site, open_as: Open) -> None:
    page = open_as(site)
    page.goto(f"{site.url}/logga-in")
    expect(page.get_by_text("Den här enheten kan inte logga in så.")).to_be_visible()
