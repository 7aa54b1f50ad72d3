"""What staff say of self-care beside the reminder itself: until when it holds, and whom to call."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.conftest import NOON
from tests.people import Visitor
from tests.staff.test_sending import GOOD, send, sent
from webapp.contacts.models import CareContact
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory import numbers
from webapp.pages import telephone
from webapp.reminders import calling
from webapp.reminders.models import Reminder


def choices(database: Database, visit: Visitor, who: str) -> list[calling.Choice]:
    with database.read() as session:
        return list(calling.choices_for(session, visit(who).id, None, clock.today()))


def test_without_a_last_day_it_lasts_until_it_is_judged_anew(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino")
    made = sent(database)
    assert made is not None
    assert made.until_on == made.reassess_on
    assert f"{made.reassess_on}" == GOOD["reassess_on"]
    assert "Bedöms på nytt" in visit("aino").page(f"{visit.p('aino')}/paminnelser")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"until_on": "2026-07-01"}, "längre än till dagen då ni bedömer på nytt"),
        ({"often": "engang", "once_on": "2026-07-01"}, "längre än till dagen då ni bedömer på nytt"),
        ({"from_on": "2026-07-01"}, "längre än till dagen då ni bedömer på nytt"),
        ({"reassess_on": "2026-03-08"}, "har redan varit"),
        ({"reassess_on": "2027-04-01"}, "Bedöm på nytt inom ett år"),
        ({"reassess_on": "9999-12-31"}, "Skriv en dag som finns"),
        ({"call": "k-00000000-0000-4000-8000-000000000000"}, "ett nummer som står i listan"),
        ({"call": "old_help_line_020"}, "ett nummer som står i listan"),
    ],
)
def test_nothing_outlives_its_judgement_and_nobody_calls_where_nobody_answers(
    visit: Visitor, database: Database, typed: dict[str, Any], said: str
) -> None:
    response = send(visit("nils"), visit, "aino", **typed)
    assert said in html.unescape(response.text)
    assert sent(database) is None


def test_the_database_too_lets_nothing_outlive_its_judgement(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino")
    made = sent(database)
    assert made is not None
    assert made.until_on is not None
    with database.writing() as session:
        session.get_one(Reminder, made.id).until_on = made.until_on + timedelta(days=1)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_the_number_of_her_contact_stands_where_it_can_be_pressed(visit: Visitor, database: Database) -> None:
    nils = next(choice for choice in choices(database, visit, "aino") if choice.contact_id)
    seen_first = html.unescape(send(visit("nils"), visit, "aino", call=nils.key, steg="granska").text)
    assert nils.call.number in seen_first
    send(visit("nils"), visit, "aino", call=nils.key)
    with clock.frozen(NOON + timedelta(hours=2)):
        aino = visit("aino")
        for page in (f"{aino.p}/paminnelser", f"{aino.p}/idag"):
            text = html.unescape(aino.page(page))
            assert f"Om det inte går: ring {nils.call.name}" in text, page
            assert f'href="{telephone.tel_href(nils.call.number)}"' in text, page


def test_a_contact_that_has_ended_gives_way_to_the_advice_line(visit: Visitor, database: Database) -> None:
    nils = next(choice for choice in choices(database, visit, "aino") if choice.contact_id)
    send(visit("nils"), visit, "aino", call=nils.key)
    with database.writing() as session:
        session.get_one(CareContact, nils.contact_id).ended_at = clock.now()
    aino = visit("aino")
    text = html.unescape(aino.page(f"{aino.p}/paminnelser"))
    assert f"ring {nils.call.name}" not in text
    assert f'href="tel:{numbers.number(numbers.ADVICE).number}"' in text


def test_a_contact_that_is_not_for_relatives_is_not_named_to_her_daughter(
    visit: Visitor, database: Database
) -> None:
    nils = next(choice for choice in choices(database, visit, "aino") if choice.contact_id)
    send(visit("nils"), visit, "aino", call=nils.key)
    with database.writing() as session:
        for contact in session.scalars(select(CareContact).where(CareContact.id == nils.contact_id)):
            contact.for_relatives = False
    with clock.frozen(NOON + timedelta(hours=2)):
        aino, lisa = visit("aino"), visit("lisa")
        for page in (f"{aino.p}/paminnelser", f"{aino.p}/idag"):
            assert f"ring {nils.call.name}" in html.unescape(aino.page(page))
            assert f"ring {nils.call.name}" not in html.unescape(lisa.page(page))
            assert nils.call.number not in lisa.page(page)


def test_a_public_number_can_be_chosen(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino", call=numbers.ADVICE)
    text = html.unescape(visit("aino").page(f"{visit.p('aino')}/paminnelser"))
    assert f'href="tel:{numbers.number(numbers.ADVICE).number}"' in text


def test_what_is_looked_at_first_is_sent_as_it_was_looked_at(visit: Visitor, database: Database) -> None:
    """The page in between sends on each answer, the weekdays and the step too."""
    more = {"often": "vecka", "days": [1, 4], "every_weeks": "2", "exact": "y"}
    page = send(visit("nils"), visit, "aino", **more, steg="granska").text
    for name, value in (("days", "1"), ("days", "4"), ("every_weeks", "2"), ("exact", "y")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert "Varannan vecka: tisdag, fredag 09.30" in page
    assert "Tisdag 24 mars" in page  # the first of the coming times but two


def judged(visit: Visitor, database: Database, day: str, who: str = "nils") -> Any:
    made = sent(database)
    assert made is not None
    at = f"/personal/skickat/{visit.p('aino')[3:]}/{made.id}/bedom"
    return visit(who).post(at, {"assessed_by": "Nils, distriktssköterska", "reassess_on": day})


def test_what_lasted_until_the_judgement_goes_on_until_the_next(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino", reassess_on="2026-03-20")
    with clock.frozen(NOON + timedelta(days=30)):
        assert judged(visit, database, "2026-09-30").status_code == 302
        made = sent(database)
    assert made is not None
    assert (f"{made.until_on}", f"{made.reassess_on}") == ("2026-09-30", "2026-09-30")
    assert made.next_due_at is not None
    assert made.next_due_at > NOON + timedelta(days=30)


def test_what_was_to_end_before_the_judgement_still_does(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino", until_on="2026-03-20")
    judged(visit, database, "2026-09-30")
    made = sent(database)
    assert made is not None
    assert (f"{made.until_on}", f"{made.reassess_on}") == ("2026-03-20", "2026-09-30")


@pytest.mark.parametrize("day", ["", "2026-03-08", "2027-04-01", "9999-12-31", "2026-03-10"])
def test_a_judgement_lies_within_a_year_and_not_before_the_reminder(
    visit: Visitor, database: Database, day: str
) -> None:
    send(visit("nils"), visit, "aino", from_on="2026-03-12")
    assert judged(visit, database, day).status_code == 200
    made = sent(database)
    assert made is not None
    assert f"{made.reassess_on}" == GOOD["reassess_on"]


@pytest.mark.parametrize("who", ["britta", "anna", "lisa", "aino", "karin"])
def test_nobody_judges_for_another_unit(visit: Visitor, database: Database, who: str) -> None:
    send(visit("nils"), visit, "aino")
    assert judged(visit, database, "2026-09-30", who).status_code == 404


def test_what_has_ended_is_not_judged_anew(visit: Visitor, database: Database) -> None:
    send(visit("nils"), visit, "aino")
    with database.writing() as session:
        made = sent(database)
        assert made is not None
        session.get_one(Reminder, made.id).ended_at = clock.now()
    assert judged(visit, database, "2026-09-30").status_code == 404
