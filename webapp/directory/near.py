"""Nära mig: what there is in one municipality, and whether it is open now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, String, bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.contacts.domain import is_swedish_holiday
from webapp.contacts.hours import Hours, Reach, reach
from webapp.core import clock
from webapp.core.db import rows
from webapp.directory.listing import OLD, PlaceKind
from webapp.directory.models import Place, PlaceHours


@dataclass(frozen=True, slots=True)
class Near:
    """One place as it is shown. Without a number the page says the advice line."""

    kind: PlaceKind
    name: str
    phone: str | None
    address: str
    about: str
    reach: Reach | None


_HERE = (
    Place.municipality == bindparam("municipality", type_=String()),
    or_(Place.closed_on.is_(None), Place.closed_on > bindparam("today", type_=Date())),
)
# Made once: putting a query together costs twice what running it does.
_PLACES = select(Place.id, Place.kind, Place.name, Place.phone, Place.address, Place.about).where(*_HERE)
_HOURS = (
    select(
        PlaceHours.place_id,
        PlaceHours.weekday,
        PlaceHours.opens,
        PlaceHours.closes,
        PlaceHours.holidays_too,
    )
    .join(Place, Place.id == PlaceHours.place_id)
    .where(*_HERE)
)


def places_in(session: Session, municipality: str, now: datetime) -> list[Near]:
    """The open ones of a municipality, by kind and then by name. Two queries."""
    given = {"municipality": municipality, "today": clock.local(now).date()}
    hours: dict[UUID, list[Hours]] = {}
    for row in rows(session, _HOURS, given):
        hours.setdefault(row.place_id, []).append(Hours(*row[1:]))
    order = list(PlaceKind)
    found = sorted(
        rows(session, _PLACES, given), key=lambda row: (order.index(row.kind), row.name.casefold())
    )
    return [
        Near(
            row.kind,
            row.name,
            row.phone,
            row.address,
            row.about,
            reach(hours.get(row.id, []), clock.local(now), is_swedish_holiday),
        )
        for row in found
    ]


def to_check(session: Session, today: date) -> Sequence[Place]:
    """For staff: what nobody has checked for a year, and what has no number; the oldest first."""
    return session.scalars(
        select(Place)
        .where(
            or_(Place.closed_on.is_(None), Place.closed_on > today),
            or_(Place.checked_on <= today - OLD, Place.phone.is_(None)),
        )
        .order_by(Place.checked_on, Place.municipality, Place.name)
    ).all()
