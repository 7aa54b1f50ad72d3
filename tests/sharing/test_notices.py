"""The app's own word to a person: to that person alone, neutral, until pressed away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests.conftest import NOON
from tests.people import Visitor, person_id
from webapp.accounts.models import Person
from webapp.core.db import Database
from webapp.sharing import notices
from webapp.sharing.models import Notice
from webapp.sharing.notices import Kind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _tell(app: Flask, database: Database, sub: str, kind: Kind, about: str | None = None) -> None:
    with database.writing() as session:
        notices.tell(session, person_id(app, sub), kind, NOON, person_id(app, about) if about else None)


def test_a_notice_stands_until_it_is_pressed_away(app: Flask, database: Database, visit: Visitor) -> None:
    _tell(app, database, "marit", Kind.ACCESS_CHANGED)
    marit = visit("marit")
    for path in ("/mina", f"{marit.p}/idag", "/mina"):
        assert "Det har ändrats vad du får se" in marit.page(path), path
    with database.read() as session:
        told = session.scalars(select(Notice.id).where(Notice.seen_at.is_(None))).one()
    assert marit.post("/mina/last", {"nytt": told, "next": f"{marit.p}/idag"}).location == f"{marit.p}/idag"
    for path in ("/mina", f"{marit.p}/idag"):
        assert "Det har ändrats" not in marit.page(path), path


@ON_SQLITE
@pytest.mark.parametrize("kind", [kind for kind in Kind if notices.TEXTS[kind].way])
def test_what_asks_to_be_looked_at_leads_there(
    app: Flask, database: Database, visit: Visitor, kind: Kind
) -> None:
    _tell(app, database, "marit", kind)
    marit = visit("marit")
    leads_to = {
        "sharing.show": f"{marit.p}/delning",
        "sharing.mine": "/mina",
        "units.show": f"{marit.p}/delning/enheter",
        "meetings.show": f"{marit.p}/tider",
        "plans.show": f"{marit.p}/plan",
        "taking_part.show": f"{marit.p}/plan/vilka-ar-med",
    }[notices.TEXTS[kind].way]
    page = marit.page(f"{marit.p}/idag")
    news = page[page.index('aria-labelledby="nytt"') :]
    assert f'href="{leads_to}"' in news[: news.index("</section>")]


def test_nobody_else_reads_it_or_presses_it_away(app: Flask, database: Database, visit: Visitor) -> None:
    _tell(app, database, "aino", Kind.RELATIVE_LEFT, about="lisa")
    with database.read() as session:
        told = session.scalars(select(Notice.id).where(Notice.seen_at.is_(None))).one()
    for other in ("lisa", "nils"):
        assert "har gått ur" not in visit(other).page(f"{visit.p('aino')}/idag"), other
    assert "har gått ur" not in visit("lisa").page("/mina")
    assert visit("lisa").post("/mina/last", {"nytt": told}).status_code == 302
    assert visit("nils").post("/mina/last", {"nytt": told}).status_code == 404
    assert "Lisa har gått ur" in visit("aino").page(f"{visit.p('aino')}/idag")


@ON_SQLITE
def test_what_was_pressed_is_refused_where_it_is_no_notice(visit: Visitor) -> None:
    lisa = visit("lisa")
    for odd in ("-" * 36, "1", "x" * 4000, "\x00"):
        assert lisa.post("/mina/last", {"nytt": odd}).status_code == 400
    assert lisa.post("/mina/last", {"next": "//evil.example"}).location == "/"


@ON_SQLITE
def test_the_same_thing_again_is_one_notice_and_no_more_than_fifty_stand(
    app: Flask, database: Database
) -> None:
    aino = person_id(app, "aino")
    with database.writing() as session:
        session.execute(delete(Notice).where(Notice.person_id == aino))
        for minute in range(3):
            at = NOON + timedelta(minutes=minute)
            notices.tell(session, aino, Kind.ACCESS_CHANGED, at)
        (told,) = notices.told_to(session, aino)
        assert told.at == NOON + timedelta(minutes=2)
        others = []
        for number in range(60):
            other = Person(name=f"Nr {number}", called=f"Nr {number}", born_on=NOON.date())
            session.add(other)
            session.flush()
            others.append(other)
            notices.tell(session, aino, Kind.RELATIVE_LEFT, NOON + timedelta(hours=1 + number), other.id)
        told_now = notices.told_to(session, aino)
        assert len(told_now) == notices.MOST_OPEN
        assert str(told_now[0].text).startswith("Nr 59")
        assert session.scalar(select(func.count()).where(Notice.person_id == aino)) == 61


@ON_SQLITE
def test_a_name_that_is_protected_is_left_out(app: Flask, database: Database, visit: Visitor) -> None:
    _tell(app, database, "aino", Kind.RELATIVE_LEFT, about="vera")
    page = visit("aino").page(f"{visit.p('aino')}/idag")
    assert "Någon som du har släppt in har gått ur" in page
    assert "Vera" not in page


def test_every_kind_has_words_and_none_of_them_a_reason() -> None:
    assert set(notices.TEXTS) == set(Kind)
    for kind, said in notices.TEXTS.items():
        assert "%(name)s" not in said.text.message, kind
        assert said.named is None or "%(name)s" in said.named.message, kind
