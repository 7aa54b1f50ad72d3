"""`make pictures`: every page at 390 and 1200 px, light and dark, in a language of choice."""

from __future__ import annotations

import argparse
import tempfile
from datetime import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import FLAGS, Clock, Site, found_browser, people_loaded_today, serve, sign_in
from tests.browser.pages import Shown, every_page
from tests.push_service import PushService
from webapp.core import clock
from webapp.core.locales import LANGUAGES
from webapp.reminders.schedule import instant

WIDTHS = {390: 844, 1200: 900}
TALLEST = 8000


def take(site: Site, browser: Browser, to: Path, language: str, only: str) -> int:
    """Take the pictures and return how many there are."""
    to.mkdir(parents=True, exist_ok=True)
    taken = 0
    for scheme in ("light", "dark"):
        for width, height in WIDTHS.items():
            opened: dict[str | None, BrowserContext] = {}
            for shown in every_page(site):
                if only not in shown.name:
                    continue
                page = _open(opened, browser, site, shown, scheme, width, height, language)
                page.goto(site.url + shown.path)
                _whole(page, width, height)
                page.screenshot(path=to / f"{shown.name}-{width}-{scheme}.png", full_page=True)
                page.close()
                taken += 1
            for context in opened.values():
                context.close()
    return taken


def _open(
    opened: dict[str | None, BrowserContext],
    browser: Browser,
    site: Site,
    shown: Shown,
    scheme: str,
    width: int,
    height: int,
    language: str,
) -> Page:
    if shown.sub not in opened:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="sv-SE",
            reduced_motion="reduce",
            service_workers="block",
        )
        opened[shown.sub] = context
        page = context.new_page()
        if shown.sub is not None:
            sign_in(page, site, shown.sub)
        if language != "sv":
            page.goto(f"{site.url}/ring" if shown.sub is None else page.url)
            page.locator(f'button[name="sprak"][value="{language}"]').click()
        page.close()
    page = opened[shown.sub].new_page()
    page.set_viewport_size({"width": width, "height": height})
    return page


def _whole(page: Page, width: int, height: int) -> None:
    """Make the window as tall as the page: on phones it scrolls above the tabs, which would cut it off."""
    needed = page.evaluate(
        "document.querySelector('.scroll').scrollHeight + (document.querySelector('.tabs')?.offsetHeight ?? 0)"
    )
    page.set_viewport_size({"width": width, "height": max(height, min(int(needed), TALLEST))})


def main() -> None:
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("--language", choices=list(LANGUAGES), default="sv")
    parser.add_argument("--to", type=Path, default=Path("pictures"))
    parser.add_argument("--only", default="", help="a part of the page's name")
    parser.add_argument("--at", type=time.fromisoformat, default=time(8, 5), help="the clock on the wall")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="naramig-pictures-") as folder,
        PushService() as push_service,
        pytest.MonkeyPatch.context() as patch,
        sync_playwright() as playwright,
    ):
        file = Path(folder) / "naramig.sqlite"
        now = Clock()
        now.ahead = instant(clock.today(), given.at) - now()
        patch.setattr(clock, "now", now)
        people_loaded_today(file)
        browser = playwright.chromium.launch(executable_path=found_browser(), args=FLAGS)
        running = serve(file, push_service, patch)
        site = next(running)
        site.clock.ahead = now.ahead
        taken = take(site, browser, given.to, given.language, given.only)
        browser.close()
        running.close()  # type: ignore[attr-defined] # a generator
    print(f"{taken} pictures in {given.to}/")  # noqa: T201


if __name__ == "__main__":
    main()
