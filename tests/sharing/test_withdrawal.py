"""Changing and ending consent: it holds from the very next request, whatever was open, and in any order."""

from __future__ import annotations

import time
from contextvars import copy_context
from datetime import timedelta
from threading import Event, Thread
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor, person_id
from tests.sharing.inviting import FIELDS, accept, confirm, invite
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.db import Database
from webapp.permissions import Area, Level, Ties
from webapp.plans.models import PlanRow
from webapp.reminders.models import Reminder
from webapp.sharing import changing, domain, terms, ties
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
READERS = 50


def consent_to(session: Session, person: UUID, relative: UUID) -> UUID:
    """The consent that holds between the two."""
    return session.scalars(
        select(Consent.id).where(
            Consent.person_id == person,
            Consent.relative_id == relative,
            Consent.kind == ConsentKind.RELATIVE,
            Consent.withdrawn_at.is_(None),
        )
    ).one()


@pytest.fixture
def consent(app: Flask, database: Database) -> UUID:
    """Aino's consent to Lisa."""
    with database.read() as session:
        return consent_to(session, person_id(app, "aino"), person_id(app, "lisa"))


def test_fifty_at_once_read_nothing_once_it_is_confirmed(app: Flask, visit: Visitor, consent: UUID) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    page, end = f"{aino.p}/plan", f"{aino.p}/delning/{consent}/sluta"
    cookie = lisa.client.get_cookie("__Host-naramig")
    reads: list[tuple[float, int]] = []
    stop = Event()

    def read() -> None:
        client = app.test_client()
        client.set_cookie(
            cookie.key, cookie.value, domain=cookie.domain, path=cookie.path, secure=True, httponly=True
        )
        finished = False
        while not finished:
            finished = stop.is_set()  # the last one begins after it was set
            began = time.monotonic()
            reads.append((began, client.get(page).status_code))

    threads = [Thread(target=copy_context().run, args=(read,)) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    while len(reads) < READERS:
        time.sleep(0.01)
    assert aino.post(end).status_code == 302
    confirmed = time.monotonic()
    stop.set()
    for thread in threads:
        thread.join()
    after = [status for began, status in reads if began > confirmed]
    assert len(after) >= READERS
    assert set(after) == {404}
    assert {status for _, status in reads} == {200, 404}


def test_a_page_that_stood_open_when_it_was_changed_ends_what_holds_now(
    app: Flask, database: Database, visit: Visitor, consent: UUID
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    end = f"{aino.p}/delning/{consent}/sluta"
    assert "Ja, sluta dela" in aino.page(end)
    change = {**FIELDS, "relation": "dotter", "plan": "1"}
    assert aino.post(f"{aino.p}/delning/{consent}/andra", change).status_code == 302
    assert "Ja, sluta dela" in aino.page(end)  # the same page, come back to
    assert lisa.get(f"{aino.p}/plan").status_code == 200
    assert aino.post(end).location == f"{aino.p}/delning"
    assert "Du har slutat dela. Det gäller direkt." in aino.page(f"{aino.p}/delning")
    assert lisa.get(f"{aino.p}/plan").status_code == 404


def test_pressed_twice_it_says_that_it_has_ended(app: Flask, visit: Visitor, consent: UUID) -> None:
    aino = visit("aino")
    end = f"{aino.p}/delning/{consent}/sluta"
    for _ in range(2):
        assert aino.post(end).location == f"{aino.p}/delning"
        assert "Du har slutat dela. Det gäller direkt." in aino.page(f"{aino.p}/delning")
    page = aino.page(end)
    assert "Du delar inte längre med Lisa" in page
    assert "Ja, sluta dela" not in page


def test_a_consent_that_was_somebody_elses_is_nobodys_to_end(
    app: Flask, visit: Visitor, consent: UUID
) -> None:
    """Neither while it holds nor after."""
    aino = visit("aino")
    for _ in range(2):
        for sub in ("eino", "lisa", "nils", "sara"):
            guest = visit(sub)
            for path in (
                f"{aino.p}/delning/{consent}/sluta",
                f"/p/{person_id(app, 'eino')}/delning/{consent}/sluta",
            ):
                assert guest.get(path).status_code == 404, (sub, path)
                assert guest.post(path).status_code == 404, (sub, path)
        assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302


def test_a_form_that_stood_open_changes_nothing(
    app: Flask, database: Database, visit: Visitor, consent: UUID
) -> None:
    """Lisa has the pages open, with good tokens, when Aino ends it."""
    aino, lisa = visit("aino"), visit("lisa")
    with database.read() as session:
        row = session.scalars(
            select(PlanRow.id).where(PlanRow.person_id == aino.id, PlanRow.status == "agreed")
        ).first()
        own = one_saying(session, Reminder.text, "Morgonens tabletter")
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"{aino.p}/plan/egen-rad", {"what": "Handlar"}),
        (f"{aino.p}/plan/rad/{row}/hur-det-gick", {"blev": "sa"}),
        (f"{aino.p}/paminnelser/ny", {"text": "Ring", "at": "18", "days": "0"}),
        (f"{aino.p}/paminnelser/{own.id}", {"text": "Ring", "at": "18", "days": "0"}),
        (f"{aino.p}/paminnelser/{own.id}/pausa", {}),
        (f"{aino.p}/paminnelser/{own.id}/avsluta", {}),
        (f"{aino.p}/paminnelser/{own.id}/2026-03-09/08:00/svar", {"svar": "klar"}),
    ]
    for path, _ in forms[:4]:
        assert lisa.get(path).status_code == 200, path
    token = lisa.token()
    with database.read() as session:
        before = _content(session, aino.id)
    assert aino.post(f"{aino.p}/delning/{consent}/sluta").status_code == 302
    for path, fields in forms:
        answer = lisa.client.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == 404, path
    with database.read() as session:
        assert _content(session, aino.id) == before


def _content(session: Session, person: UUID) -> list[Any]:
    rows = [session.scalars(select(table).where(table.person_id == person)) for table in (PlanRow, Reminder)]
    names = ("text", "what", "status", "times", "paused_at", "ended_at", "set_as")
    return sorted(str([getattr(one, name, None) for name in names]) for found in rows for one in found)


def test_a_change_holds_at_once_and_the_relative_is_told_no_more_than_that(
    app: Flask, visit: Visitor, consent: UUID
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    change = f"{aino.p}/delning/{consent}/andra"
    assert 'value="dotter"' in aino.page(change)
    fields = {**FIELDS, "plan": "0", "contacts": "1", "relation": "dotter"}
    assert aino.post(change, fields).location == f"{aino.p}/delning"
    assert lisa.get(f"{aino.p}/plan").status_code == 404
    assert lisa.get(f"{aino.p}/kontakter").status_code == 200
    assert "Det har ändrats vad du får se" in lisa.page("/mina")
    assert "Då ändrades det." in aino.page(f"{aino.p}/delning")
    assert aino.post(change, fields).status_code == 404  # that consent has ended; another holds


@ON_SQLITE
def test_nobody_changes_or_ends_what_is_not_theirs_to_end(
    app: Flask, database: Database, visit: Visitor, consent: UUID
) -> None:
    aino, eino, jon = visit("aino"), visit("eino"), visit("jon")
    with database.read() as session:
        custody = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GUARDIAN)).one()
        sip = session.scalars(
            select(Consent.id).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.SIP)
        ).one()
    refused = [
        (eino, f"{eino.p}/delning/{consent}"),
        (visit("lisa"), f"{aino.p}/delning/{consent}"),
        (jon, f"{jon.p}/delning/{custody}"),
        (aino, f"{aino.p}/delning/{uuid4()}"),
    ]
    for guest, path in refused:
        for way in ("andra", "sluta"):
            assert guest.get(f"{path}/{way}").status_code == 404, path
            assert guest.post(f"{path}/{way}", FIELDS).status_code == 404, path
    assert aino.get(f"{aino.p}/delning/{sip}/andra").status_code == 404
    assert "mellan region och kommun" in aino.page(f"{aino.p}/delning/{sip}/sluta")


def test_reminders_that_the_relative_set_stay_unless_the_person_says_otherwise(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, marit = visit("aino"), visit("marit")
    accept(marit, invite(aino, reminders="2"))
    confirm(aino)
    lisa = visit("lisa")
    for guest, text in ((marit, "Ring Marit"), (lisa, "Ring Lisa")):
        made = guest.post(f"{aino.p}/paminnelser/ny", {"text": text, "at": "18", "days": ["0", "1"]})
        assert made.status_code == 302, made.text
    for guest, answer, text, ended in (
        (marit, "avsluta", "Ring Marit", True),
        (lisa, "behall", "Ring Lisa", False),
    ):
        with database.read() as session:
            one = consent_to(session, aino.id, guest.id)
        end = f"{aino.p}/delning/{one}/sluta"
        page = aino.page(end)
        assert text in page
        assert page.count("Ring ") == 1  # the other's are not asked about
        assert aino.post(end, {"paminnelser": answer}).status_code == 302
        with database.read() as session:
            kept = one_saying(session, Reminder.text, text)
            assert (kept.ended_at is not None) is ended


def test_a_relative_steps_out(app: Flask, visit: Visitor) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    out = f"/mina/{aino.id}/ga-ur"
    assert visit("marit").get(out).status_code == 404
    assert visit("marit").post(out).status_code == 404
    assert "Aino" in lisa.page(out)
    assert lisa.post(out).location == "/mina"
    assert lisa.post(out).status_code == 404
    assert lisa.get(f"{aino.p}/plan").status_code == 404
    assert "Lisa har gått ur" in aino.page(f"{aino.p}/idag")
    assert "Avslutat av Lisa." in aino.page(f"{aino.p}/delning")


@ON_SQLITE
def test_a_guardian_does_not_step_out_by_a_press(app: Flask, visit: Visitor) -> None:
    sara = visit("sara")
    assert "Gå ur" not in sara.page("/mina")
    assert sara.post(f"/mina/{person_id(app, 'jon')}/ga-ur").status_code == 404


@ON_SQLITE
def test_it_holds_through_the_last_day_and_not_a_minute_longer(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    accept(visit("marit"), invite(aino, until="egen", until_on="2026-03-11"))
    confirm(aino)
    last_midnight = NOON.replace(day=11, hour=23, minute=0)  # 00.00 on the 12th on a Swedish wall
    for minutes, status in ((-1, 200), (1, 404)):
        with clock.frozen(last_midnight + timedelta(minutes=minutes)):
            assert visit("marit").get(f"{aino.p}/plan").status_code == status, minutes


LEVELS = st.fixed_dictionaries({area: st.sampled_from(terms.levels(area)) for area in terms.AREAS})
ACTS = st.one_of(
    st.tuples(st.just("let in"), LEVELS, st.integers(0, 40)),
    st.tuples(st.just("change"), LEVELS, st.integers(0, 40)),
    st.tuples(st.just("withdraw"), st.none(), st.none()),
    st.tuples(st.just("leave"), st.none(), st.none()),
    st.tuples(st.just("days go by"), st.none(), st.integers(1, 30)),
)


@ON_SQLITE
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example undoes what it did
@given(acts=st.lists(ACTS, max_size=12))
def test_in_any_order_a_relative_sees_what_was_granted_last_and_nothing_else(
    app: Flask, database: Database, acts: list[tuple[str, dict[Area, Level] | None, int | None]]
) -> None:
    aino, gun = person_id(app, "aino"), person_id(app, "gun")
    reader = Reader(uuid4(), uuid4(), "citizen", "Gun", "sv", person_id=gun)
    granted: dict[Area, Level] = {}
    until = now = NOON
    with database.write() as session:
        for act, levels, days in acts:
            now += timedelta(days=days) if act == "days go by" and days else timedelta(seconds=1)
            with clock.frozen(now):
                _do(session, act, levels, days, aino, gun)
                if act in ("withdraw", "leave"):
                    granted = {}
                holds = bool(granted) and clock.local(now).date() <= clock.local(until).date()
                if levels is not None and days is not None and (act == "let in" or holds):
                    granted, until = dict(levels), now + timedelta(days=days)
                holds = bool(granted) and clock.local(now).date() <= clock.local(until).date()
                seen = ties.find(session, reader, aino)
            for area in Area:
                found = cast(Ties, seen.ties).level(area) if seen else Level.NONE
                wanted = granted.get(area, Level.NONE) if holds else Level.NONE
                assert found == wanted, (act, area)
        session.rollback()


def _do(
    session: Session, act: str, levels: dict[Area, Level] | None, days: int | None, person: UUID, gun: UUID
) -> None:
    now = clock.now()
    one, relative = session.get_one(Person, person), session.get_one(Person, gun)
    held = session.scalars(
        select(Consent).where(
            Consent.person_id == person, Consent.relative_id == gun, ties.holds(clock.today())
        )
    ).first()
    if levels is not None and days is not None:
        until_on = clock.today() + timedelta(days=days)
        grant = domain.Grant(**{str(area): level for area, level in levels.items()}, until_on=until_on)
        if act == "let in":
            changing.replace_consent(session, one, relative, "granne", grant, now)
        elif held is not None:
            changing.change_consent(session, held, "granne", grant, now)
    elif act == "withdraw" and held is not None:
        assert domain.withdraw_consent(session, person, held.id, now)
    elif act == "leave":
        changing.leave(session, person, gun, now)
    session.flush()
    session.expire_all()
