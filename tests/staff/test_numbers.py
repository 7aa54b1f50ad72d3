"""Finding somebody by number: taking them in, and emergency access."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.finding import saying
from tests.people import Guest, Visitor, person_id
from webapp.accounts import numbers
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.sharing import blocks, emergency
from webapp.sharing.models import CareRelation, Emergency
from webapp.staff import intake

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = "Hon svarar inte i telefon och dörren är låst."
NEW = {
    "steg": "ny",
    "name": "Berit Test",
    "called": "Berit",
    "language": "sv",
    "municipality": "Arjeplog",
    "phone": "070-174 06 99",
}


def number_of(database: Database, sub: str, app: Flask) -> str:
    with database.read() as session:
        number = session.get_one(Person, person_id(app, sub)).number
    assert number
    return number


def a_free_number() -> str:
    found = (f"19500704990{check}" for check in range(10))
    return next(digits for digits in found if numbers.parse(digits, NOON.date()))


def ask(guest: Guest, number: str, **more: Any) -> Any:
    return guest.post("/personal/ta-emot", {"number": number, "reason": "Sår på benet", **more})


def test_staff_begin_to_care_for_somebody_who_is_here_and_the_person_sees_it(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils, gun = visit("nils"), visit("gun")
    assert nils.get(f"{gun.p}/plan").status_code == 404
    answer = ask(nils, number_of(database, "gun", app), until_on="2026-03-20")
    assert answer.location == f"/personal/person/{gun.id}"
    assert "Sår på benet" in nils.page(answer.location)
    assert nils.get(f"{gun.p}/plan").status_code == 200
    assert "En enhet till kan öppna dina sidor" in gun.page(f"{gun.p}/idag")
    assert "Arjeplogs hälsocentral" in gun.page(f"{gun.p}/delning/enheter")
    with database.read() as session:
        pages = session.scalars(select(AccessLog.page).where(AccessLog.person_id == gun.id)).all()
    assert "care_begun" in pages
    assert (
        ask(nils, number_of(database, "gun", app)).location == f"/personal/person/{gun.id}"
    )  # twice is once
    with database.read() as session:
        assert len(saying(session, CareRelation.reason, "Sår på benet")) == 1


def test_before_a_care_relation_nothing_is_said_of_somebody(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """A number without a reason, and a number of somebody protected, tell as much as one that is nobody's."""
    nils = visit("nils")
    for sub in ("gun", "vera"):
        page = ask(nils, number_of(database, sub, app), reason="").text
        assert "Gun" not in page
        assert "Vera" not in page
    protected = _without_numbers(ask(nils, number_of(database, "vera", app)).text)
    assert protected == _without_numbers(ask(nils, a_free_number()).text)
    assert "Ta emot en ny person" in protected


def _without_numbers(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def test_a_protected_or_dead_person_is_neither_found_nor_overwritten(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils = visit("nils")
    with database.writing() as session:
        session.execute(update(Person).where(Person.called == "Rolf").values(deceased_at=NOON))
    for sub in ("vera", "rolf"):
        number = number_of(database, sub, app)
        answer = ask(nils, number, **NEW)
        assert answer.status_code == 200
        assert "Inget är sparat" in answer.text
        with database.read() as session:
            person = session.get_one(Person, person_id(app, sub))
            assert person.name != "Berit Test"
            assert not saying(session, CareRelation.reason, "Sår på benet")
            assert session.scalar(select(func.count()).where(Person.called == "Berit")) == 0


def test_staff_take_in_somebody_new(app: Flask, database: Database, visit: Visitor) -> None:
    nils, number = visit("nils"), a_free_number()
    first = ask(nils, f"{number[2:8]}-{number[8:]}")
    assert "Ta emot en ny person" in first.text
    assert "Sår på benet" in first.text  # comes along
    for wrong, said in (
        ({"name": ""}, "Skriv namnet"),
        ({"municipality": ""}, "Välj kommun"),
        ({"municipality": "Umeå"}, ""),
        ({"phone": "ring mig"}, "bara siffror"),
        ({"phone": "020-22 00 60"}, "stängt"),
        ({"language": "xx"}, ""),
        ({"reason": " "}, "Skriv varför"),
    ):
        answer = ask(nils, number, **(NEW | wrong))
        assert answer.status_code == 200, wrong
        assert said in answer.text, wrong
    made = ask(nils, number, **NEW)
    page = nils.page(made.location)
    for said in ("Berit Test", "070-174 06 99", "Nils, distriktssköterska"):
        assert said in page, said
    assert "Berit Test" in nils.page("/personal/sok")
    assert visit("anna").get(made.location).status_code == 404


def test_two_who_take_in_the_same_person_at_once_make_one(app: Flask, database: Database) -> None:
    number = numbers.parse(a_free_number(), NOON.date())
    assert number
    new = intake.NewPerson("Berit Test", "Berit", "sv", "Jokkmokk", None)
    reader, start, done = _reader(app, database), Barrier(4), []

    def one() -> None:
        with app.app_context(), clock.frozen(NOON):
            start.wait()
            with database.write() as session, session.begin():
                try:
                    intake.take_in(session, reader, number, new, "Hemtjänst", None, NOON)
                    done.append("made")
                except intake.CannotTakeIn:
                    done.append("not")

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["made", "not", "not", "not"]
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Person.called == "Berit")) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "typed",
    ["", "x", "19121212", "191212121213", "٤٥٠١٠٢", "1" * 200, "19121212-1212\n", "\u202e191212121212"],
)
def test_what_is_no_number_is_told_at_the_field(visit: Visitor, typed: str) -> None:
    for path in ("/personal/ta-emot", "/personal/nodoppning"):
        answer = visit("nils").post(path, {"number": typed, "reason": WHY, "sure": "y"})
        if typed.strip() == "19121212-1212":
            continue
        assert answer.status_code == 200
        assert "tio eller tolv siffror" in answer.text


@ON_SQLITE
def test_nobody_else_looks_up_numbers(app: Flask, database: Database, visit: Visitor) -> None:
    number = number_of(database, "gun", app)
    for sub in ("karin", "lena", "aino", "lisa"):
        guest = visit(sub)
        for path in ("/personal/ta-emot", "/personal/nodoppning"):
            assert guest.get(path).status_code == 404, (sub, path)
            sent = {"number": number, "reason": WHY, "sure": "y"}
            assert guest.post(path, sent).status_code == 404, (sub, path)


@ON_SQLITE
def test_whoever_tries_very_many_numbers_is_stopped(visit: Visitor) -> None:
    nils = visit("nils")
    answers = [ask(nils, a_free_number()).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


# Emergency access


def open_up(guest: Guest, number: str, **more: Any) -> Any:
    return guest.post("/personal/nodoppning", {"number": number, "reason": WHY, "sure": "y", **more})


@pytest.fixture
def opened(app: Flask, database: Database, visit: Visitor) -> tuple[Guest, Guest]:
    """Tor in Jokkmokk has opened Aino in an emergency."""
    tor, aino = visit("tor"), visit("aino")
    answer = open_up(tor, number_of(database, "aino", app))
    assert answer.location == f"{aino.p}/viktigt"
    return tor, aino


def test_it_opens_what_helps_at_once_to_read_and_nothing_to_change(
    opened: tuple[Guest, Guest], database: Database
) -> None:
    tor, aino = opened
    words = tor.page(f"{aino.p}/viktigt")
    assert "Ludde" in words  # shared with the team
    assert "halt på trappan" not in words  # kept to herself
    assert "Nödöppning" in words
    assert "Nils" in tor.page(f"{aino.p}/kontakter")
    assert "Vi hörs i telefon" in tor.page(f"{aino.p}/plan")
    for page in ("viktigt", "plan", "kontakter"):
        actions = re.findall(r'<form[^>]*action="([^"]*)"', tor.page(f"{aino.p}/{page}"))
        assert not [action for action in actions if action.startswith((aino.p, "/personal/person"))], page
    for path in ("idag", "paminnelser", "mer", "viktigt/know", "logg", "delning"):
        assert tor.get(f"{aino.p}/{path}").status_code == 404, path
    for path in (f"/personal/person/{aino.id}", f"/personal/skicka/{aino.id}"):
        assert tor.get(path).status_code == 404, path
    assert tor.post(f"{aino.p}/viktigt/know", {"words": "x", "version": "0"}).status_code == 404
    assert "Aino" not in tor.page("/personal/sok")
    assert "Aino" in tor.page("/personal/nodoppning")


def test_a_day_of_many_numbers_shuts_nobody_out_of_an_emergency(
    app: Flask, database: Database, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.staff.looking_up.MOST_LOOKED_UP", "2 per 60 minutes")
    tor, number = visit("tor"), number_of(database, "aino", app)
    others = number_of(database, "gun", app)
    for _ in range(3):
        last = tor.post("/personal/ta-emot", {"number": others, "reason": WHY})
    assert last.status_code == 429
    assert open_up(tor, number).location == f"{visit.p('aino')}/viktigt"


def test_the_person_sees_who_when_and_why(opened: tuple[Guest, Guest], database: Database) -> None:
    _, aino = opened
    assert "i en nödsituation" in aino.page(f"{aino.p}/idag")
    page = aino.page(f"{aino.p}/delning/enheter")
    for said in (WHY, "Undersköterska, Hemtjänsten Jokkmokk", "Öppet till"):
        assert said in page, said
    log = aino.page(f"{aino.p}/logg")
    assert "Öppnade dina sidor i en nödsituation" in log
    assert WHY in log
    with database.read() as session:
        pages = session.scalars(
            select(AccessLog.page).where(AccessLog.person_id == aino.id).order_by(AccessLog.number.desc())
        ).all()
    assert pages[0] == "emergency"


def test_it_is_for_that_staff_member_alone_and_ends_by_itself(
    opened: tuple[Guest, Guest], visit: Visitor
) -> None:
    _, aino = opened
    assert visit("britta").get(f"{aino.p}/plan").status_code == 404
    with clock.frozen(NOON + timedelta(hours=24, seconds=-1)):
        assert visit("tor").get(f"{aino.p}/plan").status_code == 200
    with clock.frozen(NOON + timedelta(hours=24)):
        again = visit("tor")
        assert again.get(f"{aino.p}/plan").status_code == 404
        assert "Aino" not in again.page("/personal/nodoppning")
        assert "Stängt" in visit("aino").page(f"{aino.p}/delning/enheter")


def test_it_overrides_a_block_and_the_block_stands(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        centre = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
        assert blocks.block(session, aino.id, centre, NOON)
    number = number_of(database, "aino", app)
    blocked = ask(nils, number)
    assert "spärrat er enhet" in blocked.text
    assert "Aino" not in blocked.text
    assert open_up(nils, number).location == f"{aino.p}/viktigt"
    assert nils.get(f"{aino.p}/plan").status_code == 200
    assert nils.get(f"/personal/skicka/{aino.id}").status_code == 404
    assert "Aino" not in nils.page("/personal/")
    assert "Spärrad sedan" in aino.page(f"{aino.p}/delning/enheter")


def test_a_protected_a_dead_and_an_unknown_person_are_not_opened(
    app: Flask, database: Database, visit: Visitor
) -> None:
    tor = visit("tor")
    with database.writing() as session:
        session.execute(update(Person).where(Person.called == "Rolf").values(deceased_at=NOON))
    known = [number_of(database, sub, app) for sub in ("vera", "rolf")]
    answers = {_without_numbers(open_up(tor, number).text) for number in (*known, a_free_number())}
    assert len(answers) == 1
    assert "Det går inte att öppna någon" in answers.pop()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Emergency)) == 0
    assert tor.get(f"{visit.p('vera')}/plan").status_code == 404


def test_somebody_who_becomes_protected_meanwhile_is_closed(
    opened: tuple[Guest, Guest], database: Database
) -> None:
    tor, aino = opened
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == aino.id).values(protected=True))
    assert tor.get(f"{aino.p}/plan").status_code == 404
    assert "Aino" not in tor.page("/personal/nodoppning")


@ON_SQLITE
def test_a_reason_of_twenty_signs_and_a_confirmation_are_asked_for(
    app: Flask, database: Database, visit: Visitor
) -> None:
    tor, number = visit("tor"), number_of(database, "aino", app)
    for wrong, said in (
        ({"reason": ""}, "Skriv varför"),
        ({"reason": "   akut          !   "}, "minst 20 tecken"),
        ({"reason": "x" * 19}, "minst 20 tecken"),
        ({"reason": "x" * 501}, "högst 500 tecken"),
        ({"sure": ""}, "Bekräfta"),
    ):
        answer = open_up(tor, number, **wrong)
        assert answer.status_code == 200
        assert said in answer.text, wrong
    assert open_up(tor, number, reason="x" * 20).status_code == 302


@ON_SQLITE
def test_a_unit_that_cares_for_the_person_needs_no_emergency(
    app: Flask, database: Database, visit: Visitor
) -> None:
    assert open_up(visit("nils"), number_of(database, "aino", app)).location == (
        f"/personal/person/{visit('aino').id}"
    )
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Emergency)) == 0


def test_there_are_five_a_day_and_twice_is_once(app: Flask, database: Database, visit: Visitor) -> None:
    tor = visit("tor")
    subs = ("aino", "eino", "gun", "rolf", "jon", "lisa")
    numbers_of = [number_of(database, sub, app) for sub in subs]
    for number in (numbers_of[0], *numbers_of[:5]):
        assert open_up(tor, number).status_code == 302
    sixth = open_up(tor, numbers_of[5])
    assert sixth.status_code == 200
    assert "Prata med din chef" in sixth.text
    assert open_up(tor, numbers_of[0]).status_code == 302  # one that is open stays so
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Emergency)) == 5
        assert sum(emergency.counts(session, NOON.date() - timedelta(days=30)).values()) == 5
    with clock.frozen(NOON + timedelta(hours=24, seconds=1)):
        assert open_up(visit("tor"), numbers_of[5]).status_code == 302


def test_six_at_once_are_five(app: Flask, database: Database, visit: Visitor) -> None:
    people = [person_id(app, sub) for sub in ("aino", "eino", "gun", "rolf", "jon", "lisa")]
    reader = _reader(app, database)
    start, done = Barrier(len(people)), []

    def one(who: UUID) -> None:
        with app.app_context(), clock.frozen(NOON):
            start.wait()
            with database.write() as session, session.begin():
                try:
                    emergency.open_in_emergency(session, reader, session.get_one(Person, who), WHY, NOON)
                    done.append(who)
                except emergency.TooMany:
                    pass

    threads = [Thread(target=one, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == emergency.MOST_PER_DAY
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Emergency)) == emergency.MOST_PER_DAY


def _reader(app: Flask, database: Database) -> Any:
    from webapp.accounts import logins
    from webapp.accounts.domain import account_of

    with app.app_context(), database.writing() as session:
        account = account_of(session, "demo", "tor")
        assert account
        token = logins.open_login(session, account, NOON)
        session.flush()
        found = logins.reader_of(session, token, NOON)
    assert found
    return found[0]


def test_children_and_elders_stay_apart_in_an_emergency_too(
    app: Flask, database: Database, visit: Visitor
) -> None:
    tor, jon = visit("tor"), visit("jon")
    assert open_up(tor, number_of(database, "jon", app)).status_code == 302
    plan = tor.page(f"{jon.p}/plan")
    for words in ("Samtal varannan vecka", "Eget rum", "hela dagar i skolan"):
        assert words not in plan, words


@ON_SQLITE
def test_the_reason_is_sealed_in_the_database(opened: tuple[Guest, Guest], database: Database) -> None:
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT reason FROM emergency").scalar_one()
    assert "telefon" not in str(kept)
