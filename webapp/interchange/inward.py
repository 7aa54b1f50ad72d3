"""A checked FHIR R4 bundle as a plan. What another system has no word for is left empty, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

from webapp.directory.flows import Flow
from webapp.interchange import outward, systems
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
from webapp.interchange.systems import Json, code_of, extension, identified
from webapp.patient_contract.questions import Question
from webapp.patient_contract.questions import Said as Reply
from webapp.plans.models import Doer, How, ParticipantKind, RowStatus

OTHERS = UUID("b1c4a6de-0c8e-5c36-8f5b-5a3c3a6d8c02")  # what others' ids become ids of ours by
STATES = {code: status for status, code in outward.STATES.items()}
OVER = frozenset({"completed", "cancelled", "entered-in-error", "failed", "stopped"})
Choice = TypeVar("Choice", Flow, Doer, ParticipantKind, How)


@dataclass(frozen=True, slots=True)
class Found:
    """The entries by address, and by type."""

    by_address: Mapping[str, Json]
    by_type: Mapping[str, list[Json]]

    def at(self, reference: Mapping[str, Any] | None) -> Json | None:
        return self.by_address.get((reference or {}).get("reference", ""))

    def id_at(self, reference: Mapping[str, Any] | None) -> UUID | None:
        there = self.at(reference)
        return own_id(there) if there else None

    def of(self, kind: str) -> list[Json]:
        return self.by_type.get(kind, [])


def found_in(bundle: Mapping[str, Any]) -> Found:
    """The entries of a bundle, by full address and by "Type/id"."""
    by_address: dict[str, Json] = {}
    by_type: dict[str, list[Json]] = {}
    for entry in bundle.get("entry", ()):
        resource = entry["resource"]
        by_address[entry["fullUrl"]] = resource
        if "id" in resource:
            by_address[f"{resource['resourceType']}/{resource['id']}"] = resource
        by_type.setdefault(resource["resourceType"], []).append(resource)
    return Found(by_address, by_type)


def own_id(resource: Mapping[str, Any]) -> UUID:
    """The resource's id where it is a UUID, as ours are; else one that always follows from it."""
    given = str(resource.get("id", ""))
    try:
        return UUID(given)
    except ValueError:
        return uuid5(OTHERS, f"{resource.get('resourceType')}/{given}")


def plan(bundle: Mapping[str, Any], person_id: UUID) -> Shared:
    """The plan, for this person, of a bundle that checking.faults has found nothing wrong with."""
    found = found_in(bundle)
    (care_plan,), (patient,) = found.of("CarePlan"), found.of("Patient")
    responses = found.of("QuestionnaireResponse")
    seven = [each for each in responses if each.get("questionnaire") == systems.SEVEN]
    return Shared(
        id=own_id(care_plan),
        whose=_whose(patient, person_id),
        begun_on=_day(care_plan.get("period", {}).get("start")),
        changed_at=_instant(bundle.get("meta", {}).get("lastUpdated")) or datetime.fromtimestamp(0, UTC),
        overall_id=found.id_at(extension(care_plan, "overall")),
        flow=_choice(Flow, code_of(systems.FLOW, care_plan.get("category", ())), Flow.ALL),
        situation=care_plan.get("description", ""),
        situation_by_id=found.id_at(extension(care_plan, "situation-by")),
        situation_flow=_choice(Flow, extension(care_plan, "situation-flow"), Flow.ALL),
        if_worse_signs=extension(care_plan, "if-worse-signs") or "",
        if_worse_do=extension(care_plan, "if-worse-do") or "",
        held_together_by=extension(care_plan, "held-together-by") or "",
        starter=extension(care_plan, "starter") or "",
        no_answer_reason=extension(care_plan, "no-answer-reason") or "",
        nobody_else=bool(extension(care_plan, "nobody-else")),
        frozen_at=_instant(extension(care_plan, "frozen-at")),
        unit_id=found.id_at(extension(care_plan, "unit")),
        complete=bool(extension(care_plan, "complete")),
        bodies=tuple(_body(each, found) for each in found.of("Organization")),
        near=tuple(Near(id=own_id(each), name=_name(each)) for each in found.of("RelatedPerson")),
        goals=tuple(_goal(each, found) for each in found.of("Goal")),
        rows=(*(_row(each, found) for each in found.of("Task")), *_inline(care_plan, found)),
        participants=tuple(_takes_part(found)),
        consents=tuple(_consent(each, found) for each in found.of("Consent")),
        answers=tuple(said for each in responses if each not in seven for said in _said(each)),
        rounds=tuple(made for each in seven for made in _round(each)),
    )


def _whose(patient: Mapping[str, Any], person_id: UUID) -> Whose:
    number = identified(patient, systems.OF_PERSONS)
    spoken = [each["language"] for each in patient.get("communication", ())]
    return Whose(
        id=person_id,
        name=_name(patient),
        number=number,
        coordination=identified(patient, {systems.COORDINATION_NUMBER}) is not None,
        language=code_of("urn:ietf:bcp:47", spoken) or "sv",
    )


def _name(resource: Mapping[str, Any]) -> str:
    for name in resource.get("name", ()):
        parts = [*name.get("given", ()), name.get("family", "")]
        return str(name.get("text") or " ".join(part for part in parts if part))
    return ""


def _body(each: Mapping[str, Any], found: Found) -> Body:
    return Body(
        id=own_id(each),
        name=each.get("name", ""),
        huvudman=code_of(systems.HUVUDMAN, each.get("type", ())) or "",
        hsa_id=identified(each, systems.OF_UNITS),
        part_of=found.id_at(each.get("partOf")),
    )


def _goal(each: Mapping[str, Any], found: Found) -> SharedGoal:
    said = [target["detailString"] for target in each.get("target", ()) if "detailString" in target]
    ended = each["lifecycleStatus"] in ("completed", "cancelled", "rejected", "entered-in-error")
    return SharedGoal(
        id=own_id(each),
        words=_text(each["description"]),
        noticed_by=said[0] if said else "",
        area=next((_text(category) for category in each.get("category", ())), ""),
        place=extension(each, "place") or 0,
        ended_on=_day(each.get("statusDate")) if ended else None,
        written_as=extension(each, "written-as") or "",
        answer_id=found.id_at(extension(each, "from-answer")),
    )


def _row(task: Mapping[str, Any], found: Found) -> SharedRow:
    owner = task.get("owner", {})
    there, period = found.at(owner), task.get("executionPeriod", {})
    kind = there["resourceType"] if there else ""
    what = task.get("description") or _text(task.get("code", {}))
    return SharedRow(
        id=own_id(task),
        what=what,
        doer=_choice(Doer, code_of(systems.DOER, task.get("performerType", ())), _doer(there)),
        status=STATES.get(task["status"], RowStatus.ENDED if task["status"] in OVER else RowStatus.PROPOSED),
        organisation_id=own_id(there) if there and kind == "Organization" else None,
        relative_id=own_id(there) if there and kind == "RelatedPerson" else None,
        flow=_choice(Flow, extension(task, "flow"), Flow.ALL),
        who=owner.get("display") or (_name(there) if there and kind.startswith("Practitioner") else ""),
        phone=extension(task, "phone"),
        how_often=extension(task, "how-often") or "",
        from_on=_day(period.get("start")),
        until_on=_day(period.get("end")),
        next_step=extension(task, "next-step") or "",
        waits_for=extension(task, "waits-for") or "",
        objection=task.get("statusReason", {}).get("text", ""),
        revises_id=found.id_at(extension(task, "revises")),
        ends_row=bool(extension(task, "ends-row")),
        unit_id=found.id_at(extension(task, "unit")),
        answered_at=_instant(extension(task, "answered-at")),
        written_at=_instant(task.get("authoredOn")),
        written_as=extension(task, "written-as") or "",
        place=extension(task, "place") or 0,
        told=tuple(_told(task)),
    )


def _doer(there: Mapping[str, Any] | None) -> Doer:
    by_type = {"Patient": Doer.ME, "RelatedPerson": Doer.RELATIVE}
    return by_type.get(there["resourceType"], Doer.OTHER) if there else Doer.OTHER


def _inline(care_plan: Mapping[str, Any], found: Found) -> Iterator[SharedRow]:
    """Another system's way: what is to be done stands in the plan itself."""
    for number, activity in enumerate(care_plan.get("activity", ())):
        detail = activity.get("detail")
        if not detail:
            continue
        by: Json = next(iter(detail.get("performer", ())), {})
        there = found.at(by)
        period = detail.get("scheduledPeriod", {})
        yield SharedRow(
            id=uuid5(OTHERS, f"{care_plan.get('id')}/activity/{number}"),
            what=detail.get("description") or _text(detail.get("code", {})),
            doer=_doer(there),
            status=RowStatus.ENDED if detail["status"] in OVER else RowStatus.PROPOSED,
            organisation_id=own_id(there) if there and there["resourceType"] == "Organization" else None,
            who=by.get("display")
            or (_name(there) if there and there["resourceType"] == "Practitioner" else ""),
            how_often=detail.get("scheduledString", ""),
            from_on=_day(period.get("start")),
            until_on=_day(period.get("end")),
        )


def _told(task: Mapping[str, Any]) -> Iterator[Told]:
    for each in task.get("extension", ()):
        at = _instant(extension(each, "told-at"))
        on = _day(extension(each, "on"))
        if each["url"] == systems.OURS + "told" and at and on:
            yield Told(
                on=on,
                how=_choice(How, extension(each, "how"), How.NO),
                words=extension(each, "words") or "",
                told_at=at,
                written_as=extension(each, "written-as") or "",
            )


def _takes_part(found: Found) -> Iterable[TakesPart]:
    for team in found.of("CareTeam"):
        for each in team.get("participant", ()):
            kind, chosen_at = extension(each, "takes-part-as"), _instant(each.get("period", {}).get("start"))
            if kind is None or chosen_at is None:
                continue  # another system's: the person chooses who takes part
            there = found.at(each.get("member"))
            unit = there is not None and there["resourceType"] == "Organization"
            yield TakesPart(
                id=own_id(each),
                kind=_choice(ParticipantKind, kind, ParticipantKind.OTHER),
                chosen_at=chosen_at,
                unit_id=own_id(there) if there and unit else None,
                relative_id=own_id(there) if there and not unit else None,
                name=each.get("member", {}).get("display", ""),
                role=next((_text(role) for role in each.get("role", ())), ""),
                ended_at=_instant(each["period"].get("end")),
            )


def _consent(each: Mapping[str, Any], found: Found) -> Agreement:
    provision = each.get("provision", {})
    period = provision.get("period", {})
    given = _instant(each.get("dateTime")) or datetime.fromtimestamp(0, UTC)
    units = (found.id_at(actor.get("reference")) for actor in provision.get("actor", ()))
    return Agreement(
        id=own_id(each),
        flow=_choice(Flow, code_of(systems.FLOW, each["category"]), Flow.ALL),
        units=tuple(unit for unit in units if unit),
        areas=tuple(area.get("code", "") for area in provision.get("class", ())),
        how=extension(each, "how-given") or "",
        recorded_by=extension(each, "recorded-by") or "",
        from_on=_day(period.get("start")) or given.date(),
        until_on=_day(period.get("end")) or given.date(),
        given_at=given,
        withdrawn=each["status"] != "active",
    )


def _said(response: Mapping[str, Any]) -> Iterator[Said]:
    at = _instant(response.get("authored"))
    for item in response.get("item", ()):
        words = [answer["valueString"] for answer in item.get("answer", ()) if "valueString" in answer]
        if at and words:
            yield Said(
                id=own_id(response),
                prompt=item["linkId"],
                question=item.get("text", ""),
                words=words[0],
                written_at=at,
                written_as=extension(response, "written-as") or "",
            )


def _round(response: Mapping[str, Any]) -> Iterator[Round]:
    at = _instant(response.get("authored"))
    said = {
        item["linkId"]: answer["valueCoding"].get("code")
        for item in response.get("item", ())
        for answer in item.get("answer", ())
        if answer.get("valueCoding", {}).get("system") == systems.SEVEN
    }
    replies = {each.value for each in Reply}
    answers = tuple((each, Reply(said[each])) for each in Question if said.get(each) in replies)
    if at:
        shared = bool(extension(response, "shared"))
        yield Round(id=own_id(response), answered_at=at, answers=answers, shared=shared)


def _text(concept: Mapping[str, Any]) -> str:
    """A CodeableConcept in words."""
    shown = (coding.get("display", "") for coding in concept.get("coding", ()))
    return str(concept.get("text") or next((words for words in shown if words), ""))


def _choice(kind: type[Choice], code: str | None, otherwise: Choice) -> Choice:
    return kind(code) if code in {each.value for each in kind} else otherwise


def _instant(text: str | None) -> datetime | None:
    """A moment; a day alone, or a clock without a zone, is none."""
    if not text or len(text) < len("2026-03-09T08:00:00"):
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else None


def _day(text: str | None) -> date | None:
    """The day of a date or a moment; a year or a month alone is none."""
    return date.fromisoformat(text[:10]) if text and len(text) >= len("2026-03-09") else None
