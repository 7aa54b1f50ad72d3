"""A nurse sends one text to several, in a real browser: she looks it through, and they have it on their pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import Site
from webapp.accounts import domain as accounts
from webapp.broadcasts import handing_out
from webapp.core import clock
from webapp.core.db import EXTENSION
from webapp.directory.models import Unit
from webapp.reminders.schedule import instant
from webapp.sharing import care

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
MANY = 60


def neighbours(site: Site) -> None:
    """So many that how many they are is asked for once more."""
    with site.app.extensions[EXTENSION].writing() as session:
        unit = session.scalars(select(Unit).where(Unit.name == "Arjeplogs hälsocentral")).one()
        for number in range(MANY):
            born_on = date(1940 + number % 20, 1, 1)
            person = accounts.add_person(
                session, name=f"Granne {number:02}", called="Granne", born_on=born_on, language="smj"
            )
            care.begin_care(session, person, unit, "Listad", clock.now() - timedelta(days=1))


def hand_out(site: Site) -> None:
    while True:
        with site.app.extensions[EXTENSION].writing() as session:
            if not handing_out.step(session, clock.now()):
                return


def test_from_a_nurse_s_text_to_their_pages_and_back_again(site: Site, open_as: Open) -> None:
    neighbours(site)
    tomorrow = clock.today() + timedelta(days=1)
    nils = open_as(site, "nils")
    nils.goto(f"{site.url}/personal/utskick")
    nils.get_by_role("link", name="Nytt utskick").click()
    she_is_told_what_is_missing(nils)
    nils.get_by_label("Text på svenska").fill("Dags för vaccin mot influensa. Ring {telefon}.")
    nils.get_by_label("En grupp").check()
    nils.get_by_label("80 år och äldre").check()
    nils.get_by_label("65–79 år").check()
    nils.get_by_label("Vilken dag kommer den?").fill(tomorrow.isoformat())
    nils.get_by_label("Vilken tid?").fill("09.00")
    nils.get_by_role("button", name="Granska").click()
    expect(nils.locator("main")).to_contain_text("Texten finns inte på det språket.")
    many = re.search(r"Till (\d+) personer", nils.locator("main").inner_text())
    assert many
    nils.get_by_role("button", name="Skicka", exact=True).click()
    nils.get_by_label("Hur många är det?").fill(many[1])
    nils.get_by_role("button", name="Skicka", exact=True).click()
    expect(nils.locator(".flash")).to_contain_text("Du kan ångra i en minut.")
    site.clock.ahead += instant(tomorrow, time(8, 5)) - clock.now()
    hand_out(site)
    she_has_it(open_as(site, "aino"), site)
    he_recalls_it(open_as(site, "nils"), site)
    hand_out(site)
    aino = open_as(site, "aino")
    aino.goto(f"{site.p('aino')}/paminnelser")
    expect(aino.locator("main")).not_to_contain_text("Dags för vaccin")


def she_is_told_what_is_missing(page: Page) -> None:
    page.get_by_role("button", name="Granska").click()
    expect(page.locator(".errors")).to_contain_text("Välj vilka som ska få den")


def she_has_it(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/paminnelser")
    expect(page.locator("main")).to_contain_text("Dags för vaccin mot influensa.")
    expect(page.locator("main")).to_contain_text("Nils, distriktssköterska")


def he_recalls_it(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/personal/utskick")
    page.get_by_role("link", name="Se hur det gick").click()
    page.get_by_role("link", name="Återkalla").click()
    page.get_by_label("Vad har hänt?").fill("Fel grupp.")
    page.get_by_role("button", name="Återkalla").click()
    expect(page.locator("main")).to_contain_text("Fel grupp.")
