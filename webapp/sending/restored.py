"""After a backup has been put back: nothing is sent again, and nobody sees what they may have lost the right to.

The database then remembers neither what was sent nor what was withdrawn since the backup was taken. So what
was due by now is written down and not sent, and every right of one person to see another ends, until it is
given anew: docs/decisions, "A restored backup".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from webapp.broadcasts.after_restoring import hold_back
from webapp.core import clock
from webapp.plans import freezing
from webapp.reminders import planning
from webapp.reminders.models import Delivery, State
from webapp.sharing import notices
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.ties import holds

BY = "Appen, efter en återställd säkerhetskopia"  # as the person reads who ended it
RESTORED = "restored"  # the cause that such a delivery keeps
NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    not_sent: int
    consents_ended: int


def make_safe(session: Session, now: datetime, *, consents_too: bool = True) -> Restored:
    """Send nothing of what was due by `now`, and end every consent that holds and every text to many. Twice is once.

    `consents_too` False is for a backup that is known to hold all that was withdrawn.
    """
    if consents_too:
        hold_back(session, now)
    return Restored(_send_nothing_again(session, now), _end_consents(session, now) if consents_too else 0)


def _send_nothing_again(session: Session, now: datetime) -> int:
    """Each due time since then gets its occurrence, so that it has an outcome; but nobody is reminded of it."""
    while planning.plan_due(session, now, ahead=NOW):
        session.flush()
    missed = (
        update(Delivery)
        .where(Delivery.state == State.DUE, Delivery.due_at <= now)
        .values(state=State.CALLED_OFF, cause=RESTORED)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], session.execute(missed)).rowcount


def _end_consents(session: Session, now: datetime) -> int:
    today = clock.local(now).date()
    found = session.scalars(select(Consent).where(holds(today)).order_by(Consent.id)).all()
    for consent in found:
        if consent.kind is ConsentKind.SIP:
            freezing.withdraw(session, consent.person_id, consent.id, now, by=BY)
            continue
        consent.withdrawn_at, consent.withdrawn_by = now, BY
        if consent.relative_id is not None:
            notices.tell(session, consent.relative_id, notices.Kind.ACCESS_CHANGED, now)
    session.flush()
    return len(found)
