"""Who can get a broadcast of a unit's, and who of them a group is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.broadcasts.group import Group, Whom
from webapp.plans.models import Plan
from webapp.sharing.guardians import age
from webapp.sharing.models import CareRelation
from webapp.sharing.ties import is_blocked, relates


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom the unit cares for, as a list shows them."""

    id: UUID
    called: str
    name: str
    born_on: date
    municipality: str
    language: str


def may_get(unit_id: UUID, today: date) -> ColumnElement[bool]:
    """Whether a Person can get a broadcast of this unit's today.

    Asked when the group is chosen, when it is looked through and when it is handed out. Left out are those who
    have died, who have protected identity, who want no broadcasts, who have blocked the unit, or whom it no
    longer cares for.
    """
    cared_for = select(CareRelation.id).where(
        CareRelation.person_id == Person.id, CareRelation.unit_id == unit_id, relates(today)
    )
    return and_(
        Person.deceased_at.is_(None),
        Person.protected.is_(False),
        Person.no_broadcasts.is_(False),
        cared_for.correlate(Person).exists(),
        not_(is_blocked(Person.id, unit_id)),
    )


def candidates(session: Session, unit_id: UUID, group: Group, today: date) -> list[Candidate]:
    """Who the group is today, by name. For those chosen one by one: everybody who can be."""
    facts = (Person.id, Person.called, Person.name, Person.born_on, Person.municipality, Person.language)
    found = select(*facts).where(may_get(unit_id, today)).order_by(Person.name, Person.id)
    if group.whom is Whom.SOME:
        if group.municipalities:
            found = found.where(Person.municipality.in_(group.municipalities))
        if group.languages:
            found = found.where(Person.language.in_(group.languages))
    people = [Candidate(*row) for row in session.execute(found)]
    if group.whom is not Whom.SOME:
        return people
    if group.starters:
        began = _began_from(session, unit_id, group.starters)
        people = [each for each in people if each.id in began]
    return [each for each in people if group.has_age(age(each.born_on, today))]


def _began_from(session: Session, unit_id: UUID, starters: frozenset[str]) -> set[UUID]:
    """Whose plan this unit's own staff began from one of these: another unit's reason is no business of theirs."""
    rows = session.execute(
        select(Plan.person_id, Plan.starter).where(Plan.unit_id == unit_id, Plan.ended_on.is_(None))
    )
    return {row.person_id for row in rows if row.starter in starters}
