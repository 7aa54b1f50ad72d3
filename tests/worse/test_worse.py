"""Om det blir sämre: whose words stand, whom to call at this hour, and one press away from everywhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from webapp.accounts.models import Account, Assignment
from webapp.contacts.models import CareContact
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory import numbers
from webapp.plans.models import Plan, PlanEarlier
from webapp.sharing.models import Consent, ConsentKind, Emergency

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERS = "Jag blir mer andfådd än vanligt."


def main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", main(page)).split())


def called(page: str) -> list[str]:
    """The numbers to press, in the order of the page."""
    return re.findall(r'href="tel:([^"]+)"', main(page))


def write(guest: Guest, p: str, signs: str, do: str = "", revision: str | None = None) -> Any:
    path = f"{p}/om-det-blir-samre/skriv"
    if revision is None:
        revision = revision_of(guest, p)
    return guest.post(path, {"signs": signs, "do": do, "revision": revision})


def revision_of(guest: Guest, p: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(\d+)"', guest.page(f"{p}/om-det-blir-samre/skriv"))
    assert found
    return found[1]


def proposal(page: str) -> str:
    found = re.search(r"/forslag/([0-9a-f-]{36})/ja", page)
    assert found
    return found[1]


def test_everybody_who_is_let_in_finds_the_page_by_one_press(app: Flask, visit: Visitor) -> None:
    for sub, whose in (("aino", "aino"), ("lisa", "aino"), ("nils", "aino"), ("sara", "jon"), ("jon", "jon")):
        guest, p = visit(sub), visit.p(whose)
        for page in ("idag", "plan", "kontakter", "mer", "om-det-blir-samre"):
            assert f'href="{p}/om-det-blir-samre"' in guest.page(f"{p}/{page}"), (sub, page)
        shown = guest.page(f"{p}/om-det-blir-samre")
        assert numbers.number(numbers.EMERGENCY).number in called(shown)
        assert numbers.number(numbers.ADVICE).number in called(shown)


@ON_SQLITE
def test_what_stands_is_her_own_words_and_whom_she_calls_first(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    page = aino.page(f"{aino.p}/om-det-blir-samre")
    assert HERS in said(page)
    assert "Ring Nils. Vänta inte till nästa besök." in said(page)
    assert called(page)[:2] == ["+46980319210", "112"]
    assert "Öppet nu, till 16.00" in said(page)
    assert "Hemtjänstens jourtelefon" in said(page).partition("På kvällen, natten och helgen")[2]


@ON_SQLITE
def test_at_night_the_one_who_answers_stands_first(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    evening, night = NOON + timedelta(hours=12), NOON + timedelta(hours=15)  # 20.00 and 23.00
    with clock.frozen(evening):
        page = visit("aino").page(f"{aino.p}/om-det-blir-samre")
        assert said(page).index("Ring Anna") < said(page).index("Nils")
    with clock.frozen(night):
        page = visit("aino").page(f"{aino.p}/om-det-blir-samre")
        assert called(page)[0] == numbers.number(numbers.ADVICE).number
        assert "Öppnar tisdag 08.00" in said(page)
    with database.writing() as session:
        session.execute(update(CareContact).where(CareContact.person_id == aino.id).values(ended_at=NOON))
    page = aino.page(f"{aino.p}/om-det-blir-samre")
    assert called(page)[0] == numbers.number(numbers.ADVICE).number
    assert 'href="tel:"' not in page


@ON_SQLITE
def test_who_is_not_let_into_the_plan_reads_no_word_of_it(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p = visit.p("jon")
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == person_id(app, "jon"))).one()
        plan.if_worse_signs = "Jag orkar inte gå till skolan."
    assert "Jag orkar inte" in visit("jon").page(f"{p}/om-det-blir-samre")
    assert "Jag orkar inte" in visit("mats").page(f"{p}/om-det-blir-samre")
    assert "Jag orkar inte" not in visit("sara").page(f"{p}/om-det-blir-samre")
    assert visit("sara").get(f"{p}/om-det-blir-samre/skriv").status_code == 404
    for sub in ("anna", "tor", "karin", "lisa", "gun"):
        assert visit(sub).get(f"{p}/om-det-blir-samre").status_code == 404


def test_a_relative_with_contacts_alone_sees_numbers_and_no_signs(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, lisa = visit.p("aino"), visit("lisa")
    with database.writing() as session:
        session.execute(
            update(Consent)
            .where(Consent.person_id == person_id(app, "aino"), Consent.kind == ConsentKind.RELATIVE)
            .values(plan=0, what_matters=0, reminders=0)
        )
    page = lisa.page(f"{p}/om-det-blir-samre")
    assert "+46980319210" in called(page)
    assert HERS not in page
    with database.writing() as session:
        session.execute(
            update(Consent)
            .where(Consent.person_id == person_id(app, "aino"), Consent.kind == ConsentKind.RELATIVE)
            .values(contacts=0, reminders=1)
        )
    page = lisa.page(f"{p}/om-det-blir-samre")
    assert set(called(page)) == {"112", "1177"}


def test_the_person_writes_and_what_stood_before_is_kept(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    assert write(aino, aino.p, "Jag sover dåligt.\nJag orkar inte.", "Ring Nils.").status_code == 302
    page = aino.page(f"{aino.p}/om-det-blir-samre")
    assert "Jag orkar inte." in page
    assert HERS not in page
    assert "Skrivet av" not in page
    with database.read() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        kept = session.scalars(select(PlanEarlier).where(PlanEarlier.about == "signs")).one()
        assert (plan.revision, kept.revision) == (2, 1)
        assert HERS in kept.words
    assert write(aino, aino.p, "Jag sover dåligt.\nJag orkar inte.", "Ring Nils.").status_code == 302
    with database.read() as session:  # the same again is nothing new
        assert session.scalars(select(Plan.revision).where(Plan.person_id == aino.id)).one() == 2


def test_what_a_helper_writes_is_marked(app: Flask, visit: Visitor) -> None:
    p, lisa = visit.p("aino"), visit("lisa")
    assert write(lisa, p, "Mamma blir tyst.").status_code == 302
    assert "Skrivet av Lisa" in said(visit("aino").page(f"{p}/om-det-blir-samre"))
    assert write(visit("aino"), p, "Jag blir tyst.").status_code == 302
    assert "Skrivet av" not in said(visit("aino").page(f"{p}/om-det-blir-samre"))


def test_of_two_who_write_at_once_nobodys_words_are_lost(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, aino, lisa = visit.p("aino"), visit("aino"), visit("lisa")
    opened = revision_of(aino, p)
    assert write(lisa, p, "Mamma blir tyst.").status_code == 302
    answer = write(aino, p, "Jag fryser.", revision=opened)
    assert answer.status_code == 200
    assert "Någon annan har skrivit här" in answer.text
    assert "Mamma blir tyst." in answer.text
    assert "Jag fryser.</textarea>" in answer.text
    again = re.search(r'name="revision"[^>]*value="(\d+)"', answer.text)
    assert again
    assert again[1] != opened
    assert write(aino, p, "Jag fryser och blir tyst.", revision=again[1]).status_code == 302
    with database.read() as session:
        kept = session.scalars(select(PlanEarlier.words).where(PlanEarlier.about == "signs")).all()
        assert any("Mamma blir tyst." in words for words in kept)


def test_what_staff_write_is_a_proposal_that_the_person_takes_or_not(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, aino, nils, anna = visit.p("aino"), visit("aino"), visit("nils"), visit("anna")
    assert write(nils, p, "", "Ring också om vikten går upp.").status_code == 302
    page = aino.page(f"{p}/om-det-blir-samre")
    assert "Förslag från Nils, Arjeplogs hälsocentral" in said(page)
    assert HERS in said(page)  # nothing of hers has changed
    assert "/forslag/" not in visit("lisa").page(f"{p}/om-det-blir-samre")
    assert write(anna, p, "Hon äter inte upp.", "").status_code == 302
    assert write(nils, p, "", "Ring om vikten går upp två kilo.").status_code == 302
    page = aino.page(f"{p}/om-det-blir-samre")
    assert "Ring också om vikten" not in page  # the same unit's newer words stand instead
    assert len(set(re.findall(r"/forslag/([0-9a-f-]{36})/ja", page))) == 2
    by_unit = {unit: proposal(page.partition(f"Förslag från {unit}")[2]) for unit in ("Nils", "Anna")}
    for sub in ("lisa", "nils", "anna"):
        assert visit(sub).post(f"{p}/om-det-blir-samre/forslag/{by_unit['Nils']}/ja").status_code == 404
    assert aino.post(f"{p}/om-det-blir-samre/forslag/{by_unit['Nils']}/ja").status_code == 302
    assert aino.post(f"{p}/om-det-blir-samre/forslag/{by_unit['Nils']}/ja").status_code == 404
    assert aino.post(f"{p}/om-det-blir-samre/forslag/{by_unit['Anna']}/nej").status_code == 302
    page = said(aino.page(f"{p}/om-det-blir-samre"))
    assert "Ring om vikten går upp två kilo." in page
    assert HERS in page  # the part that was empty in the proposal is left as it was
    assert "Skrivet av Nils, Arjeplogs hälsocentral" in page
    assert "Hon äter inte upp" not in page
    assert aino.post(f"{p}/om-det-blir-samre/forslag/{uuid4()}/ja").status_code == 404


@ON_SQLITE
def test_another_persons_proposal_is_not_there(app: Flask, visit: Visitor) -> None:
    aino, eino = visit("aino"), visit("eino")
    assert write(visit("nils"), aino.p, "", "Ring.").status_code == 302
    one: str = proposal(aino.page(f"{aino.p}/om-det-blir-samre"))
    assert eino.post(f"{eino.p}/om-det-blir-samre/forslag/{UUID(one)}/ja").status_code == 404
    assert "Förslag från" in aino.page(f"{aino.p}/om-det-blir-samre")


@ON_SQLITE
def test_without_the_persons_consent_another_organisation_reads_and_proposes_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, anna = visit.p("aino"), visit("anna")
    assert HERS in anna.page(f"{p}/om-det-blir-samre")
    with database.writing() as session:
        session.execute(
            update(Consent)
            .where(Consent.person_id == person_id(app, "aino"), Consent.kind == ConsentKind.SIP)
            .values(withdrawn_at=NOON)
        )
    assert HERS not in anna.page(f"{p}/om-det-blir-samre")
    assert anna.get(f"{p}/om-det-blir-samre/skriv").status_code == 404
    assert HERS in visit("nils").page(f"{p}/om-det-blir-samre")


@ON_SQLITE
def test_in_a_frozen_plan_the_person_writes_and_staff_propose_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p = visit.p("aino")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == person_id(app, "aino")).values(frozen_at=NOON))
    assert visit("nils").get(f"{p}/om-det-blir-samre/skriv").status_code == 404
    assert "Föreslå något" not in visit("nils").page(f"{p}/om-det-blir-samre")
    assert write(visit("aino"), p, "Jag fryser.").status_code == 302


@ON_SQLITE
def test_who_has_no_plan_is_told_whom_to_call_all_the_same(app: Flask, visit: Visitor) -> None:
    vera = visit("vera")
    page = vera.page(f"{vera.p}/om-det-blir-samre")
    assert {"112", "1177"} <= set(called(page))
    assert "När du har en plan" in said(page)
    assert vera.get(f"{vera.p}/om-det-blir-samre/skriv").status_code == 404


@pytest.mark.parametrize(
    ("signs", "do", "words"),
    [
        ("", "", "Skriv något i en av rutorna"),
        ("x" * 1001, "", "högst 1000 tecken"),
        ("", "a\u202eb", "tecken som inte syns"),
    ],
)
@ON_SQLITE
def test_what_cannot_be_is_said_at_the_field(
    app: Flask, visit: Visitor, signs: str, do: str, words: str
) -> None:
    aino = visit("aino")
    answer = write(aino, aino.p, signs, do)
    assert answer.status_code == 200
    assert words in answer.text
    assert HERS in aino.page(f"{aino.p}/om-det-blir-samre")


@ON_SQLITE
def test_a_revision_that_is_none_loses_nothing(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for revision in ("", "0", "-1", "x", "9" * 30):
        answer = write(aino, aino.p, "Jag fryser.", revision=revision)
        assert answer.status_code == 200, revision
        assert "Jag fryser.</textarea>" in answer.text
    assert HERS in aino.page(f"{aino.p}/om-det-blir-samre")


@ON_SQLITE
def test_the_emergency_reader_reads_and_writes_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    tor, p = visit("tor"), visit.p("aino")
    with database.writing() as session:
        staff = session.scalars(select(Account.staff_id).where(Account.sub == "tor")).one()
        unit = session.scalars(select(Assignment.unit_id).where(Assignment.staff_id == staff)).one()
        session.add(
            Emergency(
                person_id=person_id(app, "aino"),
                staff_id=staff,
                unit_id=unit,
                unit_name="Hemtjänsten Jokkmokk",
                role="undersköterska",
                reason="Hittad utanför sitt hem.",
                opened_at=NOON,
                closes_at=NOON + timedelta(hours=4),
            )
        )
    page = tor.page(f"{p}/om-det-blir-samre")
    assert HERS in said(page)
    assert "+46980319210" in called(page)
    assert tor.get(f"{p}/om-det-blir-samre/skriv").status_code == 404
