"""A plan as a FHIR R4 bundle: CarePlan with its goals, tasks, team, consents and answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid5

from webapp.interchange import systems
from webapp.interchange.content import (
    Agreement,
    Body,
    Near,
    Round,
    Said,
    Shared,
    SharedGoal,
    SharedRow,
    TakesPart,
    Told,
    Whose,
)
from webapp.interchange.systems import Json, concept, extensions, without_nothing
from webapp.patient_contract.questions import QUESTIONS
from webapp.plans.models import Doer, RowStatus

TEAM = UUID("6f0dcb0e-5d0c-5f0b-9a67-6a2f6c1b7c11")  # what a plan's care team is named from
STATES = {
    RowStatus.PROPOSED: "requested",
    RowStatus.AGREED: "accepted",
    RowStatus.OBJECTED: "rejected",
    RowStatus.ENDED: "completed",
}
NOTICED = "Hur märker jag att det blivit bättre?"
SIP = "Samtycke till samordnad individuell plan (SIP)"


def bundle(shared: Shared) -> Json:
    """The whole as JSON. The same plan always gives the same octets."""
    return {
        "resourceType": "Bundle",
        "id": str(shared.id),
        "meta": {"lastUpdated": instant(shared.changed_at)},
        "identifier": {"system": systems.PLAN_ID, "value": str(shared.id)},
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources(shared)],
    }


def resources(shared: Shared) -> Iterator[Json]:
    patient = ref(shared.whose.id)
    yield _patient(shared.whose)
    yield from map(_organisation, shared.bodies)
    yield from (_related(near, patient) for near in shared.near)
    yield _care_plan(shared, patient)
    yield _care_team(shared, patient)
    yield from (_goal(goal, patient) for goal in shared.goals)
    yield from (_task(row, shared, patient) for row in shared.rows)
    yield from (_consent(each, patient) for each in shared.consents)
    yield from (_answer(each, patient) for each in shared.answers)
    yield from (_round(each, patient) for each in shared.rounds)


def ref(to: UUID | None) -> Json | None:
    return {"reference": f"urn:uuid:{to}"} if to else None


def instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _patient(whose: Whose) -> Json:
    system = systems.COORDINATION_NUMBER if whose.coordination else systems.PERSONAL_NUMBER
    number = [{"system": system, "value": whose.number}] if whose.number else []
    return without_nothing(
        {
            "resourceType": "Patient",
            "id": str(whose.id),
            "identifier": [{"system": systems.PERSON_ID, "value": str(whose.id)}, *number],
            "name": [{"text": whose.name}],
            "communication": [
                {"language": concept("urn:ietf:bcp:47", whose.language), "preferred": True},
            ],
        }
    )


def _organisation(body: Body) -> Json:
    ours = systems.UNIT_ID if body.part_of else systems.ORGANISATION_ID
    known = [{"system": systems.HSA_ID, "value": body.hsa_id}] if body.hsa_id else []
    return without_nothing(
        {
            "resourceType": "Organization",
            "id": str(body.id),
            "identifier": [{"system": ours, "value": str(body.id)}, *known],
            "type": [concept(systems.HUVUDMAN, body.huvudman)] if body.huvudman else [],
            "name": body.name,
            "partOf": ref(body.part_of),
        }
    )


def _related(near: Near, patient: Json | None) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "id": str(near.id),
        "patient": patient,
        "name": [{"text": near.name}],
    }


def _care_plan(shared: Shared, patient: Json | None) -> Json:
    return without_nothing(
        {
            "resourceType": "CarePlan",
            "id": str(shared.id),
            "extension": extensions(
                (
                    ("overall", "Reference", ref(shared.overall_id)),
                    ("unit", "Reference", ref(shared.unit_id)),
                    ("situation-by", "Reference", ref(shared.situation_by_id)),
                    (
                        "situation-flow",
                        "Code",
                        shared.situation_flow.value if shared.situation_by_id else None,
                    ),
                    ("if-worse-signs", "String", shared.if_worse_signs),
                    ("if-worse-do", "String", shared.if_worse_do),
                    ("held-together-by", "String", shared.held_together_by),
                    ("starter", "String", shared.starter),
                    ("no-answer-reason", "String", shared.no_answer_reason),
                    ("nobody-else", "Boolean", shared.nobody_else or None),
                    ("frozen-at", "Instant", instant(shared.frozen_at)),
                    ("complete", "Boolean", shared.complete or None),
                )
            ),
            "identifier": [{"system": systems.PLAN_ID, "value": str(shared.id)}],
            "status": "on-hold" if shared.frozen_at else "active",
            "intent": "plan",
            "category": [concept(systems.FLOW, shared.flow)],
            "description": shared.situation,
            "subject": patient,
            "period": {"start": shared.begun_on.isoformat()} if shared.begun_on else None,
            "careTeam": [ref(_team_id(shared))],
            "supportingInfo": [
                *(ref(said.id) for said in shared.answers),
                *(ref(each.id) for each in shared.rounds),
            ],
            "goal": [ref(goal.id) for goal in shared.goals],
            "activity": [{"reference": ref(row.id)} for row in shared.rows],
        }
    )


def _team_id(shared: Shared) -> UUID:
    return uuid5(TEAM, str(shared.id))


def _care_team(shared: Shared, patient: Json | None) -> Json:
    return without_nothing(
        {
            "resourceType": "CareTeam",
            "id": str(_team_id(shared)),
            "status": "active",
            "subject": patient,
            "participant": [_participant(each) for each in shared.participants],
        }
    )


def _participant(each: TakesPart) -> Json:
    member = without_nothing({**(ref(each.unit_id or each.relative_id) or {}), "display": each.name})
    return without_nothing(
        {
            "id": str(each.id),
            "extension": extensions((("takes-part-as", "Code", each.kind.value),)),
            "role": [{"text": each.role}] if each.role else [],
            "member": member,
            "period": without_nothing({"start": instant(each.chosen_at), "end": instant(each.ended_at)}),
        }
    )


def _goal(goal: SharedGoal, patient: Json | None) -> Json:
    return without_nothing(
        {
            "resourceType": "Goal",
            "id": str(goal.id),
            "extension": extensions(
                (
                    ("place", "Integer", goal.place),
                    ("written-as", "String", goal.written_as),
                    ("from-answer", "Reference", ref(goal.answer_id)),
                )
            ),
            "lifecycleStatus": "completed" if goal.ended_on else "active",
            "category": [{"text": goal.area}] if goal.area else [],
            "description": {"text": goal.words},
            "subject": patient,
            "target": [{"measure": {"text": NOTICED}, "detailString": goal.noticed_by}]
            if goal.noticed_by
            else [],
            "statusDate": goal.ended_on.isoformat() if goal.ended_on else None,
        }
    )


def _task(row: SharedRow, shared: Shared, patient: Json | None) -> Json:
    by = patient if row.doer is Doer.ME else ref(row.organisation_id or row.relative_id)
    period = {
        "start": row.from_on.isoformat() if row.from_on else None,
        "end": row.until_on.isoformat() if row.until_on else None,
    }
    return without_nothing(
        {
            "resourceType": "Task",
            "id": str(row.id),
            "extension": [
                *extensions(
                    (
                        ("flow", "Code", row.flow.value),
                        ("phone", "String", row.phone),
                        ("how-often", "String", row.how_often),
                        ("next-step", "String", row.next_step),
                        ("waits-for", "String", row.waits_for),
                        ("revises", "Reference", ref(row.revises_id)),
                        ("ends-row", "Boolean", row.ends_row or None),
                        ("unit", "Reference", ref(row.unit_id)),
                        ("answered-at", "Instant", instant(row.answered_at)),
                        ("written-as", "String", row.written_as),
                        ("place", "Integer", row.place),
                    )
                ),
                *map(_told, row.told),
            ],
            "basedOn": [ref(shared.id)],
            "status": STATES[row.status],
            "statusReason": {"text": row.objection} if row.objection else None,
            "intent": "plan" if row.status in (RowStatus.AGREED, RowStatus.ENDED) else "proposal",
            "description": row.what,
            "for": patient,
            "executionPeriod": without_nothing(period),
            "authoredOn": instant(row.written_at),
            "performerType": [concept(systems.DOER, row.doer)],
            "owner": without_nothing({**(by or {}), "display": row.who}),
        }
    )


def _told(told: Told) -> Json:
    parts = extensions(
        (
            ("on", "Date", told.on.isoformat()),
            ("how", "Code", told.how.value),
            ("words", "String", told.words),
            ("told-at", "Instant", instant(told.told_at)),
            ("written-as", "String", told.written_as),
        )
    )
    return {"url": systems.OURS + "told", "extension": parts}


def _consent(each: Agreement, patient: Json | None) -> Json:
    return {
        "resourceType": "Consent",
        "id": str(each.id),
        "extension": extensions(
            (("how-given", "Code", each.how), ("recorded-by", "String", each.recorded_by))
        ),
        "status": "inactive" if each.withdrawn else "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept("http://loinc.org", "59284-0"), concept(systems.FLOW, each.flow)],
        "patient": patient,
        "dateTime": instant(each.given_at),
        "policyRule": {"text": SIP},
        "provision": without_nothing(
            {
                "type": "permit",
                "period": {"start": each.from_on.isoformat(), "end": each.until_on.isoformat()},
                "actor": [
                    {
                        "role": concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                        "reference": ref(unit),
                    }
                    for unit in each.units
                ],
                "class": [{"system": systems.AREA, "code": area} for area in each.areas],
            }
        ),
    }


def _answer(each: Said, patient: Json | None) -> Json:
    return without_nothing(
        {
            "resourceType": "QuestionnaireResponse",
            "id": str(each.id),
            "extension": extensions((("written-as", "String", each.written_as),)),
            "status": "completed",
            "subject": patient,
            "authored": instant(each.written_at),
            "item": [{"linkId": each.prompt, "text": each.question, "answer": [{"valueString": each.words}]}],
        }
    )


def _round(each: Round, patient: Json | None) -> Json:
    """The seven questions as they are asked in Swedish, those that were answered."""
    return without_nothing(
        {
            "resourceType": "QuestionnaireResponse",
            "id": str(each.id),
            "extension": extensions((("shared", "Boolean", each.shared or None),)),
            "questionnaire": systems.SEVEN,
            "status": "completed",
            "subject": patient,
            "authored": instant(each.answered_at),
            "item": [
                {
                    "linkId": question.value,
                    "text": QUESTIONS[question].message,
                    "answer": [{"valueCoding": {"system": systems.SEVEN, "code": reply.value}}],
                }
                for question, reply in each.answers
            ],
        }
    )
