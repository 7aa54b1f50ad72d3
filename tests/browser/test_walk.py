"""The whole way in a real browser: what matters, the plan, a reminder to the phone, a nurse, a daughter."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Worker, expect

from tests.browser.conftest import Site
from tests.conftest import VAPID
from tests.push_service import Received
from tests.push_service import Subscription as Given
from webapp.core import clock
from webapp.core.push import Vapid
from webapp.sending.notice import TRIAL_TOPIC

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

# Headless Chromium reaches no push service: this one call is answered by the test's own service.
SUBSCRIBE = """
(given) => {
  const plain = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = (text) => Uint8Array.from(plain(text), (sign) => sign.charCodeAt(0));
  const made = (key) => ({
    endpoint: given.endpoint,
    options: { applicationServerKey: key },
    toJSON: () => ({ endpoint: given.endpoint, keys: given.keys }),
  });
  let kept = null;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => (kept = made(bytes(given.key).buffer));
  PushManager.prototype.getSubscription = async () => kept;
}
"""

# What a finger on the notice does; a made event has no waitUntil of its own.
PRESS = """
async (action) => {
  const [notice] = await self.registration.getNotifications();
  const event = new NotificationEvent('notificationclick', { notification: notice, action });
  let done;
  Object.defineProperty(event, 'waitUntil', { value: (promise) => (done = promise) });
  self.dispatchEvent(event);
  await done;
}
"""

NOTICES = """
async () => (await self.registration.getNotifications())
  .map(({ title, body, lang, actions }) => ({ title, body, lang, actions }))
"""


def test_from_what_matters_to_a_reminder_answered(site: Site, open_as: Open) -> None:
    aino = open_as(site, "aino", permissions=["notifications"])
    she_says_what_matters(aino, site)
    she_agrees_to_a_row(aino, site)
    phone = she_connects_her_phone(aino, site)
    she_makes_a_reminder_for_two_minutes_ahead(aino, site)
    site.clock.ahead += timedelta(minutes=2)
    site.send_what_is_due()
    deliver(aino, site, site.push_service.received(phone)[-1])
    worker = service_worker(aino)
    (notice,) = notices(worker, "Du har en påminnelse")
    assert "Vattna" not in json.dumps(notice)
    worker.evaluate(PRESS, "klar")
    aino.goto(f"{site.p('aino')}/idag")
    row = (
        aino.locator("main")
        .get_by_text("Vattna blommorna")
        .locator("xpath=ancestor::*[self::li or self::article or self::section][1]")
    )
    expect(row).to_contain_text("Klar")


def she_says_what_matters(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/viktigt/know")
    page.get_by_role("textbox").first.fill("Jag hör dåligt på vänster öra. Sätt dig till höger.")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_label("Min vårdgrupp").check()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sätt dig till höger")


def she_agrees_to_a_row(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/plan")
    row = page.locator("li", has_text="Träna balans med fysioterapeut")
    expect(row).to_contain_text("Väntar på ditt svar")
    row.get_by_role("button", name="Ja").click()
    expect(page.locator("li", has_text="Träna balans med fysioterapeut")).to_contain_text("Du har sagt ja")


def she_connects_her_phone(page: Page, site: Site) -> Given:
    """The explaining page first; the browser is asked when she presses; a trial notice comes at once."""
    key = Vapid(VAPID, "mailto:test@naramig.invalid").public_key
    given = site.push_service.subscribe(server_key=key)
    page.add_init_script(f"({SUBSCRIBE})({json.dumps({**given, 'key': key})})")
    page.goto(f"{site.p('aino')}/paminnelser/telefon")
    page.locator("[data-push-start]").click()
    expect(page.locator('[data-state="done"]')).to_be_visible()
    site.send_what_is_due()
    received = site.push_service.received(given, at_least=1)
    (trial,) = [one for one in received if TRIAL_TOPIC in one.text]  # one of the demo's may be due just now
    deliver(page, site, trial)
    worker = service_worker(page)
    assert notices(worker, "Så här ser en påminnelse ut")
    worker.evaluate("async () => (await self.registration.getNotifications()).forEach((one) => one.close())")
    return given


def she_makes_a_reminder_for_two_minutes_ahead(page: Page, site: Site) -> None:
    at = clock.local(site.clock() + timedelta(minutes=2))
    page.goto(f"{site.p('aino')}/paminnelser")
    page.get_by_role("link", name="Ny påminnelse").first.click()
    page.get_by_label("Vad vill du komma ihåg?").fill("Vattna blommorna")
    page.get_by_label("Vilken tid?").fill(f"{at:%H.%M}")
    page.get_by_role("button", name="Spara påminnelsen").click()
    expect(page.locator("main")).to_contain_text(f"Nästa gång: idag {at:%H.%M}")


def service_worker(page: Page) -> Worker:
    workers = page.context.service_workers
    return workers[0] if workers else page.context.wait_for_event("serviceworker")


def notices(worker: Worker, title: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = worker.evaluate(NOTICES)
    return [each for each in found if each["title"] == title]


def deliver(page: Page, site: Site, received: Received) -> None:
    """Hand the decrypted text to the service worker, as the browser does when a push has come."""
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(each["registrationId"] for each in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    for _ in range(100):
        if registrations:
            break
        page.wait_for_timeout(50)
    worker = service_worker(page)
    before = len(worker.evaluate(NOTICES))
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": f"{site.url}/", "registrationId": registrations[-1], "data": received.text},
    )
    for _ in range(100):
        if len(worker.evaluate(NOTICES)) > before:
            break
        page.wait_for_timeout(50)
    devtools.detach()


def test_her_nurse_reads_her_words_first_sends_a_reminder_and_sees_it_answered(
    site: Site, open_as: Open
) -> None:
    nils = open_as(site, "nils", viewport={"width": 1200, "height": 900})
    nils.goto(f"{site.url}/personal/sok")
    nils.locator("tr, li", has_text="Aino").get_by_role("link", name="Öppna").first.click()
    expect(nils.locator("blockquote").first).to_contain_text("Att orka gå ut med Ludde")
    nils.goto(f"{site.url}/personal/skicka/{site.p('aino').rpartition('/')[2]}")
    at = clock.local(site.clock() + timedelta(minutes=2))
    fill = {
        "Vad ska personen komma ihåg?": "Känn efter om skorna är trånga",
        "Vilken tid?": f"{at:%H.%M}",
        "Varför?": "Svullna fötter kan betyda att kroppen samlar vatten.",
        "Vem har bedömt att det kan vara egenvård?": "Nils, distriktssköterska",
        "Vilken dag bedömer ni på nytt?": f"{at.date() + timedelta(days=30)}",
    }
    for label, text in fill.items():
        nils.get_by_label(label, exact=True).fill(text)
    nils.get_by_role("button", name="Granska").click()
    expect(nils.locator("main")).to_contain_text("Känn efter om skorna är trånga")
    nils.get_by_role("button", name="Skicka", exact=True).click()
    expect(nils.locator("main")).to_contain_text("Du kan ångra i en minut")
    outcome = nils.url
    site.clock.ahead += timedelta(minutes=2)
    site.send_what_is_due()
    aino = open_as(site, "aino")
    card = aino.locator("section, article", has_text="Känn efter om skorna är trånga").last
    card.get_by_role("button", name="Klar").click()
    expect(aino.locator("main")).to_contain_text("Klar")
    nils.goto(outcome)
    expect(nils.locator("main")).to_contain_text("Klar i tid")


def test_the_daughter_sees_his_plan_under_the_banner_and_nobody_elses(site: Site, open_as: Open) -> None:
    marit = open_as(site, "marit")
    marit.goto(f"{site.url}/mina")
    marit.get_by_role("link", name="Eino").first.click()
    expect(marit.locator(".seeing")).to_contain_text("Du ser: Eino")
    marit.goto(f"{site.p('eino')}/plan")
    expect(marit.locator(".seeing")).to_contain_text("Du ser: Eino")
    expect(marit.locator("main")).to_contain_text("Hemtjänst på meänkieli")
    answer = marit.goto(f"{site.p('aino')}/plan")
    assert answer is not None
    assert answer.status == 404


def test_a_press_on_the_notice_counts_after_the_session_has_ended(site: Site, open_as: Open) -> None:
    aino = open_as(site, "aino", permissions=["notifications"])
    phone = she_connects_her_phone(aino, site)
    she_makes_a_reminder_for_two_minutes_ahead(aino, site)
    aino.get_by_role("button", name="Logga ut").click()
    site.clock.ahead += timedelta(minutes=2)
    site.send_what_is_due()
    deliver(aino, site, site.push_service.received(phone)[-1])
    service_worker(aino).evaluate(PRESS, "klar")
    answer = aino.goto(f"{site.p('aino')}/idag")
    assert answer is not None
    assert "/logga-in" in aino.url
    again = open_as(site, "aino")
    expect(again.locator("main")).to_contain_text("Vattna blommorna")
    expect(
        again.locator("main")
        .get_by_text("Vattna blommorna")
        .locator("xpath=ancestor::*[self::li or self::article][1]")
    ).to_contain_text("Klar")


def test_a_tap_opens_the_reminder_and_its_page_answers_without_signing_in(site: Site, open_as: Open) -> None:
    aino = open_as(site, "aino", permissions=["notifications"])
    phone = she_connects_her_phone(aino, site)
    she_makes_a_reminder_for_two_minutes_ahead(aino, site)
    aino.get_by_role("button", name="Logga ut").click()
    site.clock.ahead += timedelta(minutes=2)
    site.send_what_is_due()
    address = json.loads(site.push_service.received(phone)[-1].text)["notification"]["navigate"]
    aino.goto(site.url + address)
    expect(aino.locator("main")).not_to_contain_text("Vattna")
    aino.get_by_role("button", name="Klar").click()
    expect(aino.locator("main")).to_contain_text("Klar")


def test_who_to_call_can_be_read_without_any_net(site: Site, open_as: Open) -> None:
    guest = open_as(site)
    guest.goto(f"{site.url}/ring")
    guest.evaluate("navigator.serviceWorker.ready")
    guest.wait_for_function("caches.match('/ring').then(Boolean)")
    guest.context.set_offline(True)
    guest.goto(f"{site.url}/ring")
    expect(guest.locator('a[href="tel:112"]').first).to_be_visible()
    guest.goto(f"{site.p('aino')}/idag")
    expect(guest.locator('a[href="tel:1177"]').first).to_be_visible()
    guest.goto(f"{site.p('aino')}/om-det-blir-samre")
    expect(guest.locator('a[href="tel:90101"]').first).to_be_visible()
