"""Paper codes: given in the room, used once, reaching no further than the table says, and taken back at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from tests.accounts.authenticator import Phone
from tests.accounts.test_passkeys import come_back, make
from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts import codes
from webapp.accounts.logins import AT_MOST
from webapp.accounts.models import Account, Login, PaperCode, Passkey, Person
from webapp.accounts.paper import LASTS
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.permissions import TABLE, Permission, Ties
from webapp.sharing import notices

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECOND = timedelta(seconds=1)
DOOR = "/logga-in/papperskod"
CODE = re.compile(r'translate="no">((?:<span>\w{3}</span> ?){6})')
WRONG = "Koden stämmer inte, eller gäller inte längre."

# What a paper code opens of the person's own, and nothing else.
BY_PAPER = {
    Permission.TIMES_SEE,
    Permission.TODAY_SEE,
    Permission.REMINDER_ANSWER,
    Permission.WHAT_MATTERS_SEE,
    Permission.WORSE_SEE,
    Permission.CONTACTS_SEE,
    Permission.REMINDERS_SEE,
    Permission.PHONE_SET,
    Permission.MORE_SEE,
    Permission.DEVICES_SET,
    Permission.PASSKEY_SET,
    Permission.PHONE_LOST,
}


# The code itself


def test_a_code_has_at_least_eighty_bits_and_no_signs_that_look_alike() -> None:
    assert len(codes.SIGNS) ** (codes.GROUPS * codes.IN_GROUP) > 2**80
    assert len(set(codes.SIGNS)) == len(codes.SIGNS)
    assert not set(codes.SIGNS) & set("01OILU")
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(rf"([{codes.SIGNS}]{{3}}-){{5}}[{codes.SIGNS}]{{3}}", code) for code in made)


@given(st.data())
def test_however_it_is_typed_it_is_the_same_code(data: st.DataObject) -> None:
    code = codes.new_code()
    typed = "".join(
        data.draw(st.sampled_from([sign, sign.lower()])) + data.draw(st.sampled_from(["", " ", "-", "–"]))
        for sign in code.replace("-", "")
    )
    assert codes.as_kept(typed) == codes.as_kept(code)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_no_code_by_chance(typed: str) -> None:
    assert len(codes.as_kept(typed)) == 32


# Giving one


def issue(staff: Guest, p: str, how: str = "id_card") -> str:
    answer = staff.post(f"/personal/kod/{p[3:]}", {"how": how})
    assert answer.status_code == 200
    found = CODE.search(answer.text)
    assert found, answer.text
    return "-".join(re.findall(r"\w{3}(?=</span>)", found[1]))


def kept(database: Database) -> Sequence[PaperCode]:
    with database.read() as session:
        return session.scalars(select(PaperCode).order_by(PaperCode.made_at)).all()


def enrol(app: Flask, code: str, sub: str = "aino") -> Guest:
    guest = Guest(app, sub)
    answer = guest.post(DOOR, {"code": code})
    assert answer.location == f"{guest.p}/passnyckel", answer.text
    return guest


@pytest.fixture
def code(app: Flask, visit: Visitor) -> str:
    return issue(visit("nils"), visit.p("aino"))


def test_staff_give_a_code_that_is_shown_once_and_kept_nowhere(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils, aino = visit("nils"), visit.p("aino")
    code = issue(nils, aino)
    (row,) = kept(database)
    assert (row.how, row.made_as) == ("id_card", "distriktssköterska, Arjeplogs hälsocentral")
    assert row.ends_at == NOON + LASTS
    with database.read() as session:
        stored = str(session.execute(text("SELECT * FROM paper_code")).one())
        logged = session.scalars(select(AccessLog.page).where(AccessLog.person_id == row.person_id)).all()
    assert code not in stored
    assert code.replace("-", "") not in stored
    assert "paper" in logged
    page = nils.page(f"/personal/kod/{aino[3:]}")
    assert not CODE.search(page)
    assert "En kod som inte är använd" in page
    assert "Du har fått en papperskod" in visit("aino").page(f"{aino}/idag")


@ON_SQLITE
def test_staff_say_how_they_know_who_it_is(app: Flask, database: Database, visit: Visitor) -> None:
    nils, path = visit("nils"), f"/personal/kod/{visit.p('aino')[3:]}"
    for data in ({}, {"how": ""}, {"how": "guessed"}):
        assert "Välj hur du vet vem det är" in nils.post(path, data).text or data
        assert kept(database) == []


@ON_SQLITE
def test_only_staff_who_care_for_the_person_give_one(app: Flask, database: Database, visit: Visitor) -> None:
    path = f"/personal/kod/{visit.p('aino')[3:]}"
    for sub in ("aino", "lisa", "britta", "mats", "lena", "karin"):
        guest = visit(sub)
        assert guest.get(path).status_code == 404, sub
        assert guest.post(path, {"how": "known"}).status_code == 404, sub
        assert guest.post(f"{path}/ta-tillbaka").status_code == 404, sub
    assert kept(database) == []


@ON_SQLITE
def test_who_is_too_young_for_a_sign_in_gets_no_code(app: Flask, database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        session.execute(update(Person).where(Person.called == "Jon").values(born_on=NOON.date()))
    answer = visit("mats").post(f"/personal/kod/{visit.p('jon')[3:]}", {"how": "known"})
    assert "för ung" in answer.text
    assert kept(database) == []


# Coming in with one


def test_a_code_opens_once_and_is_seen_to_have_done_so(
    app: Flask, database: Database, visit: Visitor, code: str
) -> None:
    aino = enrol(app, code)
    page = aino.page(f"{aino.p}/idag")
    assert "Inloggad med papperskod" in page
    assert "Inloggad med papperskod" not in visit("aino").page(f"{aino.p}/idag")
    again = Guest(app, "aino").post(DOOR, {"code": code})
    assert WRONG in again.text
    with database.read() as session:
        (login,) = session.scalars(select(Login).where(Login.limited)).all()
        assert session.get_one(Account, login.account_id).issuer == "paper"
    assert kept(database)[0].used_at == NOON


@ON_SQLITE
def test_wrong_used_ended_and_old_are_answered_alike(app: Flask, visit: Visitor) -> None:
    nils, aino = visit("nils"), visit.p("aino")
    used, ended = issue(nils, aino), ""
    enrol(app, used)
    ended = issue(nils, aino)
    newest = issue(nils, aino)
    guest = Guest(app, "aino")

    def said(code: str) -> str:
        page = guest.post(DOOR, {"code": code}).text
        return re.sub(r'value="[^"]*"', "", page)

    answers = {said(typed) for typed in (used, ended, codes.new_code(), "AAA", newest[:-1])}
    with clock.frozen(NOON + LASTS):
        answers.add(said(newest))
    assert len(answers) == 1
    assert WRONG in answers.pop()


@ON_SQLITE
def test_a_code_lasts_fourteen_days_and_not_a_second_more(app: Flask, visit: Visitor, code: str) -> None:
    with clock.frozen(NOON + LASTS):
        assert WRONG in Guest(app, "aino").post(DOOR, {"code": code}).text
    with clock.frozen(NOON + LASTS - SECOND):
        enrol(app, code.lower().replace("-", " "))


def test_twenty_at_once_with_one_code_open_one_sign_in(app: Flask, database: Database, code: str) -> None:
    start, opened = Barrier(8), []

    def press() -> None:
        guest = Guest(app, "aino")
        data = {"csrf_token": guest.token(), "code": code}
        start.wait()
        with clock.frozen(NOON):
            opened.append(guest.client.post(DOOR, data=data).status_code)

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [200] * 7 + [302]
    with database.read() as session:
        assert len(session.scalars(select(Login).where(Login.limited)).all()) == 1


@ON_SQLITE
def test_guessing_is_stopped(app: Flask, visit: Visitor, code: str) -> None:
    guest = Guest(app, "aino")
    tried = [guest.post(DOOR, {"code": codes.new_code()}).status_code for _ in range(12)]
    assert tried == [200] * 10 + [429] * 2
    assert guest.post(DOOR, {"code": code}).status_code == 429
    with clock.frozen(NOON + timedelta(minutes=11)):
        enrol(app, code)


@ON_SQLITE
@pytest.mark.parametrize("typed", ["", "   ", "x" * 81, "a\0b", "a\u202eb", "é" * 18, "\U0001d7d8" * 18])
def test_odd_codes_are_refused_in_the_form(app: Flask, typed: str) -> None:
    answer = Guest(app, "aino").post(DOOR, {"code": typed})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


# How far it reaches


def test_the_one_table_says_what_paper_opens() -> None:
    by_paper = {
        permission for permission in Permission if TABLE[permission].allows(Ties(is_self=True, limited=True))
    }
    assert by_paper == BY_PAPER
    for permission in by_paper:
        assert TABLE[permission].allows(Ties(is_self=True)), "never more than one's own e-ID"


def test_what_is_not_for_paper_is_not_there(app: Flask, visit: Visitor, code: str) -> None:
    aino = enrol(app, code)
    for page in ("idag", "viktigt", "kontakter", "paminnelser", "mer", "enheter", "passnyckel"):
        assert aino.get(f"{aino.p}/{page}").status_code == 200, page
    for page in (
        "plan",
        "delning",
        "logg",
        "installningar",
        "viktigt/now",
        "viktigt/now/vem",
        "paminnelser/ny",
    ):
        assert aino.get(f"{aino.p}/{page}").status_code == 404, page
    assert aino.get("/mina").status_code == 404


@ON_SQLITE
def test_every_link_that_is_shown_leads_somewhere(
    app: Flask, database: Database, visit: Visitor, code: str
) -> None:
    aino = enrol(app, code)
    for kind in notices.Kind:
        with database.writing() as session:
            notices.tell(session, aino.id, kind, NOON)
    seen, waiting = set(), [f"{aino.p}/idag"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        page = aino.page(path)
        posts = set(re.findall(r'action="(/p/[^"]*)"', page))
        assert not [post for post in posts if "/paminnelser/" in post and post.endswith(("pausa", "starta"))]
        links = {link.split("#")[0].split("?")[0] for link in re.findall(r'href="(/[^"]*)"', page)}
        waiting += [link for link in links - seen - set(waiting) if "/static/" not in link]
    assert {f"{aino.p}/enheter", f"{aino.p}/passnyckel", f"{aino.p}/tappad-telefon"} <= seen


@ON_SQLITE
def test_a_paper_code_opens_nobody_else(app: Flask, visit: Visitor) -> None:
    """Lisa, who helps Aino, comes in by paper: what she may see of Aino needs her e-ID."""
    from webapp.sharing.care import begin_care

    with app.extensions["naramig.database"].writing() as session:
        from webapp.directory.models import Unit

        lisa = session.get_one(Person, visit("lisa").id)
        unit = session.scalars(select(Unit).where(Unit.name == "Arjeplogs hälsocentral")).one()
        begin_care(session, lisa, unit, "Listad", NOON)
    guest = enrol(app, issue(visit("nils"), visit.p("lisa")), "lisa")
    assert guest.get(f"{guest.p}/idag").status_code == 200
    assert guest.get(f"{visit.p('aino')}/idag").status_code == 404


def test_the_key_made_with_it_brings_back_no_further_than_the_code(
    app: Flask, database: Database, visit: Visitor, code: str
) -> None:
    aino, phone = enrol(app, code), Phone()
    assert make(aino, phone) == 201
    with clock.frozen(NOON + AT_MOST + SECOND):
        assert aino.get(f"{aino.p}/idag").status_code == 302
        back = Guest(app, "aino")
        assert come_back(back, phone).status_code == 200
        assert "Inloggad med papperskod" in back.page(f"{aino.p}/idag")
        assert back.get(f"{aino.p}/delning").status_code == 404
        page = visit("nils").page(f"/personal/kod/{aino.p[3:]}")
        assert "Inloggad med papperskod" in page


# Taking it back


@pytest.mark.parametrize("who", ["nils", "aino"])
def test_it_is_taken_back_with_one_press_and_at_once(
    app: Flask, database: Database, visit: Visitor, code: str, who: str
) -> None:
    by_paper, phone = enrol(app, code), Phone()
    make(by_paper, phone)
    waiting = issue(visit("nils"), visit.p("aino"))
    by_e_id = visit("aino")
    presser = visit(who)
    if who == "nils":
        assert presser.post(f"/personal/kod/{by_paper.p[3:]}/ta-tillbaka").status_code == 302
    else:
        assert "Ta bort papperskoden" in presser.page(f"{by_paper.p}/passnyckel")
        assert presser.post(f"{by_paper.p}/papperskod/ta-tillbaka").status_code == 302
    assert by_paper.get(f"{by_paper.p}/idag").status_code == 302
    assert come_back(Guest(app, "aino"), phone).status_code == 400
    assert WRONG in Guest(app, "aino").post(DOOR, {"code": waiting}).text
    assert by_e_id.get(f"{by_paper.p}/idag").status_code == 200
    with database.read() as session:
        assert all(session.scalars(select(Passkey.ended_at)))


@ON_SQLITE
def test_a_new_code_ends_the_one_that_waits(app: Flask, visit: Visitor, code: str) -> None:
    newer = issue(visit("nils"), visit.p("aino"))
    assert WRONG in Guest(app, "aino").post(DOOR, {"code": code}).text
    enrol(app, newer)


@ON_SQLITE
def test_a_lost_phone_ends_the_code_too(app: Flask, visit: Visitor, code: str) -> None:
    visit("lisa").post(f"{visit.p('aino')}/tappad-telefon")
    with clock.frozen(NOON + SECOND):
        assert WRONG in Guest(app, "aino").post(DOOR, {"code": code}).text
