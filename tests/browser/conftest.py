"""A real Chromium against the real app: web server, worker, push service, all on this machine."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from waitress import create_server

from tests.conftest import VAPID, settings
from tests.people import person_id
from tests.push_service import PushService
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Database
from webapp.core.push import Vapid
from webapp.core.push.sender import Sender
from webapp.demo.load import load
from webapp.migrations import steps
from webapp.reminders.keys import TOKENS
from webapp.sending.steady import SteadyClock
from webapp.sending.worker import Worker

HERE = Path(__file__).parents[1]
PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def found_browser() -> str:
    """Where Chromium is; scripts/find-browser.sh installs it where that is possible."""
    named = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in named if name and (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("Chromium is needed: run `make test`, or set CHROMIUM to its path")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found_browser(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def push_service() -> Iterator[PushService]:
    with PushService() as service:
        os.environ["SSL_CERT_FILE"] = service.ca
        yield service
        del os.environ["SSL_CERT_FILE"]


class Clock:
    """The wall clock, which a test can set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Site:
    """The running app."""

    app: Flask
    url: str
    clock: Clock
    push_service: PushService

    def p(self, sub: str) -> str:
        """The beginning of a person's own addresses."""
        return f"{self.url}/p/{person_id(self.app, sub)}"

    def send_what_is_due(self) -> None:
        """One round of the worker, as the worker process does it."""
        database: Database = self.app.extensions[EXTENSION]
        key = Vapid(VAPID, "mailto:test@naramig.invalid")

        async def work() -> None:
            async with Sender(key, extra_origins={self.push_service.origin}) as sender:
                steady = SteadyClock(read=lambda _: self.clock())
                worker = Worker(database, sender, self.app.extensions[TOKENS], steady=steady)
                await worker.run(once=True)

        # Playwright runs a loop in this thread, so the worker's has one of its own.
        thread = threading.Thread(target=lambda: uvloop.run(work()))
        thread.start()
        thread.join()


def people_loaded_today(file: Path) -> None:
    url = f"sqlite:///{file}"
    steps.upgrade(url)
    app = create_app(settings(url))
    with app.app_context():
        database: Database = app.extensions[EXTENSION]
        with database.writing() as session:
            load(session, clock.now())
        database.dispose()


@pytest.fixture(scope="session")
def people_of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("today") / "naramig.sqlite"
    people_loaded_today(file)
    return file


def serve(file: Path, push_service: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The app on a free port, in threads of this process, with a clock that can be set forward."""
    now = Clock()
    monkeypatch.setattr(clock, "now", now)
    app = create_app(
        settings(
            f"sqlite:///{file}",
            NARAMIG_EXTRA_PUSH_ORIGINS=push_service.origin,
            NARAMIG_PROVIDERS=str(HERE / "providers.toml"),  # for their buttons: nobody presses them
            NARAMIG_BANKID_SECRET="a secret for the tests alone",
        )
    )
    server = create_server(app, host="127.0.0.1", port=0, threads=6)
    origin = f"http://localhost:{server.effective_port}"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], origin=origin)  # passkeys are bound to it
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Site(app, origin, now, push_service)
    finally:
        server.close()
        thread.join(5)
        app.extensions[EXTENSION].dispose()


@pytest.fixture
def site(
    people_of_today: Path, tmp_path: Path, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The app over a copy of its own."""
    copy = tmp_path / "naramig.sqlite"
    shutil.copy(people_of_today, copy)
    yield from serve(copy, push_service, monkeypatch)


@pytest.fixture(scope="module")
def shared_site(
    people_of_today: Path, tmp_path_factory: pytest.TempPathFactory, push_service: PushService
) -> Iterator[Site]:
    """The app for tests that only look."""
    copy = tmp_path_factory.mktemp("shared") / "naramig.sqlite"
    shutil.copy(people_of_today, copy)
    with pytest.MonkeyPatch.context() as patch:
        yield from serve(copy, push_service, patch)


Open = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_as(site, "aino")` opens a phone of its own and signs in; faults in its scripts fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(on: Site, sub: str | None = None, **more: object) -> Page:
        context = browser.new_context(**{"viewport": PHONE, "locale": "sv-SE", **more})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        page.set_default_timeout(10_000)
        if sub is not None:
            sign_in(page, on, sub)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, on: Site, sub: str) -> None:
    """By the one press of the sign-in page."""
    page.goto(f"{on.url}/logga-in")
    page.locator(f'button[name="person"][value="{sub}"]').click()
    page.wait_for_url(lambda url: "/logga-in" not in url)
