"""Who has the custody of a child, verified by staff; what follows from it stands in guardians.py.

Law: docs/legal.md, "Barn och vårdnadshavare".
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.sharing.guardians import AS_ADULT, age, last_day_of_custody
from webapp.sharing.mandates import Because, ByStaff, NotNow, Proof, record
from webapp.sharing.models import Consent, ConsentKind, HowGiven


def verify_guardian(
    session: Session,
    child: Person,
    guardian: Person,
    relation: str,
    proof: Proof,
    by: ByStaff,
    now: datetime,
) -> Consent:
    """Staff have verified that `guardian` has the custody of `child`; holds until the 16th birthday.

    Several may have it. Raises NotNow for somebody who has turned 16, is their own, or is recorded already.
    """
    today = clock.local(now).date()
    if age(child.born_on, today) >= AS_ADULT:
        raise NotNow(Because.TURNED_16)
    consent = Consent(
        person_id=child.id,
        kind=ConsentKind.GUARDIAN,
        relative_id=guardian.id,
        relation=relation,
        how=HowGiven.WRITTEN,
        recorded_by=by.words,
        from_on=today,
        until_on=last_day_of_custody(child.born_on),
        given_at=now,
    )
    return record(session, consent, proof, by)
