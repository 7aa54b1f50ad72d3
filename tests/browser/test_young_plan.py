"""Municipality, BUP and school make a plan with Jon, who is fourteen, in real browsers; and what his mother sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import Site
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import EXTENSION
from webapp.reminders.schedule import instant
from webapp.sharing.guardians import AS_ADULT, birthday

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
CRISIS = ("112", "1177", "116111", "90101")
HIDDEN = ("Samtal varannan torsdag", "Eget rum", "stöd till familjen", "klara hela veckor", "orkar inte")


def test_municipality_bup_and_school_make_a_plan_with_jon(site: Site, open_as: Open) -> None:
    """He lets them read what matters, says yes and no himself; school and his mother see their own rows."""
    jon, ulla, sara = open_as(site, "jon"), open_as(site, "ulla"), open_as(site, "sara")
    he_ends_the_old_plan(jon, site)
    he_lets_those_who_help_read(jon, site)
    ulla_begins_when_his_mother_has_said_yes_to_the_meeting(ulla, site)
    mats_proposes_what_the_region_does(open_as(site, "mats"), site)
    eva_sees_and_writes_the_schools_rows_alone(open_as(site, "eva"), site)
    sara_sees_times_contacts_and_what_she_does(sara, site)
    he_answers_and_agrees(jon, site)
    his_no_is_for_those_who_can_change_it(ulla, sara, site)
    elder_care_finds_nobody(open_as(site, "anna"), open_as(site, "tor"), site)


def test_the_numbers_for_a_bad_night_are_on_every_page_of_the_way(site: Site, open_as: Open) -> None:
    jon, sara, guest = open_as(site, "jon"), open_as(site, "sara"), open_as(site)
    young = (
        "idag",
        "viktigt",
        "plan",
        "plan/ja",
        "kontakter",
        "tider",
        "om-det-blir-samre",
        "mer",
        "delning",
    )
    for page, ways in ((jon, young), (sara, ("idag", "plan", "kontakter", "tider", "mer"))):
        for way in ways:
            page.goto(f"{site.p('jon')}/{way}")
            assert missing_numbers(page) == [], (way, page.locator("h1").inner_text())
    sara.goto(f"{site.url}/mina")
    assert missing_numbers(sara) == []
    for way in ("", "ring", "utloggad", "logga-in/svar/bankid", "logga-in", "finns-inte", "offline"):
        guest.goto(f"{site.url}/{way}")
        assert missing_numbers(guest) == [], way
    guest.evaluate("navigator.serviceWorker.ready")
    guest.wait_for_function("caches.match('/offline').then(Boolean)")
    guest.context.set_offline(True)
    for way in ("ring", "logga-in"):
        guest.goto(f"{site.url}/{way}")
        assert missing_numbers(guest) == [], f"{way}, without net"


def test_his_mothers_view_ends_at_the_midnight_when_he_turns_sixteen(site: Site, open_as: Open) -> None:
    midnight = when_he_turns(site, AS_ADULT)
    the_clock_is(site, midnight - timedelta(minutes=1))
    sara = open_as(site, "sara")
    sara.goto(f"{site.p('jon')}/plan")
    expect(sara.locator("main")).to_contain_text("Skjutsa till BUP")
    the_clock_is(site, midnight + timedelta(minutes=1))
    sara.get_by_role("link", name="Idag", exact=True).click()
    expect(sara.locator("main")).to_contain_text("Felkod 404")
    assert missing_numbers(sara) == []
    sara.goto(f"{site.url}/mina")
    expect(sara.locator("main")).not_to_contain_text("Jon")
    jon = open_as(site, "jon")
    jon.goto(f"{site.p('jon')}/plan")
    expect(jon.locator("main")).to_contain_text("Samtal varannan vecka")


def test_staff_freeze_what_his_mother_sees_at_once(site: Site, open_as: Open) -> None:
    sara, mats, jon = open_as(site, "sara"), open_as(site, "mats"), open_as(site, "jon")
    sara.goto(f"{site.p('jon')}/plan")
    expect(sara.locator("main")).to_contain_text("Skjutsa till BUP")
    mats.goto(f"{site.url}/personal/person/{jons_id(site)}/foretrader")
    mats.get_by_role("link", name="Frys det personen ser").click()
    mats.get_by_role("button", name="Frys nu").click()
    expect(mats.locator(".errors")).to_contain_text("Skriv varför")
    mats.get_by_label("Varför?").fill("Oro, polisen kopplas in")
    mats.get_by_role("button", name="Frys nu").click()
    expect(mats.locator("main")).to_contain_text("Fryst. Personen ser ingenting")
    sara.get_by_role("link", name="Kontakter", exact=True).click()
    expect(sara.locator("main")).to_contain_text("Felkod 404")
    sara.goto(f"{site.url}/mina")
    expect(sara.locator("main")).not_to_contain_text("Jon")
    jon.goto(f"{site.p('jon')}/idag")
    for page in (sara, jon):
        expect(page.locator("body")).not_to_contain_text("polisen")


def he_ends_the_old_plan(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/plan")
    page.get_by_role("link", name="Avsluta planen").click()
    page.get_by_role("button", name="Ja, avsluta planen").click()
    expect(page.locator("main")).to_contain_text("Du har ingen plan än")


def he_lets_those_who_help_read(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/viktigt/now/vem")
    page.get_by_label("Min vårdgrupp").check()
    page.get_by_role("button", name="Spara").click()


def ulla_begins_when_his_mother_has_said_yes_to_the_meeting(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/personal/person/{jons_id(site)}/plan/ny")
    page.get_by_role("link", name="Barn och ungas psykiska hälsa").first.click()
    expect(page.locator("main article").first).to_contain_text("vara i skolan utan att alla tittar")
    page.get_by_label("Hur är det nu?").fill("Jon har svårt att vara hela dagar i skolan.")
    page.get_by_label("Vad vill du ska bli lättare?").fill("Jag vill klara hela veckor i skolan.")
    page.get_by_role("button", name="Börja planen").click()
    expect(page.locator(".errors")).to_contain_text("Välj vem som har sagt ja")
    expect(page.locator(".errors")).to_contain_text("Fråga Jon först")
    expect(page.get_by_label("Hur är det nu?")).to_have_value("Jon har svårt att vara hela dagar i skolan.")
    page.get_by_role("group", name="Vem har sagt ja").get_by_label("Sara, mamma").check()
    page.get_by_label("Muntligt, till mig").check()
    page.get_by_label("Jon är tillfrågad").check()
    page.get_by_role("group", name="Vilka får dela planen med er?").get_by_label("BUP Gällivare").check()
    page.get_by_role("group", name="Skola som är med").get_by_label("Elevhälsan Gällivare").check()
    page.get_by_role("group", name="Vilka anhöriga är med?").get_by_label("Sara, mamma").check()
    rides = page.get_by_role("region", name="Skjutsar och väntar")
    rides.get_by_text("Ändra det som står i raden").click()
    rides.get_by_label("Vilken anhörig?").select_option(label="Sara, mamma")
    page.get_by_role("region", name="Samtal på BUP").get_by_label("Ta med raden").uncheck()
    page.get_by_label("Vem har bedömt att det kan vara egenvård?").fill("Ulla, med Mats")
    page.get_by_role("button", name="Börja planen").click()
    page.wait_for_url("**/plan")
    expect(page.locator("main")).to_contain_text("Jag vill klara hela veckor i skolan.")


def mats_proposes_what_the_region_does(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/plan")
    page.get_by_role("link", name="Föreslå en rad").click()
    page.get_by_label("Region Norrbotten").check()
    page.get_by_label("Vad ska göras?").fill("Samtal varannan torsdag")
    page.get_by_label("Vem gör det?").fill("Mats, kurator")
    page.get_by_role("button", name="Spara förslaget").click()
    expect(page.locator(".rows")).to_contain_text(["Samtal varannan torsdag"])


def eva_sees_and_writes_the_schools_rows_alone(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/plan")
    main = page.locator("main")
    expect(main).to_contain_text("Eget rum att dra sig undan i på skolan")
    for hidden in (
        "Samtal varannan torsdag",
        "stöd till familjen",
        "Skjutsar",
        "klara hela veckor",
        "BUP",
        "Mats",
    ):
        expect(main).not_to_contain_text(hidden)
    page.get_by_role("link", name="Föreslå en rad").click()
    page.get_by_label("Gällivare kommun").check()
    page.get_by_label("Vad ska göras?").fill("Frånvaro ringer vi hem om samma dag")
    page.get_by_role("button", name="Spara förslaget").click()
    expect(main).to_contain_text("Frånvaro ringer vi hem om samma dag")


def sara_sees_times_contacts_and_what_she_does(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/idag")
    expect(page.locator("main")).to_contain_text("klockan 14.30")
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.locator("main")).to_contain_text("Skjutsar och väntar")
    for hidden in HIDDEN:
        expect(page.locator("main")).not_to_contain_text(hidden)
    expect(page.get_by_role("button", name="Ja, gärna")).to_have_count(0)
    page.get_by_role("link", name="Kontakter", exact=True).click()
    expect(page.locator("main")).to_contain_text("Eva")
    for way in ("viktigt", "plan/ja", "plan/avsluta", "plan/sa-har-det-gatt", "paminnelser"):
        answer = page.goto(f"{site.p('jon')}/{way}")
        assert answer is not None
        assert answer.status == 404, way


def he_answers_and_agrees(page: Page, site: Site) -> None:
    page.goto(f"{site.p('jon')}/idag")
    expect(page.locator("main")).to_contain_text("har börjat skriva på en plan med dig")
    page.get_by_role("link", name="Plan", exact=True).click()
    family = page.locator("li.item", has_text="Samtal och stöd till familjen")
    family.get_by_role("button", name="Nej, inte nu").click()
    page.get_by_label("Vad vill du ändra, eller varför inte?").fill("Jag orkar inte med fler samtal.")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Du har sagt nej.")
    waiting = page.get_by_role("button", name="Ja, gärna")
    while waiting.count():
        left = waiting.count()
        waiting.first.click()
        expect(waiting).to_have_count(left - 1)
    page.get_by_role("link", name="Säg ja till planen").click()
    page.get_by_role("button", name="Ja, planen stämmer").click()
    expect(page.locator("main")).to_contain_text("Du har sagt ja till planen.")


def his_no_is_for_those_who_can_change_it(ulla: Page, sara: Page, site: Site) -> None:
    ulla.goto(f"{site.url}/personal/")
    expect(ulla.locator("main")).to_contain_text("Jon")
    ulla.goto(f"{site.p('jon')}/plan")
    expect(ulla.locator("main")).to_contain_text("Jag orkar inte med fler samtal.")
    sara.goto(f"{site.p('jon')}/plan")
    expect(sara.locator("main")).to_contain_text("Jon har sagt ja")
    for hidden in HIDDEN:
        expect(sara.locator("main")).not_to_contain_text(hidden)


def elder_care_finds_nobody(anna: Page, tor: Page, site: Site) -> None:
    for page in (anna, tor):
        for way in (
            f"{site.p('jon')}/plan",
            f"{site.p('jon')}/idag",
            f"{site.url}/personal/person/{jons_id(site)}",
        ):
            answer = page.goto(way)
            assert answer is not None
            assert answer.status == 404, way


def missing_numbers(page: Page) -> list[str]:
    """Those of the four that cannot be called from this page with one press."""
    return [number for number in CRISIS if not page.locator(f'a[href="tel:{number}"]').count()]


def jons_id(site: Site) -> str:
    return site.p("jon").rpartition("/")[2]


def when_he_turns(site: Site, years: int) -> datetime:
    """Midnight, on the clock on the wall."""
    with site.app.extensions[EXTENSION].read() as session:
        born_on = session.scalars(select(Person.born_on).where(Person.called == "Jon")).one()
    return instant(birthday(born_on, years), time())


def the_clock_is(site: Site, at: datetime) -> None:
    site.clock.ahead += at - clock.now()
