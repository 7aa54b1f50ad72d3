"""A plan is begun together: the person's words first, a consent, chosen participants, and rows to answer."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from tests.plans.beginning_with import address, filled, starter, unit_id
from webapp.core import clock
from webapp.core.db import Database
from webapp.plans import participants, row_reminders
from webapp.plans.models import Goal, ParticipantKind, Plan, PlanParticipant, PlanRow, RowStatus
from webapp.plans.reminder_models import RowReminder
from webapp.reminders.models import Reminder, SetBy
from webapp.sharing.models import Consent, ConsentKind, HowGiven, Notice
from webapp.what_matters.models import Answer

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOME = "Hemtjänsten Arjeplog"


@pytest.fixture
def aino(visit: Visitor, database: Database) -> Guest:
    """Aino, whose plan has ended."""
    guest = visit("aino")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == guest.id).values(ended_on=date(2026, 3, 8)))
    return guest


def plan_of(session: Any, person: Any) -> Plan | None:
    found: Plan | None = session.scalars(
        select(Plan).where(Plan.person_id == person, Plan.ended_on.is_(None))
    ).first()
    return found


def faults(page: str) -> list[str]:
    """What the page says is wrong, for the message of a test that fails."""
    return re.findall(r'<p class="wrong".*?<span>(.*?)</span>', page) + re.findall(
        r"<h2 id=.fel.>.*?</section>", page
    )


def counted(session: Any) -> list[int]:
    kinds = (Plan, PlanRow, Goal, PlanParticipant, Consent, RowReminder, Reminder, Notice)
    return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def test_the_nurse_begins_the_plan_with_home_care_and_the_daughter(
    app: Flask, database: Database, visit: Visitor, aino: Guest
) -> None:
    nils, path = visit("nils"), address(aino.id)
    choose = nils.page(f"/personal/person/{aino.id}/plan/ny")
    assert choose.index("Äldre med hjärtsvikt") < choose.index("Börja utan planstart")
    assert "hjart" not in path  # the flow's name stands in no address
    page = nils.page(path)
    assert page.index("Att orka gå ut med Ludde") < page.index('name="situation"')
    assert "Att det blir halt" not in page  # not shared with the team
    home, lisa = unit_id(database, HOME), str(person_id(app, "lisa"))
    sent = filled(
        nils, path, units=[home], relatives=[lisa], goal1="Jag vill gå till bryggan", goal1_from="now"
    )
    assert (sent["row4_who"], sent["row4_phone"]) == ("Nils, distriktssköterska", "0980-319 210")
    sent |= {"situation": "Aino bor själv.", "other": "Stig", "other_role": "granne", "row5_who": "Anna"}
    del sent["row6"]  # not wanted
    assert nils.post(path, sent).location == f"{aino.p}/plan"
    with database.read() as session:
        plan = plan_of(session, aino.id)
        assert plan is not None
        assert (plan.starter, plan.situation) == ("arjeplog-hjartsvikt", "Aino bor själv.")
        assert plan.no_answer_reason == ""
        rows = session.scalars(
            select(PlanRow).where(PlanRow.plan_id == plan.id).order_by(PlanRow.place)
        ).all()
        assert {row.status for row in rows} == {RowStatus.PROPOSED}
        assert len(rows) == len(starter("arjeplog-hjartsvikt").rows) - 1
        assert [row.who for row in rows if row.what == "Hjälp i hemmet"] == ["Anna"]
        consent = session.scalars(
            select(Consent).where(Consent.kind == ConsentKind.SIP).order_by(Consent.given_at.desc())
        ).first()
        assert consent is not None
        assert (consent.how, consent.given_by_id) == (HowGiven.ORAL, None)
        assert consent.recorded_by == "Nils, distriktssköterska, Arjeplogs hälsocentral"
        kinds = {part.kind: part for part in participants.of_plan(session, plan.id)}
        assert kinds[ParticipantKind.RELATIVE].name == "Lisa"
        assert kinds[ParticipantKind.OTHER].role == "granne"
        goal = session.scalars(select(Goal).where(Goal.plan_id == plan.id)).one()
        answer = session.scalars(
            select(Answer).where(Answer.person_id == aino.id, Answer.prompt == "now")
        ).one()
        assert goal.answer_id == answer.id
    for guest in (aino, visit("lisa"), visit("anna"), nils):
        assert "Hjälp i hemmet" in guest.page(f"{aino.p}/plan")
    assert "Titta om det stämmer" in aino.page(f"{aino.p}/idag")


def test_a_reminder_waits_for_the_persons_yes_and_ends_with_it(
    database: Database, visit: Visitor, aino: Guest
) -> None:
    nils, path = visit("nils"), address(aino.id)
    answer = nils.post(path, filled(nils, path, units=[unit_id(database, HOME)]))
    assert answer.status_code == 302, faults(answer.text)
    with database.read() as session:
        row = session.scalars(
            select(PlanRow)
            .join(Plan, Plan.id == PlanRow.plan_id)
            .where(Plan.person_id == aino.id, Plan.ended_on.is_(None), PlanRow.place == 1)
        ).one()
        assert row.next_step == "När du säger ja börjar en påminnelse: Väg dig före frukost. Varje dag 08.00."
        before = session.scalar(select(func.count()).select_from(Reminder)) or 0
    with database.writing() as session:
        begun = row_reminders.begin(session, row, NOON)
        assert begun is not None
        assert row_reminders.begin(session, row, NOON) is begun  # twice is once
        assert begun.set_by is SetBy.STAFF
        assert begun.set_as == "Nils, distriktssköterska, Arjeplogs hälsocentral"
        assert begun.until_on == date(2026, 3, 9) + timedelta(weeks=12)
        assert begun.assessed_by == "Britta, distriktssköterska"
        session.flush()
        assert session.scalar(select(func.count()).select_from(Reminder)) == before + 1
        row_reminders.end(session, row, NOON + timedelta(hours=1))
        assert begun.next_due_at is None
        again = row_reminders.begin(session, row, NOON + timedelta(hours=2))
        assert again is not None
        assert again.id != begun.id


def test_without_an_answer_that_staff_may_read_the_plan_says_why(
    database: Database, visit: Visitor, aino: Guest
) -> None:
    with database.writing() as session:
        session.execute(update(Answer).where(Answer.person_id == aino.id).values(for_team=False))
    nils, path = visit("nils"), address(aino.id)
    page = nils.post(path, filled(nils, path, units=[unit_id(database, HOME)]))
    assert page.status_code == 200
    assert "Skriv varför inget svar finns" in page.text
    sent = filled(nils, path, units=[unit_id(database, HOME)], no_answer_reason="Aino vill inte svara än.")
    assert nils.post(path, sent).status_code == 302
    with database.read() as session:
        plan = plan_of(session, aino.id)
        assert plan is not None
        assert plan.no_answer_reason == "Aino vill inte svara än."


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_half_saved(
    app: Flask, database: Database, visit: Visitor, aino: Guest
) -> None:
    nils, path = visit("nils"), address(aino.id)
    marit = str(person_id(app, "marit"))
    with database.read() as session:
        before = counted(session)
    home = unit_id(database, HOME)
    for wrong, said in (
        ({"given_by": ""}, "Välj vem som har sagt ja"),
        ({"given_by": marit}, "Välj ett av alternativen"),
        ({"how": ""}, "Välj hur det sades ja"),
        ({"informed": ""}, "Berätta först"),
        ({"areas": []}, "Välj minst en sak"),
        ({"units": [unit_id(database, "BUP Gällivare")]}, "En av enheterna kan inte vara med"),
        ({"units": []}, "Välj först en enhet som får dela planen"),
        ({"relatives": [marit]}, "En av dem kan inte vara med"),
        ({"relatives": [str(aino.id)]}, "En av dem kan inte vara med"),
        ({"relatives": ["x"]}, "En av dem kan inte vara med"),
        ({"only_own": [home]}, "En av enheterna kan inte vara med"),
        ({"until_on": "2026-03-08"}, "har redan varit"),
        ({"until_on": "2029-03-08"}, "högst två år"),
        ({"overall": ""}, "Välj vem som har det samlade ansvaret"),
        ({"held_together_by": ""}, "Skriv vem som håller ihop planen"),
        ({"assessed_by": ""}, "Skriv namn och yrke på den som har bedömt"),
        ({"row1_what": ""}, "Skriv vad som ska göras"),
        ({"row1_what": "x" * 301}, "högst 300 tecken"),
        ({"row1_remind_at": "kvart"}, "Skriv en tid"),
        ({"row1_remind_weeks": "0"}, "1 till 52"),
        ({"row1_remind_days": []}, "Välj minst en dag"),
        ({"row1_doer": "region"}, "En påminnelse hör till"),
        ({"row7_relative": str(person_id(app, "lisa"))}, "Välj först den anhöriga"),
        ({"row7_doer": "x"}, "Välj ett av alternativen"),
        ({"goal1_from": "worry"}, "Välj ett av alternativen"),  # not shared with the team
        ({"goal1": "x" * 301}, "högst 300 tecken"),
        ({"other": "", "other_role": "granne"}, "Skriv vem det är"),
    ):
        sent = filled(nils, path, units=[home], situation="Kvar när något är fel") | wrong
        page = nils.post(path, sent)
        assert page.status_code == 200, wrong
        assert said in page.text, wrong
        assert "Kvar när något är fel" in page.text, wrong
    with database.read() as session:
        assert counted(session) == before


def test_only_those_who_care_for_the_person_begin_a_plan(visit: Visitor, aino: Guest) -> None:
    for sub in ("tor", "mats", "karin", "lena", "lisa", "aino"):
        guest = visit(sub)
        for path in (f"/personal/person/{aino.id}/plan/ny", address(aino.id)):
            assert guest.get(path).status_code in (302, 404), (sub, path)
            assert guest.post(address(aino.id)).status_code in (302, 404), sub
    nils = visit("nils")
    for mark in ("x", "arjeplog-hjartsvikt", starter("lulea-unga-psykisk-halsa").key, "tom-school"):
        assert nils.get(f"/personal/person/{aino.id}/plan/ny/{mark}").status_code == 404, mark
    assert visit("anna").get(address(aino.id, "gallivare-unga-psykisk-halsa")).status_code == 404


def test_there_is_one_plan_and_never_two(database: Database, visit: Visitor, aino: Guest) -> None:
    nils, anna, path = visit("nils"), visit("anna"), address(aino.id)
    sent = filled(nils, path, units=[unit_id(database, HOME)])
    theirs = filled(anna, path, units=[unit_id(database, "Arjeplogs hälsocentral")])
    assert nils.post(path, sent).status_code == 302
    late = anna.post(path, theirs)  # she had the form open too
    assert late.location == f"/personal/person/{aino.id}/plan/ny"
    assert "Det finns redan en plan" in anna.page(late.location)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Plan).where(Plan.ended_on.is_(None))) == 4


def test_the_municipality_begins_an_empty_plan_of_its_own(
    database: Database, visit: Visitor, aino: Guest
) -> None:
    """Nobody else shares it: it stays with them until the person says otherwise."""
    anna, path = visit("anna"), f"/personal/person/{aino.id}/plan/ny/tom-elder"
    sent = filled(anna, path, row1="y", row1_what="Handla tillsammans", row1_doer="kommun", overall="kommun")
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.kind == ConsentKind.SIP).values(withdrawn_at=NOON))
    assert anna.post(path, sent).status_code == 302
    assert "Handla tillsammans" in anna.page(f"{aino.p}/plan")
    assert "Handla tillsammans" not in visit("nils").page(f"{aino.p}/plan")


def test_for_a_young_person_school_takes_part_and_sees_its_own_rows(
    app: Flask, database: Database, visit: Visitor
) -> None:
    jon, mats = visit("jon"), visit("mats")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == jon.id).values(ended_on=date(2026, 3, 8)))
    path, sara = address(jon.id, "gallivare-unga-psykisk-halsa"), str(person_id(app, "sara"))
    sent = filled(
        mats,
        path,
        given_by=sara,
        units=[unit_id(database, "Socialtjänsten Gällivare")],
        only_own=[unit_id(database, "Elevhälsan Gällivare")],
        relatives=[sara],
        row5_relative=sara,
        no_answer_reason="Jon vill svara själv senare.",
    )
    assert mats.post(path, sent).status_code == 302
    with database.read() as session:
        plan = plan_of(session, jon.id)
        assert plan is not None
        kinds = {part.kind for part in participants.of_plan(session, plan.id)}
        assert kinds == {ParticipantKind.RELATIVE, ParticipantKind.UNIT, ParticipantKind.SCHOOL}
        consent = session.scalars(
            select(Consent).where(
                Consent.person_id == jon.id, Consent.given_by_id.is_not(None), Consent.given_at == NOON
            )
        ).one()
        assert str(consent.given_by_id) == sara
    eva, ulla = visit("eva").page(f"{jon.p}/plan"), visit("ulla").page(f"{jon.p}/plan")
    assert "Eget rum" in eva
    assert "Samtal på BUP" not in eva
    assert "Samtal på BUP" in ulla
    seen = visit("sara").page(f"{jon.p}/plan")
    assert "Skjutsar och väntar" in seen
    assert "Eget rum" not in seen  # she is guardian of a fourteen-year-old


@ON_SQLITE
def test_for_a_small_child_a_guardian_says_yes(app: Flask, database: Database, visit: Visitor) -> None:
    """Nobody under thirteen consents alone: docs/legal.md, "Samtycke"."""
    from webapp.accounts.models import Person

    jon, mats = visit("jon"), visit("mats")
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == jon.id).values(ended_on=date(2026, 3, 8)))
        session.get_one(Person, jon.id).born_on = date(2015, 5, 5)
    path = address(jon.id, "gallivare-unga-psykisk-halsa")
    sent = filled(mats, path, no_answer_reason="Frågas nästa gång", row2="", row3="", row5="")
    page = mats.page(path)
    assert 'value="self"' not in page
    refused = mats.post(path, {**sent, "units": [unit_id(database, "Socialtjänsten Gällivare")]})
    assert refused.status_code == 200
    with database.read() as session:
        assert plan_of(session, jon.id) is None


@ON_SQLITE
def test_a_relative_whose_consent_has_ended_is_refused_even_while_the_page_stood_open(
    app: Flask, database: Database, visit: Visitor, aino: Guest
) -> None:
    nils, path, lisa = visit("nils"), address(aino.id), str(person_id(app, "lisa"))
    sent = filled(nils, path, units=[unit_id(database, HOME)], relatives=[lisa])
    with database.writing() as session:
        session.execute(
            update(Consent).where(Consent.kind == ConsentKind.RELATIVE).values(withdrawn_at=clock.now())
        )
    page = nils.post(path, sent)
    assert page.status_code == 200
    assert "En av dem kan inte vara med" in page.text
