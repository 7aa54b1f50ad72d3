"""Patientkontrakt: the lens on the plan, and the seven questions that nobody is asked to answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.core import clock
from webapp.core.db import Database
from webapp.patient_contract.models import SevenAnswers

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEVEN = "plan/patientkontrakt/sju-fragor"
OUR_WORD = "Vet du när nästa tid är?"


def answers_of(database: Database, whose: UUID) -> list[SevenAnswers]:
    with database.read() as session:
        wanted = select(SevenAnswers).where(SevenAnswers.person_id == whose).order_by(SevenAnswers.on)
        return list(session.scalars(wanted))


def say(guest: Guest, **said: str) -> int:
    return guest.post(f"{guest.p}/{SEVEN}", said).status_code


def test_the_four_parts_are_seen_on_the_same_plan(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    assert f'href="{aino.p}/plan/patientkontrakt"' in aino.page(f"{aino.p}/plan")
    page = aino.page(f"{aino.p}/plan/patientkontrakt")
    parts = ("Överenskommelse", "Fast vårdkontakt", "Överenskommen tid", "Sammanhållen plan")
    for part in (*parts, "Jag väger mig varje morgon", "Arjeplogs hälsocentral"):
        assert part in page, part
    assert "Träna balans" not in page  # proposed, not agreed


@ON_SQLITE
def test_it_shows_each_reader_what_the_plan_shows_them(app: Flask, visit: Visitor) -> None:
    assert "Jag väger mig" in visit("lisa").page(f"{visit.p('aino')}/plan/patientkontrakt")
    assert visit("marit").get(f"{visit.p('aino')}/plan/patientkontrakt").status_code == 404
    assert "Samtal varannan vecka" not in visit("eva").page(f"{visit.p('jon')}/plan/patientkontrakt")
    assert "Det finns ingen plan än" in visit("vera").page(f"{visit.p('vera')}/plan/patientkontrakt")


def test_the_answers_are_the_persons_until_they_share_them(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
    page = f"{aino.p}/plan/patientkontrakt"
    assert say(aino, trust="yes", next_time="no") == 302
    assert OUR_WORD not in nils.page(page)
    assert "Bara du kan läsa svaren." in aino.page(f"{aino.p}/{SEVEN}")
    (kept,) = answers_of(database, aino.id)
    with database.read() as session:
        raw = session.scalar(text("SELECT answers FROM seven_answers"))
        assert raw is not None
        assert raw.startswith("s1.")
    share = f"{aino.p}/{SEVEN}/{kept.id}/dela"
    assert nils.post(share, {"dela": "ja"}).status_code == 404
    assert aino.post(share, {"dela": "ja"}).status_code == 302
    assert OUR_WORD in nils.page(page)
    assert "Så tycker Aino" in nils.page(page)
    assert OUR_WORD not in lisa.page(page)
    assert aino.post(share, {"dela": "nej"}).status_code == 302
    assert OUR_WORD not in nils.page(page)
    other = visit("eino")
    assert other.post(f"{other.p}/{SEVEN}/{kept.id}/dela", {"dela": "ja"}).status_code == 404


def test_at_most_four_times_in_twelve_months_by_the_local_date(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    for weeks in range(4):
        with clock.frozen(NOON + timedelta(weeks=weeks)):
            assert say(visit("aino"), trust="yes") == 302
    night = NOON + timedelta(days=365, hours=-8)  # 00.00 local on the day a year later
    for at, status, kept in (
        (NOON + timedelta(weeks=3, hours=2), 302, 4),  # the same day: changed
        (NOON + timedelta(weeks=4), 200, 4),
        (night - timedelta(minutes=1), 200, 4),  # 23.59
        (night + timedelta(minutes=1), 302, 5),  # 00.01
    ):
        with clock.frozen(at):
            assert say(visit("aino"), trust="no") == status, at
            assert len(answers_of(database, aino.id)) == kept, at
    with clock.frozen(NOON + timedelta(weeks=5)):
        page = visit("aino").page(f"{aino.p}/{SEVEN}")
        assert "Du kan svara igen från" in page
        assert "<textarea" not in page


@ON_SQLITE
def test_an_empty_or_odd_answer_is_told_and_not_kept(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    assert "Svara på minst en fråga" in aino.post(f"{aino.p}/{SEVEN}", {}).text
    assert say(aino, trust="maybe") == 200
    assert answers_of(database, aino.id) == []


@ON_SQLITE
def test_nothing_asks_for_the_answers(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for page in ("idag", "plan", "tider", "mer"):
        assert "korta frågor" not in aino.page(f"{aino.p}/{page}")
    for sub in ("lisa", "nils"):
        assert "korta frågor" not in visit(sub).page(f"{aino.p}/plan/patientkontrakt")
        assert visit(sub).get(f"{aino.p}/{SEVEN}").status_code == 404
