"""The calendar file: what it says, and above all what it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from icalendar import Calendar

from webapp.core.i18n import force_language
from webapp.meetings import calendar
from webapp.meetings.models import AgreedTime
from webapp.reminders.schedule import instant

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_time(starts_at: datetime, **more: object) -> AgreedTime:
    facts = {"minutes": 60, "sequence": 0, "changed_at": MADE, "cancelled_at": None, **more}
    return AgreedTime(
        id=uuid4(),
        place="Storgatan 1",
        with_whom="Nils på hjärtmottagningen",
        called_by="Anna, hemtjänsten",
        link="https://video.example.se/rum",
        starts_at=starts_at,
        **facts,
    )


def read(made: bytes) -> list[object]:
    return list(Calendar.from_ical(made).walk("VEVENT"))


@ON_SQLITE
def test_an_entry_has_no_name_no_unit_and_no_place(app: Flask) -> None:
    with app.test_request_context(), force_language("sv"):
        made = calendar.written([a_time(MADE)], MADE).decode()
    for word in ("Nils", "Anna", "hjärt", "hemtjänst", "Storgatan", "video", "LOCATION", "DESCRIPTION"):
        assert word not in made
    assert "SUMMARY:Tid i Nära mig\r\n" in made
    assert "CLASS:PRIVATE" in made


@ON_SQLITE
def test_the_place_goes_along_only_where_it_is_chosen_and_cannot_add_lines(app: Flask) -> None:
    agreed = a_time(MADE)
    agreed.place = "Storgatan 1\nATTENDEE:mailto:x@example.se; hus, B"
    with app.test_request_context():
        made = calendar.written([agreed], MADE, with_place=True)
    (entry,) = read(made)
    assert entry["LOCATION"] == agreed.place  # type: ignore[index]
    assert b"\nATTENDEE" not in made


@ON_SQLITE
@pytest.mark.parametrize(
    ("day", "utc"),
    [(date(2026, 3, 28), 8), (date(2026, 3, 29), 7), (date(2026, 10, 24), 7), (date(2026, 10, 25), 8)],
)
def test_nine_o_clock_is_nine_on_both_sides_of_summer_time(app: Flask, day: date, utc: int) -> None:
    with app.test_request_context():
        (entry,) = read(calendar.written([a_time(instant(day, time(9)))], MADE))
    assert entry["DTSTART"].dt == datetime(day.year, day.month, day.day, utc, tzinfo=UTC)  # type: ignore[index]
    assert entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(hours=1)  # type: ignore[index]


@ON_SQLITE
def test_a_cancelled_time_keeps_its_uid_and_says_so(app: Flask) -> None:
    agreed = a_time(MADE)
    with app.test_request_context():
        (before,) = read(calendar.written([agreed], MADE))
        agreed.sequence, agreed.cancelled_at, agreed.changed_at = 1, MADE, MADE + timedelta(hours=1)
        (after,) = read(calendar.written([agreed], MADE))
    assert before["UID"] == after["UID"]  # type: ignore[index]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)  # type: ignore[index]
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")  # type: ignore[index]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt  # type: ignore[index]


@ON_SQLITE
def test_a_calendar_without_times_is_a_calendar(app: Flask) -> None:
    with app.test_request_context():
        made = calendar.written([], MADE)
    assert made.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert read(made) == []
