"""What is wrong with a bundle, entry by entry, in words for staff: shape, value sets, references, and whose it is.

The shape and the value sets are those of the FHIR models of `fhir.resources` (R4B, whose resources used here
are R4's: docs/decisions/0031-fhir.md), which are imported when the first file comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from webapp.core.forms import has_strange_signs
from webapp.core.i18n import LazyText, _l
from webapp.interchange import systems
from webapp.interchange.systems import Json, extension

MOST_ENTRIES = 1000
MOST_TEXT = 2000  # characters of one text
MOST_FAULTS = 50  # told; a file with more is not worth reading further
TAKEN = (
    *("Patient", "CarePlan", "Goal", "CareTeam", "Consent", "RelatedPerson", "Task", "Organization"),
    *("QuestionnaireResponse", "Practitioner", "PractitionerRole"),
)
ONE_EACH = ("Patient", "CarePlan")
# Where the library's list of codes ends in "+": the whole list, as https://hl7.org/fhir/R4/valueset-task-status.html.
TASK_STATES = (
    "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed"
)
WHOLE_LISTS = {("Task", "status"): frozenset([*TASK_STATES.split(), "entered-in-error"])}
CHAINS = ("partOf", "replaces", "basedOn")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which entry (from 1; None: the whole file) and field, and what."""

    entry: int | None
    field: str
    why: LazyText


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose plan it is to be."""

    person_id: UUID
    number: str | None


def faults(bundle: Mapping[str, Any], expected: Expected) -> list[Fault]:
    """Everything wrong with the file, at most MOST_FAULTS; empty where it can be taken in."""
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        return [Fault(None, "entry", _l("Filen är tom."))]
    if len(entries) > MOST_ENTRIES:
        return [Fault(None, "entry", _l("Filen har fler än 1000 delar. Så stor är ingen plan."))]
    wrong = list(islice(_shapes(bundle, entries), MOST_FAULTS))
    if wrong:  # what has no shape cannot be asked about more
        return wrong
    return list(islice(_meanings(entries, expected), MOST_FAULTS))


# Shape and value sets


def _shapes(bundle: Mapping[str, Any], entries: list[Any]) -> Iterator[Fault]:
    around = {name: value for name, value in bundle.items() if name != "entry"}
    yield from _shape(around, "Bundle", None)
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("resource"), dict):
            yield Fault(number, "resource", _l("Delen har inget innehåll."))
        elif not isinstance(entry.get("fullUrl"), str) or not entry["fullUrl"]:
            yield Fault(number, "fullUrl", _l("Delen har ingen adress (fullUrl)."))
        elif entry["resource"].get("resourceType") not in TAKEN:
            yield Fault(number, "resourceType", _l("Den här sortens del tar vi inte emot."))
        else:
            yield from _shape(entry["resource"], entry["resource"]["resourceType"], number)
            yield from _texts(entry["resource"], number)


def _shape(thing: Mapping[str, Any], kind: str, number: int | None) -> Iterator[Fault]:
    from pydantic import ValidationError

    try:
        made = _model(kind).model_validate(thing)
    except ValidationError as wrong:
        for error in islice(wrong.errors(include_url=False, include_context=False, include_input=False), 5):
            yield Fault(number, _path(error["loc"]), _why(error["type"]))
        return
    except (ValueError, TypeError, RecursionError, AssertionError):
        yield Fault(number, "", _l("Delen har inte den form som FHIR R4 kräver."))
        return
    for field, why in _odd_codes(made):
        yield Fault(number, field, why)
    for name in _odd_additions(thing):
        yield Fault(number, name, _l("Fältet har inte den form som FHIR R4 kräver."))


def _odd_additions(thing: Any) -> Iterator[str]:
    """Additions of ours whose value is of another type than we write, however deep they stand."""
    if isinstance(thing, list):
        for each in thing:
            yield from _odd_additions(each)
    elif isinstance(thing, dict):
        url = thing.get("url")
        if isinstance(url, str) and url.startswith(systems.OURS):
            name = url.removeprefix(systems.OURS)
            values = [key for key in thing if key.startswith("value")]
            wanted = [] if name == "told" else [f"value{systems.ADDITIONS.get(name, 'String')}"]
            if values != wanted:
                yield name[:100]
        for each in thing.values():
            yield from _odd_additions(each)


@cache
def _model(kind: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)


def _why(kind: str) -> LazyText:
    if kind == "missing":
        return _l("Fältet måste finnas men saknas.")
    if kind == "extra_forbidden":
        return _l("Fältet finns inte i FHIR R4.")
    return _l("Fältet har inte den form som FHIR R4 kräver.")


def _path(parts: Iterable[Any]) -> str:
    return ".".join(str(part) for part in parts)[:100]


def _odd_codes(made: Any, path: str = "") -> Iterator[tuple[str, LazyText]]:
    """Codes that are not in the value set that the model names, all the way down."""
    for name, field in type(made).model_fields.items():
        value = getattr(made, name)
        if value is None:
            continue
        told = field.json_schema_extra or {}
        here = f"{path}.{field.alias or name}".lstrip(".")
        for each in value if isinstance(value, list) else [value]:
            if hasattr(type(each), "model_fields"):
                yield from _odd_codes(each, here)
            elif "enum_values" in told and str(each) not in _codes(made, name, told["enum_values"]):
                yield here, _l("Koden finns inte bland dem som FHIR R4 har för fältet.")


def _codes(made: Any, name: str, listed: list[str]) -> Collection[str]:
    return WHOLE_LISTS[made.get_resource_type(), name] if "+" in listed else listed


def _texts(thing: Any, number: int) -> Iterator[Fault]:
    for path, text in _every_text(thing):
        if len(text) > MOST_TEXT:
            yield Fault(number, path, _l("Texten är för lång. Den får ha högst 2000 tecken."))
        elif has_strange_signs(text):
            yield Fault(number, path, _l("Texten har tecken som inte syns."))


def _every_text(thing: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from _every_text(value, f"{path}.{name}".lstrip("."))
    elif isinstance(thing, list):
        for value in thing:
            yield from _every_text(value, path)


# References, and whose it is


def _meanings(entries: list[Any], expected: Expected) -> Iterator[Fault]:
    kinds = Counter(entry["resource"]["resourceType"] for entry in entries)
    for kind in ONE_EACH:
        if kinds[kind] != 1:
            why = _l("Filen ska ha precis en %(kind)s. Den har %(count)s.", kind=kind, count=kinds[kind])
            yield Fault(None, kind, why)
    addresses = _addresses(entries)
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        if entry["fullUrl"] in seen:
            yield Fault(number, "fullUrl", _l("Två delar har samma adress (fullUrl)."))
        seen.add(entry["fullUrl"])
        resource = entry["resource"]
        yield from _dangling(resource, addresses, number)
        yield from _foreign(resource, expected, number)
    yield from _circles(entries, addresses)


def _addresses(entries: list[Any]) -> dict[str, int]:
    """Every address something in the file can be reached by, and the number of the entry."""
    found: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        found.setdefault(entry["fullUrl"], number)
        if "id" in entry["resource"]:
            found.setdefault(f"{entry['resource']['resourceType']}/{entry['resource']['id']}", number)
    return found


def _references(thing: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(thing, dict):
        for name, value in thing.items():
            here = f"{path}.{name}".lstrip(".")
            if name == "reference" and isinstance(value, str):
                yield path, value
            else:
                yield from _references(value, here)
    elif isinstance(thing, list):
        for value in thing:
            yield from _references(value, path)


def _dangling(resource: Json, addresses: Mapping[str, int], number: int) -> Iterator[Fault]:
    for path, reference in _references(resource):
        if reference not in addresses:
            yield Fault(number, path, _l("Hänvisningen leder till en del som inte finns i filen."))


def _foreign(resource: Json, expected: Expected, number: int) -> Iterator[Fault]:
    """Anybody's number but this person's, and a Patient who cannot be told to be this person."""
    kind = resource["resourceType"]
    if kind == "Patient" and not _is_expected(resource, expected):
        yield Fault(number, "identifier", _l("Filen gäller någon annan, eller säger inte vem den gäller."))
    if kind in ("RelatedPerson", "Practitioner"):
        return
    for path, value in _numbers(resource):
        if expected.number is None or _digits(value) != expected.number:
            yield Fault(number, path, _l("Delen har någon annans personnummer."))


def _is_expected(patient: Json, expected: Expected) -> bool:
    number = systems.identified(patient, systems.OF_PERSONS)
    if number is not None:
        return expected.number is not None and _digits(number) == expected.number
    return systems.identified(patient, {systems.PERSON_ID}) == str(expected.person_id)


def _digits(number: Any) -> str:
    return "".join(sign for sign in str(number) if sign.isdigit())


def _numbers(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(thing, dict):
        if thing.get("system") in systems.OF_PERSONS:
            yield path, thing.get("value")
        for name, value in thing.items():
            yield from _numbers(value, f"{path}.{name}".lstrip("."))
    elif isinstance(thing, list):
        for value in thing:
            yield from _numbers(value, path)


def _circles(entries: list[Any], addresses: Mapping[str, int]) -> Iterator[Fault]:
    """Parts that are part of themselves, or change themselves, by way of others."""
    leads = {number: list(_ahead(entry["resource"], addresses)) for number, entry in enumerate(entries, 1)}
    safe: set[int] = set()
    for start in leads:
        way, ahead = [start], [iter(leads[start])]
        on_way = {start}
        while ahead and start not in safe:
            following = next(ahead[-1], None)
            if following is None:
                ahead.pop()
                gone = way.pop()
                on_way.discard(gone)
                safe.add(gone)
            elif following in on_way:
                yield Fault(following, "partOf", _l("Delen hör till sig själv genom en annan del."))
                return
            elif following not in safe:
                way.append(following)
                on_way.add(following)
                ahead.append(iter(leads[following]))


def _ahead(resource: Json, addresses: Mapping[str, int]) -> Iterator[int]:
    above = [each for name in CHAINS for each in _listed(resource.get(name))]
    above += [each for each in (extension(resource, "revises"),) if each]
    for each in above:
        if isinstance(each, dict) and each.get("reference") in addresses:
            yield addresses[each["reference"]]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
