"""The next agreed time: which it is, and the question to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core.db import Database
from webapp.demo.load import sight_of
from webapp.meetings import domain, reading
from webapp.meetings.models import AgreedTime

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_question_for_the_meeting_is_kept_and_read_by_those_who_come(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.read() as session:
        meeting = session.scalars(select(AgreedTime.id).where(AgreedTime.person_id == aino.id)).one()
    path = f"{aino.p}/tider/{meeting}/fraga"
    assert aino.post(path, {"question": "Får jag bada bastu?"}).status_code == 302
    assert "Får jag bada bastu?" in aino.page(path)
    assert "Får jag bada bastu?" in visit("nils").page(f"{aino.p}/plan")
    assert "Får jag bada bastu?" not in visit("lisa").page(f"{aino.p}/plan")
    assert "Får jag bada bastu?" not in visit("lisa").page(path)  # she may ask herself, and reads her own
    assert "Får jag bada bastu?" in visit("nils").page(path)


@ON_SQLITE
def test_the_next_time_is_the_first_that_is_not_past(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        for days in (-1, 1, 2):
            domain.agree_on_time(session, aino.id, NOON + timedelta(days=days), f"Plats {days}", "Nils")
    with app.app_context(), database.write() as session:
        own = sight_of(session, "aino", aino.id, NOON)
        found = reading.next_time(session, own, NOON)
        assert found is not None
        assert found.place == "Plats 1"
        about = reading.next_time(session, own, NOON, meeting=True)
        assert about is not None
        assert about.place == "Arjeplogs hälsocentral"
