"""A calendar that follows along: what it gets, and that it ends at once with what let its owner in."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.meetings.models import AgreedTime, CalendarFeed
from webapp.permissions import Level
from webapp.reminders.models import Reminder
from webapp.reminders.schedule import instant
from webapp.sharing import changing
from webapp.sharing.domain import Grant
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACE = "Arjeplogs hälsocentral"


def make(guest: Guest, p: str, **form: str) -> str:
    """Make a calendar and return its path."""
    assert guest.post(f"{p}/tider/kalender", form).status_code == 302
    found = re.search(r'value="https?://[^/"]+(/kalender/[^"]+\.ics)"', guest.page(f"{p}/tider/kalender"))
    assert found
    return found[1]


def entries(visit: Visitor, path: str) -> int:
    answer = visit.stranger().get(path)
    assert answer.status_code == 200
    return answer.text.count("BEGIN:VEVENT")


def gone(visit: Visitor, path: str) -> bool:
    """Answers as an address that never was."""
    return said(visit, path) == said(visit, "/kalender/" + "x" * 32 + ".ics") and said(visit, path)[0] == 404


def said(visit: Visitor, path: str) -> tuple[int, str]:
    answer = visit.stranger().get(path)
    text = re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", answer.text)
    return answer.status_code, text.replace(path, "").replace(path.replace("/", "%2F"), "")


def test_a_calendar_fetches_without_a_sign_in_and_nothing_keeps_it(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = make(aino, aino.p)
    answer = visit.stranger().get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert "Tid i Nära mig" in answer.text
    assert PLACE not in answer.text
    assert str(aino.id) not in answer.text
    with database.read() as session:
        feed = session.scalars(select(CalendarFeed)).one()
        secret = path.removeprefix("/kalender/").removesuffix(".ics")
        assert len(secret) >= 22  # 128 bits and more
        assert secret.encode() not in feed.token_hash
        assert not session.scalar(
            select(func.count(AccessLog.id)).where(
                AccessLog.person_id == aino.id, AccessLog.page == "calendar"
            )
        )


def test_a_double_press_makes_one_calendar_and_shows_the_address_that_lives(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, once = visit("aino"), "6f3d4b7e-0000-4000-8000-000000000001"
    first, second = (make(aino, aino.p, once=once) for _ in range(2))
    assert gone(visit, first)
    assert entries(visit, second) > 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(CalendarFeed)) == 1


def test_the_place_goes_along_when_it_is_chosen(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert PLACE in visit.stranger().get(make(aino, aino.p, with_place="y")).text


def test_a_calendar_that_is_taken_away_is_not_there(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    path = make(aino, aino.p)
    with database.read() as session:
        feed = session.scalars(select(CalendarFeed.id)).one()
    assert visit("lisa").post(f"{aino.p}/tider/kalender/{feed}/ta-bort").status_code == 404
    assert visit("eino").post(f"{visit.p('eino')}/tider/kalender/{feed}/ta-bort").status_code == 404
    assert not gone(visit, path)
    assert aino.post(f"{aino.p}/tider/kalender/{feed}/ta-bort").status_code == 302
    assert gone(visit, path)


def test_a_relatives_calendar_ends_with_the_consent_and_does_not_come_back(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    path = make(lisa, aino.p)
    assert entries(visit, path) == 1
    with database.read() as session:
        consent = session.scalars(
            select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.RELATIVE)
        ).one()
    with clock.frozen(NOON + timedelta(minutes=5)):
        assert visit("aino").post(f"{aino.p}/delning/{consent}/sluta").status_code == 302
        assert gone(visit, path)
    with clock.frozen(NOON + timedelta(minutes=6)), database.writing() as session:
        person, relative = session.get_one(Person, aino.id), session.get_one(Person, person_id(app, "lisa"))
        changing.replace_consent(session, person, relative, "dotter", Grant(plan=Level.SEE), clock.now())
    with clock.frozen(NOON + timedelta(minutes=7)):
        assert visit("lisa").get(f"{aino.p}/tider").status_code == 200
        assert gone(visit, path)


@ON_SQLITE
def test_a_changed_consent_keeps_the_calendar_while_it_lets_the_times_be_seen(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    path = make(lisa, aino.p)
    for minutes, grant, still in ((1, Grant(plan=Level.SEE), True), (2, Grant(contacts=Level.SEE), False)):
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            with database.writing() as session:
                person = session.get_one(Person, aino.id)
                relative = session.get_one(Person, person_id(app, "lisa"))
                changing.replace_consent(session, person, relative, "dotter", grant, clock.now())
            assert gone(visit, path) is not still


@pytest.mark.parametrize("whose", ["aino", "lisa"])
@pytest.mark.parametrize("what", ["died", "protected"])
def test_death_and_protection_end_it_at_once(
    app: Flask, database: Database, visit: Visitor, whose: str, what: str
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    paths = [make(lisa, aino.p)] + ([make(aino, aino.p)] if whose == "aino" else [])
    changed = {"deceased_at": NOON} if what == "died" else {"protected": True}
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == person_id(app, whose)).values(**changed))
    assert all(gone(visit, path) for path in paths)


def test_a_lost_phone_ends_the_calendars_of_before_and_of_its_owner_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    hers, relatives = make(aino, aino.p), make(lisa, aino.p)
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert aino.post(f"{aino.p}/tappad-telefon").status_code == 302
        assert gone(visit, hers)
        assert entries(visit, relatives) == 1
    with clock.frozen(NOON + timedelta(minutes=2)):
        again = visit("aino")
        assert entries(visit, make(again, again.p)) == 1


@ON_SQLITE
def test_the_person_sees_a_relatives_calendar_and_ends_it(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    path = make(lisa, aino.p)
    assert "Kalender hos Lisa" in aino.page(f"{aino.p}/tider/kalender")
    with database.read() as session:
        feed = session.scalars(select(CalendarFeed.id)).one()
    assert aino.post(f"{aino.p}/tider/kalender/{feed}/ta-bort").status_code == 302
    assert gone(visit, path)


def test_a_relatives_first_fetch_of_a_day_stands_in_the_persons_log(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    path = make(lisa, aino.p)

    def lines() -> int:
        with database.read() as session:
            wanted = (AccessLog.person_id == aino.id, AccessLog.page == "calendar")
            return session.scalar(select(func.count(AccessLog.id)).where(*wanted)) or 0

    for hours, told in ((1, 1), (2, 1), (15.9, 1), (16.1, 2)):  # it is 8 in the morning
        with clock.frozen(NOON + timedelta(hours=hours)):
            assert entries(visit, path) == 1
            assert lines() == told
    with clock.frozen(NOON + timedelta(hours=17)):
        assert "Tider i kalendern" in visit("aino").page(f"{aino.p}/logg")


@ON_SQLITE
def test_a_guardian_gets_the_times_until_the_sixteenth_birthday(
    app: Flask, database: Database, visit: Visitor
) -> None:
    jon, sara = visit.p("jon"), visit("sara")
    path = make(sara, jon)
    with database.writing() as session:
        before = session.get_one(Person, person_id(app, "jon")).born_on
    birthday = before.replace(year=before.year + 16)
    midnight = instant(birthday, time())
    with clock.frozen(midnight - timedelta(seconds=1)):
        assert visit.stranger().get(path).status_code == 200
    with clock.frozen(midnight):
        assert gone(visit, path)


@ON_SQLITE
def test_staff_and_a_relative_without_times_have_no_calendar_here(app: Flask, visit: Visitor) -> None:
    aino = visit.p("aino")
    for sub in ("nils", "marit", "eino"):
        assert visit(sub).get(f"{aino}/tider/kalender").status_code == 404
        assert visit(sub).post(f"{aino}/tider/kalender").status_code == 404


@ON_SQLITE
def test_with_protected_identity_no_calendar_is_made(app: Flask, database: Database, visit: Visitor) -> None:
    vera = visit("vera")
    vera.post(f"{vera.p}/tider/kalender")
    assert "Det går inte att ha tiderna i en kalender" in vera.page(f"{vera.p}/tider/kalender")
    with database.read() as session:
        assert not session.scalar(select(func.count(CalendarFeed.id)))


@ON_SQLITE
def test_nobody_has_calendars_without_end(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for _ in range(5):
        make(aino, aino.p)
    aino.post(f"{aino.p}/tider/kalender")
    assert "Du har redan många kalendrar" in aino.page(f"{aino.p}/tider/kalender")


@ON_SQLITE
def test_guessing_and_fetching_too_often_is_stopped(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    path, stranger = make(aino, aino.p), visit.stranger()
    assert {stranger.get(path).status_code for _ in range(60)} == {200}
    stopped = stranger.get(path)
    assert stopped.status_code == 429
    assert "Retry-After" in stopped.headers
    answers = [stranger.get(f"/kalender/{number:032}.ics").status_code for number in range(61)]
    assert answers == [404] * 60 + [429]


@ON_SQLITE
def test_a_moved_time_follows_and_a_cancelled_one_stays_as_cancelled(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    path = make(aino, aino.p)
    with database.read() as session:
        meeting = session.scalars(select(AgreedTime.id).where(AgreedTime.person_id == aino.id)).one()
    nils = visit("nils")
    form = {"on": "2026-03-20", "at": "13.30", "minutes": "45", "place": PLACE}
    assert nils.post(f"{aino.p}/tider/{meeting}/flytta", form).status_code == 302
    moved = visit.stranger().get(path).text
    assert "DTSTART:20260320T123000Z" in moved
    assert "SEQUENCE:1" in moved
    assert nils.post(f"{aino.p}/tider/{meeting}/stall-in").status_code == 302
    cancelled = visit.stranger().get(path).text
    assert "STATUS:CANCELLED" in cancelled
    assert "SEQUENCE:2" in cancelled
    assert str(meeting) in cancelled


def reminders_in(visit: Visitor, path: str) -> list[str]:
    """The ids of the reminders' moments that the calendar gets."""
    text = visit.stranger().get(path).text.replace("\r\n ", "").replace("\r\n", "\n")
    found = [each for each in text.split("BEGIN:VEVENT")[1:] if "SUMMARY:Påminnelse i Nära mig" in each]
    return [each.partition("UID:")[2].partition("\n")[0] for each in found]


def test_a_calendar_with_reminders_says_when_and_never_of_what(visit: Visitor) -> None:
    aino = visit("aino")
    without, path = make(aino, aino.p), make(aino, aino.p, with_reminders="y")
    assert reminders_in(visit, without) == []
    found = reminders_in(visit, path)
    assert len(found) > 30
    assert len(set(found)) == len(found)
    assert reminders_in(visit, path) == found, "the same moment keeps its id"
    text = visit.stranger().get(path).text
    for word in ("tablett", "Väg dig", "Ludde", "Aino", "hjärt"):
        assert word not in text, word
    assert "TRIGGER:P0D" in text


@ON_SQLITE
def test_a_paused_reminder_leaves_the_calendar(visit: Visitor, database: Database) -> None:
    aino = visit("aino")
    path = make(aino, aino.p, with_reminders="y")
    with database.writing() as session:
        session.execute(update(Reminder).where(Reminder.person_id == aino.id).values(paused_at=NOON))
    assert reminders_in(visit, path) == []


@ON_SQLITE
def test_a_relative_who_may_see_the_times_alone_gets_no_reminders(
    app: Flask, visit: Visitor, database: Database
) -> None:
    lisa, aino = visit("lisa"), person_id(app, "aino")
    path = make(lisa, visit.p("aino"), with_reminders="y")
    with database.writing() as session:
        theirs = update(Consent).where(Consent.person_id == aino, Consent.relative_id == lisa.id)
        session.execute(theirs.values(reminders=Level.NONE, plan=Level.SEE))
    assert reminders_in(visit, path) == []
    assert entries(visit, path) > 0
