"""The consent by which organisations share what the plan needs (SIP)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.directory.models import Unit
from webapp.sharing.domain import DEFAULT_LENGTH
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit, HowGiven


def consent_to_sip(
    session: Session, person: Person, units: Sequence[Unit], how: HowGiven, recorded_by: str, now: datetime
) -> Consent:
    """The person consents that these units share what the plan needs, across organisations."""
    today = clock.local(now).date()
    consent = Consent(
        person_id=person.id,
        kind=ConsentKind.SIP,
        how=how,
        recorded_by=recorded_by,
        from_on=today,
        until_on=today + DEFAULT_LENGTH,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    session.add_all(ConsentUnit(consent_id=consent.id, unit_id=unit.id) for unit in units)
    session.flush()
    return consent
