"""Meetings about the plan: calling, questions before, moving, cancelling, and what is written down after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.db import Database
from webapp.meetings import domain, questions
from webapp.meetings.models import AgreedTime, MeetingInvitee, MeetingQuestion
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant
from webapp.sharing import notices
from webapp.sharing.models import Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORM = {"on": "2026-03-20", "at": "13.00", "minutes": "60", "place": "Hemma"}
HELD = datetime(2026, 3, 20, 13, 30, tzinfo=UTC)


def meetings(database: Database, whose: UUID) -> list[AgreedTime]:
    with database.read() as session:
        wanted = select(AgreedTime).where(AgreedTime.person_id == whose, AgreedTime.called_by != "")
        return list(session.scalars(wanted.order_by(AgreedTime.starts_at)))


def with_lisa(app: Flask, database: Database, aino: Guest) -> str:
    """Lisa takes part in Aino's plan; returns the participant's id."""
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        for old in session.scalars(select(PlanParticipant).where(PlanParticipant.plan_id == plan.id)):
            old.ended_at = NOON
        lisa = PlanParticipant(
            id=uuid4(),
            person_id=aino.id,
            plan_id=plan.id,
            kind=ParticipantKind.RELATIVE,
            relative_id=person_id(app, "lisa"),
            name="Lisa",
            role="dotter",
            chosen_at=NOON,
        )
        session.add(lisa)
        return str(lisa.id)


def told(session: Session, whose: UUID) -> list[str]:
    return [str(each.text) for each in notices.told_to(session, whose)]


def test_a_meeting_is_called_with_those_the_person_has_chosen(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    lisa = with_lisa(app, database, aino)
    assert "Lisa, dotter" in nils.page(f"{aino.p}/tider/nytt-mote")
    link = "https://video.example.se/rum"
    answer = nils.post(f"{aino.p}/tider/nytt-mote", {**FORM, "link": link, "invited": lisa})
    assert answer.location == f"{aino.p}/tider"
    page = aino.page(f"{aino.p}/tider")
    for word in ("Fredag 20 mars klockan 13.00", "Hemma", link, "Kallar till mötet: Nils, ", "Lisa (dotter)"):
        assert word in page, word
    assert "En tid har lagts till eller ändrats." in aino.page(f"{aino.p}/idag")
    assert "En tid har lagts till eller ändrats för Aino" in visit("lisa").page("/mina")
    (meeting,) = meetings(database, aino.id)
    assert meeting.starts_at == datetime(2026, 3, 20, 12, tzinfo=UTC)


@ON_SQLITE
@pytest.mark.parametrize(
    ("changed", "told_at"),
    [
        ({"on": "2026-03-08"}, "Den tiden har redan varit"),
        ({"on": "2026-03-09", "at": "08.00"}, "Den tiden har redan varit"),  # it is eight
        ({"on": "2026-02-30"}, "Skriv en dag som finns"),
        ({"on": ""}, "Skriv vilken dag"),
        ({"on": "9999-12-31"}, "Skriv en dag som finns"),
        ({"at": "25.00"}, "Skriv en tid"),
        ({"place": ""}, "Skriv var ni träffas, eller en länk"),
        ({"link": "http://video.example.se"}, "Skriv en länk som börjar med https://"),
        ({"link": "https://1177.se@video.example.se"}, "Skriv en länk som börjar med https://"),
        ({"minutes": "7"}, ""),
        ({"invited": str(uuid4())}, ""),
    ],
)
def test_a_faulty_call_is_told_at_its_field_and_nothing_is_saved(
    app: Flask, database: Database, visit: Visitor, changed: dict[str, str], told_at: str
) -> None:
    aino, nils = visit.p("aino"), visit("nils")
    with_lisa(app, database, visit("aino"))
    answer = nils.post(f"{aino}/tider/nytt-mote", {**FORM, **changed})
    assert answer.status_code == 200
    assert 'class="wrong"' in answer.text
    assert told_at in answer.text
    assert not meetings(database, person_id(app, "aino"))


@ON_SQLITE
def test_a_minute_ahead_is_ahead(app: Flask, database: Database, visit: Visitor) -> None:
    now = {**FORM, "on": "2026-03-09", "at": "08.01"}
    assert visit("nils").post(f"{visit.p('aino')}/tider/nytt-mote", now).status_code == 302


def test_only_staff_who_see_the_whole_plan_call_and_only_their_own_organisation_changes(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert nils.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    for sub in ("aino", "lisa", "britta", "eino"):
        guest = visit(sub)
        assert guest.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 404, sub
        for page in ("flytta", "stall-in", "efter"):
            assert guest.post(f"{aino.p}/tider/{meeting.id}/{page}", FORM).status_code == 404, (sub, page)
    anna = visit("anna")  # the municipality's: sees it by the SIP consent
    assert "Fredag 20 mars" in anna.page(f"{aino.p}/tider")
    assert "Flytta mötet" not in anna.page(f"{aino.p}/tider").partition("Fredag 20 mars")[2]
    assert anna.post(f"{aino.p}/tider/{meeting.id}/stall-in").status_code == 404
    assert visit("tor").post(f"{visit.p('elle')}/tider/{meeting.id}/stall-in").status_code == 404
    assert meetings(database, aino.id)[0].cancelled_at is None


def test_questions_are_rows_and_each_reads_what_is_for_them(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils, lisa = visit("aino"), visit("nils"), visit("lisa")
    assert nils.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    path = f"{aino.p}/tider/{meeting.id}/fraga"
    for guest, words in (
        (aino, "Får jag bada?"),
        (aino, "Och sjunga?"),
        (lisa, "Orkar hon?"),
        (nils, "Vikten"),
    ):
        assert guest.post(path, {"question": words}).status_code == 302
    for guest, reads in ((aino, "1111"), (nils, "1111"), (lisa, "0010")):
        page = guest.page(f"{aino.p}/tider")
        for words, may in zip(("Får jag bada?", "Och sjunga?", "Orkar hon?", "Vikten"), reads, strict=True):
            assert (words in page) == (may == "1"), (guest.sub, words)
    assert "Skrivet av Lisa" in aino.page(path)
    with database.read() as session:
        rows = {row.words: row.id for row in session.scalars(select(MeetingQuestion))}
    assert lisa.post(f"{path}/{rows['Får jag bada?']}/ta-bort").status_code == 404
    assert aino.post(f"{path}/{rows['Orkar hon?']}/ta-bort").status_code == 404
    assert aino.post(f"{path}/{rows['Och sjunga?']}/ta-bort").status_code == 302
    assert "Och sjunga?" not in nils.page(f"{aino.p}/tider")


@ON_SQLITE
def test_an_empty_question_too_many_and_one_too_late_are_not_kept(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert nils.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    path = f"{aino.p}/tider/{meeting.id}/fraga"
    assert "Skriv det du vill fråga" in aino.post(path, {"question": " "}).text
    for number in range(questions.MOST):
        assert aino.post(path, {"question": f"Fråga {number}"}).status_code == 302
    full = aino.post(path, {"question": "En till"})
    assert "Du har redan skrivit många frågor" in full.text
    assert "En till" in full.text  # what was typed is kept
    with clock.frozen(meeting.starts_at):
        assert visit("aino").get(path).status_code == 404


def lines(page: str) -> int:
    """Meetings on the work list that nobody has written down."""
    return page.count("/not_written/")


def test_a_meeting_is_closed_with_its_next_date(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    lisa = with_lisa(app, database, aino)
    assert nils.post(f"{aino.p}/tider/nytt-mote", {**FORM, "invited": lisa}).status_code == 302
    (meeting,) = meetings(database, aino.id)
    path = f"{aino.p}/tider/{meeting.id}/efter"
    assert nils.get(path).status_code == 404  # it has not been
    with database.read() as session:
        invitee = session.scalars(select(MeetingInvitee.id)).one()
    with clock.frozen(HELD):
        nils = visit("nils")
        assert lines(nils.page("/personal/")) == 2  # this one and the demo's
        assert lines(visit("anna").page("/personal/")) == 0  # the region called it
        after = {"decisions": "Nils ringer varje måndag", "notes": "Vi talade om benen", "came": str(invitee)}
        refused = nils.post(path, {**after, "then": "next"})
        assert "Skriv vilken dag ni träffas igen" in refused.text
        assert "Nils ringer varje måndag" in refused.text
        assert "Skriv varför planen ska avslutas" in nils.post(path, {**after, "then": "ends"}).text
        then = {"then": "next", "on": "2026-06-18", "at": "10", "minutes": "30", "place": "Hälsocentralen"}
        assert nils.post(path, {**after, **then}).status_code == 302
        held, following = meetings(database, aino.id)
        assert (held.closed_at, held.next_id, held.plan_ends) == (HELD, following.id, False)
        assert following.starts_at == datetime(2026, 6, 18, 8, tzinfo=UTC)
        assert nils.post(path, {**after, **then}).status_code == 302  # the first answer never came back
        assert [each.decisions for each in meetings(database, aino.id)] == ["Nils ringer varje måndag", ""]
        demos = select(AgreedTime.id).where(AgreedTime.person_id == aino.id, AgreedTime.called_by == "")
        with database.read() as session:
            first = session.scalars(demos).one()
        assert nils.post(f"{aino.p}/tider/{first}/efter", {**after, "came": [], **then}).status_code == 302
        assert len(meetings(database, aino.id)) == 2  # the next one stood there already
        assert lines(nils.page("/personal/")) == 0
        page = visit("aino").page(f"{aino.p}/tider")
        assert "Torsdag 18 juni klockan 10.00" in page
        assert "Nils ringer varje måndag" in page
        assert "Var med:" in page
        assert page.count("Lisa (dotter)") == 2  # at the one that was, and invited to the next
        assert visit("nils").post(f"{aino.p}/tider/{meeting.id}/flytta", FORM).status_code == 404


@ON_SQLITE
def test_or_with_the_reason_why_the_plan_ends(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    assert visit("nils").post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    with clock.frozen(HELD):
        ends = {"decisions": "Inget mer", "then": "ends", "ends_because": "Aino klarar sig själv", "on": "x"}
        sent = visit("nils").post(f"{aino.p}/tider/{meeting.id}/efter", ends)
        assert sent.location == f"{aino.p}/plan/avsluta"  # where it is ended
        again = visit("nils").post(f"{aino.p}/tider/{meeting.id}/efter", ends)
        assert again.location == sent.location  # twice is once
        (held,) = meetings(database, aino.id)
        assert (held.plan_ends, held.ends_because, held.next_id) == (True, "Aino klarar sig själv", None)
        with database.read() as session:
            plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        assert (plan.ended_on, plan.end_reason) == (HELD.date(), "Aino klarar sig själv")
        assert "Du har ingen plan än" in visit("aino").page(f"{aino.p}/plan")
        assert "Aino klarar sig själv" in visit("aino").page(f"{aino.p}/tider")


@ON_SQLITE
def test_two_who_write_down_one_meeting_lose_no_words(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert nils.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    path = f"{aino.p}/tider/{meeting.id}/efter"
    then = {"then": "next", "on": "2026-06-18", "at": "10", "minutes": "30", "place": "Hälsocentralen"}
    with clock.frozen(HELD):
        nils = visit("nils")
        for decisions in ("Nils ringer", "Anna handlar", "Anna handlar"):
            assert nils.post(path, {**then, "decisions": decisions}).status_code == 302
        assert nils.post(path, {**then, "decisions": ""}).status_code == 200  # said at its field
        assert nils.get(path).location == f"{aino.p}/tider"
        assert visit("anna").get(path).status_code == 404  # the region called it
    held, following = meetings(database, aino.id)
    assert (held.decisions, held.next_id) == ("Nils ringer\nAnna handlar", following.id)


def test_the_database_closes_no_meeting_without_what_comes_then(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.write() as session, pytest.raises(IntegrityError, match="closed_with_a_next"):
        session.execute(update(AgreedTime).where(AgreedTime.person_id == aino.id).values(closed_at=NOON))


def test_cancelling_for_a_withdrawn_consent_takes_the_plans_coming_meetings_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    lisa = with_lisa(app, database, aino)
    assert visit("nils").post(f"{aino.p}/tider/nytt-mote", {**FORM, "invited": lisa}).status_code == 302
    with database.writing() as session:
        domain.agree_on_time(session, aino.id, NOON + timedelta(days=1), "Tandläkaren", "Eva")
        coming = domain.cancel_next(session, aino.id, NOON)
        assert coming == 2  # this one and the demo's
        assert domain.cancel_next(session, aino.id, NOON) == 0
        assert told(session, aino.id) == ["En tid har lagts till eller ändrats. Den står under Tider."]
        of_lisa = told(session, person_id(app, "lisa"))
        assert of_lisa == ["En tid har lagts till eller ändrats för Aino. Den står under Tider."]
    page = aino.page(f"{aino.p}/tider")
    assert page.count("Inställt") == 2
    assert "Tandläkaren" in page
    assert "Nästa möte" not in aino.page(f"{aino.p}/plan")
    assert "Tandläkaren" in aino.page(f"{aino.p}/idag")


@ON_SQLITE
def test_about_a_frozen_plan_no_meeting_is_called(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(frozen_at=NOON))
    assert visit("nils").post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 404
    assert "Kalla till möte" not in visit("nils").page(f"{aino.p}/tider")


@ON_SQLITE
def test_a_guardian_of_a_young_person_reads_when_and_where_and_nothing_said(
    app: Flask, database: Database, visit: Visitor
) -> None:
    jon, mats = visit("jon"), visit("mats")
    assert mats.post(f"{jon.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, jon.id)
    assert jon.post(f"{jon.p}/tider/{meeting.id}/fraga", {"question": "Mitt eget"}).status_code == 302
    with clock.frozen(HELD):
        ends = {"decisions": "Hemligt beslut", "then": "ends", "ends_because": "Hemligt skäl"}
        assert visit("mats").post(f"{jon.p}/tider/{meeting.id}/efter", ends).status_code == 302
        page = visit("sara").page(f"{jon.p}/tider")
        assert "Fredag 20 mars klockan 13.00" in page
        for words in ("Mitt eget", "Hemligt", "Bjudna", "Var med"):
            assert words not in page, words
        assert visit("sara").get(f"{jon.p}/tider/{meeting.id}/fraga").status_code == 404
        assert visit("jon").page(f"{jon.p}/tider").count("Hemligt") == 2


@ON_SQLITE
def test_moved_to_what_it_was_is_not_moved(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    assert nils.post(f"{aino.p}/tider/nytt-mote", FORM).status_code == 302
    (meeting,) = meetings(database, aino.id)
    for changed, sequence in (
        ({}, 0),
        ({"at": "14"}, 1),
        ({"at": "14"}, 1),
        ({"place": "Borta", "at": "14"}, 2),
    ):
        form = {**FORM, **changed}
        assert nils.post(f"{aino.p}/tider/{meeting.id}/flytta", form).status_code == 302
        assert meetings(database, aino.id)[0].sequence == sequence


@ON_SQLITE
@pytest.mark.parametrize(
    ("level", "is_told"), [({"plan": 0}, False), ({"plan": 1}, True), ({"withdrawn_at": NOON}, False)]
)
def test_a_relative_is_told_only_while_the_plan_is_shared_with_them(
    app: Flask, database: Database, visit: Visitor, level: dict[str, object], is_told: bool
) -> None:
    aino = visit("aino")
    lisa = with_lisa(app, database, aino)
    with database.writing() as session:
        whose = (Consent.person_id == aino.id, Consent.kind == ConsentKind.RELATIVE)
        session.execute(update(Consent).where(*whose).values(**level))
    assert visit("nils").post(f"{aino.p}/tider/nytt-mote", {**FORM, "invited": lisa}).status_code == 302
    with database.read() as session:
        assert bool(told(session, person_id(app, "lisa"))) == is_told


@ON_SQLITE
def test_nobody_is_told_of_somebody_who_has_died_or_is_protected(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    lisa = with_lisa(app, database, aino)
    assert visit("nils").post(f"{aino.p}/tider/nytt-mote", {**FORM, "invited": lisa}).status_code == 302
    with database.write() as session:
        for told_to in (aino.id, person_id(app, "lisa")):
            shown = [each.id for each in notices.told_to(session, told_to)]
            notices.press_away(session, told_to, shown, NOON)
        meeting = session.scalars(select(AgreedTime).where(AgreedTime.called_by != "")).one()
        session.execute(update(Person).where(Person.id == aino.id).values(protected=True))
        session.expire_all()
        assert domain.move(session, meeting, domain.Wish(NOON + timedelta(days=2), "Här"), NOON)
        assert len(told(session, aino.id)) == 1
        assert told(session, person_id(app, "lisa")) == []
        session.execute(update(Person).where(Person.id == aino.id).values(deceased_at=NOON))
        session.expire_all()
        notices.press_away(session, aino.id, [each.id for each in notices.told_to(session, aino.id)], NOON)
        assert domain.cancel(session, meeting, NOON)
        assert told(session, aino.id) == []
