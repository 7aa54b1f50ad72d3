"""The plan as FHIR: out and in again without loss, and what is broken refused, each part with its reason."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.interchange.plans import AINO, NUMBER, plans, small
from webapp.interchange import checking, inward, octets, outward, seal, systems
from webapp.interchange.checking import Expected, Fault
from webapp.interchange.content import Shared

SECRET = "a secret for these tests alone"
WHOM = Expected(AINO, NUMBER)
Break = Callable[[dict[str, Any]], None]


def file_of(shared: Shared) -> bytes:
    return json.dumps(seal.sealed(outward.bundle(shared), SECRET), ensure_ascii=False).encode()


def faults_of(bundle: Any) -> list[Fault]:
    return checking.faults(octets.read(json.dumps(bundle).encode()), WHOM)


@given(plans())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_out_in_and_out_again_is_the_same_plan(shared: Shared) -> None:
    read = octets.read(file_of(shared))
    assert checking.faults(read, WHOM) == []
    back = inward.plan(read, AINO)
    assert back == shared
    assert file_of(back) == file_of(shared)
    assert seal.is_ours(read, SECRET)


@given(plans(), st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_one_changed_sign_and_the_file_is_no_longer_ours(shared: Shared, data: st.DataObject) -> None:
    read = octets.read(file_of(shared))
    entry = data.draw(st.sampled_from(read["entry"]))
    entry["resource"]["language"] = "fi"
    assert not seal.is_ours(read, SECRET)
    assert not seal.is_ours(octets.read(file_of(shared)), SECRET + "!")


def test_each_part_is_a_part_that_fhir_knows() -> None:
    kinds = [entry["resource"]["resourceType"] for entry in outward.bundle(small())["entry"]]
    assert kinds[:2] == ["Patient", "Organization"]
    for entry in outward.bundle(small())["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    get_fhir_model_class("Bundle").model_validate(octets.read(file_of(small())))


def test_numbers_go_by_the_names_of_hl7_sweden() -> None:
    patient = outward.bundle(small())["entry"][0]["resource"]
    assert {"system": systems.PERSONAL_NUMBER, "value": NUMBER} in patient["identifier"]
    unit = outward.bundle(small())["entry"][2]["resource"]
    assert {"system": "urn:oid:1.2.752.29.4.19", "value": "SE2321000230-ABCD"} in unit["identifier"]


# What is broken


def _resource(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def _unknown_code(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Task")["status"] = "kanske"


def _unknown_care_plan_code(bundle: dict[str, Any]) -> None:
    _resource(bundle, "CarePlan")["intent"] = "hope"


def _dangling(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Task")["owner"]["reference"] = f"urn:uuid:{uuid4()}"


def _somebody_elses(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Patient")["identifier"][1]["value"] = "194001019802"


def _nobody(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Patient")["identifier"] = [{"system": "http://annat.example/id", "value": "7"}]


def _foreign_subject(bundle: dict[str, Any]) -> None:
    for_whom = {"identifier": {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "19400101-9802"}}
    _resource(bundle, "Task")["for"] = for_whom


def _two_patients(bundle: dict[str, Any]) -> None:
    bundle["entry"].append({"fullUrl": f"urn:uuid:{uuid4()}", "resource": _resource(bundle, "Patient")})


def _no_plan(bundle: dict[str, Any]) -> None:
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["resourceType"] in ("Patient",)]


def _same_address(bundle: dict[str, Any]) -> None:
    bundle["entry"][-1]["fullUrl"] = bundle["entry"][-2]["fullUrl"]


def _circle(bundle: dict[str, Any]) -> None:
    first, second = (e for e in bundle["entry"] if e["resource"]["resourceType"] == "Task")
    first["resource"]["partOf"] = [{"reference": second["fullUrl"]}]
    second["resource"]["partOf"] = [{"reference": first["fullUrl"]}]


def _own_part(bundle: dict[str, Any]) -> None:
    first = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == "Organization")
    first["resource"]["partOf"] = {"reference": first["fullUrl"]}


def _no_description(bundle: dict[str, Any]) -> None:
    del _resource(bundle, "Goal")["description"]


def _unknown_field(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Goal")["mood"] = "good"


def _wrong_kind_of_thing(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Task")["executionPeriod"] = "alltid"


def _unknown_resource(bundle: dict[str, Any]) -> None:
    bundle["entry"][-1]["resource"]["resourceType"] = "Starship"


def _nothing_in_a_part(bundle: dict[str, Any]) -> None:
    bundle["entry"][3] = {"fullUrl": "urn:uuid:x"}


def _no_address(bundle: dict[str, Any]) -> None:
    del bundle["entry"][2]["fullUrl"]


def _unseen_signs(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Task")["description"] = "Väg\u202edig"


def _too_long(bundle: dict[str, Any]) -> None:
    _resource(bundle, "Task")["description"] = "x" * 2001


def _empty(bundle: dict[str, Any]) -> None:
    bundle["entry"] = []


def _entries_of_another_kind(bundle: dict[str, Any]) -> None:
    bundle["entry"] = {"a": 1}


def _ten_thousand(bundle: dict[str, Any]) -> None:
    bundle["entry"] = [
        {"fullUrl": f"urn:x:{n}", "resource": {"resourceType": "Task", "status": "draft", "intent": "plan"}}
        for n in range(10_000)
    ]


BROKEN: list[tuple[Break, int | None, str]] = [
    (_unknown_code, 8, "Koden finns inte"),
    (_unknown_care_plan_code, 5, "Koden finns inte"),
    (_dangling, 8, "Hänvisningen leder"),
    (_somebody_elses, 1, "någon annan"),
    (_nobody, 1, "någon annan"),
    (_foreign_subject, 8, "någon annans personnummer"),
    (_two_patients, None, "precis en"),
    (_no_plan, None, "precis en"),
    (_same_address, 9, "samma adress"),
    (_circle, 8, "hör till sig själv"),
    (_own_part, 2, "hör till sig själv"),
    (_no_description, 7, "måste finnas"),
    (_unknown_field, 7, "finns inte i FHIR R4"),
    (_wrong_kind_of_thing, 8, "inte den form"),
    (_unknown_resource, 9, "tar vi inte emot"),
    (_nothing_in_a_part, 4, "inget innehåll"),
    (_no_address, 3, "ingen adress"),
    (_unseen_signs, 8, "inte syns"),
    (_too_long, 8, "för lång"),
    (_empty, None, "tom"),
    (_entries_of_another_kind, None, "tom"),
    (_ten_thousand, None, "1000 delar"),
]


@pytest.mark.parametrize(("broken", "entry", "why"), BROKEN, ids=[case[0].__name__ for case in BROKEN])
def test_what_is_broken_is_refused_with_a_reason_for_its_part(
    broken: Break, entry: int | None, why: str
) -> None:
    bundle = copy.deepcopy(outward.bundle(small()))
    broken(bundle)
    told = faults_of(bundle)
    assert any(why in str(fault.why) and fault.entry == entry for fault in told), told


UNREADABLE = [
    (b"", "JSON"),
    (b"{", "JSON"),
    (b"[]", "Bundle"),
    (b'{"resourceType": "Patient"}', "Bundle"),
    ('{"resourceType": "Bundle", "id": "å"}'.encode("latin-1"), "UTF-8"),
    (b'{"resourceType": "Bundle", "total": NaN}', "inte är något tal"),
    (b'{"resourceType": "Bundle", "total": Infinity}', "inte är något tal"),
    (b'{"resourceType": "Bundle", "total": ' + b"9" * 5000 + b"}", "för stort"),
    (b'{"resourceType": "Bundle", "total": 1e999}', "för stort"),
    (b'{"resourceType": "Bundle", "type": "a", "type": "b"}', "två gånger"),
    (b'{"resourceType": "Bundle", "x": ' + b"[" * 30 + b"]" * 30 + b"}", "nivåer"),
    (b'{"resourceType": "Bundle", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nivåer"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nivåer"),
    (b" " * (octets.MOST_OCTETS + 1), "för stor"),
]


@pytest.mark.parametrize(("sent", "why"), UNREADABLE, ids=[str(n) for n in range(len(UNREADABLE))])
def test_octets_that_are_no_file_of_ours_are_refused(sent: bytes, why: str) -> None:
    with pytest.raises(octets.Unreadable) as told:
        octets.read(sent)
    assert why in str(told.value.why)


def test_half_a_sign_is_refused_as_text_that_cannot_be_seen() -> None:
    bundle = outward.bundle(small())
    sent = json.dumps(bundle).replace("Gå ut", "\\ud800").replace("G\\u00e5 ut", "\\ud800").encode()
    told = checking.faults(octets.read(sent), WHOM)
    assert any("inte syns" in str(fault.why) and fault.entry == 7 for fault in told)


def test_a_heavy_file_is_refused_within_a_second() -> None:
    """The dearest there is: as many parts as are taken, each with something wrong that is found last."""
    bundle = outward.bundle(small())
    task: dict[str, Any] = _resource(bundle, "Task")
    for n in range(checking.MOST_ENTRIES - len(bundle["entry"])):
        wrong: dict[str, Any] = {**task, "id": str(uuid4()), "owner": {"reference": f"urn:uuid:{uuid4()}"}}
        bundle["entry"].append({"fullUrl": f"urn:uuid:{n}", "resource": wrong})
    sent = json.dumps(bundle).encode()
    checking.faults(octets.read(file_of(small())), WHOM)  # the models are loaded once
    began = time.process_time()
    told = checking.faults(octets.read(sent), WHOM)
    assert len(told) == checking.MOST_FAULTS
    assert time.process_time() - began < 1


def test_chains_that_fork_are_no_circle() -> None:
    bundle = outward.bundle(small())
    first, second = (e for e in bundle["entry"] if e["resource"]["resourceType"] == "Task")
    third: dict[str, Any] = {"fullUrl": "urn:uuid:third", "resource": {**first["resource"], "id": "third"}}
    bundle["entry"].append(third)
    second["resource"]["partOf"] = [{"reference": first["fullUrl"]}, {"reference": "Task/third"}]
    third["resource"]["partOf"] = [{"reference": first["fullUrl"]}]
    assert faults_of(bundle) == []


def test_no_fault_repeats_what_stands_in_the_file() -> None:
    bundle = outward.bundle(small())
    _resource(bundle, "Task")["status"] = "hemligt"
    _resource(bundle, "Goal")["lifecycleStatus"] = "hemligt"
    assert not any(
        re.search("hemligt|Ludde|Väga", f"{fault.field} {fault.why}") for fault in faults_of(bundle)
    )


def test_the_models_are_not_loaded_before_a_file_comes() -> None:
    look = "import sys, webapp; webapp.create_app; import webapp.interchange.routes;"
    look += "print([name for name in ('fhir', 'pydantic', 'typst') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
