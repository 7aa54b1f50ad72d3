"""The names by which systems know things apart, and how our own additions to FHIR are named.

Identifiers: HL7 Sweden's base profiles for R4 (SEBasePatient, SEBaseOrganization). Inera's service contracts
name the same numbers by OID: read, never written. See docs/decisions/0031-fhir.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PERSONAL_NUMBER = "http://electronichealth.se/identifier/personnummer"
COORDINATION_NUMBER = "http://electronichealth.se/identifier/samordningsnummer"
HSA_ID = "urn:oid:1.2.752.29.4.19"
ORGANISATION_NUMBER = "urn:oid:2.5.4.97"
OF_PERSONS = frozenset(
    {
        PERSONAL_NUMBER,
        COORDINATION_NUMBER,
        "urn:oid:1.2.752.129.2.1.3.1",  # personnummer
        "urn:oid:1.2.752.129.2.1.3.3",  # samordningsnummer
    }
)
OF_UNITS = frozenset({HSA_ID, "urn:oid:1.2.752.129.2.1.4.1", "http://electronichealth.se/identifier/hsaid"})

OURS = "urn:naramig:"
PLAN_ID, ORGANISATION_ID, UNIT_ID, PERSON_ID = (
    f"{OURS}{kind}" for kind in ("plan", "organisation", "unit", "person")
)
DOER, FLOW, AREA, PROMPT, HUVUDMAN = (
    f"{OURS}{kind}" for kind in ("doer", "flow", "area", "prompt", "huvudman")
)
SEVEN = f"{OURS}seven"  # the questionnaire, and its answers' codes

# FHIR's type of each addition of ours; String where none stands here.
ADDITIONS = {
    **dict.fromkeys(("overall", "unit", "situation-by", "revises", "from-answer"), "Reference"),
    **dict.fromkeys(("nobody-else", "complete", "ends-row", "shared"), "Boolean"),
    **dict.fromkeys(("frozen-at", "answered-at", "told-at"), "Instant"),
    **dict.fromkeys(("flow", "situation-flow", "how", "how-given", "takes-part-as"), "Code"),
    "place": "Integer",
    "on": "Date",
}

Json = dict[str, Any]


def without_nothing(thing: Mapping[str, Any]) -> Json:
    """The element without what it lacks: FHIR has no empty texts, lists or objects."""
    return {name: value for name, value in thing.items() if value not in (None, "", [], {}, ())}


def extensions(named: Iterable[tuple[str, str, Any]]) -> list[Json]:
    """Our additions: (name, FHIR's type, value); those without a value are left out."""
    return [
        {"url": OURS + name, f"value{kind}": value} for name, kind, value in named if value not in (None, "")
    ]


def extension(thing: Mapping[str, Any], name: str) -> Any:
    """The value of one addition of ours, or None."""
    for each in thing.get("extension", ()):
        if each["url"] == OURS + name:
            return next((value for key, value in each.items() if key.startswith("value")), None)
    return None


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def code_of(system: str, concepts: Iterable[Mapping[str, Any]]) -> str | None:
    """The first code of that system among some CodeableConcepts."""
    return next(
        (
            coding["code"]
            for each in concepts
            for coding in each.get("coding", ())
            if coding.get("system") == system and "code" in coding
        ),
        None,
    )


def identified(thing: Mapping[str, Any], systems: Iterable[str]) -> str | None:
    """The value of the first identifier of any of these systems."""
    wanted = frozenset(systems)
    return next(
        (each.get("value") for each in thing.get("identifier", ()) if each.get("system") in wanted), None
    )
