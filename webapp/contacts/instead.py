"""Whom to call where nobody is named: the stand-in of who was, else the unit, else nobody of ours.

Where neither has a number the page says the advice line, so that no way is dead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Uuid, bindparam, not_, or_, select
from sqlalchemy.orm import Session

from webapp.contacts.domain import NAMED_IN_LAW, Contact, Instead, stand_in_or_unit
from webapp.contacts.models import CareContact, Role
from webapp.contacts.validity import holds, served
from webapp.core import clock
from webapp.core.access import Sight
from webapp.core.db import rows
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.permissions import Area
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import relates

AT_HOME = (Flow.ELDER, Flow.ADULT)
_PERSON = bindparam("person_id", type_=Uuid())
_TODAY = bindparam("today", type_=Date())
# Made once: putting a query together costs twice what running it does.
_FORMER = (
    select(
        CareContact.role,
        CareContact.from_on,
        CareContact.stand_in,
        CareContact.stand_in_phone,
        CareContact.works_at,
        Unit.name.label("unit"),
        Unit.phone.label("unit_phone"),
        Unit.organisation_id,
        Unit.flow,
    )
    .join(Unit, Unit.id == CareContact.unit_id)
    .where(
        CareContact.person_id == _PERSON,
        CareContact.role.in_(NAMED_IN_LAW),
        CareContact.from_on <= _TODAY,
        not_(holds(_TODAY)),
        served(_TODAY),
    )
)
_UNITS = (
    select(Unit.name, Unit.phone, Organisation.huvudman, Unit.organisation_id, Unit.flow)
    .join(CareRelation, CareRelation.unit_id == Unit.id)
    .join(Organisation, Organisation.id == Unit.organisation_id)
    .where(
        CareRelation.person_id == _PERSON,
        relates(_TODAY),
        Unit.phone.is_not(None),
        or_(Unit.closed_on.is_(None), Unit.closed_on > _TODAY),
    )
    .order_by(Unit.name)
)


def with_instead(
    session: Session, sight: Sight, contacts: Sequence[Contact], now: datetime
) -> Sequence[Contact]:
    """The contacts, each missing one with whom to call instead. Two queries, and none where nobody is missing.

    Relatives are not told which units care for the person, nor that anybody is missing.
    """
    if not (sight.is_self or sight.cares) or not any(contact.missing for contact in contacts):
        return contacts
    given = {"person_id": sight.person_id, "today": clock.local(now).date()}
    former = {
        row.role: found
        for row in sorted(rows(session, _FORMER, given), key=lambda row: row.from_on)
        if _sees(sight, row) and (found := stand_in_or_unit(row)) is not None
    }
    units = [row for row in rows(session, _UNITS, given) if _sees(sight, row)]
    return [
        replace(contact, instead=_instead(contact.role, former, units)) if contact.missing else contact
        for contact in contacts
    ]


def _sees(sight: Sight, row: Any) -> bool:
    return sight.sees(Area.CONTACTS, row.organisation_id, row.flow)


def _instead(role: Role, former: Mapping[Role, Instead], units: Sequence[Any]) -> Instead | None:
    if role in former:
        return former[role]
    unit = next((each for each in units if _answers_for(each, role)), None)
    return Instead(unit.name, unit.phone) if unit is not None else None


def _answers_for(unit: Any, role: Role) -> bool:
    """The health centre for the region's two; the municipality's help at home for its own."""
    if role is Role.FAST_OMSORGSKONTAKT:
        return unit.huvudman is Huvudman.KOMMUN and unit.flow in AT_HOME
    return unit.huvudman is Huvudman.REGION and unit.flow is Flow.ALL
