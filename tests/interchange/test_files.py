"""Taking the plan out and in as a file: who may, what is in it, and what a file may do to a plan."""

from __future__ import annotations

import base64
import io
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from tests.conftest import NOON
from tests.people import Guest, Visitor
from tests.plans.planning import hidden
from webapp.accounts.models import Person, StaffMember
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.directory.models import Organisation
from webapp.meetings.models import AgreedTime
from webapp.patient_contract.models import SevenAnswers
from webapp.plans.models import (
    Doer,
    Goal,
    Plan,
    PlanEarlier,
    PlanParticipant,
    PlanRow,
    RowOutcome,
    RowStatus,
)
from webapp.sharing import protection
from webapp.what_matters.models import Answer, AnswerVersion

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fetched(guest: Guest, p: str) -> dict[str, Any]:
    answer = guest.get(f"{p}/plan/plan.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/fhir+json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = json.loads(answer.data)
    return found


def shown(guest: Guest, person_id: UUID, bundle: Any) -> TestResponse:
    """The answer to a file that is sent: what would come in, or what is wrong."""
    octets = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    return posted(guest, person_id, {"fil": (io.BytesIO(octets), "fil.json")})


def posted(guest: Guest, person_id: UUID, form: dict[str, Any]) -> TestResponse:
    path = f"/personal/person/{person_id}/plan/las-in"
    return guest.post(path, form, content_type="multipart/form-data")


def sent(guest: Guest, person_id: UUID, bundle: Any) -> TestResponse:
    """The file is sent, and the second press takes in what was shown."""
    first = shown(guest, person_id, bundle)
    carried = hidden(first.text).get("innehall") if first.status_code == 200 else None
    return posted(guest, person_id, {"innehall": carried}) if carried else first


def parts(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def rows_of(database: Database, person_id: UUID) -> list[tuple[Any, ...]]:
    with database.read() as session:
        kept = session.scalars(select(PlanRow).where(PlanRow.person_id == person_id).order_by(PlanRow.place))
        return [
            (row.what, row.status, row.doer, row.who, row.organisation_id, row.written_as) for row in kept
        ]


def without_plan(database: Database, person_id: UUID) -> None:
    """The plan is lost, as by a mishap; consents and answers are still there."""
    with database.writing() as session:
        session.execute(update(PlanRow).values(revises_id=None).where(PlanRow.person_id == person_id))
        for kind in (RowOutcome, PlanRow, Goal, PlanParticipant, PlanEarlier):
            session.execute(delete(kind).where(kind.person_id == person_id))
        session.execute(update(AgreedTime).values(plan_id=None).where(AgreedTime.person_id == person_id))
        session.execute(delete(Plan).where(Plan.person_id == person_id))


def anothers(number: str, **more: Any) -> dict[str, Any]:
    """A plan as another system writes it: its own ids, what is done inside the plan, an owner by HSA-id."""
    patient = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.3.1", "value": f"{number[:8]}-{number[8:]}"}],
        "name": [{"given": ["Aino"], "family": "Exempel"}],
    }
    home_care = {
        "resourceType": "Organization",
        "id": "o1",
        "name": "Hemtjänsten i annan by",
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.4.1", "value": "SE0000000000-XXXX"}],
    }
    plan = {
        "resourceType": "CarePlan",
        "id": "c1",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/p1"},
        "goal": [{"reference": "Goal/g1"}],
        "activity": [
            {
                "detail": {
                    "status": "scheduled",
                    "description": "Fotvård",
                    "scheduledString": "Var sjätte vecka",
                }
            },
            {"detail": {"status": "completed", "description": "Hemgång från sjukhuset"}},
            {"reference": {"reference": "Task/t1"}},
        ],
    }
    goal = {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "description": {"text": "Sova hela natten"},
        "subject": {"reference": "Patient/p1"},
    }
    task = {
        "resourceType": "Task",
        "id": "t1",
        "status": "accepted",
        "intent": "order",
        "description": "Tillsyn på natten",
        "for": {"reference": "Patient/p1"},
        "owner": {"reference": "Organization/o1"},
    }
    entry = [
        {"fullUrl": f"http://annat.example/{each['resourceType']}/{each['id']}", "resource": {**each, **more}}
        for each in (patient, home_care, plan, goal, task)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def number_of(database: Database, person_id: UUID) -> str:
    with database.read() as session:
        return session.get_one(Person, person_id).number or ""


def test_the_person_has_an_own_copy_with_everything(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    bundle = fetched(aino, aino.p)
    assert len(parts(bundle, "Task")) == len(rows_of(database, aino.id))
    with database.read() as session:
        kept = session.scalars(select(Answer).where(Answer.person_id == aino.id)).all()
    assert len(parts(bundle, "QuestionnaireResponse")) == len(kept)
    assert {each["resourceType"] for each in (e["resource"] for e in bundle["entry"])} >= {
        *("Patient", "Organization", "RelatedPerson", "CarePlan", "CareTeam", "Goal", "Task", "Consent"),
    }


def test_staff_never_take_out_words_that_are_the_persons_own(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.writing() as session:
        session.execute(update(Answer).where(Answer.person_id == aino.id).values(for_team=False))
    with database.read() as session:
        words = session.scalars(select(AnswerVersion).where(AnswerVersion.person_id == aino.id)).all()
    bundle = fetched(visit("nils"), aino.p)
    assert parts(bundle, "QuestionnaireResponse") == []
    assert "from-answer" not in json.dumps(bundle)
    whole = json.dumps(bundle, ensure_ascii=False)
    assert words
    assert not any(each.words in whole for each in words)


@ON_SQLITE
def test_the_seven_questions_go_along_as_far_as_they_are_shared(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        for years in range(10):  # all of them, not the last ones alone
            session.add(
                SevenAnswers(
                    person_id=aino.id,
                    on=NOON.date() - timedelta(days=365 * years),
                    answers='{"trust": "partly", "next_time": "no"}',
                    shared=years == 0,
                    answered_at=NOON - timedelta(days=365 * years),
                )
            )

    def rounds(guest: Guest) -> list[Any]:
        every = parts(fetched(guest, aino.p), "QuestionnaireResponse")
        return [each for each in every if each.get("questionnaire") == "urn:naramig:seven"]

    assert len(rounds(aino)) == 10
    assert rounds(aino)[-1]["item"][1] == {
        "linkId": "next_time",
        "text": "Vet du när nästa tid är?",
        "answer": [{"valueCoding": {"system": "urn:naramig:seven", "code": "no"}}],
    }
    assert [each["authored"][:10] for each in rounds(nils)] == [NOON.date().isoformat()]


def test_staff_take_out_the_rows_that_they_see(visit: Visitor) -> None:
    for reader in ("mats", "ulla", "eva"):
        guest, p = visit(reader), visit.p("jon")
        page = guest.get(f"{p}/plan").text
        answer = guest.get(f"{p}/plan/plan.json")
        if answer.status_code == 404:
            continue
        for task in parts(json.loads(answer.data), "Task"):
            assert task["description"] in page, reader


@ON_SQLITE
@pytest.mark.parametrize("reader", ["lisa", "marit", "eino", "britta", "tor", "lena", "karin"])
def test_nobody_else_takes_the_plan_out_or_in(visit: Visitor, reader: str) -> None:
    aino, guest = visit("aino"), visit(reader)
    assert guest.get(f"{aino.p}/plan/plan.json").status_code == 404
    assert sent(guest, aino.id, b"{}").status_code == 404


def test_who_sees_a_part_of_the_plan_takes_nothing_into_it(visit: Visitor) -> None:
    """Eva at the school sees the school's rows: what is "there already" would tell her of the others."""
    jon, eva = visit("jon"), visit("eva")
    assert eva.get(f"{jon.p}/plan").status_code == 200
    assert eva.get(f"/personal/person/{jon.id}/plan/las-in").status_code == 404
    assert sent(eva, jon.id, fetched(jon, jon.p)).status_code == 404


@ON_SQLITE
def test_the_person_takes_nothing_in(visit: Visitor) -> None:
    aino = visit("aino")
    assert sent(aino, aino.id, fetched(aino, aino.p)).status_code == 404
    assert visit.stranger().get(f"{aino.p}/plan/plan.json").status_code == 302


@ON_SQLITE
def test_of_somebody_with_protected_identity_staff_take_nothing_out(
    database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        member = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
        session.execute(update(Person).where(Person.id == aino.id).values(protected=True))
        protection.name_staff(session, aino.id, member, member, NOON)
    assert nils.get(f"{aino.p}/plan").status_code == 200  # named for her
    assert nils.get(f"{aino.p}/plan/plan.json").status_code == 404
    fetched(aino, aino.p)


def test_taking_the_plan_out_stands_in_the_log(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    fetched(visit("nils"), aino.p)
    with database.read() as session:
        lines = session.scalars(select(AccessLog).where(AccessLog.person_id == aino.id)).all()
    assert ("interchange", "opened") in {(line.page, line.what) for line in lines}
    assert "Planen som fil" in aino.page(f"{aino.p}/logg")


def test_an_own_file_changes_nothing_in_the_plan_it_came_from(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    before, bundle = rows_of(database, aino.id), fetched(aino, aino.p)
    assert sent(nils, aino.id, bundle).status_code == 302
    assert rows_of(database, aino.id) == before
    assert fetched(aino, aino.p) == bundle
    assert "stod redan i planen" in nils.page(f"{aino.p}/plan")


def test_a_lost_plan_comes_back_as_it_was(database: Database, visit: Visitor) -> None:
    """Out, in and out again: the same file, the agreements with it, since the app knows its own file."""
    aino, nils = visit("aino"), visit("nils")
    bundle, before = fetched(aino, aino.p), rows_of(database, aino.id)
    without_plan(database, aino.id)
    with database.read() as session:
        assert session.scalars(select(Plan).where(Plan.person_id == aino.id)).first() is None
    assert sent(nils, aino.id, bundle).status_code == 302
    assert fetched(aino, aino.p) == bundle
    assert rows_of(database, aino.id) == before


@ON_SQLITE
def test_a_file_that_staff_have_seen_part_of_brings_no_plan_back(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    bundle = fetched(nils, aino.p)
    without_plan(database, aino.id)
    answer = sent(nils, aino.id, bundle)
    assert answer.status_code == 422
    assert "egen kopia" in answer.text


@ON_SQLITE
def test_a_changed_file_says_nothing_for_the_person(database: Database, visit: Visitor) -> None:
    """Somebody writes "accepted" into a file of ours: what they wrote is a proposal."""
    aino, nils = visit("aino"), visit("nils")
    bundle = fetched(aino, aino.p)
    for task in parts(bundle, "Task"):
        task["description"] += " varje dag"
        task["status"] = "accepted"
    before = rows_of(database, aino.id)
    assert sent(nils, aino.id, bundle).status_code == 302
    came = rows_of(database, aino.id)[len(before) :]
    assert came
    assert {row[1] for row in came} == {RowStatus.PROPOSED}
    assert {row[5] for row in came} == {"Nils, Arjeplogs hälsocentral"}
    without_plan(database, aino.id)
    assert "Börja en plan först" in sent(nils, aino.id, bundle).text


def test_an_ended_plan_is_not_brought_back(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    bundle = fetched(aino, aino.p)
    with database.writing() as session:
        session.execute(update(Plan).where(Plan.person_id == aino.id).values(ended_on=NOON.date()))
    assert "Börja en plan först" in sent(nils, aino.id, bundle).text
    with database.read() as session:
        assert (
            session.scalars(select(Plan).where(Plan.ended_on.is_(None), Plan.person_id == aino.id)).all()
            == []
        )


def test_another_systems_plan_comes_in_as_proposals(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    before = rows_of(database, aino.id)
    answer = sent(nils, aino.id, anothers(number_of(database, aino.id)))
    assert answer.status_code == 302, answer.text
    came = rows_of(database, aino.id)[len(before) :]
    assert {(row[0], row[1], row[2], row[3]) for row in came} == {
        ("Fotvård", RowStatus.PROPOSED, Doer.OTHER, ""),
        ("Tillsyn på natten", RowStatus.PROPOSED, Doer.OTHER, "Hemtjänsten i annan by"),
    }
    with database.read() as session:
        goal = next(g for g in session.scalars(select(Goal)) if g.words == "Sova hela natten")
        assert goal.written_as == "Nils, Arjeplogs hälsocentral"
    page = aino.page(f"{aino.p}/plan")
    assert "Tillsyn på natten" in page
    sent(nils, aino.id, anothers(number_of(database, aino.id)))
    assert len(rows_of(database, aino.id)) == len(before) + 2  # twice is once


@ON_SQLITE
def test_what_a_file_would_bring_is_shown_before_anything_is_kept(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    before = rows_of(database, aino.id)
    bundle = anothers(number_of(database, aino.id))
    page = shown(nils, aino.id, bundle)
    assert page.status_code == 200
    for words in ("Inget är inläst än", "Fotvård", "Tillsyn på natten", "Sova hela natten"):
        assert words in page.text, words
    assert "Hemgång från sjukhuset" not in page.text  # that is over
    assert rows_of(database, aino.id) == before
    carried = hidden(page.text)["innehall"]
    for _ in range(2):  # the first answer never came back
        assert posted(nils, aino.id, {"innehall": carried}).status_code == 302
    assert len(rows_of(database, aino.id)) == len(before) + 2
    assert shown(nils, aino.id, bundle).status_code == 302  # nothing new to show
    for broken in ("x", "eJw=", carried[:-8], base64.b64encode(zlib.compress(b"0" * 9_000_000)).decode()):
        assert posted(nils, aino.id, {"innehall": broken}).status_code == 422, broken[:20]


@ON_SQLITE
def test_more_than_a_person_can_answer_does_not_come_in_at_once(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    bundle, before = anothers(number_of(database, aino.id)), rows_of(database, aino.id)
    (plan,) = parts(bundle, "CarePlan")
    wanted = [{"detail": {"status": "scheduled", "description": f"Rad {number}"}} for number in range(58)]
    plan["activity"] = [*wanted, {"reference": {"reference": "Task/t1"}}]
    assert shown(nils, aino.id, bundle).status_code == 200  # with the task and the goal it is sixty
    plan["activity"] = [*wanted, {"detail": {"status": "scheduled", "description": "En till"}}]
    assert "fler än 60 nya rader och mål" in shown(nils, aino.id, bundle).text
    assert rows_of(database, aino.id) == before


@ON_SQLITE
def test_a_file_binds_no_other_organisation(database: Database, visit: Visitor) -> None:
    """Nils of the region reads in a row that names the municipality: it is nobody's until they take it themselves."""
    aino, nils = visit("aino"), visit("nils")
    bundle = fetched(aino, aino.p)
    with database.read() as session:
        region = session.scalars(
            select(Organisation.id).where(Organisation.name == "Region Norrbotten")
        ).one()
    for task in parts(bundle, "Task"):
        task["description"] += " på nytt"
    before = len(rows_of(database, aino.id))
    assert sent(nils, aino.id, bundle).status_code == 302
    came = rows_of(database, aino.id)[before:]
    assert {row[4] for row in came} <= {region, None}
    assert Doer.KOMMUN not in {row[2] for row in came}
    assert any("Arjeplogs kommun" in row[3] for row in came)


@ON_SQLITE
def test_one_fault_and_nothing_is_kept(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    before = rows_of(database, aino.id)
    number = number_of(database, aino.id)
    dead = anothers(number)
    dead["entry"][4]["resource"]["extension"] = [{"url": "urn:naramig:phone", "valueString": "0771-22 00 60"}]
    long = anothers(number)
    long["entry"][4]["resource"]["description"] = "x" * 301
    backwards = anothers(number)
    period = {"start": "2026-05-01", "end": "2026-04-01"}
    backwards["entry"][4]["resource"]["executionPeriod"] = period
    silent = anothers(number)
    del silent["entry"][4]["resource"]["description"]
    other = anothers("194001019802")
    for bundle, why in (
        (dead, "telefonnummer"),
        (long, "för lång text"),
        (backwards, "slutar innan den börjar"),
        (silent, "inte vad som ska göras"),
        (other, "någon annan"),
        (b"", "JSON"),
        (b"\xff\xfe", "UTF-8"),
    ):
        answer = sent(nils, aino.id, bundle)
        assert answer.status_code == 422, why
        assert why in answer.text
        assert "Inget är sparat" in answer.text
        assert rows_of(database, aino.id) == before


@ON_SQLITE
def test_no_file_is_told_as_such_and_a_huge_one_refused(visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"/personal/person/{aino.id}/plan/las-in"
    assert "Läs in en plan" in nils.page(path)
    assert nils.post(path).status_code == 422
    huge = (
        b"--b\r\nContent-Disposition: form-data; name=fil; filename=x\r\n\r\n"
        + b"x" * 3_000_000
        + b"\r\n--b--"
    )
    answer = nils.client.post(path, data=huge, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


@ON_SQLITE
def test_a_frozen_plan_takes_nothing_in(database: Database, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    with database.writing() as session:
        session.execute(
            update(Plan).where(Plan.person_id == aino.id).values(frozen_at=datetime(2026, 3, 1, tzinfo=UTC))
        )
    answer = sent(nils, aino.id, anothers(number_of(database, aino.id)))
    assert answer.status_code == 422
    assert "fryst" in answer.text


@ON_SQLITE
def test_no_other_page_takes_files(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    answer = aino.client.post(
        f"{aino.p}/plan/egen-rad",
        data={"csrf_token": aino.token(), "fil": (io.BytesIO(b"x"), "x.json")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
