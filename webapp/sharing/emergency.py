"""Emergency access (nödöppning): staff open a person whom they do not care for, or who has blocked their unit.

For a written reason that the person reads, for a short time, for that staff member at that unit alone, and only
to read what helps at once (permissions.Rule.emergency). Law: docs/legal.md, "Nödöppning".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person, StaffMember
from webapp.core import audit, clock, fence
from webapp.core.access import Reader
from webapp.sharing import notices
from webapp.sharing.models import Emergency, EmergencyTally
from webapp.sharing.ties import one_by_one

LONGEST = timedelta(hours=24)
DAY = timedelta(hours=24)
MOST_PER_DAY = 5  # by one staff member at one unit: more is no emergency but a missing care relation
LEAST_REASON = 20  # characters


class TooMany(Exception):
    """This staff member has opened as many as one may in a day."""


def open_in_emergency(
    session: Session, who: Reader, person: Person, reason: str, now: datetime, length: timedelta = LONGEST
) -> Emergency:
    """Open the person for `who`, at this unit, until `now` + `length`; written in the log, and told to the person.

    One that is open already is given back as it is. Raises TooMany. The caller has made sure that the person may
    be opened so: not protected, not dead.
    """
    if who.staff_id is None or who.unit_id is None:
        raise ValueError("only staff at a unit open in an emergency")
    fence.about(session, person.id)
    one_by_one(session, person.id)
    session.execute(select(StaffMember.id).where(StaffMember.id == who.staff_id).with_for_update())
    mine = select(Emergency).where(Emergency.staff_id == who.staff_id, Emergency.unit_id == who.unit_id)
    already = session.scalars(mine.where(Emergency.person_id == person.id, Emergency.closes_at > now)).first()
    if already is not None:
        return already
    lately = mine.where(Emergency.opened_at > now - DAY).with_only_columns(func.count())
    if (session.scalar(lately) or 0) >= MOST_PER_DAY:
        raise TooMany
    opened = Emergency(
        id=uuid4(),
        person_id=person.id,
        staff_id=who.staff_id,
        unit_id=who.unit_id,
        unit_name=who.unit_name,
        role=who.role,
        reason=reason,
        opened_at=now,
        closes_at=now + min(length, LONGEST),
    )
    session.add(opened)
    session.add(EmergencyTally(id=uuid4(), unit_id=who.unit_id, opened_on=clock.local(now).date()))
    session.flush()
    audit.write(session, who, person.id, "emergency", audit.What.EMERGENCY)
    notices.tell(session, person.id, notices.Kind.EMERGENCY, now)
    return opened


def open_by(
    session: Session, staff_id: UUID, unit_id: UUID, now: datetime
) -> Sequence[tuple[Person, datetime]]:
    """Whom this staff member has open in an emergency at this unit, and until when."""
    found = session.execute(
        select(Person, Emergency.closes_at)
        .join(Emergency, Emergency.person_id == Person.id)
        .where(
            Emergency.staff_id == staff_id,
            Emergency.unit_id == unit_id,
            Emergency.closes_at > now,
            Person.protected.is_(False),
            Person.deceased_at.is_(None),
        )
        .order_by(Emergency.closes_at)
    )
    return [(row.Person, row.closes_at) for row in found]


def opened_for(session: Session, person_id: UUID) -> Sequence[Emergency]:
    """Every emergency access to this person, the newest first, as the person reads them."""
    return session.scalars(
        select(Emergency).where(Emergency.person_id == person_id).order_by(Emergency.opened_at.desc())
    ).all()


def counts(session: Session, since: date) -> dict[UUID, int]:
    """How many each unit has opened since that day: for those who answer for the units. Counts, never persons."""
    rows = session.execute(
        select(EmergencyTally.unit_id, func.count())
        .where(EmergencyTally.opened_on >= since)
        .group_by(EmergencyTally.unit_id)
    )
    return {row[0]: row[1] for row in rows}
