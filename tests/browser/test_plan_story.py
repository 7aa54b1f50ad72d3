"""A plan is made together, in real browsers: a nurse, home care, Aino and her daughter, from the first word on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Site
from webapp.core import clock

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
DESK = {"width": 1200, "height": 900}
CALLS = "Vi hörs i telefon om hur det går"
HOME_CARE = "Hjälp i hemmet"
MEDICINES = "Vi går igenom dina mediciner tillsammans"
WOOD = "Bär in ved på söndagar"
HER_REASON = "Inte så tidigt. Jag vill sova till åtta."


def test_a_plan_is_made_together_agreed_to_printed_and_told_of(site: Site, open_as: Open) -> None:
    """The nurse begins, home care keeps to its own row, Aino says no, then yes, and later how it went."""
    nils, anna = open_as(site, "nils", viewport=DESK), open_as(site, "anna", viewport=DESK)
    aino, lisa = open_as(site, "aino"), open_as(site, "lisa")
    she_has_ended_the_plan_she_had(aino, site)
    the_nurse_reads_what_matters_first(nils, site)
    the_nurse_begins_from_the_starter(nils)
    home_care_writes_its_own_row_and_no_other(anna, site)
    she_says_no_to_one_row_with_words(aino, site)
    home_care_finds_it_on_its_list_and_writes_the_row_anew(anna, site)
    she_says_yes_and_is_told_what_the_plan_lacks(aino, site)
    her_daughter_adds_what_she_does(lisa, site)
    she_agrees_to_the_whole_plan(aino, site)
    a_change_is_a_proposal_and_what_was_agreed_to_stays(anna, aino, site)
    she_takes_it_with_her_on_paper(aino, site)
    the_nurse_calls_a_meeting(nils, site)
    she_asks_something_for_the_meeting(aino)
    site.clock.ahead += timedelta(days=3)
    she_says_how_it_went(open_as(site, "aino"), site)
    the_nurse_reads_it_before_the_meeting(open_as(site, "nils", viewport=DESK), site)
    site.clock.ahead += timedelta(days=5)
    after_the_meeting_the_next_one_has_its_date(open_as(site, "nils", viewport=DESK), site)
    next_time = open_as(site, "aino")
    next_time.goto(f"{site.p('aino')}/plan")
    expect(next_time.locator("main")).to_contain_text("Nästa möte")


def row_of(page: Page, what: str) -> Locator:
    return page.locator("li.item", has=page.get_by_role("heading", name=what))


def plan_of(page: Page, site: Site) -> Page:
    page.goto(f"{site.p('aino')}/plan")
    return page


def she_has_ended_the_plan_she_had(page: Page, site: Site) -> None:
    plan_of(page, site).get_by_role("link", name="Avsluta planen").click()
    page.get_by_role("button", name="Ja, avsluta planen").click()
    expect(page.locator("main")).to_contain_text("Du har ingen plan än")


def the_nurse_reads_what_matters_first(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/personal/sok")
    page.locator("tr", has_text="Aino").get_by_role("link", name="Uppgifter").click()
    page.get_by_role("link", name="Börja en plan").click()
    page.locator("main").get_by_role("link", name="Äldre med hjärtsvikt").click()
    first = page.locator("main h2").first
    expect(first).to_have_text("Det här är viktigt för Aino")
    expect(page.locator("main")).to_contain_text("Att orka gå ut med Ludde varje dag")
    expect(page.locator("main")).not_to_contain_text("att jag ramlar när ingen ser")


def the_nurse_begins_from_the_starter(page: Page) -> None:
    expect(page.locator("#row4_who")).to_have_value("Nils, distriktssköterska")
    expect(page.locator("#row5_who")).to_have_value("")  # home care's, and not the nurse's to see yet
    page.get_by_label("Hur är det nu?").fill("Aino bor själv vid sjön, med Ludde.")
    page.get_by_label("Vad vill du orka göra igen?").fill("Jag vill orka gå ut med Ludde varje dag.")
    page.get_by_label("Kommer från svaret på").first.select_option(index=1)
    page.get_by_label("Personen själv").check()
    page.get_by_label("Muntligt, till mig").check()
    page.get_by_role("group", name="Vilka får dela planen med er?").get_by_label(
        "Hemtjänsten Arjeplog"
    ).check()
    page.get_by_label("Personen vet vad planen är").check()
    page.get_by_role("group", name="Vilka anhöriga är med?").get_by_label("Lisa").check()
    for number in (1, 2, 3, 7):
        page.locator(f"#row{number}").uncheck()
        remind = page.locator(f"#row{number}_remind")
        if remind.count():
            remind.uncheck()
    page.get_by_role("button", name="Börja planen").click()
    page.wait_for_url("**/plan")
    for what in (CALLS, HOME_CARE, MEDICINES):
        expect(row_of(page, what)).to_contain_text("Väntar på svar från Aino")
    expect(row_of(page, CALLS).get_by_role("link", name="Ändra raden")).to_be_visible()
    expect(row_of(page, HOME_CARE).get_by_role("link", name="Ändra raden")).to_have_count(0)


def home_care_writes_its_own_row_and_no_other(page: Page, site: Site) -> None:
    plan_of(page, site)
    expect(page.get_by_role("link", name="Läs först vad som är viktigt för Aino")).to_be_visible()
    expect(row_of(page, CALLS).get_by_role("link", name="Ändra raden")).to_have_count(0)
    row_of(page, HOME_CARE).get_by_role("link", name="Ändra raden").click()
    expect(page.locator("main")).to_contain_text("Att orka gå ut med Ludde varje dag")
    page.get_by_label("Vem gör det?").fill("Anna, undersköterska")
    page.get_by_label("Telefon till den som gör det").fill("070-174 06 12")
    page.get_by_label("Hur ofta?").fill("Varje dag klockan sju")
    page.get_by_role("button", name="Spara förslaget").click()
    page.wait_for_url("**/plan#rad-*")
    expect(row_of(page, HOME_CARE)).to_contain_text("Anna, undersköterska")
    nurses = row_of(page, CALLS).locator("[id^=rad-]").get_attribute("id") or ""
    answer = page.goto(f"{site.p('aino')}/plan/rad/{nurses.removeprefix('rad-')}/andra")
    assert answer is not None
    assert answer.status == 404


def she_says_no_to_one_row_with_words(page: Page, site: Site) -> None:
    plan_of(page, site)
    expect(page.locator("main")).to_contain_text("3 saker väntar på ditt svar")
    page.get_by_role("link", name="Läs och svara").click()
    row_of(page, CALLS).get_by_role("button", name="Ja, gärna").click()
    expect(row_of(page, CALLS)).to_contain_text("Du har sagt ja")
    row_of(page, HOME_CARE).get_by_role("button", name="Nej, inte nu").click()
    page.get_by_role("textbox").fill(HER_REASON)
    page.get_by_role("button", name="Spara mitt nej").click()
    expect(row_of(page, HOME_CARE)).to_contain_text(HER_REASON)
    row_of(page, MEDICINES).get_by_role("button", name="Ja, gärna").click()
    expect(row_of(page, MEDICINES)).to_contain_text("Du har sagt ja")


def home_care_finds_it_on_its_list_and_writes_the_row_anew(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/personal/")
    task = page.locator("tr", has_text=HOME_CARE)
    expect(task).to_contain_text("Aino")
    task.get_by_role("link", name="Öppna planen").click()
    expect(row_of(page, HOME_CARE)).to_contain_text(HER_REASON)
    row_of(page, HOME_CARE).get_by_role("link", name="Ändra raden").click()
    expect(page.locator("main")).to_contain_text(HER_REASON)
    page.get_by_label("Hur ofta?").fill("Varje dag klockan nio")
    page.get_by_role("button", name="Spara förslaget").click()
    expect(row_of(page, HOME_CARE)).to_contain_text("Väntar på svar från Aino")
    page.goto(f"{site.url}/personal/")
    expect(page.locator("tr", has_text=HOME_CARE)).to_have_count(0)


def she_says_yes_and_is_told_what_the_plan_lacks(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/idag")
    expect(page.locator("main")).to_contain_text("Det finns något nytt i din plan att svara på.")
    page.get_by_role("link", name="Till din plan").click()
    row_of(page, HOME_CARE).get_by_role("button", name="Ja, gärna").click()
    expect(row_of(page, HOME_CARE)).to_contain_text("Varje dag klockan nio")
    page.get_by_role("link", name="Läs planen och säg ja").click()
    lacks = page.get_by_role("region", name="Det här saknas innan du kan säga ja")
    expect(lacks).to_contain_text("Det står inte vad du eller någon annan gör")
    expect(lacks.get_by_role("link", name="Lägg till något jag gör själv")).to_be_visible()
    expect(page.get_by_role("button", name="Ja, planen stämmer")).to_have_count(0)


def her_daughter_adds_what_she_does(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/mina")
    page.get_by_role("link", name="Aino").first.click()
    plan_of(page, site)
    expect(page.locator(".seeing")).to_contain_text("Du ser: Aino")
    expect(row_of(page, HOME_CARE)).to_contain_text("Aino har sagt ja")
    expect(page.get_by_role("link", name="Säg ja till planen")).to_have_count(0)
    expect(page.get_by_role("button", name="Ja, gärna")).to_have_count(0)
    page.get_by_role("link", name="Lägg till något du hjälper till med").click()
    page.get_by_role("textbox").first.fill(WOOD)
    page.get_by_role("button", name=re.compile("^(Spara|Lägg till)")).first.click()
    expect(row_of(page, WOOD)).to_contain_text("Väntar på svar från Aino")
    expect(row_of(page, WOOD)).to_contain_text("Lisa")


def she_agrees_to_the_whole_plan(page: Page, site: Site) -> None:
    plan_of(page, site)
    expect(row_of(page, WOOD)).to_contain_text("Lisa")
    row_of(page, WOOD).get_by_role("button", name="Ja, gärna").click()
    page.get_by_role("link", name="Säg ja till planen").click()
    page.get_by_role("button", name="Ja, planen stämmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan nummer 1")
    expect(page.locator(".hero")).to_contain_text(re.compile("Överenskommen [a-zåäö]"))
    expect(page.locator("main")).to_contain_text("Varje dag klockan nio")


def a_change_is_a_proposal_and_what_was_agreed_to_stays(anna: Page, aino: Page, site: Site) -> None:
    row_of(plan_of(anna, site), HOME_CARE).get_by_role("link", name="Ändra raden").click()
    expect(anna.locator(".hero")).to_contain_text("Raden står som förut tills Aino har sagt ja")
    anna.get_by_label("Hur ofta?").fill("Måndag till fredag klockan nio")
    anna.get_by_role("button", name="Spara förslaget").click()
    row = row_of(plan_of(aino, site), HOME_CARE)
    expect(row.locator("del")).to_have_text("Varje dag klockan nio")
    expect(row.locator("ins")).to_have_text("Måndag till fredag klockan nio")
    version_one_says(aino, "Varje dag klockan nio", "Måndag till fredag")
    row_of(plan_of(aino, site), HOME_CARE).get_by_role("button", name="Ja, gärna").click()
    expect(row_of(aino, HOME_CARE).locator("ins")).to_have_count(0)
    aino.get_by_role("link", name="Säg ja till planen").click()
    expect(aino.locator("main")).to_contain_text("Det här är nytt sedan senast")
    aino.get_by_role("button", name="Ja, planen stämmer").click()
    expect(aino.get_by_role("heading", level=1)).to_have_text("Plan nummer 2")
    plan_of(aino, site)
    version_one_says(aino, "Varje dag klockan nio", "Måndag till fredag")


def version_one_says(page: Page, this: str, but_not: str) -> None:
    page.get_by_role("link", name="Planen, gång för gång").click()
    page.get_by_role("link", name="Plan nummer 1").click()
    expect(page.locator("main")).to_contain_text(this)
    expect(page.locator("main")).not_to_contain_text(but_not)


def she_takes_it_with_her_on_paper(page: Page, site: Site) -> None:
    plan_of(page, site)
    page.get_by_text("Så skriver du ut planen").click()
    address = page.get_by_role("link", name="Hämta planen (PDF)").get_attribute("href")
    fetched = page.context.request.get(f"{site.url}{address}")
    page.emulate_media(media="print")
    for made in (fetched.body(), page.pdf(prefer_css_page_size=True)):
        text = " ".join(" ".join(each.extract_text().split()) for each in PdfReader(io.BytesIO(made)).pages)
        for wanted in ("Aino", HOME_CARE, "Måndag till fredag klockan nio", WOOD, "1177", "kan ha ändrats"):
            assert wanted in text
    page.emulate_media(media="screen")


def the_nurse_calls_a_meeting(page: Page, site: Site) -> None:
    plan_of(page, site).get_by_role("link", name="Alla tider").click()
    page.get_by_role("link", name="Kalla till möte om planen").click()
    page.get_by_label("Vilken dag?").fill(f"{clock.today() + timedelta(days=7)}")
    page.get_by_label("Vilken tid?").fill("13.00")
    page.get_by_label("Var?").fill("Hemma hos Aino")
    expect(page.get_by_role("group", name="Vilka bjuds in?").get_by_label("Lisa")).to_be_checked()
    page.get_by_role("button", name="Kalla till mötet").click()
    expect(page.locator("main")).to_contain_text("Hemma hos Aino")


def she_asks_something_for_the_meeting(page: Page) -> None:
    page.reload()
    expect(page.locator("main")).to_contain_text("Nästa möte")
    page.get_by_role("link", name="Skriv en fråga till mötet").click()
    page.get_by_role("textbox").fill("Får Ludde följa med till hälsocentralen?")
    page.get_by_role("button", name="Spara frågan").click()
    expect(page.locator("main")).to_contain_text("Får Ludde följa med")


def she_says_how_it_went(page: Page, site: Site) -> None:
    for what, press, words in (
        (CALLS, "Det blev så", ""),
        (HOME_CARE, "Det blev delvis så", "De kom halv elva två gånger."),
        (WOOD, "Det blev inte så", "Vägen var inte plogad."),
    ):
        row_of(plan_of(page, site), what).get_by_role("link", name="Hur gick det?").click()
        page.get_by_role("textbox").fill(words)
        page.get_by_role("button", name=press, exact=True).click()
        expect(row_of(page, what)).to_contain_text("Idag blev det")


def the_nurse_reads_it_before_the_meeting(page: Page, site: Site) -> None:
    plan_of(page, site)
    expect(page.locator("main")).to_contain_text("Får Ludde följa med")
    page.get_by_role("link", name="Så har det gått").click()
    expect(page.locator("main")).to_contain_text("Nästa möte är")
    went = page.locator("section", has=page.get_by_role("heading", name=HOME_CARE))
    expect(went).to_contain_text("Det blev delvis så en gång.")
    expect(went).to_contain_text("De kom halv elva två gånger.")
    expect(page.locator("main")).to_contain_text("Vägen var inte plogad.")
    expect(page.get_by_role("listitem").filter(has_text=MEDICINES)).to_be_visible()


def after_the_meeting_the_next_one_has_its_date(page: Page, site: Site) -> None:
    page.goto(f"{site.p('aino')}/tider")
    page.get_by_role("link", name="Skriv vad ni bestämde").click()
    page.get_by_label("Vad bestämde ni?").fill("Hemtjänsten ringer om de blir sena.")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("Skriv vilken dag ni träffas igen")
    expect(page.get_by_label("Vad bestämde ni?")).to_have_value("Hemtjänsten ringer om de blir sena.")
    page.get_by_label("Vilken dag träffas ni igen?").fill(f"{clock.today() + timedelta(days=60)}")
    page.get_by_label("Vilken tid?").fill("13.00")
    page.get_by_label("Var?").fill("Hemma hos Aino")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Hemtjänsten ringer om de blir sena.")
