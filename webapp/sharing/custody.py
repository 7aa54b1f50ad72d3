"""Recording who has the custody of a child; what follows from it stands in guardians.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.sharing.models import Consent, ConsentKind, HowGiven


def verify_guardian(
    session: Session, child: Person, guardian: Person, relation: str, recorded_by: str, now: datetime
) -> Consent:
    """Staff have verified that `guardian` has the custody of `child`; holds to the child's 16th birthday."""
    born = child.born_on
    sixteen = date(born.year + 16, born.month, min(born.day, 28) if born.month == 2 else born.day)
    consent = Consent(
        person_id=child.id,
        kind=ConsentKind.GUARDIAN,
        relative_id=guardian.id,
        relation=relation,
        how=HowGiven.WRITTEN,
        recorded_by=recorded_by,
        from_on=clock.local(now).date(),
        until_on=sixteen,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    return consent
