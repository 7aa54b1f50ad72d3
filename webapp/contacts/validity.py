"""Which contacts hold on a day: named, not ended, at a unit that is there, cares for the person and has them.

Everything is asked anew at each reading, so that a contact ends on the same day as the service does, whoever
ends it and wherever.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, not_, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Assignment, StaffMember
from webapp.contacts.models import CareContact
from webapp.directory.models import Unit
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import relates

Today = date | BindParameter[date]
_closed = aliased(Unit, name="closed")


def holds(today: Today) -> ColumnElement[bool]:
    """A contact that can be shown as the person's own today."""
    return and_(within(today), served(today), not_(has_left(today)))


def within(today: Today) -> ColumnElement[bool]:
    """From its first day to its last, and not ended before."""
    return and_(
        CareContact.from_on <= today,
        or_(CareContact.until_on.is_(None), CareContact.until_on >= today),
        CareContact.ended_at.is_(None),
    )


def served(today: Today) -> ColumnElement[bool]:
    """The unit is there, and what it does for the person has not ended.

    A contact at a unit that never had a care relation is not for us to end. In a unit's lists the relations
    of other units cannot be met, and so end nothing: `end_where_service_ended` does it in the night.
    """
    closed = select(_closed.id).where(_closed.id == CareContact.unit_id, _closed.closed_on <= today)
    is_closed = closed.correlate(CareContact).exists()
    return and_(not_(is_closed), or_(_cares(today), not_(_ever_cared())))


def has_left(today: Today) -> ColumnElement[bool]:
    """The staff member works no more at the unit, or is switched off."""
    works = (
        exists()
        .where(
            Assignment.staff_id == CareContact.staff_id,
            Assignment.unit_id == CareContact.unit_id,
            or_(Assignment.ends_on.is_(None), Assignment.ends_on >= today),
            StaffMember.id == Assignment.staff_id,
            StaffMember.active,
        )
        .correlate(CareContact)
    )
    return and_(CareContact.staff_id.is_not(None), not_(works))


def _ever_cared() -> ColumnElement[bool]:
    return _relation().correlate(CareContact).exists()


def _cares(today: Today) -> ColumnElement[bool]:
    return _relation().where(relates(today)).correlate(CareContact).exists()


def _relation() -> Select[UUID]:
    """The unit's care of the person; a column by name, since the worker's role may not read the reason."""
    return select(CareRelation.id).where(
        CareRelation.person_id == CareContact.person_id, CareRelation.unit_id == CareContact.unit_id
    )
