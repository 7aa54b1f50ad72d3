"""Times as an iCalendar file (RFC 5545), which every calendar reads.

A calendar shows on locked phones, in cars and at work, and is often kept by somebody else's service. So each
entry says "Tid i Nära mig" and nothing more: no name, no unit, no text; the place only where its reader chose that.

An instant goes in UTC, so that it is right on both sides of summer time without a table of zones. A time keeps
its UID for ever; SEQUENCE goes up with each change, and what is cancelled stays, as CANCELLED.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from webapp.core.i18n import plain
from webapp.meetings.due_times import DueTime
from webapp.meetings.models import AgreedTime

MAKER = "-//Nara mig//naramig//SV"
ASK_AGAIN = timedelta(hours=6)  # how often a calendar is asked to fetch
USUAL = 60  # minutes, where nothing is said


def written(
    times: Iterable[AgreedTime], now: datetime, *, with_place: bool = False, due: Iterable[DueTime] = ()
) -> bytes:
    """The file, in the language of the request."""
    from icalendar import Calendar  # for calendars alone

    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", "Nära mig")
    made.add("x-wr-calname", "Nära mig")
    made.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    for agreed in times:
        made.add_component(_entry(agreed, with_place))
    for each in due:
        made.add_component(_reminder(each, now))
    return bytes(made.to_ical())


def _entry(agreed: AgreedTime, with_place: bool):  # type: ignore[no-untyped-def] # icalendar.Event, not imported here
    from icalendar import Event

    entry = Event()
    entry.add("uid", f"{agreed.id}@naramig")
    entry.add("sequence", agreed.sequence)
    entry.add("dtstamp", agreed.changed_at)
    entry.add("last-modified", agreed.changed_at)
    entry.add("dtstart", agreed.starts_at)
    entry.add("dtend", agreed.starts_at + timedelta(minutes=agreed.minutes or USUAL))
    entry.add("summary", plain("Tid i Nära mig"))
    entry.add("class", "PRIVATE")
    entry.add("status", "CANCELLED" if agreed.cancelled_at else "CONFIRMED")
    if with_place and agreed.place:
        entry.add("location", agreed.place)
    return entry


def _reminder(due: DueTime, now: datetime):  # type: ignore[no-untyped-def] # icalendar.Event, as above
    """A moment, at which the calendar says so: that there is a reminder, and not of what."""
    from icalendar import Alarm, Event

    entry = Event()
    entry.add("uid", f"{due.id}@naramig")
    entry.add("dtstamp", now)
    entry.add("dtstart", due.at)
    entry.add("duration", timedelta())
    entry.add("summary", plain("Påminnelse i Nära mig"))
    entry.add("class", "PRIVATE")
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", plain("Påminnelse i Nära mig"))
    alarm.add("trigger", timedelta())
    entry.add_component(alarm)
    return entry
