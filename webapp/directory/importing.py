"""Taking the directory's file in: what would change, and changing it, all or nothing.

The same file twice changes nothing. A place that the file does not name is left as it is and told; one that has
closed stands in the file with its last day. A unit of the same name in the same municipality gets the number too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.directory import numbers
from webapp.directory.listing import Fault, Known, Listing, Row, is_old, read
from webapp.directory.models import Place, PlaceHours, Unit

FACTS = ("phone", "address", "about", "source", "checked_on", "closed_on")


@dataclass(slots=True)
class Report:
    """What the file is to the directory as it stands."""

    faults: list[Fault] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, tuple[str, ...]]] = field(default_factory=list)  # with the columns that change
    same: int = 0
    old: list[Row] = field(default_factory=list)
    without_number: list[Row] = field(default_factory=list)
    not_named: list[str] = field(default_factory=list)  # places that stand here and not in the file

    @property
    def is_fine(self) -> bool:
        return not self.faults


def known(today: date) -> Known:
    return Known(today, frozenset(each.name for each in numbers.municipalities()), _is_closed)


def _is_closed(phone: str) -> bool:
    try:
        numbers.refuse_closed(phone)
    except numbers.ClosedNumber:
        return True
    return False


def report(session: Session, data: bytes, today: date) -> tuple[Listing, Report]:
    """Read the file and hold it against what stands. Changes nothing."""
    listing = read(data, known(today))
    found = Report(faults=list(listing.faults))
    if not found.is_fine:
        return listing, found
    standing = {_key(place): place for place in session.scalars(select(Place))}
    hours = _hours(session)
    for row in listing.rows:
        place = standing.pop(row.key, None)
        if place is not None and place.checked_on > row.checked_on:
            found.faults.append(
                Fault(row.line, "checked_on", f"what stands here was checked later, {place.checked_on}")
            )
        if place is None:
            found.new.append(row)
        elif columns := _changes(place, row, hours.get(place.id, ())):
            found.changed.append((row, columns))
        else:
            found.same += 1
        if is_old(row.checked_on, today):
            found.old.append(row)
        if row.phone is None and row.closed_on is None:
            found.without_number.append(row)
    found.not_named = [f"{place.municipality}: {place.name}" for place in standing.values()]
    return listing, found


def _key(place: Place) -> tuple[str, str, str]:
    return place.municipality, place.kind, " ".join(place.name.split()).casefold()


def _hours(session: Session) -> dict[object, tuple[tuple[object, ...], ...]]:
    found: dict[object, list[tuple[object, ...]]] = {}
    for each in session.scalars(select(PlaceHours)):
        found.setdefault(each.place_id, []).append((each.weekday, each.opens, each.closes, each.holidays_too))
    return {place_id: tuple(sorted(spans, key=str)) for place_id, spans in found.items()}


def _changes(place: Place, row: Row, hours: Sequence[tuple[object, ...]]) -> tuple[str, ...]:
    columns = tuple(name for name in ("name", *FACTS) if getattr(place, name) != getattr(row, name))
    same_hours = tuple(hours) == tuple(sorted((tuple(each) for each in row.hours), key=str))
    return columns if same_hours else (*columns, "hours")


def apply(session: Session, data: bytes, today: date) -> Report:
    """Write it. With any fault nothing is written."""
    listing, found = report(session, data, today)
    if not found.is_fine:
        return found
    standing = {_key(place): place for place in session.scalars(select(Place))}
    units = {(unit.municipality, unit.name): unit for unit in session.scalars(select(Unit))}
    touched = {row.key for row in found.new} | {row.key for row, _ in found.changed}
    for row in listing.rows:
        if row.key in touched:
            _write(session, standing.get(row.key), row)
        if (unit := units.get((row.municipality, row.name))) is not None:
            _tell_unit(unit, row)
    session.flush()
    return found


def _write(session: Session, place: Place | None, row: Row) -> None:
    if place is None:
        place = Place(id=uuid4(), municipality=row.municipality, kind=row.kind)
    place.name = row.name
    for name in FACTS:
        setattr(place, name, getattr(row, name))
    session.add(place)
    session.flush()
    session.execute(delete(PlaceHours).where(PlaceHours.place_id == place.id))
    session.add_all(PlaceHours(place_id=place.id, **each._asdict()) for each in row.hours)
    session.flush()


def _tell_unit(unit: Unit, row: Row) -> None:
    """An administrator may have written a newer number: what was checked last stands."""
    if unit.checked_on is None or unit.checked_on <= row.checked_on:
        unit.phone, unit.checked_on, unit.closed_on = row.phone, row.checked_on, row.closed_on
