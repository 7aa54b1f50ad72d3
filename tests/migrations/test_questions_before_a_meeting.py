"""A question that stood on an agreed time becomes a row of its own, and on the way back they stand together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from tests.conftest import NOON
from webapp.core.db import Database
from webapp.core.sealing import opened
from webapp.meetings.models import AgreedTime, MeetingQuestion
from webapp.migrations import steps

STEP: Any = import_module(
    "webapp.migrations.versions."
    + next(
        path.stem for path in (Path(steps.__file__).parent / "versions").glob("*_meetings_and_calendars.py")
    )
)


def test_no_question_is_lost_on_the_way(app: Flask, database: Database, database_url: str) -> None:
    keys = app.config["SETTINGS"].keys
    with database.writing() as session:
        agreed = session.scalars(select(AgreedTime)).first()
        assert agreed
        whose = {"person_id": agreed.person_id, "time_id": agreed.id, "written_at": NOON}
        session.add_all(
            [MeetingQuestion(**whose, words="Får jag bada?"), MeetingQuestion(**whose, words="Och ö?")]
        )
        time_id = agreed.id
    database.engine.dispose()
    steps.downgrade(database_url, STEP.down_revision, keys)
    with database.engine.connect() as connection:
        kept = connection.execute(text("SELECT question FROM agreed_time WHERE question <> ''")).scalar_one()
        words = opened(keys, "agreed_time.question", time_id.hex, kept)
        assert set(words.split("\n\n")) == {"Får jag bada?", "Och ö?"}
    database.engine.dispose()
    steps.upgrade(database_url, keys=keys)
    with database.read() as session:
        question = session.scalars(select(MeetingQuestion)).one()
        assert (question.words, question.time_id, question.written_as) == (words, time_id, "")
        assert session.get_one(AgreedTime, time_id).sequence == 0
