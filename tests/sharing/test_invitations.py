"""Bjud in en anhörig: easier than lending a password, and never to the wrong one."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.sharing.inviting import FIELDS, accept, confirm, invite, only_button, open_link
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.permissions import Area, Level
from webapp.sharing import domain, invitations, terms
from webapp.sharing.models import Closed, Consent, ConsentKind, Invitation

HAS_CHANGED = "Något har hänt med inbjudan sedan du öppnade sidan."
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_from_the_link_to_being_let_in(app: Flask, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    link = invite(aino, called="Marit", relation="granne", reminders="2")
    page = open_link(marit, link)
    assert "Aino vill släppa in dig" in page
    assert "Plan, Kontakter" in page
    assert "tisdag 9 mars 2027" in page
    assert marit.post("/inbjudan", {"svar": "ja"}).location == "/mina"
    assert "Väntar på att Aino bekräftar" in marit.page("/mina")
    for nothing in ("plan", "kontakter", "idag", "mer"):
        assert marit.get(f"{aino.p}/{nothing}").status_code == 404, nothing
    assert "tackat ja till din inbjudan" in aino.page(f"{aino.p}/idag")
    assert "Är det Marit" in aino.page(f"{aino.p}/delning")
    confirm(aino)
    assert "Titta om det är rätt person" not in aino.page(f"{aino.p}/idag")  # she has
    assert "Marit, granne" in aino.page(f"{aino.p}/delning")
    assert "blivit insläppt" in marit.page("/mina")
    assert marit.get(f"{aino.p}/plan").status_code == 200
    assert marit.get(f"{aino.p}/viktigt").status_code == 404


def test_the_wrong_one_is_refused_and_has_seen_nothing(app: Flask, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    accept(marit, invite(aino))
    refuse = only_button(aino, "nej")
    assert marit.post(refuse).status_code == 404
    assert visit("eino").post(refuse.replace(str(aino.id), str(visit("eino").id))).status_code == 404
    assert aino.post(refuse).status_code == 302
    assert "Titta om det är rätt person" not in aino.page(f"{aino.p}/idag")
    assert aino.post(refuse.removesuffix("nej") + "ja").status_code == 302
    assert HAS_CHANGED in aino.page(f"{aino.p}/delning")
    assert marit.get(f"{aino.p}/plan").status_code == 404
    assert "Väntar på" not in marit.page("/mina")


@ON_SQLITE
def test_before_sign_in_the_page_is_the_same_for_every_link(app: Flask, visit: Visitor) -> None:
    link = invite(visit("aino"), called="Marit", relation="granne")
    pages = []
    for path in (link, f"/inbjudan/{'x' * 32}"):
        guest = visit.stranger()
        moved = guest.get(path)
        assert (moved.status_code, moved.location) == (302, "/inbjudan")
        assert moved.headers.getlist("Referrer-Policy") == ["no-referrer"]
        pages.append(re.sub(r'value="[^"]*"', "", guest.page("/inbjudan")))
    assert pages[0] == pages[1]
    for private in ("Aino", "Marit", "granne", link.rpartition("/")[2]):
        assert private not in pages[0], private
    assert "/logga-in?next=/inbjudan" in pages[0].replace("%2F", "/")


@ON_SQLITE
def test_the_link_survives_signing_in_and_stands_in_no_address(app: Flask, visit: Visitor) -> None:
    link = invite(visit("aino"))
    guest = Guest(app, "marit")
    guest.get(link)
    came = guest.post("/logga-in/demo", {"person": "marit", "next": "/inbjudan"})
    assert came.location == "/inbjudan"
    assert "Aino vill släppa in dig" in guest.page("/inbjudan")
    cookie = next(each for each in guest.get(link).headers.getlist("Set-Cookie") if "inbjudan" in each)
    for rule in ("__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert rule in cookie, rule


@ON_SQLITE
def test_who_signs_out_leaves_no_invitation_for_the_next_one_at_the_same_phone(
    app: Flask, visit: Visitor
) -> None:
    phone = visit("marit")
    open_link(phone, invite(visit("aino")))
    phone.post("/logga-ut")
    phone.post("/logga-in/demo", {"person": "gun"})
    assert "går inte att använda" in phone.page("/inbjudan")


@ON_SQLITE
def test_the_link_is_shown_once_and_kept_as_its_hash_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    link = invite(aino)
    token = link.rpartition("/")[2]
    assert len(token) >= 22  # 6 bits a sign: at least 128
    page = aino.page(f"{aino.p}/delning/inbjudan")
    assert "<svg viewBox=" in page
    assert " style=" not in page
    assert token not in aino.page(f"{aino.p}/delning")
    assert aino.get(f"{aino.p}/delning/inbjudan").location == f"{aino.p}/delning"
    with database.read() as session:
        kept = session.scalars(select(Invitation)).one()
        assert token not in repr(vars(kept))
        assert kept.token_hash == invitations.hashed(token)


def test_an_invitation_is_used_once_and_for_seven_days(app: Flask, visit: Visitor) -> None:
    aino, marit, gun = visit("aino"), visit("marit"), visit("gun")
    taken_back = invite(aino)
    take_back = only_button(aino, "ta-tillbaka")
    assert aino.post(take_back).status_code == 302
    used, old = invite(aino), invite(aino)
    accept(marit, used)
    assert "går inte att använda" in open_link(gun, used)
    assert gun.post("/inbjudan", {"svar": "ja"}).location == "/inbjudan"
    assert "går inte att använda" in open_link(gun, taken_back)
    for late, found in ((timedelta(), True), (terms.LINK_LASTS, False)):
        with clock.frozen(NOON + late - timedelta(seconds=1 if found else 0)):
            reader = visit("gun")
            assert ("Aino vill släppa in dig" in open_link(reader, old)) is found


@ON_SQLITE
def test_nobody_accepts_their_own_and_staff_accept_none(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    link = invite(aino)
    assert "din egen inbjudan" in open_link(aino, link)
    assert aino.post("/inbjudan", {"svar": "ja"}).location == "/inbjudan"
    assert aino.post("/inbjudan", {"svar": "nej"}).location == "/inbjudan"
    nils = visit("nils")
    page = open_link(nils, link)
    assert "inloggad som personal" in page
    assert "Aino" not in page
    assert nils.post("/inbjudan", {"svar": "ja"}).status_code == 404
    assert "Aino vill släppa in dig" in open_link(visit("marit"), link)


@ON_SQLITE
def test_to_decline_uses_it_up_and_tells_no_name(app: Flask, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    link = invite(aino)
    open_link(marit, link)
    assert marit.post("/inbjudan", {"svar": "kanske"}).status_code == 400
    assert marit.post("/inbjudan", {"svar": "nej"}).location == "/mina"
    assert "går inte att använda" in open_link(visit("gun"), link)
    page = aino.page(f"{aino.p}/idag")
    assert "Den du bjöd in har tackat nej" in page
    assert "Marit" not in page


@ON_SQLITE
def test_who_has_accepted_can_take_it_back_until_it_is_confirmed(app: Flask, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    accept(marit, invite(aino))
    (back,) = re.findall(r'action="(/mina/inbjudan/[^"]*)"', marit.page("/mina"))
    assert visit("gun").post(back).status_code == 404
    assert marit.post(back).location == "/mina"
    assert "Är det Marit" not in aino.page(f"{aino.p}/delning")


@ON_SQLITE
def test_with_protected_identity_nothing_is_given_or_taken_by_link(app: Flask, visit: Visitor) -> None:
    vera, aino = visit("vera"), visit("aino")
    refused = vera.post(f"{vera.p}/delning/bjud-in", FIELDS)
    assert "Prata med din vårdkontakt" in refused.text
    page = open_link(vera, invite(aino))
    assert "går inte att använda" in page
    assert vera.post("/inbjudan", {"svar": "ja"}).location == "/inbjudan"


@ON_SQLITE
def test_no_more_than_ten_invitations_are_out(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for _ in range(terms.MOST_OPEN):
        invite(aino)
    refused = aino.post(f"{aino.p}/delning/bjud-in", {**FIELDS, "called": "Bo"})
    assert "redan många inbjudningar" in refused.text
    assert 'value="Bo"' in refused.text
    aino.post(re.findall(r'action="([^"]*/ta-tillbaka)"', aino.page(f"{aino.p}/delning"))[0])
    invite(aino)


@ON_SQLITE
def test_no_more_than_twenty_relatives_are_let_in(app: Flask, database: Database, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    accept(marit, invite(aino))
    with database.writing() as session:
        person = session.get_one(Person, aino.id)
        for number in range(terms.MOST_RELATIVES - 1):  # Lisa is there
            relative = Person(name=f"Nr {number}", called=f"Nr {number}", born_on=NOON.date())
            session.add(relative)
            session.flush()
            domain.let_in(session, person, relative, "", domain.Grant(plan=Level.SEE), NOON)
    refused = aino.post(only_button(aino, "ja"))
    assert refused.location == f"{aino.p}/delning"
    assert "redan många anhöriga" in aino.page(refused.location)
    assert marit.get(f"{aino.p}/plan").status_code == 404
    assert "redan många" in aino.post(f"{aino.p}/delning/bjud-in", FIELDS).text


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"plan": "0", "contacts": "0"}, "Välj minst en sak"),
        ({"plan": "9"}, "Välj ett av alternativen"),
        ({"contacts": "2"}, "Välj ett av alternativen"),  # nothing to help with there
        ({"plan": "två"}, "Välj ett av alternativen"),
        ({"until": "36"}, "Välj ett av alternativen"),
        ({"until": "egen", "until_on": ""}, "högst två år framåt"),
        ({"until": "egen", "until_on": "2026-03-08"}, "högst två år framåt"),
        ({"until": "egen", "until_on": "2028-03-10"}, "högst två år framåt"),
        ({"until": "egen", "until_on": "2026-02-30"}, "Skriv en dag som finns"),
        ({"called": "x" * 61}, "högst 60 tecken"),
        ({"called": "Li\u202esa"}, "tecken som inte syns"),
        ({"relation": "dot\nter"}, "Skriv allt på en rad"),
    ],
)
def test_what_cannot_be_chosen_is_said_at_the_field(
    visit: Visitor, database: Database, fields: dict[str, str], said: str
) -> None:
    aino = visit("aino")
    answer = aino.post(f"{aino.p}/delning/bjud-in", {**FIELDS, "relation": "granne", **fields})
    assert answer.status_code == 200
    assert said in answer.text
    if "relation" not in fields:
        assert 'value="granne"' in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0


@ON_SQLITE
@pytest.mark.parametrize("day", ["2026-03-09", "2028-03-09"])
def test_the_first_and_the_last_day_that_can_be_chosen(visit: Visitor, day: str) -> None:
    invite(visit("aino"), until="egen", until_on=day)


def test_of_twenty_who_accept_at_the_same_moment_one_does(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    token = invite(aino).rpartition("/")[2]
    with database.writing() as session:
        readers = [Person(name=f"Nr {n}", called=f"Nr {n}", born_on=NOON.date()) for n in range(20)]
        session.add_all(readers)
        session.flush()
        ids = [reader.id for reader in readers]
    together, accepted, faults = Barrier(20), [], []

    def press(reader_id: object) -> None:
        try:
            together.wait()
            with database.writing() as session:
                if invitations.accept(session, token, reader_id, NOON):  # type: ignore[arg-type]
                    accepted.append(reader_id)
        except Exception as fault:
            faults.append(fault)

    threads = [Thread(target=press, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(accepted) == 1
    confirm(aino)
    with database.read() as session:
        mine = select(Consent).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.RELATIVE)
        assert {consent.relative_id for consent in session.scalars(mine)} == {
            person_id(app, "lisa"),
            accepted[0],
        }


def test_the_same_one_accepting_twenty_times_is_one_relation(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, marit = visit("aino"), person_id(app, "marit")
    token = invite(aino).rpartition("/")[2]
    together, done = Barrier(20), []

    def press() -> None:
        together.wait()
        with database.writing() as session:
            done.append(invitations.accept(session, token, marit, NOON))

    threads = [Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 20
    assert sum(each is not None for each in done) == 1


def test_confirming_twice_is_once_and_a_new_invitation_replaces_the_old_consent(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """Lisa could see and help with more: what the person said last is what holds."""
    aino, lisa = visit("aino"), visit("lisa")
    assert lisa.get(f"{aino.p}/paminnelser").status_code == 200
    accept(lisa, invite(aino, relation="dotter"))
    yes = only_button(aino, "ja")
    assert lisa.get(f"{aino.p}/paminnelser").status_code == 200
    for _ in range(2):
        assert aino.post(yes).status_code == 302
    assert lisa.get(f"{aino.p}/paminnelser").status_code == 404
    assert lisa.get(f"{aino.p}/plan").status_code == 200
    with database.read() as session:
        held = session.scalars(
            select(Consent).where(
                Consent.person_id == aino.id, Consent.relative_id == lisa.id, Consent.withdrawn_at.is_(None)
            )
        ).all()
        assert len(held) == 1
        assert session.scalars(select(Invitation.closed_as)).all() == [Closed.CONFIRMED]


@ON_SQLITE
def test_an_acceptance_waits_a_month_and_not_past_what_it_would_give(app: Flask, visit: Visitor) -> None:
    aino, marit = visit("aino"), visit("marit")
    accept(marit, invite(aino))
    yes = only_button(aino, "ja")
    with clock.frozen(NOON + terms.WAITS):
        late = visit("aino")
        assert late.post(yes).status_code == 302
        assert HAS_CHANGED in late.page(f"{late.p}/delning")
        assert visit("marit").get(f"{aino.p}/plan").status_code == 404
    day = (NOON + timedelta(days=3)).date().isoformat()
    accept(visit("gun"), invite(aino, until="egen", until_on=day))
    with clock.frozen(NOON + timedelta(days=4)):
        later = visit("aino")
        assert "Är det Gun" not in later.page(f"{later.p}/delning")


@ON_SQLITE
def test_what_is_not_ones_own_and_what_never_was_answer_alike(app: Flask, visit: Visitor) -> None:
    aino, eino = visit("aino"), visit("eino")
    invite(aino)
    mine = only_button(aino, "ta-tillbaka")
    others = [mine.replace(str(aino.id), str(eino.id)), f"{eino.p}/delning/inbjudan/{uuid4()}/ta-tillbaka"]
    bodies = {re.sub(r'value="[^"]*"', "", eino.post(path).text.replace(path, "")) for path in others}
    assert len(bodies) == 1
    assert aino.post(mine).status_code == 302


def test_what_helping_means_is_read_from_the_table() -> None:
    assert {Area.WHAT_MATTERS, Area.PLAN, Area.REMINDERS} == terms.HELPABLE
    assert terms.levels(Area.CONTACTS) == (Level.NONE, Level.SEE)


def _number(database: Database, sub: str, app: Flask) -> str:
    with database.read() as session:
        return session.get_one(Person, person_id(app, sub)).number or ""


def test_named_by_number_only_that_one_can_accept_and_needs_no_confirming(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, marit = visit("aino"), visit("marit")
    number = _number(database, "marit", app)
    link = invite(aino, number=f"{number[:8]}-{number[8:]}")
    assert "Bara den som har personnumret" in aino.page(f"{aino.p}/delning")
    gun = visit("gun")
    assert "går inte att använda" in open_link(gun, link)
    assert gun.post("/inbjudan", {"svar": "ja"}).location == "/inbjudan"
    assert gun.post("/inbjudan", {"svar": "nej"}).location == "/inbjudan"
    accept(marit, link)
    assert marit.get(f"{aino.p}/plan").status_code == 200
    assert "Marit har tackat ja till din inbjudan." in aino.page(f"{aino.p}/idag")
    with database.read() as session:
        closed = session.scalars(select(Invitation)).one()
        assert (closed.closed_as, closed.number) == (Closed.CONFIRMED, None)


@ON_SQLITE
def test_a_number_that_is_none_or_ones_own_is_said_at_the_field(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    for number, said in (
        ("19400132-9801", "Skriv ett personnummer"),
        ("Marit", "Skriv ett personnummer"),
        (_number(database, "aino", app), "Det är ditt eget nummer"),
    ):
        answer = aino.post(f"{aino.p}/delning/bjud-in", {**FIELDS, "number": number})
        assert answer.status_code == 200
        assert said in answer.text, number
        assert f'value="{number}"' in answer.text
