"""Every page opens for those it is for, reading changes nothing, and every page speaks every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import NOON, settings
from tests.people import Guest, Visitor
from webapp import create_app
from webapp.accounts.models import Person, StaffMember
from webapp.broadcasts.models import Broadcast, Template
from webapp.contacts.models import CareContact
from webapp.core import security
from webapp.core.db import EXTENSION, Base, Database
from webapp.core.i18n import LANGUAGES
from webapp.directory.models import Unit
from webapp.meetings.models import AgreedTime
from webapp.plans.models import PlanRow
from webapp.reminders.models import Occurrence, Reminder, SetBy
from webapp.reminders.tokens import Tokens
from webapp.sharing.models import CareRelation, Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PUBLIC_PAGES = (
    "/",
    "/ring",
    "/nara-mig",
    "/nara-mig?kommun=Arjeplog",
    "/sprak",
    "/tillganglighet",
    "/integritet",
    "/fel",
    "/offline",
    "/logga-in",
    "/inbjudan",
    "/utloggad",
    "/logga-in/papperskod",
)


@pytest.fixture(scope="session")
def strict_app() -> Flask:
    """An app whose templates fail where a variable is missing; made once, since they are compiled anew for it."""
    made = create_app(settings("sqlite://"))
    made.jinja_env.undefined = StrictUndefined
    made.testing = True
    return made


@pytest.fixture
def strict(app: Flask, strict_app: Flask) -> Flask:
    """The strict app over the test's own database, on Monday morning."""
    strict_app.extensions[EXTENSION] = app.extensions[EXTENSION]
    return strict_app


# Every page, opened by those it is for


def pages_of(session: Session, guest: Guest, sub: str) -> list[str]:
    """Every GET page that is about this person."""
    p, person_id = guest.p, guest.id
    found = [
        f"{p}/{page}"
        for page in ("idag", "viktigt", "plan", "kontakter", "mer", "paminnelser", "delning", "tider")
    ]
    found += [
        f"{p}/logg",
        f"{p}/logg?sida=2",
        f"{p}/installningar",
        f"{p}/plan/egen-rad",
        f"{p}/tider/kalender",
        f"{p}/plan/patientkontrakt",
        f"{p}/plan/patientkontrakt/sju-fragor",
        f"{p}/delning/enheter",
        f"{p}/delning/bjud-in",
    ]
    found += [f"{p}/plan/sa-har-det-gatt"]
    found += [
        f"{p}/plan/rad/{row.id}/sa-har-det-gatt"
        for row in session.scalars(select(PlanRow).where(PlanRow.person_id == person_id))
    ]
    for consent in session.scalars(select(Consent).where(Consent.person_id == person_id)):
        found.append(f"{p}/delning/{consent.id}/sluta")
        if consent.kind is ConsentKind.RELATIVE:
            found.append(f"{p}/delning/{consent.id}/andra")
    found += [
        f"/mina/{consent.person_id}/ga-ur"
        for consent in session.scalars(select(Consent).where(Consent.relative_id == person_id))
    ]
    found += [f"{p}/enheter", f"{p}/passnyckel", f"{p}/tappad-telefon"]
    found += [f"{p}/viktigt/{prompt}" for prompt in ("now", "strength", "worry", "know")]
    found += [f"{p}/viktigt/now/vem", f"{p}/viktigt/now/tidigare"]
    for row in session.scalars(select(PlanRow).where(PlanRow.person_id == person_id)):
        found.append(f"{p}/plan/rad/{row.id}/nej")
        if row.status == "agreed":
            found.append(f"{p}/plan/rad/{row.id}/hur-det-gick")
    found += [
        f"{p}/tider/{time.id}/fraga"
        for time in session.scalars(select(AgreedTime).where(AgreedTime.person_id == person_id))
    ]
    found += [f"{p}/om-det-blir-samre", f"{p}/om-det-blir-samre/skriv"]
    found += [
        f"{p}/paminnelser/uppehall",
        f"{p}/paminnelser/ny",
        f"{p}/paminnelser/telefon",
        f"{p}/paminnelser/satt",
    ]
    for reminder in session.scalars(select(Reminder).where(Reminder.person_id == person_id)):
        found.append(f"{p}/paminnelser/{reminder.id}/avsluta")
        found.append(f"{p}/paminnelser/{reminder.id}/tider")
        if reminder.set_by is SetBy.SELF:
            found.append(f"{p}/paminnelser/{reminder.id}")
    return [*found, "/mina", "/mina?kommun=Kiruna", "/inbjudan"]


def pages_of_staff(session: Session, p: str, person_id: object) -> list[str]:
    sent = session.scalars(
        select(Reminder).where(Reminder.person_id == person_id, Reminder.set_by == SetBy.STAFF)
    )
    health_centre = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
    caring = session.scalars(
        select(CareRelation.id).where(
            CareRelation.person_id == person_id, CareRelation.unit_id == health_centre
        )
    )
    return [
        *("/personal/", "/personal/sok", "/personal/skickat", "/personal/ingen-vard"),
        *("/personal/utskick", "/personal/utskick/nytt", "/personal/avvikelser", "/personal/mallar"),
        *(f"/personal/utskick/{broadcast}" for broadcast in session.scalars(select(Broadcast.id))),
        *("/personal/avlidna", "/personal/skyddade", "/personal/katalog"),
        *(f"/personal/person/{person_id}/{page}" for page in ("foretrader", "foretrader/god-man")),
        *(f"/personal/person/{person_id}/{page}" for page in ("avliden", "skydd")),
        "/personal/uppdrag",
        *(
            f"{p}/{page}"
            for page in (
                "idag",
                "viktigt",
                "plan",
                "kontakter",
                "mer",
                "paminnelser",
                "tider",
                "tider/nytt-mote",
                "plan/patientkontrakt",
            )
        ),
        *(f"{p}/{page}" for page in ("tappad-telefon",)),
        *(f"{p}/om-det-blir-samre{page}" for page in ("", "/skriv")),
        *(f"{p}/viktigt/{prompt}" for prompt in ("strength", "know")),
        *("/personal/ta-emot", "/personal/nodoppning"),
        f"/personal/person/{person_id}",
        f"/personal/person/{person_id}/sip/nytt",
        *(
            f"/personal/person/{person_id}/kontakter{page}"
            for page in ("", "/valj/fast_vardkontakt", "/valj/other")
        ),
        *(
            f"/personal/person/{person_id}/kontakter/{contact}"
            for contact in session.scalars(
                select(CareContact.id).where(
                    CareContact.person_id == person_id, CareContact.unit_id == health_centre
                )
            )
        ),
        *(f"/personal/person/{person_id}/vard/{relation}" for relation in caring),
        f"/personal/kod/{person_id}",
        f"/personal/skicka/{person_id}",
        *(f"/personal/skickat/{person_id}/{reminder.id}" for reminder in sent),
    ]


def karin_id(session: Session) -> object:
    return session.scalars(select(StaffMember.id).where(StaffMember.name == "Karin")).one()


def every_page(session: Session, visit: Visitor) -> Iterator[tuple[Guest, str]]:
    """Every page of the app, by somebody it is for: with full, scarce and no content."""
    for path in PUBLIC_PAGES:
        yield visit.stranger(), path
    for sub in ("aino", "vera", "lisa"):
        guest = visit(sub)
        for path in pages_of(session, guest, sub):
            if guest.get(path).status_code != 404 or sub == "aino":
                yield guest, path
    aino = visit("aino")
    nils = visit("nils")
    for path in pages_of_staff(session, aino.p, aino.id):
        yield nils, path
    karin = visit("karin")
    member = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
    unit = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
    for path in (
        *("enheter", "enheter/ny", "enheter/organisation", f"enheter/{unit}", "medarbetare"),
        *("medarbetare?sida=2", "medarbetare/ny", f"medarbetare/{member}"),
        *(f"medarbetare/{member}/uppdrag", f"medarbetare/{karin_id(session)}", "andringar"),
        *("mallar", "mallar/ny"),
        *(f"mallar/{template}" for template in session.scalars(select(Template.id))),
    ):
        yield karin, f"/personal/{path}"
    lisa = visit("lisa")
    for page in (
        "idag",
        "viktigt",
        "plan",
        "kontakter",
        "mer",
        "paminnelser",
        "plan/egen-rad",
        "paminnelser/ny",
    ):
        yield lisa, f"{aino.p}/{page}"
    mats, child = visit("mats"), f"/personal/person/{visit('jon').id}/foretrader"
    custody = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GUARDIAN)).one()
    for page in ("", "/vardnadshavare", f"/{custody}/avsluta", f"/{custody}/frys"):
        yield mats, f"{child}{page}"
    sara, jon = visit("sara"), visit.p("jon")
    for page in ("idag", "plan", "kontakter", "mer"):
        yield sara, f"{jon}/{page}"
    occurrence = session.scalars(select(Occurrence.id).where(Occurrence.closes_at > NOON)).first()
    assert occurrence
    yield visit.stranger(), f"/s/{Tokens(visit.app.config['SECRET_KEY']).token(occurrence)}"


def _counts(session: Session) -> dict[str, int]:
    """Rows per table, apart from the two that core alone writes."""
    tables = [table for name, table in Base.metadata.tables.items() if name not in ("access_log", "login")]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _fingerprint(session: Session) -> list[tuple[object, ...]]:
    """Every row of every table, apart from what core alone writes."""
    return [
        (table.name, *row)
        for table in Base.metadata.sorted_tables
        if table.name not in ("access_log", "login")
        for row in session.execute(select(table).order_by(*table.primary_key.columns))
    ]


def test_every_page_opens_and_looking_changes_nothing(strict: Flask, database: Database) -> None:
    with database.read() as session:
        pages = list(every_page(session, Visitor(strict)))
        before = _fingerprint(session)
    assert len(pages) > 70
    for guest, path in pages:
        page = guest.page(path)
        assert re.search(r'<html lang="(sv|fit|se|smj|sma)">', page), path
        assert not re.search(r'="[^"<]*<span', page), path
        assert "None" not in re.sub(r"<[^>]*>", "", page), path
    with database.read() as session:
        assert _fingerprint(session) == before


def test_a_page_that_tried_to_write_would_fail_at_once(app: Flask, database: Database) -> None:
    with database.read() as session:
        session.add(Person(name="Ny", called="Ny", born_on=NOON.date()))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()


@ON_SQLITE
@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "sv"])
def test_every_page_speaks_every_language_and_marks_what_is_swedish(
    strict: Flask, database: Database, code: str
) -> None:
    with database.read() as session:
        pages = list(every_page(session, Visitor(strict)))
    chosen: set[int] = set()
    for guest, path in pages:
        if id(guest) not in chosen:
            assert guest.post("/sprak", {"sprak": code, "next": "/"}).status_code == 302
            chosen.add(id(guest))
        page = guest.page(path)
        if not path.startswith("/s/"):  # a notice's page is in its person's language
            assert f'<html lang="{code}">' in page, path
        attributes = re.findall(r'\s[a-z-]+="([^"]*)"', page)
        assert not any("<span" in value or "&lt;span" in value for value in attributes), path
        assert page.count("<span") == page.count("</span>"), path
        title = re.search(r"<title>(.*?)</title>", page)
        assert title, path
        assert "<" not in title[1], path


@ON_SQLITE
def test_a_page_that_is_not_there_says_so_in_every_language(strict: Flask) -> None:
    for code in LANGUAGES:
        page = Visitor(strict).stranger().get("/finns-inte", headers={"Accept-Language": code})
        assert page.status_code == 404
        assert f'<html lang="{code}">' in page.text
        assert 'href="tel:112"' in page.text


def test_headers_refuse_everything_that_no_page_needs() -> None:
    policy = security.HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
