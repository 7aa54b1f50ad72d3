"""Telling that a time is new, moved or cancelled: the person, and relatives who are invited and let in today."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.meetings.models import AgreedTime, MeetingInvitee
from webapp.permissions import Level
from webapp.plans.models import PlanParticipant
from webapp.sharing import notices
from webapp.sharing.models import Consent, ConsentKind
from webapp.sharing.ties import Relative, binds


def times_changed(session: Session, agreed: AgreedTime, now: datetime) -> None:
    """Neutral: neither when nor what about. Nobody is told of somebody with protected identity, or who has died."""
    person = session.get_one(Person, agreed.person_id)
    if person.deceased_at is not None:
        return
    notices.tell(session, person.id, notices.Kind.TIMES_CHANGED, now)
    if person.protected:
        return
    invited = (
        select(PlanParticipant.relative_id)
        .join(MeetingInvitee, MeetingInvitee.participant_id == PlanParticipant.id)
        .where(MeetingInvitee.time_id == agreed.id, PlanParticipant.ended_at.is_(None))
    )
    let_in = (
        select(Consent.relative_id)
        .join(Relative, Relative.id == Consent.relative_id)
        .where(
            Consent.person_id == person.id,
            Consent.relative_id.in_(invited),
            binds(clock.local(now).date()),
            or_(Consent.plan >= Level.SEE, Consent.kind == ConsentKind.GUARDIAN),
        )
        .distinct()
    )
    for relative_id in session.scalars(let_in).all():
        if relative_id is not None:
            notices.tell(session, relative_id, notices.Kind.TIMES_CHANGED, now, person.id)
